/**
 * Intervals of ROI at a fixed configuration: cheap enough for every training.
 *
 * Moving-block bootstrap of the residuals (`block-bootstrap.ts`) with the transform parameters held:
 * only the coefficients are refitted. With X̃ the media columns after the unpenalised part is taken
 * out, a resampled target y* changes nothing but b̃* = X̃ᵀy*, so a draw costs channels × rows and one
 * small solution.
 *
 * These say what noise leaves open *if decay, alpha and gamma are right*. They are narrower than the
 * truth deserves; `uncertainty.ts` lets the parameters vary, too, and is what verdicts rest on.
 *
 * 1. low ≤ high, finite; null where there is no spend to divide by.
 * 2. Same fits and seed, same intervals.
 */

import type { WindowFit } from "../fit/fit.ts";
import { drawBootstrapTarget } from "./block-bootstrap.ts";
import { computeQuantile, sum } from "../numbers.ts";
import { computeDotProduct, projectOut } from "../fit/projection.ts";
import type { Projection } from "../fit/projection.ts";
import { Random, deriveSeed } from "../random.ts";
import { RidgeSolver } from "../fit/ridge.ts";

const DRAWS = 200;
const TAIL = 0.05;
/** Keeps the stream apart from others that begin with the same seed. */
const STREAM = 3;

export interface ConditionalInterval {
  readonly low: number;
  readonly high: number;
}

/** 90 % intervals of each channel's ROI over the fits' training rows (several fits: geos apart). */
export function estimateConditionalRoiIntervals(
  fits: readonly WindowFit[],
  seed: number,
): (ConditionalInterval | null)[] {
  const channels = fits[0]?.beta.length ?? 0;
  const random = new Random(deriveSeed(seed, STREAM));
  const effects = Array.from({ length: channels }, () => new Float64Array(DRAWS));
  for (const fit of fits) addDraws(fit, random, effects);
  return effects.map((values, channel) => {
    const spend = sum(
      fits.map((fit) => sum(fit.problem.dataset.channels[channel]?.spend ?? [], 0, fit.trainRows)),
    );
    if (!(spend > 0)) return null;
    return {
      low: computeQuantile(values, TAIL) / spend,
      high: computeQuantile(values, 1 - TAIL) / spend,
    };
  });
}

/** Adds each draw's contribution of every channel to `effects`. */
function addDraws(fit: WindowFit, random: Random, effects: readonly Float64Array[]): void {
  const { problem, trainRows } = fit;
  const penalty = fit.parameters.at(-1) ?? 0;
  const projection = projectOut(problem.design.columns, problem.scaledTarget, trainRows);
  const own = fit.media.map((column) => withoutDesign(fit, projection, column));
  const totals = fit.media.map((column) => computeDotProduct(column, problem.weights, trainRows));
  const solver = new RidgeSolver(own.length);
  const beta = new Float64Array(own.length);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const target = drawBootstrapTarget(fit, random);
    const right = Float64Array.from(own, (column) => computeDotProduct(column, target, trainRows));
    solver.solve({ ...fit.system, right }, penalty, beta);
    for (const [channel, values] of effects.entries()) {
      values[draw] = (values[draw] ?? 0) + (beta[channel] ?? 0) * (totals[channel] ?? 0);
    }
  }
}

/** x − QQᵀx on the training rows. */
function withoutDesign(fit: WindowFit, projection: Projection, column: Float64Array): Float64Array {
  const { columns } = fit.problem.design;
  const { inverse, kept } = projection;
  const rest = column.slice(0, fit.trainRows);
  const sums = columns.map((values) => computeDotProduct(values, column, fit.trainRows));
  const weights = new Float64Array(columns.length);
  for (let at = 0; at < kept.length; at += 1) {
    const row = inverse.subarray(at * columns.length, (at + 1) * columns.length);
    const rotated = row.reduce((total, value, index) => total + value * (sums[index] ?? 0), 0);
    for (const [index, value] of row.entries()) {
      weights[index] = (weights[index] ?? 0) + rotated * value;
    }
  }
  for (const [index, values] of columns.entries()) {
    const weight = weights[index] ?? 0;
    for (let row = 0; row < rest.length; row += 1) {
      rest[row] = (rest[row] ?? 0) - weight * (values[row] ?? 0);
    }
  }
  return rest;
}
