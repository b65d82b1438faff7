/**
 * The data of a problem laid out in an arena, as the kernels read it.
 *
 * Owns: the block [Z | y | X] by columns, filled up with zero columns to a multiple of four, and the
 * size of the arena. Not: what is computed in it (`media-columns.ts`, `gram.ts`, `fold.ts`).
 *
 * 1. Depends on the problem and the number of rows alone.
 */

import { Arena, roundUpToFour } from "../transform/kernels.ts";
import type { Problem } from "./problem.ts";
import { countRidgeBytes } from "./ridge.ts";

export interface Layout {
  readonly arena: Arena;
  /** Columns of `rows` each: Z, y, X (zero at first), zeros. */
  readonly block: Float64Array;
  readonly rows: number;
  /** Columns of the block, zeros included. */
  readonly width: number;
  /** Columns before X: those of Z, and y. */
  readonly fixed: number;
  readonly channels: number;
  /** Views on the columns of X. */
  readonly media: readonly Float64Array[];
  /** `weights` of the problem. */
  readonly rowWeights: Float64Array;
}

/** [Z | y | X] with X still zero, for `rows` rows of the problem. */
export function createLayout(problem: Problem, rows: number): Layout {
  const z = problem.design.columns;
  const fixed = z.length + 1;
  const channels = problem.exposures.length;
  const width = roundUpToFour(fixed + channels);
  const arena = new Arena(countArenaBytes(problem, rows, width));
  const block = arena.floats(width * rows);
  for (const [index, column] of z.entries()) block.set(column.subarray(0, rows), index * rows);
  block.set(problem.scaledTarget.subarray(0, rows), z.length * rows);
  const media = problem.exposures.map((_, channel) =>
    block.subarray((fixed + channel) * rows, (fixed + channel + 1) * rows),
  );
  const rowWeights = arena.floats(rows);
  rowWeights.set(problem.weights.subarray(0, rows));
  return { arena, block, rows, width, fixed, channels, media, rowWeights };
}

/** Room for everything an engine keeps; a few arrays per channel and fold begin anew. */
function countArenaBytes(problem: Problem, rows: number, width: number): number {
  const { stride, lagMax } = problem.settings;
  const channels = problem.exposures.length;
  const folds = problem.windows.folds.length + 1;
  const rank = roundUpToFour(problem.design.columns.length);
  const columns = rows * (width + 1);
  const media = channels * (3 * rows + (lagMax + 1) * stride + stride + 8);
  const sums = (folds + 1) * channels * width + folds + 32;
  const fold = rank * (rank + channels + 2) + channels * (channels + 3) + width + 48;
  return 8 * (columns + media + sums + folds * fold + 64) + countRidgeBytes(channels);
}
