/**
 * One fit of the model on the first rows, with everything a reader of it needs.
 *
 * Owns: the plain (not incremental) fit used for the final model and the locked test.
 * Not: the validation objective (`engine.ts`), which does the same sums segment by segment.
 *
 * 1. Rows at or after `trainRows` are predicted, never fitted.
 * 2. fitted = baseline + Σ_c contribution_c in every row, in target units.
 */

import { computeWindowPriors } from "./calibration.ts";
import { IDENTIFIED_SHARE } from "./fold.ts";
import { createLayout } from "./layout.ts";
import { createMediaColumns } from "./media-columns.ts";
import type { Problem } from "./problem.ts";
import { computeDotProduct, projectOut } from "./projection.ts";
import type { RidgeSystem } from "./ridge.ts";
import { RidgeSolver } from "./ridge.ts";

export interface WindowFit {
  readonly problem: Problem;
  readonly parameters: Float64Array;
  readonly trainRows: number;
  /** Rows fitted or predicted. */
  readonly rows: number;
  /** Coefficient per channel, in scaled units (target units per unit of saturation, national). */
  readonly beta: Float64Array;
  /** Coefficient per design column (`problem.design.names`), scaled units; 0 = left out. */
  readonly other: Float64Array;
  /** Names of design columns left out as combinations of earlier ones. */
  readonly redundant: readonly string[];
  /** Saturated media columns. */
  readonly media: readonly Float64Array[];
  /** Adstocked exposures. */
  readonly adstocked: readonly Float64Array[];
  readonly fitted: Float64Array;
  readonly baseline: Float64Array;
  readonly kkt: number;
  /** G̃ and b̃ of the training rows (`projection.ts`). */
  readonly system: RidgeSystem;
  /** Σỹ² of the projected target. */
  readonly targetSquares: number;
  /** Columns of Z kept. */
  readonly rank: number;
}

/** Fits on rows [0, trainRows) and predicts up to `rows`. */
export function fitWindow(
  problem: Problem,
  parameters: Float64Array,
  { trainRows, rows }: { trainRows: number; rows: number },
): WindowFit {
  const channels = problem.exposures.length;
  const layout = createLayout(problem, rows);
  const columns = createMediaColumns(problem, layout);
  columns.update(parameters);
  const media = layout.media.map((column) => column.slice());
  const projection = projectOut(problem.design.columns, problem.scaledTarget, trainRows);
  const reduced = reduceWindow(problem, media, { trainRows, projection });
  const priors = computeWindowPriors(problem, media, trainRows);
  const system: RidgeSystem = { ...reduced.system, ...priors };
  const beta = new Float64Array(channels);
  const kkt = new RidgeSolver(channels, layout.arena).solve(
    system,
    parameters[channels * 3] ?? 0,
    beta,
  );
  const other = computeNuisanceCoefficients(problem, projection.inverse, {
    rank: projection.kept.length,
    rotated: reduced.rotated,
    rotatedTarget: projection.rotatedTarget,
    beta,
  });
  const kept = new Set(projection.kept);
  return {
    problem,
    parameters: parameters.slice(),
    trainRows,
    rows,
    beta,
    other,
    redundant: problem.design.names.filter((_, index) => !kept.has(index)),
    media,
    adstocked: media.map((_, channel) => columns.adstocked(channel).slice()),
    ...predictRows(problem, { rows, beta, other, media }),
    kkt,
    system,
    targetSquares: reduced.targetSquares,
    rank: projection.kept.length,
  };
}

type WindowProjection = ReturnType<typeof projectOut>;

function reduceWindow(
  problem: Problem,
  media: readonly Float64Array[],
  { trainRows, projection }: { trainRows: number; projection: WindowProjection },
): {
  system: Omit<RidgeSystem, "priorPrecision" | "priorMean">;
  rotated: Float64Array[];
  targetSquares: number;
} {
  const channels = media.length;
  const z = problem.design.columns;
  const { inverse, rotatedTarget } = projection;
  const rank = rotatedTarget.length;
  const rotated = media.map((column) => {
    const sums = z.map((values) => computeDotProduct(values, column, trainRows));
    return Float64Array.from({ length: rank }, (_, at) =>
      sums.reduce((sum, value, index) => sum + (inverse[at * z.length + index] ?? 0) * value, 0),
    );
  });
  const gram = new Float64Array(channels * channels);
  const right = new Float64Array(channels);
  const diagonalMin = new Float64Array(channels);
  for (const [c, column] of media.entries()) {
    const own = rotated[c] ?? new Float64Array(rank);
    right[c] =
      computeDotProduct(column, problem.scaledTarget, trainRows) -
      computeDotProduct(own, rotatedTarget, rank);
    diagonalMin[c] = IDENTIFIED_SHARE * computeDotProduct(column, column, trainRows);
    for (const [j, other] of media.entries()) {
      gram[c * channels + j] =
        computeDotProduct(column, other, trainRows) -
        computeDotProduct(own, rotated[j] ?? own, rank);
    }
  }
  const targetSquares =
    computeDotProduct(problem.scaledTarget, problem.scaledTarget, trainRows) -
    computeDotProduct(rotatedTarget, rotatedTarget, rank);
  return { system: { gram, right, diagonalMin }, rotated, targetSquares };
}

/** R⁻¹ (Qᵀy − QᵀX β), spread over all design columns. */
function computeNuisanceCoefficients(
  problem: Problem,
  inverse: Float64Array,
  parts: { rank: number; rotated: Float64Array[]; rotatedTarget: Float64Array; beta: Float64Array },
): Float64Array {
  const width = problem.design.columns.length;
  const other = new Float64Array(width);
  for (let at = 0; at < parts.rank; at += 1) {
    let value = parts.rotatedTarget[at] ?? 0;
    for (const [c, vector] of parts.rotated.entries()) {
      value -= (vector[at] ?? 0) * (parts.beta[c] ?? 0);
    }
    for (let index = 0; index < width; index += 1) {
      other[index] = (other[index] ?? 0) + (inverse[at * width + index] ?? 0) * value;
    }
  }
  return other;
}

function predictRows(
  problem: Problem,
  parts: { rows: number; beta: Float64Array; other: Float64Array; media: readonly Float64Array[] },
): { fitted: Float64Array; baseline: Float64Array } {
  const fitted = new Float64Array(parts.rows);
  const baseline = new Float64Array(parts.rows);
  for (let row = 0; row < parts.rows; row += 1) {
    const weight = problem.weights[row] ?? 1;
    let base = 0;
    for (const [index, column] of problem.design.columns.entries()) {
      base += (parts.other[index] ?? 0) * (column[row] ?? 0);
    }
    let media = 0;
    for (const [c, column] of parts.media.entries())
      media += (parts.beta[c] ?? 0) * (column[row] ?? 0);
    baseline[row] = base * weight;
    fitted[row] = (base + media) * weight;
  }
  return { fitted, baseline };
}
