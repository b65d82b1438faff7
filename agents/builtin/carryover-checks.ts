/**
 * Is carryover believable: half-life and 90 % duration by medium, ends of ranges, order of media.
 *
 * I1. A decay at the end of its hard range is critical: the data may ask for more than the range
 *     holds, and the figure is the range's, not the data's. At the end of the published range it is a
 *     warning.
 */
import type { TunableBound } from "../../guard/specification/tunables.ts";
import type { ChannelResult, Finding } from "../../schemas/parts.ts";
import { checkFigure } from "./finding.ts";
import type { BusinessSettings } from "../business-settings.ts";

export interface CarryoverJob {
  readonly settings: BusinessSettings;
  readonly before: ChannelResult | null;
  /** The range of this channel's decay. */
  readonly decay: TunableBound | null;
}

/** Relative distance at which a value counts as being at its bound. */
const AT_BOUND = 1e-3;

export function checkCarryover(channel: ChannelResult, job: CarryoverJob): readonly Finding[] {
  const { carryover } = job.settings;
  const ranges: Readonly<Record<string, readonly [number, number]>> = carryover.half_life_weeks;
  const range = Object.hasOwn(ranges, channel.media_type) ? ranges[channel.media_type] : undefined;
  const halfLife =
    range === undefined
      ? []
      : checkFigure({
          code: "half_life_unusual",
          channel: channel.channel,
          text: `half-life of ${channel.half_life_weeks.toFixed(2)} weeks (decay ${formatHalfLife(channel.decay)})`,
          figure: channel.half_life_weeks,
          bound: { low: range[0], high: range[1], source: carryover.source },
          before: job.before?.half_life_weeks ?? null,
          gravity: "warning",
        });
  const duration = checkFigure({
    code: "duration_90_unusual",
    channel: channel.channel,
    text: `90 % of the effect within ${channel.duration_90_weeks.toFixed(1)} weeks`,
    figure: channel.duration_90_weeks,
    bound: { low: 0, high: carryover.duration_90_weeks_max, source: carryover.duration_source },
    before: job.before?.duration_90_weeks ?? null,
    gravity: "warning",
  });
  return [...halfLife, ...duration, ...boundFindings(channel, job)];
}

function boundFindings(channel: ChannelResult, job: CarryoverJob): readonly Finding[] {
  const bound = job.decay;
  if (bound === null) return [];
  const { decay } = channel;
  const hard =
    decay >= computeNearBound(bound.max) || (bound.min > 0 && decay <= bound.min * (1 + AT_BOUND));
  const soft =
    decay >= computeNearBound(bound.softMax) ||
    (bound.softMin > 0 && decay <= bound.softMin * (1 + AT_BOUND));
  if (!hard && !soft) return [];
  const was = job.before?.decay ?? null;
  const inherited = was !== null && Math.abs(was - decay) <= AT_BOUND * decay;
  const [low, high] = hard ? [bound.min, bound.max] : [bound.softMin, bound.softMax];
  return [
    {
      code: hard ? "decay_at_hard_bound" : "decay_at_published_bound",
      severity: hard && !inherited ? "critical" : "warning",
      channel: channel.channel,
      figure: decay,
      bound: `${formatHalfLife(low)} to ${formatHalfLife(high)}`,
      message: `${channel.channel}: decay ${formatHalfLife(decay)} is at or beyond the end of its ${hard ? "range" : "published range"} ${formatHalfLife(low)} to ${formatHalfLife(high)}: the range may hide the better value${inherited ? " (inherited from the baseline)" : ""}`,
      source: "methodology specification, decay by medium",
    },
  ];
}

function computeNearBound(value: number): number {
  return value * (1 - AT_BOUND);
}

/** Media by how long their effect is expected to last; a medium far out of order is a warning. */
const ORDER: readonly (readonly string[])[] = [["search"], ["social", "display"], ["tv"]];

/** Search should not outlast social and display, nor these television. */
export function checkHalfLifeOrder(channels: readonly ChannelResult[]): readonly Finding[] {
  const found: Finding[] = [];
  for (let at = 1; at < ORDER.length; at += 1) {
    const [shorter, longer] = [
      selectByMedia(channels, ORDER[at - 1]),
      selectByMedia(channels, ORDER[at]),
    ];
    for (const quick of shorter) {
      const slowest = Math.max(...longer.map((channel) => channel.half_life_weeks));
      if (longer.length === 0 || quick.half_life_weeks <= slowest) continue;
      found.push({
        code: "carryover_order",
        severity: "warning",
        channel: quick.channel,
        figure: quick.half_life_weeks,
        bound: `at most ${slowest.toFixed(2)}`,
        message: `${quick.channel}: half-life of ${quick.half_life_weeks.toFixed(2)} weeks is longer than that of any ${(ORDER[at] ?? []).join(" or ")} channel (${slowest.toFixed(2)})`,
        source: "practice: search, then social and display, then television",
      });
    }
  }
  return found;
}

function selectByMedia(
  channels: readonly ChannelResult[],
  media: readonly string[] | undefined,
): readonly ChannelResult[] {
  return channels.filter((channel) => media?.includes(channel.media_type) === true);
}

function formatHalfLife(value: number): string {
  return String(Number(value.toPrecision(4)));
}
