/**
 * What is watched after deployment, from when on it warns, and when the model is taken back.
 *
 * Owns: the thresholds of a plan. Not: the figures on new weeks (`model/monitor.ts`), whose names the
 * rules use: wmape, bias, cusum, roi_shift, spend_range.
 *
 * I1. Every rule's rollback threshold is above its warning.
 */
import type { EventData } from "../schemas/event.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { Metrics } from "../schemas/parts.ts";
import type { BusinessContext } from "./business-context.ts";
import type { BusinessSettings } from "./business-settings.ts";

/** A rollback threshold is at least this much above its warning. */
const LEAST_GAP = 1.01;

export type MonitoringPlan = Pick<
  EventData<"DeploymentDecided">,
  "success_criteria" | "monitoring" | "rollback" | "next_review_weeks"
>;

/** The plan for a model with these validated errors. */
export function monitoringPlan(
  validated: Metrics,
  context: BusinessContext,
  settings: BusinessSettings,
): MonitoringPlan {
  const { monitoring: limits } = settings;
  const weeks = limits.window_weeks;
  const error = validated.wmape ?? validated.smape;
  const warn = error * limits.warn_factor;
  const tolerable = Math.min(error * limits.rollback_factor, settings.fit.error_reject);
  const rollback = Math.max(tolerable, warn * LEAST_GAP);
  const rule = (metric: string, warn_above: number, rollback_above: number) => ({
    metric,
    warn_above: rounded(warn_above),
    rollback_above: rounded(rollback_above),
    window_weeks: weeks,
  });
  return {
    success_criteria: [
      `wMAPE on the first ${weeks} new weeks at most ${formatPercent(warn)}`,
      `error over ${weeks} weeks off in one direction by at most ${formatPercent(limits.bias_warn)} of the target`,
      `error asked for by the business: at most ${formatPercent(context.success_criteria.mape_max)}`,
    ],
    monitoring: [
      rule("wmape", warn, rollback),
      rule("bias", limits.bias_warn, limits.bias_rollback),
      rule("cusum", limits.cusum_warn, limits.cusum_rollback),
      rule("roi_shift", limits.roi_shift_warn, limits.roi_shift_rollback),
      rule("spend_range", limits.spend_range_warn, limits.spend_range_rollback),
    ],
    rollback:
      `Return to the baseline configuration when, over ${weeks} new weeks, wMAPE exceeds ` +
      `${formatPercent(rollback)} or the bias ${formatPercent(limits.bias_rollback)} of the target; ` +
      `re-run the session on the new data before deploying again.`,
    next_review_weeks: limits.next_review_weeks,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
