/**
 * One training window with the rows it is judged on: its reduced regression and its error.
 *
 * Owns: what parameters do not change about a fold, its last solution. Not: the columns and their
 * sums (`media-columns.ts`, `gram.ts`), the solver (`ridge.ts`). The loops are `reduce` and `judge`
 * of `kernels.as`; formulas in `projection.ts`.
 *
 * 1. Reads no target at or after `trainRows` but to judge.
 * 2. Basis vectors are filled up with zeros to a multiple of four: zeros change no sum.
 */

import type { Layout } from "./layout.ts";
import { roundUpToFour } from "../transform/kernels.ts";
import type { Problem } from "./problem.ts";
import type { Projection } from "./projection.ts";
import { projectOut } from "./projection.ts";
import type { RidgeSystem } from "./ridge.ts";

/** Share of a column's sum of squares that must be left after projection to identify it. */
export const IDENTIFIED_SHARE = 1e-9;

export interface FoldRows {
  /** Trains on rows [0, trainRows). */
  readonly trainRows: number;
  /** Is judged on rows [aheadStart, aheadEnd). */
  readonly aheadStart: number;
  readonly aheadEnd: number;
}

/** Everything about one fold that the parameters do not change, and its last solution. */
export interface FoldState extends FoldRows {
  /** With rows of zeros at the end of `inverse` and `rotatedTarget`. */
  readonly projection: Projection;
  /** Σ|y| of the judged rows, in target units. */
  readonly targetSum: number;
  system: RidgeSystem;
  /** QᵀX, channel-major. */
  readonly rotated: Float64Array;
  readonly beta: Float64Array;
  /** Qᵀy − QᵀX β. */
  readonly nuisance: Float64Array;
  /** Weights of the block's columns [Z | y | X | 0] in a prediction; 0 for y. */
  readonly weights: Float64Array;
  /** G̃, b̃ of `projection.ts` from the raw sums (channels × width) of the training rows. */
  reduce(total: Float64Array): void;
  /** Σ|y − ŷ| over the judged rows, in target units, at `beta`; sets `nuisance` and `weights`. */
  judge(): number;
}

export function createFold(problem: Problem, layout: Layout, rows: FoldRows): FoldState {
  const { arena, channels, width, block, rowWeights } = layout;
  const projection = projectOut(problem.design.columns, problem.scaledTarget, rows.trainRows);
  const columns = problem.design.columns.length;
  const rank = roundUpToFour(projection.kept.length);
  // R⁻¹ by columns, so that a basis vector is a lane.
  const inverse = arena.floats(columns * rank);
  for (let at = 0; at < projection.kept.length; at += 1) {
    for (let z = 0; z < columns; z += 1) {
      inverse[z * rank + at] = projection.inverse[at * columns + z] as number;
    }
  }
  const rotatedTarget = arena.floats(rank);
  rotatedTarget.set(projection.rotatedTarget);
  const filled = new Float64Array(rank * columns);
  filled.set(projection.inverse);
  const system = {
    gram: arena.floats(channels * channels),
    right: arena.floats(channels),
    diagonalMin: arena.floats(channels),
  };
  const solution = {
    rotated: arena.floats(channels * rank),
    beta: arena.floats(channels),
    nuisance: arena.floats(rank),
    weights: arena.floats(width),
  };
  const { rotated, beta, nuisance, weights } = solution;
  // The fields of `Fold` in kernels.as, in order.
  const numbers = [channels, columns, rank, width, layout.rows, rows.aheadStart, rows.aheadEnd];
  const target = block.subarray(columns * layout.rows);
  const arrays = [block, target, rowWeights, inverse, rotatedTarget, rotated]
    .concat([system.gram, system.right, system.diagonalMin, beta, nuisance, weights])
    .map((array) => array.byteOffset);
  const record = arena.integers(numbers.length + arrays.length);
  record.set([...numbers, ...arrays]);
  const { kernels } = arena;
  const pointer = record.byteOffset;
  return {
    ...rows,
    ...solution,
    projection: { kept: projection.kept, inverse: filled, rotatedTarget },
    targetSum: sumAbsoluteValues(problem.dataset.target, rows),
    system: { ...system, priorPrecision: null, priorMean: null },
    reduce: (total) => kernels.reduce(pointer, total.byteOffset, IDENTIFIED_SHARE),
    judge: () => kernels.judge(pointer),
  };
}

function sumAbsoluteValues(target: Float64Array, { aheadStart, aheadEnd }: FoldRows): number {
  let sum = 0;
  for (let row = aheadStart; row < aheadEnd; row += 1) sum += Math.abs(target[row] ?? 0);
  return sum;
}
