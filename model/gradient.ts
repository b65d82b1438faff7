/**
 * The gradient of the validation loss by every decay, alpha, gamma and the penalty.
 *
 * Reverse mode through the fold's solution. With e = y − ŷ on validation rows,
 *   g_v = −sign(e_v) w_v / (Σ|y| · folds),   h = (Z R⁻¹)ᵀ g,   ∂/∂β_c = Σ_v g_v x_cv − h·(Qᵀx_c).
 * On the support A of β the solution obeys (G̃ + λ diag G̃)_AA β_A = b̃_A, so by the implicit
 * function theorem, with u solving that system for ∂/∂β_A (u = 0 off the support),
 *   ∂loss/∂x_ct = u_c r̃_t − β_c Σ_i u_i x̃_it − β_c (Qh)_t − 2λ u_c β_c x̃_ct     (training rows)
 *   ∂loss/∂x_cv = g_v β_c                                                       (validation rows)
 * and ∂loss/∂λ = −Σ u_c G̃_cc β_c. These row gradients meet the slopes of `transform-slopes.ts`.
 *
 * The loss has kinks (|e|, the edge of the support, the row at which m is reached); at a kink this
 * is the gradient of one side.
 *
 * 1. Checked against central finite differences in tests.
 * 2. Not defined for calibrated models, whose priors move with the columns; `refine.ts` falls back
 *    to finite differences there.
 */

import type { Engine, FoldState } from "./engine.ts";
import type { Objective } from "./objective.ts";
import { solveSymmetric } from "./linear-solve.ts";
import { columnSlopes } from "./transform-slopes.ts";

/** Gradient at `parameters`, in their order; evaluates the objective there first. */
export function lossGradient(objective: Objective, parameters: Float64Array): Float64Array {
  objective.evaluate(parameters);
  const gradient = new Float64Array(objective.dimension);
  const folds = objective.engines[0]?.folds.length ?? 0;
  for (const engine of objective.engines) {
    const rowGradients = engine.problem.exposures.map(() => new Float64Array(engine.rows));
    for (const [index, fold] of engine.folds.entries()) {
      let targets = 0;
      for (const one of objective.engines) targets += one.folds[index]?.targetSum ?? 0;
      const penaltySlope = addFold(engine, fold, {
        penalty: parameters[objective.dimension - 1] ?? 0,
        share: 1 / ((targets || 1) * folds),
        rowGradients,
      });
      gradient[objective.dimension - 1] = (gradient[objective.dimension - 1] ?? 0) + penaltySlope;
    }
    addChannels(engine, parameters, { rowGradients, gradient });
  }
  return gradient;
}

interface FoldContext {
  readonly penalty: number;
  readonly share: number;
  readonly rowGradients: readonly Float64Array[];
}

/** Adds one fold's row gradients; returns its part of the slope by the penalty. */
function addFold(engine: Engine, fold: FoldState, context: FoldContext): number {
  const channels = fold.beta.length;
  const ahead = validationSlopes(engine, fold, context);
  const adjoint = solveAdjoint(fold, ahead.byBeta, context.penalty);
  const rows = residualRows(engine, fold, { adjoint, rotatedSlope: ahead.rotated });
  let penaltySlope = 0;
  for (let c = 0; c < channels; c += 1) {
    const beta = fold.beta[c] ?? 0;
    const u = adjoint[c] ?? 0;
    if (beta === 0) continue;
    const own = fold.system.gram[c * channels + c] ?? 0;
    penaltySlope -= u * own * beta;
    const twist = 2 * context.penalty * u * beta;
    const projected = projectedColumn(engine, fold, c);
    const gradient = context.rowGradients[c] ?? new Float64Array(0);
    for (let row = 0; row < fold.trainRows; row += 1) {
      gradient[row] =
        (gradient[row] ?? 0) +
        u * (rows.residual[row] ?? 0) -
        beta * (rows.combined[row] ?? 0) -
        twist * (projected[row] ?? 0);
    }
  }
  return penaltySlope;
}

/** Slopes by ŷ of the validation rows, carried to β and to Qᵀ of the training rows. */
function validationSlopes(
  engine: Engine,
  fold: FoldState,
  { share, rowGradients }: FoldContext,
): { byBeta: Float64Array; rotated: Float64Array } {
  const channels = fold.beta.length;
  const rank = fold.nuisance.length;
  const byBeta = new Float64Array(channels);
  const rotated = new Float64Array(rank);
  const { scaledTarget, weights } = engine.problem;
  for (let row = fold.trainRows; row < fold.aheadEnd; row += 1) {
    const error = (scaledTarget[row] ?? 0) - engine.predictAhead(fold, row);
    const slope = -Math.sign(error) * (weights[row] ?? 1) * share;
    const at = (row - fold.trainRows) * rank;
    for (let index = 0; index < rank; index += 1) {
      rotated[index] = (rotated[index] ?? 0) + slope * (fold.projection.ahead[at + index] ?? 0);
    }
    for (let c = 0; c < channels; c += 1) {
      const x = engine.block[(engine.fixed + c) * engine.rows + row] ?? 0;
      byBeta[c] = (byBeta[c] ?? 0) + slope * x;
      const gradient = rowGradients[c];
      if (gradient !== undefined) {
        gradient[row] = (gradient[row] ?? 0) + slope * (fold.beta[c] ?? 0);
      }
    }
  }
  for (let c = 0; c < channels; c += 1) {
    for (let index = 0; index < rank; index += 1) {
      byBeta[c] = (byBeta[c] ?? 0) - (rotated[index] ?? 0) * (fold.rotated[c * rank + index] ?? 0);
    }
  }
  return { byBeta, rotated };
}

