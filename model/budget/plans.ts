/**
 * Budgets for a coming period, as distributions: several plans beside today's spend.
 *
 * A plan says what each channel spends over the period; responses are those of the training window's own
 * weeks, scaled to the period's length (steady state: the same seasons, prices and carryover as then). Plans:
 *   expected   the largest expected response
 *   cautious   the largest lower tenth of the gain over today's spend
 *   surest     the largest probability of beating today's spend
 *
 * 1. Bounds, groups, fixed channels, least ROI and goal hold in every plan, or `allocation_infeasible` says
 *    which cannot. A plan that spends nothing meets no return.
 * 2. All figures are over the period; those of today are the published ones, scaled. The unit of money and
 *    of the target play no part.
 * 3. Money left, channels without history and spend beyond the data are findings.
 */

import { computeAllocationGain, computeDrawGains } from "../allocation-gain.ts";
import type { Effects } from "../effects.ts";
import type { Finding } from "../findings.ts";
import { toFinding } from "../findings.ts";
import { interpolateResponse } from "../interpolate-response.ts";
import { computeMean, computeQuantile, sum } from "../numbers.ts";
import { DATA_REACH, PLAN_RANGE } from "../posterior/plans.ts";
import { MULTIPLIERS, type ChannelResponses } from "../posterior/responses.ts";
import { allocateCurves, createInfeasibleError, type SpendCurve } from "../spend-split.ts";
import { climbSpends } from "./climb.ts";
import {
  type BudgetPlan,
  type BudgetPlans,
  type BudgetRequest,
  PLAN_AIMS,
  type PlanAim,
  requireAmounts,
  requireNames,
} from "./forms.ts";
import { splitByGroups } from "./groups.ts";
import { describeChannel, describeTotals } from "./outcomes.ts";

/** The quantile of the gain that a cautious plan raises. */
export const CAUTIOUS_QUANTILE = 0.1;
const GOAL_HALVINGS = 30;
const TIE_BREAK = 1e-4;

interface Setting {
  /** Training window's channels with money and responses scaled to the period. */
  readonly channels: readonly ChannelResponses[];
  readonly curves: readonly SpendCurve[];
  readonly total: number;
  readonly request: BudgetRequest;
}

/**
 * Plans a coming period.
 *
 * @param trainingWeeks length of the window that the effects are over
 * @param names all channels of the configuration, for findings about those without history
 * @throws ModelError `allocation_infeasible`
 */
export function planBudget(
  effects: Effects,
  request: BudgetRequest,
  { trainingWeeks, names }: { trainingWeeks: number; names: readonly string[] },
): BudgetPlans {
  if (effects.summary.method !== "posterior") {
    throw createInfeasibleError(
      "the methodology pins inference: point, and a plan needs a posterior",
      {},
    );
  }
  const scale = request.weeks / trainingWeeks;
  const channels = effects.responses.channels.map((one) => scaleChannel(one, scale));
  const total = request.total ?? sum(channels.map(({ spend }) => spend));
  requireAmounts(request, total);
  const curves = channels.map((one) => boundCurve(one, request));
  const known = new Set(channels.map(({ name }) => name));
  requireNames(request, names);
  const setting = { channels, curves, total, request };
  const today = channels.map(({ spend }) => spend);
  return {
    weeks: request.weeks,
    training_weeks: trainingWeeks,
    total,
    today: describeTotals(channels, today),
    plans: (request.aims ?? PLAN_AIMS).map((aim) => describePlan(setting, aim)),
    findings: names.filter((name) => !known.has(name)).map(findNoHistory),
  };
}

function scaleChannel(channel: ChannelResponses, scale: number): ChannelResponses {
  const by = (values: Float64Array): Float64Array => values.map((value) => value * scale);
  return {
    ...channel,
    spend: channel.spend * scale,
    contribution: by(channel.contribution),
    curves: by(channel.curves),
  };
}

function boundCurve(channel: ChannelResponses, request: BudgetRequest): SpendCurve {
  const { name, spend: today, curves, roi } = channel;
  const range = request.range ?? PLAN_RANGE[1] - 1;
  const free = [Math.max(0, 1 - range) * today, (1 + range) * today] as const;
  const [low, high] = request.fixed?.includes(name)
    ? [today, today]
    : (request.bounds?.[name] ?? free);
  if (!(low >= 0 && low <= high && Number.isFinite(high))) {
    throw createInfeasibleError(
      `bounds of "${name}" are [${low}, ${high}]; they must ascend from 0`,
      { channel: name },
    );
  }
  const steps = MULTIPLIERS.length;
  const means = new Float64Array(steps);
  for (const [at, value] of curves.entries()) {
    means[at % steps] = (means[at % steps] as number) + value / roi.length;
  }
  const response = (spend: number): number => interpolateResponse(means, 0, spend / today);
  return { name, today, low, high, response };
}

