/**
 * The Stakeholder by built-in reasoning: may this model be used, on what conditions, and when is it
 * taken back?
 *
 * I1. Rejects when the locked test contradicts validation or was not made, when the methodology
 *     changed, and when the locked weeks are predicted clearly worse than by the baseline.
 * I2. Every warning of the business review that is about the final model becomes a condition.
 * I3. Each approval carries success criteria, monitoring rules, a rollback trigger and a date.
 */
import type { Specification } from "../guard/specification.ts";
import { parseModelConfig } from "../model/config.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { Finding, Metrics } from "../schemas/parts.ts";
import { reviewModel } from "./builtin-business-analyst.ts";
import { monitoringPlan } from "./builtin-monitoring-plan.ts";
import type { BusinessSettings } from "./business-settings.ts";
import { modelCall } from "./data-source.ts";
import type { AdviseAnswer, AdviseJob, DecideAnswer, DecideJob } from "./reasoners.ts";

/** Share by which the locked error may exceed the baseline's before the gain counts as lost. */
const LOCKED_WORSE_SHARE = 0.1;
const CONDITIONS_MAX = 12;

/** Decides on deployment. */
export function decideDeployment(
  job: DecideJob,
  settings: BusinessSettings,
  spec: Specification,
): Omit<DecideAnswer, "note"> {
  const refusals = refusalsOf(job);
  const conditions = [...fitConditions(job), ...reviewConditions(job, settings, spec)];
  const decision =
    refusals.length > 0 ? "reject" : conditions.length > 0 ? "approve_with_conditions" : "approve";
  const plan = monitoringPlan(job.request.final, job.context, settings);
  return {
    decision,
    rationale: rationaleOf(job, refusals),
    conditions: conditions.slice(0, CONDITIONS_MAX),
    ...plan,
  };
}

function refusalsOf({ figures, request, context }: DecideJob): readonly string[] {
  const found: string[] = [];
  const criteria = context.success_criteria;
  const { locked_test: locked } = figures;
  if (!figures.methodology_unchanged) {
    found.push("the methodology at the end is not the methodology at the start");
  }
  if (locked === null) found.push("the locked weeks were not evaluated");
  if (locked !== null) found.push(...lockedRefusals(locked));
  const after = errorOf(request.final);
  if (after > criteria.mape_max) {
    found.push(
      `the validated error ${formatPercent(after)} is above the ${formatPercent(criteria.mape_max)} asked for`,
    );
  }
  const gain = gainOf(errorsOf(request));
  if (gain < criteria.improvement_min) {
    found.push(
      `the validated error fell by ${formatPercent(gain)}, less than the ${formatPercent(criteria.improvement_min)} asked for`,
    );
  }
  return found;
}

function lockedRefusals(locked: NonNullable<DecideJob["figures"]["locked_test"]>): string[] {
  const [was, is] = [errorOf(locked.baseline), errorOf(locked.final)];
  if (locked.contradicts) {
    return [`the locked weeks contradict validation (error ${formatPercent(is)})`];
  }
  if (is > was * (1 + LOCKED_WORSE_SHARE)) {
    return [
      `on the locked weeks the error is ${formatPercent(is)} against the baseline's ${formatPercent(was)}: the validated gain does not carry over`,
    ];
  }
  return [];
}

function errorsOf(request: DecideJob["request"]): { before: number; after: number } {
  return { before: errorOf(request.baseline), after: errorOf(request.final) };
}

function gainOf({ before, after }: { before: number; after: number }): number {
  return before > 0 ? (before - after) / before : 0;
}

function fitConditions({ figures, request, context }: DecideJob): readonly string[] {
  const found: string[] = [];
  const { r2_min } = context.success_criteria;
  const { r2 } = request.final;
  if (r2 !== null && r2 < r2_min) {
    found.push(
      `Validated R² ${r2.toFixed(3)} is below ${r2_min}: use for planning, not forecasts.`,
    );
  }
  const locked = figures.locked_test;
  if (locked !== null && errorOf(locked.final) > errorOf(locked.baseline)) {
    found.push(
      `On the locked weeks the baseline was closer (${formatPercent(errorOf(locked.baseline))} against ${formatPercent(errorOf(locked.final))}): run both side by side until the next review.`,
    );
  }
  if (request.proposals_tried > 1) {
    found.push(
      `${request.proposals_tried} proposals and ${request.evaluations} evaluations looked at the same validation weeks: read the validated error as optimistic.`,
    );
  }
  return found;
}

/** The business review of the final model, warnings first made into conditions. */
function reviewConditions(
  { figures, context }: DecideJob,
  settings: BusinessSettings,
  spec: Specification,
): readonly string[] {
  const { final, baseline } = figures;
  if (final === null || baseline === null || figures.config === "") return [];
  const config = modelCall(() => parseModelConfig(JSON.parse(figures.config)));
  const { findings } = reviewModel({ config, candidate: final, baseline, context }, settings, spec);
  return findings.filter((one) => one.severity !== "info").map(conditionOf);
}

const REMEDIES: Readonly<Record<string, string>> = {
  roi_implausible: "confirm by an experiment before moving budget on it",
  roi_off_benchmark: "confirm by an experiment or a lift test before moving budget on it",
  channel_without_effect: "do not read it as proof of no effect; test before cutting",
  effect_far_from_spend: "check for spend that follows demand",
  half_life_unusual: "check against a campaign pause",
  decay_at_hard_bound: "do not plan on its carryover",
  decay_at_published_bound: "check against a campaign pause",
  baseline_share_unusual: "check that trend and seasonality are in the model",
  returns_unstable: "plan with the interval, not the point",
};

function conditionOf(finding: Finding): string {
  const remedy = REMEDIES[finding.code];
  return remedy === undefined ? `${finding.message}.` : `${finding.message}: ${remedy}.`;
}

function rationaleOf(decision: DecideJob, refusals: readonly string[]): string {
  const { request, figures } = decision;
  const { before, after } = errorsOf(request);
  const locked = figures.locked_test;
  const name = request.final.mape === null ? "wMAPE" : "MAPE";
  const parts = [
    `Validated ${name} ${formatPercent(before)} → ${formatPercent(after)} after ${request.iterations} iterations and ${request.proposals_tried} proposals (${request.stopped_because}).`,
    locked === null
      ? ""
      : `Locked weeks, seen once: ${formatPercent(errorOf(locked.baseline))} → ${formatPercent(errorOf(locked.final))}.`,
    figures.methodology_unchanged ? "The methodology is unchanged." : "",
    refusals.length === 0 ? "" : `Rejected because ${refusals.join("; ")}.`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** The Stakeholder on a task: nothing is decided before the end. */
export function adviseStakeholder({ trained }: AdviseJob): Omit<AdviseAnswer, "note"> {
  const stand =
    trained === null
      ? ""
      : ` The model in force has a validated error of ${formatPercent(errorOf(trained.validation))}.`;
  const text = `Deployment is decided at the end of the session, on validated and locked weeks and the business review.${stand}`;
  return { kind: "advice", text, constraints: [], citations: [] };
}

/** The error that decisions speak of: MAPE, or wMAPE where MAPE is undefined. */
function errorOf(metrics: Metrics): number {
  return metrics.mape ?? metrics.wmape ?? metrics.smape;
}
