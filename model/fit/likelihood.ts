/**
 * How well parameters explain the training rows: the in-sample side of `engine.ts`.
 *
 * With β̂ the non-negative ridge solution, RSS = ỹᵀỹ − 2 b̃ᵀβ̂ + β̂ᵀG̃β̂, and
 *   log L(φ) = −(n − k − C)/2 · ln RSS(φ)
 * is the log likelihood of the transform parameters with coefficients and noise variance integrated
 * out, up to a determinant (n rows, k unpenalised columns, C channels).
 *
 * 1. Reads training rows only. 2. A function of the parameters alone.
 */

import type { FoldState } from "./fold.ts";
import { createFold } from "./fold.ts";
import { SegmentSums } from "./gram.ts";
import { createLayout } from "./layout.ts";
import type { MediaColumns } from "./media-columns.ts";
import { createMediaColumns } from "./media-columns.ts";
import type { Problem } from "./problem.ts";
import { computeWindowPriors } from "./calibration.ts";
import { computeDotProduct } from "./projection.ts";
import { RidgeSolver } from "./ridge.ts";

export class Likelihood {
  readonly problem: Problem;
  readonly beta: Float64Array;
  /** Residual degrees of freedom: rows − unpenalised columns − channels. */
  readonly freedom: number;
  readonly #columns: readonly Float64Array[];
  readonly #media: MediaColumns;
  readonly #sums: SegmentSums;
  readonly #total: Float64Array;
  readonly #solver: RidgeSolver;
  readonly #fold: FoldState;
  readonly #targetSquares: number;

  constructor(problem: Problem) {
    const rows = problem.trainingRows;
    const layout = createLayout(problem, rows);
    const { arena, channels, width, media } = layout;
    this.problem = problem;
    this.#columns = media;
    this.#media = createMediaColumns(problem, layout);
    this.#sums = new SegmentSums(layout, [rows]);
    this.#total = arena.floats(channels * width);
    this.#solver = new RidgeSolver(channels, arena);
    this.#fold = createFold(problem, layout, { trainRows: rows, aheadStart: 0, aheadEnd: rows });
    this.beta = this.#fold.beta;
    const { rotatedTarget, kept } = this.#fold.projection;
    this.#targetSquares =
      computeDotProduct(problem.scaledTarget, problem.scaledTarget, rows) -
      computeDotProduct(rotatedTarget, rotatedTarget, kept.length);
    this.freedom = Math.max(1, rows - kept.length - channels);
  }

  /** Log likelihood up to a constant; β̂ is left in `beta`. */
  evaluate(parameters: Float64Array): number {
    return -0.5 * this.freedom * Math.log(this.residualSquares(parameters));
  }

  /** RSS in scaled units, at least a rounding error above zero. */
  residualSquares(parameters: Float64Array): number {
    const changed = this.#media.update(parameters);
    if (changed.length > 0) this.#sums.update(changed);
    this.#total.fill(0);
    this.#sums.addTo(0, this.#total);
    const channels = this.beta.length;
    const fold = this.#fold;
    fold.reduce(this.#total);
    const priors = computeWindowPriors(this.problem, this.#columns, this.problem.trainingRows);
    if (priors.priorPrecision !== null) fold.system = { ...fold.system, ...priors };
    this.#solver.solve(fold.system, parameters[channels * 3] as number, this.beta);
    let rss = this.#targetSquares;
    for (let c = 0; c < channels; c += 1) {
      const beta = this.beta[c] as number;
      if (beta === 0) continue;
      let cross = -2 * (fold.system.right[c] as number);
      for (let j = 0; j < channels; j += 1) {
        cross += (fold.system.gram[c * channels + j] as number) * (this.beta[j] as number);
      }
      rss += beta * cross;
    }
    return Math.max(rss, 1e-12 * this.#targetSquares, Number.MIN_VALUE);
  }
}