function describePlan(setting: Setting, aim: PlanAim): BudgetPlan {
  const { channels, curves } = setting;
  const spends = findSpends(setting, aim);
  const { spent, ...totals } = describeTotals(channels, spends);
  return {
    aim,
    spent,
    channels: channels.map((channel, at) =>
      describeChannel(channel, curves[at] as SpendCurve, spends[at] ?? 0),
    ),
    ...totals,
    gain: computeAllocationGain(channels, spends),
    findings: findPlanFaults(setting, spends),
  };
}

function findSpends(setting: Setting, aim: PlanAim): readonly number[] {
  const { channels, curves, total, request } = setting;
  const { groups = [], minimum_roi, goal } = request;
  const start = splitByGroups(curves, groups, (bundled) =>
    goal === undefined
      ? allocateCurves(bundled, total, minimum_roi)
      : spendLeast(bundled, { total, goal, minimumRoi: minimum_roi }),
  );
  if (aim === "expected") return start;
  const scale = sum(curves.map((curve) => curve.response(curve.today))) || 1;
  const worth = (spends: readonly number[]): number => {
    const gains = computeDrawGains(channels, spends);
    if (aim === "cautious") return computeQuantile(gains, CAUTIOUS_QUANTILE);
    const sure = gains.filter((gain) => gain > 0).length / gains.length;
    // Of plans equally sure the one that brings more: a share of draws moves in steps.
    return sure + TIE_BREAK * Math.tanh(computeMean(gains) / scale);
  };
  return climbSpends(curves, {
    start,
    total,
    worth,
    allowed: (spends) => isAllowed(setting, spends),
  });
}

/** The least total whose best split reaches the goal. */
function spendLeast(
  curves: readonly SpendCurve[],
  { total, goal, minimumRoi }: { total: number; goal: number; minimumRoi: number | undefined },
): readonly number[] {
  const respond = (spends: readonly number[]): number =>
    sum(curves.map((curve, at) => curve.response(spends[at] ?? 0)));
  let best: readonly number[] = allocateCurves(curves, total);
  if (respond(best) < goal * (1 - 1e-9)) {
    throw createInfeasibleError(
      `the goal ${goal} is out of reach: the bounds and the total bring at most ${Number(respond(best).toPrecision(6))}`,
      { goal },
    );
  }
  let [low, high] = [sum(curves.map((curve) => curve.low)), total];
  for (let round = 0; round < GOAL_HALVINGS && high - low > 1e-6 * total; round += 1) {
    const middle = (low + high) / 2;
    const spends = allocateCurves(curves, middle);
    if (respond(spends) >= goal) [high, best] = [middle, spends];
    else low = middle;
  }
  const roi = respond(best) / sum(best);
  if (minimumRoi !== undefined && roi < minimumRoi * (1 - 1e-9)) {
    throw createInfeasibleError(
      `the goal ${goal} is reached at a ROI of ${roi.toPrecision(4)}, below ${minimumRoi}`,
      { goal },
    );
  }
  return best;
}

function isAllowed({ curves, request }: Setting, spends: readonly number[]): boolean {
  const { groups = [], minimum_roi, goal } = request;
  const response = sum(curves.map((curve, at) => curve.response(spends[at] ?? 0)));
  if (minimum_roi !== undefined && response < minimum_roi * sum(spends) * (1 - 1e-6)) return false;
  if (goal !== undefined && response < goal * (1 - 1e-6)) return false;
  return groups.every(({ channels, low, high }) => {
    const own = sum(
      curves.map(({ name }, at) => (channels.includes(name) ? (spends[at] ?? 0) : 0)),
    );
    return own >= low * (1 - 1e-6) && own <= high * (1 + 1e-6);
  });
}

function findPlanFaults({ curves, total, request }: Setting, spends: readonly number[]): Finding[] {
  const spent = sum(spends);
  const found = curves.flatMap(({ name, today }, at) => {
    const factor = (spends[at] ?? 0) / today;
    if (!(factor > DATA_REACH * (1 + 1e-9))) return [];
    const text = `"${name}" would spend ${factor.toFixed(1)} times its past: beyond the data`;
    return [
      toFinding("extrapolated_beyond_data", text, {
        channel: name,
        figure: factor,
        bound: DATA_REACH,
      }),
    ];
  });
  if (request.goal !== undefined || spent >= total * (1 - 1e-4)) return found;
  const why =
    request.minimum_roi === undefined
      ? "the upper bounds, or curves that no longer rise, leave no use for it"
      : "more would miss the least ROI";
  return [
    ...found,
    toFinding(
      "budget_unspent",
      `${((1 - spent / total) * 100).toFixed(1)} % of the total stays unspent: ${why}`,
      { figure: spent, bound: total },
    ),
  ];
}

function findNoHistory(name: string): Finding {
  return toFinding(
    "channel_without_history",
    `"${name}" has no spend in the weeks that train: nothing is known of its response, and no plan gives it money`,
    { channel: name },
  );
}
