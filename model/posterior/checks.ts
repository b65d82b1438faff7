/**
 * Does the model say sensible things before the data, and do its residuals look like its noise after?
 *
 * Prior predictive (Gabry, Simpson, Vehtari, Betancourt & Gelman 2019): shares and returns that the
 * priors imply. Posterior predictive (Gelman, Meng & Stern 1996): discrepancies of realised residuals
 * against those of independent normal noise; p near 0 or 1 tells of misfit.
 * `simulateTarget` draws data from the model itself: simulation-based calibration stands on it
 * (Talts, Betancourt, Simpson, Vehtari & Gelman 2018).
 *
 * 1. Deterministic in the seed.
 */

import { createDensity } from "./density.ts";
import type { Draws } from "./draws.ts";
import { readDraw } from "./draws.ts";
import type { PosteriorInputs } from "./inputs.ts";
import { createLinearSampler } from "./linear-draw.ts";
import { walkMode } from "./linear-part.ts";
import { NormalStream } from "./normal-stream.ts";
import { layOutParameters, readValues } from "./parameters.ts";
import type { Interval } from "./summaries.ts";
import { summarizeDraws } from "./summaries.ts";

const PRIOR_DRAWS = 1000;
const CHECK_DRAWS = 200;

export interface PriorCheck {
  readonly media_share: Interval;
  /** Target units per unit of spend. */
  readonly roi: Readonly<Record<string, Interval>>;
}

/** What the priors say before any target is seen (its total alone sets the unit). */
export function checkPrior(inputs: PosteriorInputs, seed: number): PriorCheck {
  const stream = new NormalStream(seed);
  const layout = layOutParameters(inputs);
  const share = new Float64Array(PRIOR_DRAWS);
  const rois = inputs.channels.map(() => new Float64Array(PRIOR_DRAWS));
  for (let draw = 0; draw < PRIOR_DRAWS; draw += 1) {
    const theta = drawPrior(layout.dimension, stream);
    const values = readValues(inputs, layout, theta);
    share[draw] = values.share;
    for (const [c, channel] of values.channels.entries()) {
      const spendShare = inputs.channels[c]?.spendShare ?? 1;
      (rois[c] as Float64Array)[draw] = (inputs.roiUnit * channel.share) / spendShare;
    }
  }
  return {
    media_share: summarizeDraws(share),
    roi: Object.fromEntries(
      inputs.channels.map(({ name }, c) => [name, summarizeDraws(rois[c] as Float64Array)]),
    ),
  };
}

/** A vector from the prior. */
export function drawPrior(dimension: number, stream: NormalStream): Float64Array {
  return Float64Array.from({ length: dimension }, () => stream.normal());
}

/** A scaled target drawn from the model at a vector: level 1, no season, media, walk and noise. */
export function simulateTarget(
  inputs: PosteriorInputs,
  theta: Float64Array,
  stream: NormalStream,
): Float64Array {
  const density = createDensity(inputs);
  density.evaluate(theta, null);
  const { values, media } = density.last();
  const target = new Float64Array(inputs.target.length);
  const modes = Array.from(
    { length: inputs.linear.modes.length === 0 ? 0 : Math.min(40, inputs.periods >> 1) },
    (_, j) => walkMode(inputs.periods, j),
  );
  for (let geo = 0; geo < inputs.geos; geo += 1) {
    const weights = modes.map(() => values.noise * values.level * stream.normal());
    for (let t = 0; t < inputs.periods; t += 1) {
      const row = geo * inputs.width + t;
      let value = 1 + values.noise * stream.normal();
      for (const [j, mode] of modes.entries()) value += (weights[j] ?? 0) * (mode[t] as number);
      for (const { coefficient, saturated } of media) {
        value += coefficient * (saturated[row] as number);
      }
      target[row] = value;
    }
  }
  return target;
}

export interface PosteriorCheck {
  /** P(replicated ≥ realised) per discrepancy; near 0 or 1 is misfit. */
  readonly p_values: {
    /** First-order autocorrelation of residuals. */
    readonly autocorrelation: number;
    /** Largest residual over the noise: heavy tails, outliers. */
    readonly largest: number;
    /** Mean square of residuals over the noise's. */
    readonly spread: number;
  };
}

/** Realised residuals of some kept draws against replicated noise. */
export function checkPosterior(
  inputs: PosteriorInputs,
  draws: Draws,
  seed: number,
): PosteriorCheck {
  const stream = new NormalStream(seed);
  const density = createDensity(inputs);
  const sampleLinear = createLinearSampler(inputs);
  const theta = new Float64Array(draws.names.length);
  const count = Math.min(CHECK_DRAWS, draws.count);
  const above = { autocorrelation: 0, largest: 0, spread: 0 };
  for (let at = 0; at < count; at += 1) {
    readDraw(draws, Math.floor((at * draws.count) / count), theta);
    density.evaluate(theta, null);
    const { values, media } = density.last();
    const residuals: number[] = [];
    for (let geo = 0; geo < inputs.geos; geo += 1) {
      const rest = Float64Array.from({ length: inputs.periods }, (_, t) => {
        const row = geo * inputs.width + t;
        const effect = media.reduce((sum, m) => sum + m.coefficient * (m.saturated[row] ?? 0), 0);
        return (inputs.target[row] as number) - effect;
      });
      const { steady, level } = sampleLinear(geo, rest, { ...values, stream });
      for (const [t, value] of rest.entries()) {
        residuals.push((value - (steady[t] ?? 0) - (level[t] ?? 0)) / values.noise);
      }
    }
    const replicated = measureDiscrepancies(residuals.map(() => stream.normal()));
    const realised = measureDiscrepancies(residuals);
    for (const key of ["autocorrelation", "largest", "spread"] as const) {
      if (replicated[key] >= realised[key]) above[key] += 1 / count;
    }
  }
  return { p_values: above };
}

function measureDiscrepancies(z: readonly number[]): PosteriorCheck["p_values"] {
  let squares = 0;
  let products = 0;
  let largest = 0;
  for (const [t, value] of z.entries()) {
    squares += value * value;
    products += t > 0 ? value * (z[t - 1] ?? 0) : 0;
    largest = Math.max(largest, Math.abs(value));
  }
  return { autocorrelation: products / squares, largest, spread: squares / z.length };
}
