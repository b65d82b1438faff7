/**
 * Did the data say anything about a channel?
 *
 * The largest distance between the distribution functions of a channel's ROI before and after the
 * data (Kolmogorov's): 0 = the posterior is the prior, 1 = they share nothing. Where it is small the
 * published return is the prior's and no measurement.
 *
 * 1. Deterministic in the seed.
 */

import { NormalStream } from "../posterior/normal-stream.ts";
import type { PosteriorInputs } from "../posterior/inputs.ts";
import { layOutParameters, readValues } from "../posterior/parameters.ts";
import type { Responses } from "../posterior/responses.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";

const PRIOR_DRAWS = 1000;
const DISTANCE_LEAST = 0.25;

/** One flag per channel. */
export function checkLearning(
  inputs: PosteriorInputs,
  { channels }: Responses,
  seed: number,
): Flag[] {
  const prior = drawPriorReturns(inputs, seed);
  return channels.map(({ name, roi }, c) => {
    const value = measureDistance(prior[c] ?? new Float64Array(0), roi);
    return describeLearning(name, value);
  });
}

/** ROI per channel of draws from the prior. */
export function drawPriorReturns(inputs: PosteriorInputs, seed: number): Float64Array[] {
  const stream = new NormalStream(seed);
  const layout = layOutParameters(inputs);
  const returns = inputs.channels.map(() => new Float64Array(PRIOR_DRAWS));
  for (let draw = 0; draw < PRIOR_DRAWS; draw += 1) {
    const theta = Float64Array.from({ length: layout.dimension }, () => stream.normal());
    for (const [c, { share }] of readValues(inputs, layout, theta).channels.entries()) {
      const spend = inputs.channels[c]?.spendShare ?? 1;
      (returns[c] as Float64Array)[draw] = (inputs.roiUnit * share) / spend;
    }
  }
  return returns;
}

/** Largest distance between two empirical distribution functions. */
export function measureDistance(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [x, y] = [a.toSorted(), b.toSorted()];
  let [i, j, most] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number);
    while (i < x.length && (x[i] as number) <= at) i += 1;
    while (j < y.length && (y[j] as number) <= at) j += 1;
    most = Math.max(most, Math.abs(i / x.length - j / y.length));
  }
  return most;
}

function describeLearning(channel: string, value: number): Flag {
  const raised = value < DISTANCE_LEAST;
  return {
    code: "nothing_learnt",
    channels: [channel],
    raised,
    value,
    limit: DISTANCE_LEAST,
    figures: { distance: value },
    message: raised
      ? `The data say almost nothing about ${channel}: its return is what was believed before (distance ${formatFigure(value)} of 1)`
      : `The data moved the belief about ${channel} (distance ${formatFigure(value)} of 1)`,
  };
}
