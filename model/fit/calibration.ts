/**
 * Evidence from outside the data: ROI priors and lift tests, as precisions on coefficients.
 *
 * Off unless `calibration` is given. Both are statements about one channel's coefficient β ≥ 0 at
 * the current transformation, with S = Σ s over rows and W = Σ spend:
 *   ROI prior   β W⁻¹ S ~ (roi, sd²)          ⇒ mean roi·W/S,    sd·W/S
 *   lift test   β Σ_{start…end} w s ~ (effect, se²)  ⇒ mean effect/S_test, se/S_test, w the share of a
 *               period's days between the dates
 * each entering the ridge as σ²/sd² (β − mean)², σ² being the residual variance of the uncalibrated
 * fit: ridge towards a prior mean is the mode under a Gaussian prior (Zhang et al. 2024).
 * A lift test is read as the incremental effect of all of the channel's advertising felt between
 * its dates (a switched-off test group).
 *
 * 1. Nothing given: no priors, bit for bit the uncalibrated fit.
 * 2. A window uses only lift tests that lie inside it (`lift-tests.ts`), so a fold never sees a later experiment.
 */

import type { ModelConfig } from "../config.ts";
import { locateLiftTest } from "../lift-tests.ts";
import { sum } from "../numbers.ts";
import type { Problem } from "./problem.ts";

export interface Priors {
  readonly priorPrecision: Float64Array | null;
  readonly priorMean: Float64Array | null;
}

const NONE: Priors = { priorPrecision: null, priorMean: null };

/** Whether any evidence is given. */
export function hasCalibration({ calibration }: ModelConfig): boolean {
  return (calibration?.lift_tests.length ?? 0) + (calibration?.roi_priors.length ?? 0) > 0;
}

/** Priors for a fit on rows [0, trainRows) with the given saturated columns. */
export function computeWindowPriors(
  problem: Problem,
  media: readonly Float64Array[],
  trainRows: number,
): Priors {
  const { calibration } = problem.config;
  if (calibration === undefined || !hasCalibration(problem.config)) return NONE;
  const precision = new Float64Array(media.length);
  const weighted = new Float64Array(media.length);
  const add = (channel: number, mean: number, sd: number): void => {
    if (!(sd > 0) || !Number.isFinite(mean)) return;
    const share = estimateNoiseVariance(problem, trainRows) / (sd * sd);
    precision[channel] = (precision[channel] ?? 0) + share;
    weighted[channel] = (weighted[channel] ?? 0) + share * mean;
  };
  const indexOf = (name: string): number =>
    problem.dataset.channels.findIndex((channel) => channel.name === name);
  for (const prior of calibration.roi_priors) {
    const channel = indexOf(prior.channel);
    const effect = sumWeighted(problem, media[channel], 0, trainRows);
    const spend = sumRange(problem.dataset.channels[channel]?.spend, 0, trainRows);
    if (effect > 0 && spend > 0) {
      add(channel, (prior.roi * spend) / effect, (prior.sd * spend) / effect);
    }
  }
  for (const test of calibration.lift_tests) {
    const channel = indexOf(test.channel);
    const { dataset, stride } = problem;
    const at = locateLiftTest(dataset, test, Math.floor(trainRows / stride));
    if (at === null) continue;
    const effect = sum(
      at.days.map((share, index) => {
        const from = (at.from + index) * stride;
        return share * sumWeighted(problem, media[channel], from, from + stride);
      }),
    );
    if (effect > 0) add(channel, test.effect / effect, test.standard_error / effect);
  }
  return {
    priorPrecision: precision,
    priorMean: weighted.map((value, c) =>
      (precision[c] ?? 0) > 0 ? value / (precision[c] ?? 1) : 0,
    ),
  };
}

/**
 * σ² in scaled units: a tenth of the target's variance over the rows. A fixed, documented stand-in
 * for the residual variance, so that priors do not depend on the parameters being searched.
 */
function estimateNoiseVariance(problem: Problem, trainRows: number): number {
  const mean = sumRange(problem.scaledTarget, 0, trainRows) / trainRows;
  let squares = 0;
  for (let row = 0; row < trainRows; row += 1) {
    squares += ((problem.scaledTarget[row] ?? 0) - mean) ** 2;
  }
  return (0.1 * squares) / trainRows;
}

function sumWeighted(
  problem: Problem,
  column: Float64Array | undefined,
  from: number,
  to: number,
): number {
  let sum = 0;
  for (let row = from; row < to; row += 1) {
    sum += (column?.[row] ?? 0) * (problem.weights[row] ?? 1);
  }
  return sum;
}

function sumRange(values: Float64Array | undefined, from: number, to: number): number {
  let sum = 0;
  for (let row = from; row < to; row += 1) sum += values?.[row] ?? 0;
  return sum;
}
