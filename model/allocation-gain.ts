/**
 * What a plan brings beyond today's spend, as a distribution over the draws.
 *
 * I1. Plan and today are compared draw by draw: what both share does not widen the interval.
 */
import { interpolateResponse } from "./interpolate-response.ts";
import { computeMean } from "./numbers.ts";
import { MULTIPLIERS, type ChannelResponses } from "./posterior/responses.ts";
import { summarizeDraws, type Interval } from "./posterior/summaries.ts";

/** Response under the plan less response under today's spend, over the draws. */
export interface AllocationGain extends Interval {
  readonly expected: number;
  /** Share of the draws in which the plan brings more than today's spend. */
  readonly probability: number;
  /** Mean over all draws of what is lost where the plan brings less; at least 0. */
  readonly expected_loss: number;
}

/** Response under the plan less response under today's spend, draw by draw. */
export function computeDrawGains(
  channels: readonly ChannelResponses[],
  spends: readonly number[],
): Float64Array {
  const gains = new Float64Array(channels[0]?.roi.length ?? 0);
  for (const [index, { spend, curves }] of channels.entries()) {
    const multiplier = (spends[index] ?? spend) / spend;
    for (const [draw, gain] of gains.entries()) {
      const first = draw * MULTIPLIERS.length;
      const more = interpolateResponse(curves, first, multiplier);
      gains[draw] = gain + more - interpolateResponse(curves, first, 1);
    }
  }
  return gains;
}

/** What the plan brings beyond today's spend, over the draws. */
export function computeAllocationGain(
  channels: readonly ChannelResponses[],
  spends: readonly number[],
): AllocationGain {
  const gains = computeDrawGains(channels, spends);
  return {
    ...summarizeDraws(gains),
    expected: computeMean(gains),
    probability: gains.filter((gain) => gain > 0).length / Math.max(1, gains.length),
    expected_loss: computeMean(gains.map((gain) => Math.max(0, -gain))),
  };
}
