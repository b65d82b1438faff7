/**
 * The Stakeholder by built-in reasoning: may this model be used, on what conditions, and when is it
 * taken back?
 *
 * I1. Rejects when the locked test contradicts validation or the methodology changed.
 */
import type { Metrics } from "../schemas/parts.ts";
import type { BusinessSettings } from "./business-settings.ts";
import type { AdviseAnswer, AdviseJob, DecideAnswer, DecideJob } from "./reasoners.ts";

export function decideDeployment(
  job: DecideJob,
  settings: BusinessSettings,
): Omit<DecideAnswer, "note"> {
  const { figures, request, context } = job;
  const criteria = context.success_criteria;
  const [before, after] = [errorOf(request.baseline), errorOf(request.final)];
  const gain = before > 0 ? (before - after) / before : 0;
  const refusals: string[] = [];
  const conditions: string[] = [];
  if (!figures.methodology_unchanged) refusals.push("the methodology digests differ");
  if (figures.locked_test === null) refusals.push("the locked weeks were not evaluated");
  if (figures.locked_test?.contradicts === true)
    refusals.push("the locked weeks contradict validation");
  if (after > criteria.mape_max)
    refusals.push(`validated error ${percent(after)} is above ${percent(criteria.mape_max)}`);
  if (gain < criteria.improvement_min)
    refusals.push(`improvement ${percent(gain)} is below ${percent(criteria.improvement_min)}`);
  if ((request.final.r2 ?? 0) < criteria.r2_min)
    conditions.push(
      `Validated R² ${(request.final.r2 ?? 0).toFixed(3)} is below ${criteria.r2_min}`,
    );
  for (const finding of figures.final?.findings ?? []) {
    if (finding.severity === "warning") conditions.push(finding.message);
  }
  const decision =
    refusals.length > 0 ? "reject" : conditions.length > 0 ? "approve_with_conditions" : "approve";
  const { monitoring } = settings;
  return {
    decision,
    rationale: `Validated error ${percent(before)} → ${percent(after)} in ${request.iterations} iterations.${refusals.map((one) => ` Refused: ${one}.`).join("")}`,
    conditions,
    success_criteria: [
      `error on new weeks at most ${percent(Math.min(criteria.mape_max, after * monitoring.warn_factor))}`,
    ],
    monitoring: [
      {
        metric: request.final.mape === null ? "wmape" : "mape",
        warn_above: after * monitoring.warn_factor,
        rollback_above: after * monitoring.rollback_factor,
        window_weeks: monitoring.window_weeks,
      },
    ],
    rollback: `Return to the baseline configuration when the error over ${monitoring.window_weeks} weeks exceeds ${percent(after * monitoring.rollback_factor)}.`,
    next_review_weeks: monitoring.next_review_weeks,
  };
}

export function adviseStakeholder(job: AdviseJob): Omit<AdviseAnswer, "note"> {
  const error = job.trained === null ? null : errorOf(job.trained.validation);
  const stand =
    error === null ? "" : ` The model in force has a validated error of ${percent(error)}.`;
  const text = `Deployment is decided at the end of the session, on validated and locked weeks.${stand}`;
  return { kind: "advice", text, constraints: [], citations: [] };
}

function errorOf(metrics: Metrics): number {
  return metrics.mape ?? metrics.wmape ?? metrics.smape;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
