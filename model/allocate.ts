/**
 * Budget allocation: the split of a total that the model of record expects most from.
 *
 *   max E[Σ_c f_c(b_c)]   s.t.  Σ_c b_c ≤ total,  low_c ≤ b_c ≤ high_c,
 * where f_c(b) is the channel's total response over the training window if its spend had been
 * scaled to b with its flighting kept, E the mean over the draws, and for a target ROI also
 *   Σ_c f_c(b_c) ≥ target · Σ_c b_c,  spending less than the total when that is needed.
 *
 * Hill curves with α > 1 are S-shaped, so marginal returns alone can miss the optimum. The split is
 * solved exactly on a grid of spend steps by dynamic programming over channels (the classic
 * resource allocation problem; Bellman 1957), then polished on finer grids around the solution.
 *
 * 1. Bounds hold, and the sum never exceeds the total.
 * 2. On the coarse grid the result is the best there is, whatever the shape of the curves.
 * 3. Budgets are over the training window's length; a channel without spend history cannot be scaled.
 * 4. Gain and loss are those of each draw under the plan, today's spend taken off: what may go wrong
 *    stands beside what is expected.
 */

import { type AllocationGain, computeAllocationGain } from "./allocation-gain.ts";
import type { Effects } from "./effects.ts";
import { ModelError } from "./errors.ts";
import type { Finding } from "./findings.ts";
import { toFinding } from "./findings.ts";
import { interpolateResponse } from "./interpolate-response.ts";
import { toFiniteOrNull, sum } from "./numbers.ts";
import { MULTIPLIERS, type ChannelResponses } from "./posterior/responses.ts";
import type { Interval } from "./posterior/summaries.ts";

const GRID_STEPS = 200;
const POLISH_ROUNDS = 6;
const POLISH_WIDTH = 8;
/** Beyond this multiple of past spend a response is a guess outside the data. */
const EXTRAPOLATION = 2;

export interface AllocationRequest {
  /** Total spend over the training window's length; today's total when absent. */
  readonly total?: number;
  /** Spend limits per channel; 0 … 2 times today's where none is given. */
  readonly bounds?: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Least Σ response / Σ spend; the plan spends less if it must. */
  readonly target_roi?: number;
}

export interface ChannelAllocation {
  readonly channel: string;
  readonly spend_before: number;
  readonly spend_after: number;
  /** Published ROI at today's spend. */
  readonly roi: Interval | null;
  /** Expected, as all responses here. */
  readonly response_before: number;
  readonly response_after: number;
  readonly mroi_after: number | null;
}

export interface Allocation {
  readonly total: number;
  readonly spent: number;
  readonly response_before: number;
  readonly response_after: number;
  readonly roi_before: number | null;
  readonly roi_after: number | null;
  readonly gain: AllocationGain;
  readonly channels: readonly ChannelAllocation[];
  readonly findings: readonly Finding[];
}

export interface SpendCurve {
  readonly name: string;
  readonly today: number;
  readonly low: number;
  readonly high: number;
  readonly response: (spend: number) => number;
}

/**
 * Allocates on the effects' expected curves.
 *
 * @throws ModelError `allocation_infeasible` when bounds contradict the total or the target ROI
 *   cannot be reached.
 */
export function allocateBudget(effects: Effects, request: AllocationRequest = {}): Allocation {
  if (effects.summary.method !== "posterior") {
    throw createInfeasibleError(
      "the methodology pins inference: point, and a plan needs a posterior",
      {},
    );
  }
  const curves = effects.responses.channels.map((channel) => createSpendCurve(channel, request));
  const known = new Set(curves.map((curve) => curve.name));
  for (const name of Object.keys(request.bounds ?? {})) {
    if (!known.has(name)) {
      throw createInfeasibleError(`bounds name channel "${name}", which is not in the model`, {
        channel: name,
      });
    }
  }
  const total = request.total ?? sum(curves.map((curve) => curve.today));
  if (!(total >= 0) || !Number.isFinite(total)) {
    throw createInfeasibleError(`the total ${total} is not a non-negative amount`, {});
  }
  const spends = allocateCurves(curves, total, request.target_roi);
  return buildAllocation(effects, { curves, total, spends });
}

/**
 * The best spend per curve under the total.
 *
 * @throws ModelError `allocation_infeasible`.
 */
export function allocateCurves(
  curves: readonly SpendCurve[],
  total: number,
  targetRoi?: number,
): number[] {
  const least = sum(curves.map((curve) => curve.low));
  if (least > total * (1 + 1e-9)) {
    throw createInfeasibleError(
      `the lower bounds add up to ${least}, more than the total ${total}`,
      {
        total,
      },
    );
  }
  if (targetRoi === undefined) return findBestSplit(curves, total);
  const meets = (spends: readonly number[]): boolean => {
    const response = sumResponses(curves, spends);
    return response >= targetRoi * sum(spends) * (1 - 1e-9);
  };
  const full = findBestSplit(curves, total);
  if (meets(full)) return full;
  let best: number[] | null = null;
  for (let step = GRID_STEPS; step >= 0 && best === null; step -= 1) {
    const spends = findBestSplit(curves, least + ((total - least) * step) / GRID_STEPS);
    if (meets(spends)) best = spends;
  }
  if (best === null) {
    throw createInfeasibleError(`no plan within the bounds reaches a ROI of ${targetRoi}`, {
      target_roi: targetRoi,
    });
  }
  return best;
}