/** u on the support of β. */
function solveAdjoint(fold: FoldState, byBeta: Float64Array, penalty: number): Float64Array {
  const channels = byBeta.length;
  const support = [...byBeta.keys()].filter((c) => (fold.beta[c] ?? 0) > 0);
  const matrix = support.map((c) =>
    support.map((j) => (fold.system.gram[c * channels + j] ?? 0) * (c === j ? 1 + penalty : 1)),
  );
  const solved = solveSymmetric(
    matrix,
    support.map((c) => byBeta[c] ?? 0),
  );
  const adjoint = new Float64Array(channels);
  for (const [index, c] of support.entries()) adjoint[c] = solved[index] ?? 0;
  return adjoint;
}

/** Per training row: r̃_t, and Σ_i u_i x̃_it + (Qh)_t. */
function residualRows(
  engine: Engine,
  fold: FoldState,
  { adjoint, rotatedSlope }: { adjoint: Float64Array; rotatedSlope: Float64Array },
): { residual: Float64Array; combined: Float64Array } {
  const channels = adjoint.length;
  const rank = fold.nuisance.length;
  const towards = Float64Array.from(rotatedSlope, (value, index) => {
    let sum = value;
    for (let c = 0; c < channels; c += 1) {
      sum -= (adjoint[c] ?? 0) * (fold.rotated[c * rank + index] ?? 0);
    }
    return sum;
  });
  const combined = basisRows(engine, fold, towards);
  const residual = basisRows(engine, fold, fold.nuisance).map(
    (value, row) => (engine.problem.scaledTarget[row] ?? 0) - value,
  );
  for (let c = 0; c < channels; c += 1) {
    const at = (engine.fixed + c) * engine.rows;
    for (let row = 0; row < fold.trainRows; row += 1) {
      const x = engine.block[at + row] ?? 0;
      combined[row] = (combined[row] ?? 0) + (adjoint[c] ?? 0) * x;
      residual[row] = (residual[row] ?? 0) - (fold.beta[c] ?? 0) * x;
    }
  }
  return { residual, combined };
}

/** x̃_c = x_c − Q Qᵀx_c on the training rows. */
function projectedColumn(engine: Engine, fold: FoldState, channel: number): Float64Array {
  const rank = fold.nuisance.length;
  const own = fold.rotated.subarray(channel * rank, (channel + 1) * rank);
  const at = (engine.fixed + channel) * engine.rows;
  return basisRows(engine, fold, own).map((value, row) => (engine.block[at + row] ?? 0) - value);
}

/** Q v on the training rows, with Q = Z R⁻¹. */
function basisRows(engine: Engine, fold: FoldState, vector: Float64Array): Float64Array {
  const { columns } = engine.problem.design;
  const out = new Float64Array(fold.trainRows);
  for (const [index, column] of columns.entries()) {
    let weight = 0;
    for (let at = 0; at < vector.length; at += 1) {
      weight += (fold.projection.inverse[at * columns.length + index] ?? 0) * (vector[at] ?? 0);
    }
    if (weight === 0) continue;
    for (let row = 0; row < out.length; row += 1) {
      out[row] = (out[row] ?? 0) + weight * (column[row] ?? 0);
    }
  }
  return out;
}

/** Row gradients times the slopes of the transformation. */
function addChannels(
  engine: Engine,
  parameters: Float64Array,
  { rowGradients, gradient }: { rowGradients: readonly Float64Array[]; gradient: Float64Array },
): void {
  for (const [channel, byRow] of rowGradients.entries()) {
    const at = channel * 3;
    const column = engine.block.subarray(
      (engine.fixed + channel) * engine.rows,
      (engine.fixed + channel + 1) * engine.rows,
    );
    const slopes = columnSlopes({
      exposure: engine.problem.exposures[channel] ?? new Float64Array(0),
      adstocked: engine.media.adstocked(channel),
      column,
      decay: parameters[at] ?? 0,
      alpha: parameters[at + 1] ?? 1,
      gamma: parameters[at + 2] ?? 1,
      settings: engine.problem.settings,
    });
    for (const [offset, slope] of [slopes.decay, slopes.alpha, slopes.gamma].entries()) {
      let total = 0;
      for (let row = 0; row < byRow.length; row += 1) {
        total += (byRow[row] ?? 0) * (slope[row] ?? 0);
      }
      gradient[at + offset] = (gradient[at + offset] ?? 0) + total;
    }
  }
}
