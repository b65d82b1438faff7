/**
 * Response curves: what a channel would bring at other spends, with today's flighting, by the model of
 * record. A point is the median of the draws, its ends their central 90 %.
 */

import type { Effects } from "../effects.ts";
import { ModelError } from "../errors.ts";
import { interpolateResponse } from "../interpolate-response.ts";
import { toFiniteOrNull } from "../numbers.ts";
import { MULTIPLIERS, type ChannelResponses } from "../posterior/responses.ts";
import { summarizeDraws, type Interval } from "../posterior/summaries.ts";

const MARGINAL_STEP = 0.01;

export interface ResponseCurve {
  readonly channel: string;
  readonly spend_today: number;
  readonly points: readonly {
    readonly multiplier: number;
    readonly spend: number;
    readonly response: number;
    readonly low: number;
    readonly high: number;
    /** Response to one more unit of spend; null without spend. */
    readonly marginal: number | null;
  }[];
}

/**
 * Curves of the asked channels (all that spend when none is named) over the training window.
 *
 * @throws ModelError `parameters_invalid` for a channel that is not in the model or does not spend.
 */
export function computeResponseCurves(
  { responses }: Effects,
  options: { channels?: readonly string[]; multipliers?: readonly number[] } = {},
): ResponseCurve[] {
  const multipliers = options.multipliers ?? MULTIPLIERS;
  const names = options.channels ?? responses.channels.map((channel) => channel.name);
  return names.map((name) => {
    const own = responses.channels.find((channel) => channel.name === name);
    if (own === undefined) {
      throw new ModelError(
        "parameters_invalid",
        `There is no channel "${name}" with spend in the model`,
        { channel: name },
      );
    }
    return {
      channel: name,
      spend_today: own.spend,
      points: multipliers.map((multiplier) => pointAt(own, multiplier)),
    };
  });
}

function pointAt(own: ChannelResponses, multiplier: number): ResponseCurve["points"][number] {
  const { low, median, high } = responsesAt(own, multiplier);
  const more = responsesAt(own, multiplier + MARGINAL_STEP);
  const slope = (more.median - median) / (MARGINAL_STEP * own.spend);
  const spend = multiplier * own.spend;
  return { multiplier, spend, response: median, low, high, marginal: toFiniteOrNull(slope) };
}

function responsesAt({ roi, curves }: ChannelResponses, multiplier: number): Interval {
  return summarizeDraws(
    roi.map((_, draw) => interpolateResponse(curves, draw * MULTIPLIERS.length, multiplier)),
  );
}
