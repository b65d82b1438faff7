/**
 * The published figures: one central interval for everything, from the kept draws.
 *
 * 1. low ≤ median ≤ high; every number is finite.
 * 2. Quantiles are type 7 of Hyndman & Fan 1996 (`numbers.ts`).
 */

import { computeQuantile } from "../numbers.ts";
import type { ChannelResponses, Responses } from "./responses.ts";
import { MULTIPLIERS } from "./responses.ts";

/** The one level of every published interval. */
export const LEVEL = 0.9;

export interface Interval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface ChannelPosterior {
  /** Target units per unit of spend over the training rows. */
  readonly roi: Interval;
  /** Target units per further unit of spend, all periods' spend raised alike. */
  readonly mroi: Interval;
  /** Target units over the training rows. */
  readonly contribution: Interval;
  readonly half_life_weeks: Interval;
  /** Response over the training rows if all spend were × multiplier, 0 … 2. */
  readonly response_curve: readonly (Interval & {
    readonly multiplier: number;
    readonly spend: number;
  })[];
  /** Probability that the channel returns less than it costs; for targets in money. */
  readonly probability_roi_below_1: number;
}

export interface PosteriorSummary {
  readonly level: number;
  readonly channels: Readonly<Record<string, ChannelPosterior>>;
  /** All channels together. */
  readonly media: { readonly contribution: Interval; readonly share: Interval };
  readonly baseline: {
    readonly contribution: Interval;
    readonly share: Interval;
    /** Posterior mean per period of the training window, geos added up. */
    readonly weekly: readonly number[];
  };
  /** Posterior mean contribution per period, geos added up. */
  readonly weekly_contributions: Readonly<Record<string, readonly number[]>>;
}

/** The central interval of some draws. */
export function summarizeDraws(values: Float64Array, level = LEVEL): Interval {
  const sorted = values.toSorted();
  const tail = (1 - level) / 2;
  return {
    low: computeQuantile(sorted, tail),
    median: computeQuantile(sorted, 0.5),
    high: computeQuantile(sorted, 1 - tail),
  };
}

/** Everything that is published, channel by channel. */
export function summarizeResponses(responses: Responses): PosteriorSummary {
  const { channels, targetTotal, mediaTotal, baselineTotal } = responses;
  const share = (values: Float64Array): Interval =>
    summarizeDraws(values.map((value) => value / targetTotal));
  return {
    level: LEVEL,
    channels: Object.fromEntries(channels.map((one) => [one.name, summarizeChannel(one)])),
    media: { contribution: summarizeDraws(mediaTotal), share: share(mediaTotal) },
    baseline: {
      contribution: summarizeDraws(baselineTotal),
      share: share(baselineTotal),
      weekly: [...responses.weeklyBaseline],
    },
    weekly_contributions: Object.fromEntries(
      channels.map(({ name, weekly }) => [name, [...weekly]]),
    ),
  };
}

function summarizeChannel(channel: ChannelResponses): ChannelPosterior {
  const { roi, curves } = channel;
  const step = MULTIPLIERS.length;
  return {
    roi: summarizeDraws(roi),
    mroi: summarizeDraws(channel.mroi),
    contribution: summarizeDraws(channel.contribution),
    half_life_weeks: summarizeDraws(channel.halfLifeWeeks),
    response_curve: MULTIPLIERS.map((multiplier, at) => ({
      multiplier,
      spend: multiplier * channel.spend,
      ...summarizeDraws(roi.map((_, draw) => curves[draw * step + at] as number)),
    })),
    probability_roi_below_1: roi.reduce((sum, value) => sum + (value < 1 ? 1 : 0), 0) / roi.length,
  };
}
