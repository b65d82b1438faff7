/**
 * Budget plans under the posterior: which split of a total is best, and how sure is its gain.
 *
 * The expected response Σ_c E f_c(b_c) is a sum of one curve per channel, so that the plan for it is
 * exact on a grid whatever the curves' shapes (`allocate.ts`). A plan for a lower quantile of the gain
 * is no such sum: it is improved from the best plans at hand by moving money between two channels.
 *
 * 1. Bounds hold; the sum never exceeds the total; a total below the lower bounds is refused.
 * 2. The plan for a quantile is never worse at that quantile than staying as today, if today's spends
 *    obey the bounds and the total.
 */

import { allocateCurves } from "../allocate.ts";
import { ModelError } from "../errors.ts";
import { computeQuantile } from "../numbers.ts";
import type { ChannelResponses, Responses } from "./responses.ts";
import { MULTIPLIERS } from "./responses.ts";
import type { Interval } from "./summaries.ts";
import { summarizeDraws } from "./summaries.ts";

/** Spend limits where none are given, as multiples of today's. */
export const PLAN_RANGE: readonly [low: number, high: number] = [0.7, 1.3];
const MOVES_MAX = 400;

export interface PlanRequest {
  /** Total spend over the training window's length; today's when absent. */
  readonly total?: number;
  /** Spend limits per channel; ±30 % of today's where none is given. At most twice today's. */
  readonly bounds?: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Maximise this quantile of the gain instead of its mean, 0 … 1. */
  readonly quantile?: number;
}

export interface ChannelPlan {
  readonly channel: string;
  readonly spend_before: number;
  readonly spend_after: number;
  readonly response_before: Interval;
  readonly response_after: Interval;
}

export interface PosteriorPlan {
  readonly total: number;
  readonly spent: number;
  readonly channels: readonly ChannelPlan[];
  /** Response of the plan less today's, target units over the training window's length. */
  readonly gain: Interval & {
    readonly mean: number;
    /** P(gain > 0) over the draws. */
    readonly probability: number;
    /** E max(0, −gain). */
    readonly expected_loss: number;
  };
}

/**
 * The best plan within bounds and total.
 *
 * @throws ModelError `allocation_infeasible`.
 */
export function proposePlan(responses: Responses, request: PlanRequest = {}): PosteriorPlan {
  const channels = responses.channels.map((channel) => boundChannel(channel, request));
  for (const name of Object.keys(request.bounds ?? {})) {
    if (!channels.some(({ from }) => from.name === name)) {
      throw infeasible(`bounds name channel "${name}", which is not in the posterior`);
    }
  }
  const total = request.total ?? channels.reduce((sum, { from }) => sum + from.spend, 0);
  if (!(total >= 0) || !Number.isFinite(total)) {
    throw infeasible(`the total ${total} is not a non-negative amount`);
  }
  const mean = allocateCurves(channels.map(curveOfMeans), total);
  const spends =
    request.quantile === undefined
      ? mean
      : climbQuantile(channels, { start: mean, total, share: request.quantile });
  return describePlan(responses, channels, { spends, total });
}

interface Bounded {
  readonly from: ChannelResponses;
  readonly low: number;
  readonly high: number;
}

function boundChannel(from: ChannelResponses, { bounds }: PlanRequest): Bounded {
  const [low, high] = bounds?.[from.name] ?? [
    PLAN_RANGE[0] * from.spend,
    PLAN_RANGE[1] * from.spend,
  ];
  const most = (MULTIPLIERS.at(-1) ?? 1) * from.spend;
  if (!(low >= 0) || !(low <= high) || high > most * (1 + 1e-9)) {
    throw infeasible(
      `bounds of "${from.name}" are [${low}, ${high}]; they must ascend from 0 to at most ${most}, where the data end`,
    );
  }
  return { from, low, high: Math.min(high, most) };
}

/** Between the grid's multipliers a curve is a cubic through its neighbours (Catmull & Rom 1974). */
function curveOfMeans({ from, low, high }: Bounded): Parameters<typeof allocateCurves>[0][number] {
  const steps = MULTIPLIERS.length;
  const means = new Float64Array(steps);
  const count = from.roi.length;
  for (let at = 0; at < from.curves.length; at += 1) {
    means[at % steps] = (means[at % steps] as number) + (from.curves[at] as number) / count;
  }
  return {
    name: from.name,
    today: from.spend,
    low,
    high,
    response: (spend) => interpolate(means, 0, spend / from.spend),
  };
}

