/** What a budget is asked for, and what a plan says of it. */

import type { AllocationGain } from "../allocation-gain.ts";
import type { Finding } from "../findings.ts";
import type { Interval } from "../posterior/summaries.ts";
import { createInfeasibleError } from "../spend-split.ts";
import type { SpendGroup } from "./groups.ts";

export const PLAN_AIMS = ["expected", "cautious", "surest"] as const;
export type PlanAim = (typeof PLAN_AIMS)[number];

export interface BudgetRequest {
  /** Length of the coming period. */
  readonly weeks: number;
  /** Over the period; today's spend for as many weeks when absent. */
  readonly total?: number;
  /** Spend limits of channels without bounds, as a share of today's either way; 0.3 when absent. */
  readonly range?: number;
  /** Spend limits over the period. */
  readonly bounds?: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Channels that keep today's spend. */
  readonly fixed?: readonly string[];
  /** Limits of sums, over the period. */
  readonly groups?: readonly SpendGroup[];
  /** Least expected response per unit of spend. */
  readonly minimum_roi?: number;
  /** Target units over the period that media should bring in expectation, with the least spend. */
  readonly goal?: number;
  readonly aims?: readonly PlanAim[];
}

export interface PlannedChannel {
  readonly channel: string;
  /** Over the period, as all amounts here. */
  readonly spend_before: number;
  readonly spend_after: number;
  readonly change: number | null;
  readonly response_before: Interval;
  readonly response_after: Interval;
  /** Expected response to the next unit of spend under the plan. */
  readonly mroi_after: number | null;
}

export interface BudgetPlan {
  readonly aim: PlanAim;
  readonly spent: number;
  readonly channels: readonly PlannedChannel[];
  readonly response: Interval & { readonly expected: number };
  readonly roi: Interval | null;
  /** Over today's spend for as many weeks. */
  readonly gain: AllocationGain;
  readonly findings: readonly Finding[];
}

export interface BudgetPlans {
  readonly weeks: number;
  readonly training_weeks: number;
  readonly total: number;
  readonly today: {
    readonly spent: number;
    readonly response: Interval & { readonly expected: number };
    readonly roi: Interval | null;
  };
  readonly plans: readonly BudgetPlan[];
  readonly findings: readonly Finding[];
}

/** @throws ModelError `allocation_infeasible` for what is no amount. */
export function requireAmounts({ weeks, minimum_roi, goal }: BudgetRequest, total: number): void {
  const amounts = { total, weeks, minimum_roi, goal };
  for (const [name, value] of Object.entries(amounts)) {
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw createInfeasibleError(`${name} ${value} is not a non-negative amount`, { [name]: value });
  }
}

/** @throws ModelError `allocation_infeasible` for channels that are not in the model. */
export function requireNames({ bounds, fixed }: BudgetRequest, names: readonly string[]): void {
  for (const name of [...Object.keys(bounds ?? {}), ...(fixed ?? [])]) {
    if (names.includes(name)) continue;
    throw createInfeasibleError(`channel "${name}" is not in the model`, { channel: name });
  }
}
