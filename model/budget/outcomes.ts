/** What spends bring, as distributions over the draws: of a channel, and of all of them. */

import { interpolateResponse } from "../interpolate-response.ts";
import { computeMean, sum, toFiniteOrNull } from "../numbers.ts";
import { MULTIPLIERS, type ChannelResponses } from "../posterior/responses.ts";
import { summarizeDraws } from "../posterior/summaries.ts";
import type { SpendCurve } from "../spend-split.ts";
import type { BudgetPlans, PlannedChannel } from "./forms.ts";

/** One channel under a plan; responses over the period. */
export function describeChannel(
  channel: ChannelResponses,
  curve: SpendCurve,
  spend: number,
): PlannedChannel {
  const { name, spend: today, contribution } = channel;
  const step = 0.01 * (spend > 0 ? spend : today);
  return {
    channel: name,
    spend_before: today,
    spend_after: spend,
    change: toFiniteOrNull(spend / today - 1),
    response_before: summarizeDraws(contribution),
    response_after: summarizeDraws(respondAt(channel, spend)),
    mroi_after: toFiniteOrNull((curve.response(spend + step) - curve.response(spend)) / step),
  };
}

function respondAt({ curves, roi, spend: today }: ChannelResponses, spend: number): Float64Array {
  return roi.map((_, draw) =>
    interpolateResponse(curves, draw * MULTIPLIERS.length, spend / today),
  );
}

/** All channels together. */
export function describeTotals(
  channels: readonly ChannelResponses[],
  spends: readonly number[],
): BudgetPlans["today"] {
  const draws = new Float64Array(channels[0]?.roi.length ?? 0);
  for (const [at, channel] of channels.entries()) {
    for (const [draw, value] of respondAt(channel, spends[at] ?? 0).entries()) {
      draws[draw] = (draws[draw] as number) + value;
    }
  }
  const spent = sum(spends);
  return {
    spent,
    response: { ...summarizeDraws(draws), expected: computeMean(draws) },
    roi: spent > 0 ? summarizeDraws(draws.map((value) => value / spent)) : null,
  };
}