function interpolate(values: Float64Array, first: number, multiplier: number): number {
  const last = MULTIPLIERS.length - 1;
  const at = Math.min(Math.max(multiplier * 10, 0), last);
  const i = Math.min(Math.floor(at), last - 1);
  const t = at - i;
  const value = (step: number): number => values[first + step] as number;
  const [p1, p2] = [value(i), value(i + 1)];
  const p0 = i > 0 ? value(i - 1) : 2 * p1 - p2;
  const p3 = i + 2 <= last ? value(i + 2) : 2 * p2 - p1;
  const a = 2 * p1;
  const b = p2 - p0;
  const c = 2 * p0 - 5 * p1 + 4 * p2 - p3;
  const d = 3 * p1 - p0 - 3 * p2 + p3;
  return 0.5 * (a + t * (b + t * (c + t * d)));
}

/** Response of one channel at a spend, per draw. */
function respond(from: ChannelResponses, spend: number): Float64Array {
  const steps = MULTIPLIERS.length;
  return from.roi.map((_, draw) => interpolate(from.curves, draw * steps, spend / from.spend));
}

function gainOf(channels: readonly Bounded[], spends: readonly number[]): Float64Array {
  const gain = new Float64Array(channels[0]?.from.roi.length ?? 0);
  for (const [c, { from }] of channels.entries()) {
    const after = respond(from, spends[c] ?? from.spend);
    for (const [draw, value] of after.entries()) {
      gain[draw] = (gain[draw] as number) + value - (from.contribution[draw] as number);
    }
  }
  return gain;
}

/** Best of mean plan, today and blends, then pairwise moves of shrinking size. */
function climbQuantile(
  channels: readonly Bounded[],
  { start, total, share }: { start: readonly number[]; total: number; share: number },
): number[] {
  const worth = (spends: readonly number[]): number =>
    computeQuantile(gainOf(channels, spends), share);
  const today = channels.map(({ from }) => from.spend);
  const feasible =
    today.every((spend, c) => inBounds(channels[c], spend)) &&
    today.reduce((a, b) => a + b, 0) <= total * (1 + 1e-9);
  const blends = feasible ? [1, 0.75, 0.5, 0.25, 0] : [1];
  let best = [...start];
  let value = -Infinity;
  for (const blend of blends) {
    const spends = start.map((spend, c) => blend * spend + (1 - blend) * (today[c] ?? 0));
    const own = worth(spends);
    if (own > value) [best, value] = [spends, own];
  }
  let moves = 0;
  for (let size = 0.1; size > 0.01 && moves < MOVES_MAX; size /= 2) {
    for (const [from, to] of pairsOf(channels.length)) {
      const spends = moveMoney(channels, best, { from, to, size });
      if (spends === null) continue;
      moves += 1;
      const own = worth(spends);
      if (own > value) [best, value] = [spends, own];
    }
  }
  return best;
}

function inBounds(channel: Bounded | undefined, spend: number): boolean {
  return channel !== undefined && spend >= channel.low - 1e-9 && spend <= channel.high + 1e-9;
}

function pairsOf(count: number): [number, number][] {
  const all = Array.from({ length: count }, (_, i) => i);
  return all.flatMap((i) => all.filter((j) => j !== i).map((j): [number, number] => [i, j]));
}

/** Moves a share of the smaller room; null when there is none. */
function moveMoney(
  channels: readonly Bounded[],
  spends: readonly number[],
  { from, to, size }: { from: number; to: number; size: number },
): number[] | null {
  const giver = channels[from];
  const taker = channels[to];
  if (giver === undefined || taker === undefined) return null;
  const room = Math.min((spends[from] ?? 0) - giver.low, taker.high - (spends[to] ?? 0));
  const amount = Math.min(room, size * Math.min(giver.from.spend, taker.from.spend) * 2);
  if (!(amount > 1e-9 * giver.from.spend)) return null;
  return spends.map((spend, c) =>
    c === from ? spend - amount : c === to ? spend + amount : spend,
  );
}

function describePlan(
  responses: Responses,
  channels: readonly Bounded[],
  { spends, total }: { spends: readonly number[]; total: number },
): PosteriorPlan {
  const gain = gainOf(channels, spends);
  const { count } = responses;
  return {
    total,
    spent: spends.reduce((a, b) => a + b, 0),
    channels: channels.map(({ from }, c) => ({
      channel: from.name,
      spend_before: from.spend,
      spend_after: spends[c] ?? from.spend,
      response_before: summarizeDraws(from.contribution),
      response_after: summarizeDraws(respond(from, spends[c] ?? from.spend)),
    })),
    gain: {
      ...summarizeDraws(gain),
      mean: gain.reduce((a, b) => a + b, 0) / count,
      probability: gain.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / count,
      expected_loss: gain.reduce((sum, value) => sum + Math.max(0, -value), 0) / count,
    },
  };
}

function infeasible(why: string): ModelError {
  return new ModelError("allocation_infeasible", `Plan: ${why}; change total or bounds`, {});
}