function findBestSplit(curves: readonly SpendCurve[], total: number): number[] {
  const room = Math.min(total, sum(curves.map((curve) => curve.high)));
  let step = (room - sum(curves.map((curve) => curve.low))) / GRID_STEPS;
  let spends = allocateOnGrid(curves, { room, step, steps: GRID_STEPS });
  for (let round = 0; round < POLISH_ROUNDS && step > 0; round += 1) {
    const around = curves.map((curve, index) => {
      const at = spends[index] ?? curve.low;
      const low = Math.max(curve.low, at - POLISH_WIDTH * step);
      return { ...curve, low, high: Math.min(curve.high, at + POLISH_WIDTH * step) };
    });
    step /= 4;
    const steps = Math.floor((room - sum(around.map((curve) => curve.low))) / step + 1e-9);
    const finer = allocateOnGrid(around, { room, step, steps });
    if (sumResponses(curves, finer) >= sumResponses(curves, spends)) spends = finer;
  }
  return spends;
}

/** Dynamic programming: best response of the first channels with at most j steps above the lows. */
function allocateOnGrid(
  curves: readonly SpendCurve[],
  { step, steps }: { room: number; step: number; steps: number },
): number[] {
  if (!(step > 0) || steps < 1) return curves.map((curve) => curve.low);
  let best = new Float64Array(steps + 1);
  const choices: Int32Array[] = [];
  for (const curve of curves) {
    const most = Math.min(steps, Math.floor((curve.high - curve.low) / step + 1e-9));
    const gains = Float64Array.from({ length: most + 1 }, (_, count) =>
      curve.response(curve.low + count * step),
    );
    const next = new Float64Array(steps + 1).fill(-Infinity);
    const choice = new Int32Array(steps + 1);
    for (let used = 0; used <= steps; used += 1) {
      for (let count = 0; count <= Math.min(most, used); count += 1) {
        const value = (best[used - count] as number) + (gains[count] as number);
        if (value > (next[used] as number)) {
          next[used] = value;
          choice[used] = count;
        }
      }
    }
    best = next;
    choices.push(choice);
  }
  let left = steps;
  const spends = curves.map((curve) => curve.low);
  for (let index = curves.length - 1; index >= 0; index -= 1) {
    const count = choices[index]?.[left] ?? 0;
    spends[index] = (spends[index] ?? 0) + count * step;
    left -= count;
  }
  return spends;
}

function sumResponses(curves: readonly SpendCurve[], spends: readonly number[]): number {
  return sum(curves.map((curve, index) => curve.response(spends[index] ?? 0)));
}

function createSpendCurve(channel: ChannelResponses, request: AllocationRequest): SpendCurve {
  const { name, spend: today } = channel;
  const [low, high] = request.bounds?.[name] ?? [0, EXTRAPOLATION * today];
  if (!(low >= 0) || !(low <= high) || !Number.isFinite(high)) {
    throw createInfeasibleError(
      `bounds of "${name}" are [${low}, ${high}]; they must ascend from 0`,
      {
        channel: name,
      },
    );
  }
  const expected = computeExpectedCurve(channel);
  const response = (spend: number): number => interpolateResponse(expected, 0, spend / today);
  return { name, today, low, high, response };
}

/** Mean over the draws at each of the multipliers. */
function computeExpectedCurve({ curves, roi }: ChannelResponses): Float64Array {
  const steps = MULTIPLIERS.length;
  const means = new Float64Array(steps);
  for (const [at, value] of curves.entries()) {
    means[at % steps] = (means[at % steps] as number) + value / roi.length;
  }
  return means;
}

function createInfeasibleError(why: string, data: Record<string, string | number>): ModelError {
  return new ModelError(
    "allocation_infeasible",
    `Allocation: ${why}; change total, bounds or target`,
    data,
  );
}

interface Plan {
  readonly curves: readonly SpendCurve[];
  readonly total: number;
  readonly spends: readonly number[];
}

function buildAllocation(
  { responses, summary }: Effects,
  { curves, total, spends }: Plan,
): Allocation {
  const channels = curves.map((curve, index): ChannelAllocation => {
    const { name, today, response } = curve;
    const spend = spends[index] ?? today;
    const step = Math.max(0.01 * spend, 1e-6 * Math.max(today, 1));
    return {
      channel: name,
      spend_before: today,
      spend_after: spend,
      roi: summary.channels[name]?.roi ?? null,
      response_before: response(today),
      response_after: response(spend),
      mroi_after: toFiniteOrNull((response(spend + step) - response(spend)) / step),
    };
  });
  const spent = sum(spends);
  const before = sum(channels.map((row) => row.spend_before));
  const responseBefore = sum(channels.map((row) => row.response_before));
  const responseAfter = sum(channels.map((row) => row.response_after));
  return {
    total,
    spent,
    response_before: responseBefore,
    response_after: responseAfter,
    roi_before: toFiniteOrNull(responseBefore / before),
    roi_after: toFiniteOrNull(responseAfter / spent),
    gain: computeAllocationGain(responses.channels, spends),
    channels,
    findings: channels.flatMap(findExtrapolation),
  };
}

function findExtrapolation(row: ChannelAllocation): Finding[] {
  const factor = row.spend_after / row.spend_before;
  if (row.spend_before === 0 || factor <= EXTRAPOLATION) return [];
  return [
    toFinding(
      "extrapolated_beyond_data",
      `"${row.channel}" would spend ${factor.toFixed(1)} times its past: beyond the data`,
      { channel: row.channel, figure: factor, bound: EXTRAPOLATION },
    ),
  ];
}
