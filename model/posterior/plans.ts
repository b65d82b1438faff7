/**
 * Budget plans under the posterior, for all who plan: which split of a total is best, and how sure is its gain.
 *
 * The expected response Σ_c E f_c(b_c) is a sum of one curve per channel, so that the plan for it is
 * exact on a grid whatever the curves' shapes (`spend-split.ts`). A plan for a lower quantile of the gain
 * is no such sum: it is improved from the best plans at hand by moving money between two channels.
 *
 * 1. Bounds hold; the sum never exceeds the total; a total below the lower bounds is refused.
 * 2. The plan for a quantile is never worse at that quantile than staying as today, if today's spends
 *    obey the bounds and the total.
 */

import { computeAllocationGain, computeDrawGains } from "../allocation-gain.ts";
import { interpolateResponse } from "../interpolate-response.ts";
import { computeQuantile, sum } from "../numbers.ts";
import { allocateCurves, createInfeasibleError, type SpendCurve } from "../spend-split.ts";
import type { ChannelResponses, Responses } from "./responses.ts";
import { MULTIPLIERS } from "./responses.ts";
import type { Interval } from "./summaries.ts";
import { summarizeDraws } from "./summaries.ts";

/** Spend limits where none are given, as multiples of today's. */
export const PLAN_RANGE: readonly [low: number, high: number] = [0.7, 1.3];
/** Multiple of today's spend up to which curves are computed; beyond, a response is a guess. */
export const DATA_REACH = MULTIPLIERS.at(-1) ?? 1;
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

/** What a plan is asked for, whoever asks. */
export interface SpendRequest extends PlanRequest {
  /** Spend limits of channels without bounds, as multiples of today's. */
  readonly range: readonly [low: number, high: number];
  /** Whether bounds may go beyond what curves are computed at, where responses are a guess. */
  readonly beyondData: boolean;
  /** Least Σ response / Σ spend; the plan spends less if it must. */
  readonly targetRoi?: number;
}

export interface SpendPlan {
  /** Expected response of each channel. */
  readonly curves: readonly SpendCurve[];
  readonly total: number;
  readonly spends: readonly number[];
}

/**
 * The one planner: the best spends within bounds and total.
 *
 * @throws ModelError `allocation_infeasible` when bounds contradict the total or the target ROI
 *   cannot be reached.
 */
export function planSpends(responses: Responses, request: SpendRequest): SpendPlan {
  const channels = responses.channels.map((channel) => boundChannel(channel, request));
  for (const name of Object.keys(request.bounds ?? {})) {
    if (!channels.some(({ from }) => from.name === name)) {
      throw createInfeasibleError(`bounds name channel "${name}", which is not in the model`, {
        channel: name,
      });
    }
  }
  const total = request.total ?? sum(channels.map(({ from }) => from.spend));
  if (!(total >= 0) || !Number.isFinite(total)) {
    throw createInfeasibleError(`the total ${total} is not a non-negative amount`, {});
  }
  const curves = channels.map(createExpectedCurve);
  const mean = allocateCurves(curves, total, request.targetRoi);
  const { quantile } = request;
  const spends =
    quantile === undefined
      ? mean
      : climbQuantile(channels, { start: mean, total, share: quantile });
  return { curves, total, spends };
}

/**
 * The best plan within ±30 % of today's spend, or the bounds asked for, where the data speak.
 *
 * @throws ModelError `allocation_infeasible`.
 */
export function proposePlan(responses: Responses, request: PlanRequest = {}): PosteriorPlan {
  const plan = planSpends(responses, { ...request, range: PLAN_RANGE, beyondData: false });
  return describePlan(responses, plan);
}

interface Bounded {
  readonly from: ChannelResponses;
  readonly low: number;
  readonly high: number;
}

function boundChannel(
  from: ChannelResponses,
  { bounds, range, beyondData }: SpendRequest,
): Bounded {
  const { name, spend } = from;
  const [low, high] = bounds?.[name] ?? [range[0] * spend, range[1] * spend];
  const most = beyondData ? Number.MAX_VALUE : DATA_REACH * spend;
  if (!(low >= 0) || !(low <= high) || !Number.isFinite(high) || high > most * (1 + 1e-9)) {
    const end = beyondData ? "" : ` to at most ${most}, where the data end`;
    throw createInfeasibleError(
      `bounds of "${name}" are [${low}, ${high}]; they must ascend from 0${end}`,
      { channel: name },
    );
  }
  return { from, low, high: Math.min(high, most) };
}

/** Mean over the draws, between the multipliers it was computed at. */
function createExpectedCurve({ from, low, high }: Bounded): SpendCurve {
  const steps = MULTIPLIERS.length;
  const means = new Float64Array(steps);
  for (const [at, value] of from.curves.entries()) {
    means[at % steps] = (means[at % steps] as number) + value / from.roi.length;
  }
  const { name, spend: today } = from;
  const response = (spend: number): number => interpolateResponse(means, 0, spend / today);
  return { name, today, low, high, response };
}

/** Response of one channel at a spend, per draw. */
function respond({ curves, roi, spend: today }: ChannelResponses, spend: number): Float64Array {
  const steps = MULTIPLIERS.length;
  return roi.map((_, draw) => interpolateResponse(curves, draw * steps, spend / today));
}

/** Best of mean plan, today and blends, then pairwise moves of shrinking size. */
function climbQuantile(
  channels: readonly Bounded[],
  { start, total, share }: { start: readonly number[]; total: number; share: number },
): number[] {
  const worth = (spends: readonly number[]): number =>
    computeQuantile(
      computeDrawGains(
        channels.map(({ from }) => from),
        spends,
      ),
      share,
    );
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

function describePlan({ channels }: Responses, { total, spends }: SpendPlan): PosteriorPlan {
  const { expected, ...gain } = computeAllocationGain(channels, spends);
  return {
    total,
    spent: sum(spends),
    channels: channels.map((channel, c) => ({
      channel: channel.name,
      spend_before: channel.spend,
      spend_after: spends[c] ?? channel.spend,
      response_before: summarizeDraws(channel.contribution),
      response_after: summarizeDraws(respond(channel, spends[c] ?? channel.spend)),
    })),
    gain: { ...gain, mean: expected },
  };
}
