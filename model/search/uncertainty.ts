/**
 * Intervals for ROI, mROI, contributions, parameters and response curves.
 *
 * Two sources together:
 *   transform parameters   an ensemble drawn by likelihood (`ensemble.ts`)
 *   coefficients           for each member, a moving-block bootstrap of its residuals
 *                          (Künsch 1989; circular blocks of about n^(1/3) periods, so that
 *                          autocorrelation survives), refitted at that member's transformation
 * An interval is the central share of the draws. It says what the data leave open *inside* the model
 * and the allowed ranges; it cannot know of a left-out confounder or a wrong functional form.
 *
 * 1. low ≤ median ≤ high, all finite (or null when there is no spend to divide by).
 * 2. Same seed, same intervals. Locked rows influence nothing.
 */

import { computeChannelAttribution, computeResponseAt } from "../fit/attribution.ts";
import type { SearchBounds } from "./bounds.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { sampleEnsemble } from "./ensemble.ts";
import type { Finding } from "../findings.ts";
import { toFinding } from "../findings.ts";
import type { WindowFit } from "../fit/fit.ts";
import { fitWindow } from "../fit/fit.ts";
import { Likelihood } from "../fit/likelihood.ts";
import { toFiniteOrNull, computeQuantile } from "../numbers.ts";
import { splitGeos } from "../fit/objective.ts";
import type { Problem } from "../fit/problem.ts";
import { createProblem } from "../fit/problem.ts";
import { Random, deriveSeed } from "../random.ts";
import { drawBootstrapTarget } from "../results/block-bootstrap.ts";

const WIDE_INTERVAL = 1;
export const CURVE_MULTIPLIERS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] as const;

export interface IntervalOptions {
  readonly seed: number;
  /** Draws; default 200. */
  readonly draws?: number;
  /** Nominal coverage; default 0.9. */
  readonly level?: number;
  /** Ranges of the ensemble; the media types' defaults where none is given. */
  readonly bounds?: SearchBounds;
}

export interface Interval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface ChannelIntervals {
  readonly roi: Interval | null;
  readonly mroi: Interval | null;
  readonly contribution: Interval;
  readonly decay: Interval;
  readonly alpha: Interval;
  readonly gamma: Interval;
  readonly half_life_weeks: Interval;
  readonly coefficient: Interval;
  /** Response over the training window if all spend were × multiplier. */
  readonly response_curve: readonly (Interval & { readonly multiplier: number })[];
}

export interface IntervalResult {
  readonly level: number;
  readonly draws: number;
  readonly method: "ensemble_block_bootstrap";
  readonly channels: Readonly<Record<string, ChannelIntervals>>;
  readonly baseline_share: Interval;
  readonly findings: readonly Finding[];
}

/** Intervals of the configuration's model on its training rows. */
export function estimateIntervals(
  dataset: Dataset,
  config: ModelConfig,
  options: IntervalOptions,
): IntervalResult {
  const { draws = 200, level = 0.9 } = options;
  const problems = splitGeos(dataset, config).map((part) => createProblem(part, config));
  const likelihoods = problems.map((problem) => new Likelihood(problem));
  const members = sampleEnsemble(likelihoods, config, {
    seed: deriveSeed(options.seed, 1),
    members: draws,
    ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
  });
  const random = new Random(deriveSeed(options.seed, 2));
  const fits = members.map((parameters) =>
    problems.map((problem) => bootstrapFit(problem, parameters, random)),
  );
  const tail = (1 - level) / 2;
  const interval = (of: (fit: readonly WindowFit[]) => number): Interval => {
    const values = fits.map(of).filter(Number.isFinite);
    return {
      low: computeQuantile(values, tail),
      median: computeQuantile(values, 0.5),
      high: computeQuantile(values, 1 - tail),
    };
  };
  const channels = Object.fromEntries(
    config.channels.map(({ name }, channel) => [name, computeChannelIntervals(channel, interval)]),
  );
  return {
    level,
    draws,
    method: "ensemble_block_bootstrap",
    channels,
    baseline_share: interval(computeBaselineShare),
    findings: findWideIntervals(channels),
  };
}

/** One refit on a resampled target, at fixed transform parameters. */
function bootstrapFit(problem: Problem, parameters: Float64Array, random: Random): WindowFit {
  const rows = problem.trainingRows;
  const fit = fitWindow(problem, parameters, { trainRows: rows, rows });
  const scaledTarget = drawBootstrapTarget(fit, random);
  return fitWindow({ ...problem, scaledTarget }, parameters, { trainRows: rows, rows });
}

function computeChannelIntervals(
  channel: number,
  interval: (of: (fits: readonly WindowFit[]) => number) => Interval,
): ChannelIntervals {
  const perChannel = (of: (row: ReturnType<typeof computeChannelAttribution>) => number | null) =>
    interval((fits) => of(computeChannelAttribution(fits, channel)) ?? Number.NaN);
  const spend = interval((fits) => computeChannelAttribution(fits, channel).spend).median;
  return {
    roi: spend > 0 ? perChannel((row) => row.roi) : null,
    mroi: spend > 0 ? perChannel((row) => row.mroi) : null,
    contribution: perChannel((row) => row.contribution),
    decay: interval((fits) => fits[0]?.parameters[channel * 3] ?? 0),
    alpha: interval((fits) => fits[0]?.parameters[channel * 3 + 1] ?? 0),
    gamma: interval((fits) => fits[0]?.parameters[channel * 3 + 2] ?? 0),
    half_life_weeks: perChannel((row) => row.half_life_weeks),
    coefficient: interval((fits) => fits[0]?.beta[channel] ?? 0),
    response_curve: CURVE_MULTIPLIERS.map((multiplier) => ({
      multiplier,
      ...interval((fits) =>
        fits.reduce((sum, fit) => sum + computeResponseAt(fit, channel, multiplier), 0),
      ),
    })),
  };
}

function computeBaselineShare(fits: readonly WindowFit[]): number {
  let baseline = 0;
  let fitted = 0;
  for (const fit of fits) {
    for (let row = 0; row < fit.trainRows; row += 1) {
      baseline += fit.baseline[row] ?? 0;
      fitted += fit.fitted[row] ?? 0;
    }
  }
  return toFiniteOrNull(baseline / fitted) ?? 0;
}

/** Channels whose ROI interval is wider than its own median: the data hardly say. */
function findWideIntervals(channels: IntervalResult["channels"]): Finding[] {
  return Object.entries(channels).flatMap(([name, { roi }]) => {
    if (roi === null || roi.median <= 0) return [];
    const width = (roi.high - roi.low) / roi.median;
    if (width <= WIDE_INTERVAL) return [];
    return [
      toFinding(
        "intervals_wide",
        `ROI of "${name}" lies between ${roi.low.toFixed(2)} and ${roi.high.toFixed(2)}: a lift test would tell more than further tuning`,
        { channel: name, figure: width, bound: WIDE_INTERVAL },
      ),
    ];
  });
}
