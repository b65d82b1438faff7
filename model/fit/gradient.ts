/**
 * The gradient of the validation loss by every decay, alpha, gamma and the penalty.
 *
 * Reverse mode through the fold's solution. With e = y − ŷ on validation rows,
 *   g_v = −sign(e_v) w_v / (Σ|y| · folds),   h = (Z R⁻¹)ᵀ g,   ∂/∂β_c = Σ_v g_v x_cv − h·(Qᵀx_c).
 * On the support A of β the solution obeys (G̃ + λ diag G̃)_AA β_A = b̃_A, so by the implicit
 * function theorem, with u solving that system for ∂/∂β_A (u = 0 off the support),
 *   ∂loss/∂x_ct = u_c r̃_t − β_c Σ_i u_i x̃_it − β_c (Qh)_t − 2λ u_c β_c x̃_ct     (training rows)
 *   ∂loss/∂x_cv = g_v β_c                                                       (validation rows)
 * and ∂loss/∂λ = −Σ u_c G̃_cc β_c. Each training term is a combination of the columns of the block
 * [Z | y | X] with weights that are the same for all rows of a fold; training windows are nested, so
 * the weights of a segment are the sum over the folds that train on it and each row is read once.
 * The row gradients then meet the slopes of `transform-slopes.ts`. One gradient costs about as much
 * as one evaluation of all channels, on top of that evaluation.
 *
 * The loss has kinks (|e|, the edge of the support, the row at which m is reached); at a kink this
 * is the gradient of one side.
 *
 * 1. Checked against central finite differences in tests.
 * 2. Not defined for calibrated models, whose priors move with the columns; `refine.ts` falls back
 *    to finite differences there.
 */

import type { Engine } from "./engine.ts";
import type { FoldState } from "./fold.ts";
import { addCombination } from "./gram.ts";
import { solveSymmetric } from "./linear-solve.ts";
import type { Objective } from "./objective.ts";
import { computeColumnSlopes } from "../transform/slopes.ts";

export interface LossAndGradient {
  readonly loss: number;
  readonly inSample: number;
  /** Of the blend, in the order of the parameters. */
  readonly gradient: Float64Array;
}

/** The gradient of loss + `inSampleWeight` · in-sample wMAPE at `parameters`. */
export function computeLossGradient(
  objective: Objective,
  parameters: Float64Array,
  inSampleWeight = 0,
): LossAndGradient {
  const { loss, inSample } = objective.evaluate(parameters);
  const gradient = new Float64Array(objective.dimension);
  const penalty = parameters[objective.dimension - 1] as number;
  for (const engine of objective.engines) {
    const channels = engine.problem.exposures.length;
    const rowGradients = engine.problem.exposures.map(() => new Float64Array(engine.rows));
    const weights = new Float64Array(channels * (engine.fixed + channels));
    const folds = engine.folds.length;
    for (let index = inSampleWeight > 0 ? folds : folds - 1; index >= 0; index -= 1) {
      const fold = engine.folds[index] ?? engine.whole;
      const weight = index < folds ? 1 / folds : inSampleWeight;
      const share = weight / sumFoldTarget(objective, index);
      const context = { penalty, share, rowGradients, weights };
      gradient[objective.dimension - 1] =
        (gradient[objective.dimension - 1] as number) + addFold(engine, fold, context);
      const from = engine.folds[index - 1]?.trainRows ?? 0;
      addSegment(engine, { from, to: fold.trainRows }, { weights, rowGradients });
    }
    addChannels(engine, parameters, { rowGradients, gradient });
  }
  return { loss, inSample, gradient };
}

/** Σ|y| of a fold's judged rows over all geos. */
function sumFoldTarget(objective: Objective, index: number): number {
  let targets = 0;
  for (const engine of objective.engines) {
    targets += (engine.folds[index] ?? engine.whole).targetSum;
  }
  return targets || 1;
}

interface FoldContext {
  readonly penalty: number;
  readonly share: number;
  readonly rowGradients: readonly Float64Array[];
  /** channels × (columns of the block): weights of the training rows, summed over folds. */
  readonly weights: Float64Array;
}

/** Adds one fold's weights and validation slopes; returns its part of the slope by the penalty. */
function addFold(engine: Engine, fold: FoldState, context: FoldContext): number {
  const channels = fold.beta.length;
  const rank = fold.nuisance.length;
  const { byBeta, rotated: towards } = computeValidationSlopes(engine, fold, context);
  const adjoint = solveAdjoint(fold, byBeta, context.penalty);
  for (let c = 0; c < channels; c += 1) {
    const u = adjoint[c] as number;
    for (let index = 0; index < rank; index += 1) {
      towards[index] = (towards[index] as number) - u * (fold.rotated[c * rank + index] as number);
    }
  }
  let penaltySlope = 0;
  const inBasis = new Float64Array(rank);
  for (let c = 0; c < channels; c += 1) {
    const beta = fold.beta[c] as number;
    if (beta === 0) continue;
    const u = adjoint[c] as number;
    penaltySlope -= u * (fold.system.gram[c * channels + c] as number) * beta;
    const twist = 2 * context.penalty * u * beta;
    const at = c * (engine.fixed + channels);
    const { weights } = context;
    for (let index = 0; index < rank; index += 1) {
      inBasis[index] =
        twist * (fold.rotated[c * rank + index] as number) -
        u * (fold.nuisance[index] as number) -
        beta * (towards[index] as number);
    }
    addBasis(fold, inBasis, weights.subarray(at, at + engine.fixed - 1));
    weights[at + engine.fixed - 1] = (weights[at + engine.fixed - 1] as number) + u;
    for (let j = 0; j < channels; j += 1) {
      const cell = at + engine.fixed + j;
      weights[cell] =
        (weights[cell] as number) -
        u * (fold.beta[j] as number) -
        beta * (adjoint[j] as number) -
        (j === c ? twist : 0);
    }
  }
  return penaltySlope;
}

