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

import { IDENTIFIED_SHARE, reduceSums } from "./engine.ts";
import { SegmentSums } from "./gram.ts";
import type { MediaColumns } from "./media-columns.ts";
import { createMediaColumns } from "./media-columns.ts";
import type { Problem } from "./problem.ts";
import { layOutBlock } from "./problem.ts";
import { priorsForWindow } from "./calibration.ts";
import { dot, projectOut } from "./projection.ts";
import type { Projection } from "./projection.ts";
import type { RidgeSystem } from "./ridge.ts";
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
  readonly #fixed: number;
  readonly #solver: RidgeSolver;
  readonly #projection: Projection;
  readonly #rotated: Float64Array;
  readonly #targetSquares: number;
  #system: RidgeSystem;

  constructor(problem: Problem) {
    const rows = problem.trainingRows;
    const channels = problem.exposures.length;
    const { block, media, fixed } = layOutBlock(problem, rows);
    this.problem = problem;
    this.beta = new Float64Array(channels);
    this.#fixed = fixed;
    this.#columns = media;
    this.#media = createMediaColumns(problem.exposures, media, problem.settings);
    this.#sums = new SegmentSums({ block, rows, fixed, channels, ends: [rows] });
    this.#total = new Float64Array(channels * (fixed + channels));
    this.#solver = new RidgeSolver(channels);
    this.#projection = projectOut(problem.design.columns, problem.scaledTarget, rows);
    const rank = this.#projection.kept.length;
    this.#rotated = new Float64Array(channels * rank);
    const rotatedTarget = this.#projection.rotatedTarget;
    this.#targetSquares =
      dot(problem.scaledTarget, problem.scaledTarget, rows) -
      dot(rotatedTarget, rotatedTarget, rank);
    this.freedom = Math.max(1, rows - rank - channels);
    this.#system = {
      gram: new Float64Array(channels * channels),
      right: new Float64Array(channels),
      diagonalMin: new Float64Array(channels).fill(IDENTIFIED_SHARE),
      priorPrecision: null,
      priorMean: null,
    };
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
    const fold = { projection: this.#projection, system: this.#system, rotated: this.#rotated };
    reduceSums(this.#total, fold, { fixed: this.#fixed, channels });
    const priors = priorsForWindow(this.problem, this.#columns, this.problem.trainingRows);
    if (priors.priorPrecision !== null) this.#system = { ...this.#system, ...priors };
    this.#solver.solve(this.#system, parameters[channels * 3] as number, this.beta);
    let rss = this.#targetSquares;
    for (let c = 0; c < channels; c += 1) {
      const beta = this.beta[c] as number;
      if (beta === 0) continue;
      let cross = -2 * (this.#system.right[c] as number);
      for (let j = 0; j < channels; j += 1) {
        cross += (this.#system.gram[c * channels + j] as number) * (this.beta[j] as number);
      }
      rss += beta * cross;
    }
    return Math.max(rss, 1e-12 * this.#targetSquares, Number.MIN_VALUE);
  }
}
