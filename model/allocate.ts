/**
 * Budget allocation as it is asked for and told: `mmm allocate`, the API, Claude's tools.
 *
 * Owns: the request, the answer, and what is said beside it. Not: the plan (`posterior/plans.ts`), the
 * split of a total (`spend-split.ts`), what a plan brings (`allocation-gain.ts`).
 *
 * 1. Budgets are over the training window's length; a channel without spend history cannot be scaled.
 * 2. Gain and loss are those of each draw under the plan, today's spend taken off: what may go wrong
 *    stands beside what is expected.
 */

import { type AllocationGain, computeAllocationGain } from "./allocation-gain.ts";
import type { Effects } from "./effects.ts";
import type { Finding } from "./findings.ts";
import { toFinding } from "./findings.ts";
import { toFiniteOrNull, sum } from "./numbers.ts";
import { DATA_REACH, PLAN_RANGE, planSpends, type SpendPlan } from "./posterior/plans.ts";
import type { Interval } from "./posterior/summaries.ts";
import { createInfeasibleError } from "./spend-split.ts";

export interface AllocationRequest {
  /** Total spend over the training window's length; today's total when absent. */
  readonly total?: number;
  /** Spend limits per channel; ±30 % of today's where none is given. */
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
  const { target_roi: targetRoi, ...asked } = request;
  const plan = planSpends(effects.responses, {
    ...asked,
    ...(targetRoi === undefined ? {} : { targetRoi }),
    range: PLAN_RANGE,
    beyondData: true,
  });
  return buildAllocation(effects, plan);
}

function buildAllocation(
  { responses, summary }: Effects,
  { curves, total, spends }: SpendPlan,
): Allocation {
  const channels = curves.map((curve, index): ChannelAllocation => {
    const { name, today, response } = curve;
    const spend = spends[index] ?? today;
    const step = Math.max(0.01 * spend, 1e-6 * today) || Number.MIN_VALUE;
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
    findings: [...channels.flatMap(findExtrapolation), ...findUnspent(spent, total)],
  };
}

function findUnspent(spent: number, total: number): Finding[] {
  if (spent >= total * (1 - 1e-4)) return [];
  return [
    toFinding(
      "budget_unspent",
      `${((1 - spent / total) * 100).toFixed(1)} % of the total stays unspent: bounds or the target leave no use for it`,
      { figure: spent, bound: total },
    ),
  ];
}

function findExtrapolation(row: ChannelAllocation): Finding[] {
  const factor = row.spend_after / row.spend_before;
  if (row.spend_before === 0 || factor <= DATA_REACH) return [];
  return [
    toFinding(
      "extrapolated_beyond_data",
      `"${row.channel}" would spend ${factor.toFixed(1)} times its past: beyond the data`,
      { channel: row.channel, figure: factor, bound: DATA_REACH },
    ),
  ];
}
