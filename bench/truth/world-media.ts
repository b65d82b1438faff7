/**
 * Parts of which worlds are made: spends, carryovers, saturations, channels with a stated ROI.
 *
 * Everything is drawn from one seeded stream; nothing here knows the posterior's priors.
 */

import type { MediaType } from "../../model/media-types.ts";
import type { Random } from "../../model/random.ts";

export interface Medium {
  readonly name: string;
  readonly type: MediaType;
  readonly spend: Float64Array;
  /** Incremental target per week with all spend × multiplier. */
  readonly effect: (multiplier: number) => Float64Array;
}

export interface MediumSpec {
  readonly name: string;
  readonly type: MediaType;
  /** Typical weekly decay and mean spend as a share of all. */
  readonly decay: number;
  readonly share: number;
  /** Share of weeks with spend. */
  readonly active: number;
}

export const ROSTER: readonly MediumSpec[] = [
  { name: "tv", type: "tv", decay: 0.6, share: 0.32, active: 0.5 },
  { name: "radio", type: "radio", decay: 0.35, share: 0.09, active: 0.5 },
  { name: "social", type: "social", decay: 0.25, share: 0.2, active: 1 },
  { name: "display", type: "display", decay: 0.2, share: 0.13, active: 1 },
  { name: "search", type: "search", decay: 0.1, share: 0.26, active: 1 },
  { name: "ooh", type: "ooh", decay: 0.4, share: 0.08, active: 0.45 },
  { name: "video", type: "video", decay: 0.35, share: 0.09, active: 0.8 },
];

/** Log-normal level, flights of about a month where not always on, an autocorrelated drift. */
export function drawSpend(
  random: Random,
  spec: MediumSpec,
  { weeks, mean }: { weeks: number; mean: number },
): Float64Array {
  const spend = new Float64Array(weeks);
  let on = random.uniform() < spec.active;
  let drift = 0.4 * random.normal();
  const spread = 0.25 + 0.3 * random.uniform();
  for (let t = 0; t < weeks; t += 1) {
    if (spec.active < 1 && random.uniform() < 0.25) on = random.uniform() < spec.active;
    drift = 0.9 * drift + 0.15 * random.normal();
    spend[t] = on ? Math.exp(drift + spread * random.normal()) : 0;
  }
  const total = spend.reduce((a, b) => a + b, 0) || 1;
  return spend.map((value) => (value * mean * weeks) / total);
}

/** Normalised carryover of any shape. */
export function carry(x: Float64Array, weights: readonly number[]): Float64Array {
  const total = weights.reduce((a, b) => a + b, 0);
  return x.map(
    (_, t) =>
      weights.reduce((sum, weight, lag) => sum + (t >= lag ? weight * (x[t - lag] ?? 0) : 0), 0) /
      total,
  );
}

export const geometric = (decay: number, lags = 40): number[] =>
  Array.from({ length: lags }, (_, lag) => decay ** lag);

/** Peak `peak` periods later (Jin et al. 2017, delayed adstock). */
export const delayed = (decay: number, peak: number): number[] =>
  Array.from({ length: 26 }, (_, lag) => decay ** ((lag - peak) ** 2 / 4));

/** Density of a Weibull distribution over lags. */
export const weibull = (shape: number, scale: number): number[] =>
  Array.from({ length: 20 }, (_, lag) => {
    const x = (lag + 0.5) / scale;
    return x ** (shape - 1) * Math.exp(-(x ** shape));
  });

export type Saturation = (x: number) => number;

/** Half-saturation in multiples of the mean. */
export const hillCurve =
  (slope: number, half: number): Saturation =>
  (x) =>
    x > 0 ? 1 / (1 + (half / x) ** slope) : 0;
export const logisticCurve =
  (rate: number): Saturation =>
  (x) =>
    (1 - Math.exp(-rate * x)) / (1 + Math.exp(-rate * x));
export const powerCurve =
  (exponent: number): Saturation =>
  (x) =>
    x > 0 ? x ** exponent : 0;
export const logCurve =
  (rate: number): Saturation =>
  (x) =>
    Math.log1p(rate * x);

/** A channel whose effect over the first `trainWeeks` is `roi` times its spend there. */
export function mediumWithRoi(
  spec: MediumSpec,
  spend: Float64Array,
  form: {
    weights: readonly number[];
    curve: Saturation;
    roi: number;
    trainWeeks: number;
    /** Factor on the effect per week. */
    strength?: (week: number) => number;
  },
): Medium {
  const { trainWeeks, strength = () => 1 } = form;
  const head = (values: Float64Array): number =>
    values.subarray(0, trainWeeks).reduce((a, b) => a + b, 0);
  const mean = head(spend) / trainWeeks || 1;
  const shape = (multiplier: number): Float64Array =>
    carry(spend, form.weights).map((a, t) => form.curve((multiplier * a) / mean) * strength(t));
  const unit = head(shape(1));
  const scale = unit > 0 ? (form.roi * head(spend)) / unit : 0;
  return {
    name: spec.name,
    type: spec.type,
    spend,
    effect: (multiplier) => shape(multiplier).map((value) => value * scale),
  };
}

/** exp(N(ln median, sd)). */
export function drawLogNormal(random: Random, median: number, sd: number): number {
  return median * Math.exp(sd * random.normal());
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}