/** Adds the weights by Z of Q v, with Q = Z R⁻¹. */
function addBasis(fold: FoldState, vector: Float64Array, weights: Float64Array): void {
  const { inverse } = fold.projection;
  const columns = weights.length;
  for (let at = 0; at < vector.length; at += 1) {
    const value = vector[at] as number;
    for (let z = 0; z < columns; z += 1) {
      weights[z] = (weights[z] as number) + value * (inverse[at * columns + z] as number);
    }
  }
}

/** Slopes by ŷ of the judged rows, carried to β and to Qᵀ of the training rows. */
function computeValidationSlopes(
  engine: Engine,
  fold: FoldState,
  { share, rowGradients }: FoldContext,
): { byBeta: Float64Array; rotated: Float64Array } {
  const channels = fold.beta.length;
  const rank = fold.nuisance.length;
  const { scaledTarget, weights } = engine.problem;
  const { block, rows, fixed } = engine;
  const slopes = new Float64Array(fold.aheadEnd - fold.aheadStart);
  for (let row = fold.aheadStart; row < fold.aheadEnd; row += 1) {
    const error = (scaledTarget[row] as number) - engine.predict(fold, row);
    slopes[row - fold.aheadStart] = -Math.sign(error) * (weights[row] as number) * share;
  }
  const against = (column: number): number => {
    let sum = 0;
    const at = column * rows + fold.aheadStart;
    for (let row = 0; row < slopes.length; row += 1) {
      sum += (slopes[row] as number) * (block[at + row] as number);
    }
    return sum;
  };
  const byDesign = Float64Array.from({ length: fixed - 1 }, (_, column) => against(column));
  const rotated = Float64Array.from({ length: rank }, (_, index) => {
    let sum = 0;
    for (let z = 0; z < fixed - 1; z += 1) {
      sum += (fold.projection.inverse[index * (fixed - 1) + z] as number) * (byDesign[z] as number);
    }
    return sum;
  });
  const byBeta = Float64Array.from({ length: channels }, (_, c) => {
    let value = against(fixed + c);
    for (let index = 0; index < rank; index += 1) {
      value -= (rotated[index] as number) * (fold.rotated[c * rank + index] as number);
    }
    const gradient = rowGradients[c] as Float64Array;
    const beta = fold.beta[c] as number;
    for (let row = 0; row < slopes.length; row += 1) {
      const at = fold.aheadStart + row;
      gradient[at] = (gradient[at] as number) + (slopes[row] as number) * beta;
    }
    return value;
  });
  return { byBeta, rotated };
}

/** u on the support of β. */
function solveAdjoint(fold: FoldState, byBeta: Float64Array, penalty: number): Float64Array {
  const channels = byBeta.length;
  const support = [...byBeta.keys()].filter((c) => (fold.beta[c] ?? 0) > 0);
  const matrix = support.map((c) =>
    support.map((j) => (fold.system.gram[c * channels + j] ?? 0) * (c === j ? 1 + penalty : 1)),
  );
  const right = support.map((c) => byBeta[c] ?? 0);
  const adjoint = new Float64Array(channels);
  for (const [index, value] of solveSymmetric(matrix, right).entries()) {
    adjoint[support[index] ?? 0] = value;
  }
  return adjoint;
}

/** Row gradients of one segment: block × weights. */
function addSegment(
  { block, rows }: Engine,
  { from, to }: { from: number; to: number },
  { weights, rowGradients }: { weights: Float64Array; rowGradients: readonly Float64Array[] },
): void {
  const width = weights.length / rowGradients.length;
  for (let c = 0; c < rowGradients.length; c += 1) {
    const own = weights.subarray(c * width, (c + 1) * width);
    addCombination(block, { rows, from, to }, own, rowGradients[c] as Float64Array);
  }
}

/** Row gradients times the slopes of the transformation. */
function addChannels(
  engine: Engine,
  parameters: Float64Array,
  { rowGradients, gradient }: { rowGradients: readonly Float64Array[]; gradient: Float64Array },
): void {
  for (const [channel, byRow] of rowGradients.entries()) {
    const at = channel * 3;
    const start = (engine.fixed + channel) * engine.rows;
    const [decay, alpha, gamma] = computeColumnSlopes(byRow, {
      exposure: engine.problem.exposures[channel] ?? new Float64Array(0),
      adstocked: engine.media.adstocked(channel),
      logRelative: engine.media.logRelative(channel),
      column: engine.block.subarray(start, start + engine.rows),
      parameters: parameters.subarray(at, at + 3),
      settings: engine.problem.settings,
    });
    gradient[at] = (gradient[at] as number) + decay;
    gradient[at + 1] = (gradient[at + 1] as number) + alpha;
    gradient[at + 2] = (gradient[at + 2] as number) + gamma;
  }
}
