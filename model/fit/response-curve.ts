/**
 * Response curves: what a channel would bring at other spends, with today's flighting, by the model of
 * record. A point is the median of the draws, its ends their central 90 %.
 */

import type { Effects, Interval } from "../effects.ts";
import { intervalOver } from "../effects.ts";
import { ModelError } from "../errors.ts";
import { toFiniteOrNull } from "../numbers.ts";

const MULTIPLIERS_DEFAULT = Array.from({ length: 31 }, (_, step) => step / 10);
const MARGINAL_STEP = 1e-4;

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
 * Curves of the asked channels (all when none is named) over the training window.
 *
 * @throws ModelError `parameters_invalid` for a channel that is not in the model.
 */
export function computeResponseCurves(
  { draws }: Effects,
  options: { channels?: readonly string[]; multipliers?: readonly number[] } = {},
): ResponseCurve[] {
  const multipliers = options.multipliers ?? MULTIPLIERS_DEFAULT;
  const names = options.channels ?? draws.channels.map((channel) => channel.name);
  return names.map((name) => {
    const index = draws.channels.findIndex((channel) => channel.name === name);
    if (index < 0) {
      throw new ModelError("parameters_invalid", `There is no channel "${name}" in the model`, {
        channel: name,
      });
    }
    const spend = draws.channels[index]?.spend ?? 0;
    const response = (multiplier: number): Interval =>
      intervalOver(draws, (draw) => draws.response(draw, index, multiplier));
    const slope = (multiplier: number): Interval =>
      intervalOver(draws, (draw) => {
        const more = draws.response(draw, index, multiplier + MARGINAL_STEP);
        return (more - draws.response(draw, index, multiplier)) / MARGINAL_STEP;
      });
    return {
      channel: name,
      spend_today: spend,
      points: multipliers.map((multiplier) => {
        const { low, median, high } = response(multiplier);
        return {
          multiplier,
          spend: multiplier * spend,
          response: median,
          low,
          high,
          marginal: toFiniteOrNull(slope(multiplier).median / spend),
        };
      }),
    };
  });
}
