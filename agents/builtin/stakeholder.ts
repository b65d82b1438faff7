/**
 * The Stakeholder by built-in reasoning: may this model be used for forecasts and for budget, on what
 * conditions, and when is it taken back?
 *
 * Owns: the figures that the decisions are asked with, and the words around them. Not: the decisions
 * (`deployment.ts`).
 *
 * I1. The single decision follows from the two uses by `DECISION_TABLE`.
 * I2. The business review of the final model is a note and never a condition: benchmarks inform.
 * I3. Each answer carries success criteria, monitoring rules, a rollback trigger and a date.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import { parseModelConfig } from "../../model/config.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import type { DeploymentGrounds } from "../../schemas/deployment.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import type { Finding, Metrics } from "../../schemas/parts.ts";
import { reviewModel } from "./business-analyst.ts";
import { decideUses, readCriteria, type Deployment } from "./deployment.ts";
import { createMonitoringPlan } from "./monitoring-plan.ts";
import type { Comparison } from "../../model/evidence/accuracy.ts";
import type { DeploymentFigures } from "./verdict.ts";
import { listStatedCriteria } from "../business-context.ts";
import type { BusinessSettings } from "../business-settings.ts";
import { callModel } from "../data-source.ts";
import type { AdviseAnswer, AdviseJob, DecideAnswer, DecideJob } from "../reasoners.ts";

const NOTES_MAX = 12;

/** Decides on deployment. */
export function decideDeployment(
  job: DecideJob,
  settings: BusinessSettings,
  spec: Specification,
): Omit<DecideAnswer, "note"> {
  const notes = reviewNotes(job, settings, spec);
  const deployment = decideUses(collectFigures(job, notes));
  return {
    decision: deployment.decision,
    rationale: describeRationale(job, deployment),
    conditions: deployment.conditions,
    ...createMonitoringPlan(job.request.final, job.context, settings),
    forecast_use: deployment.forecast_use,
    budget_use: deployment.budget_use,
    grounds: formatGrounds(job, deployment),
  };
}

function collectFigures(job: DecideJob, notes: readonly string[]): DeploymentFigures {
  const { request, figures, posterior, config, context } = job;
  const after = selectError(request.final);
  const before = selectError(request.baseline);
  const stated = listStatedCriteria(callModel(() => JSON.parse(figures.business_context)));
  return {
    methodology_unchanged: figures.methodology_unchanged,
    validation: {
      folds: config.evaluation.folds,
      error: after,
      r2: request.final.r2,
      improvement: before > 0 ? (before - after) / before : 0,
    },
    locked: compareLocked(figures.locked_test),
    criteria: readCriteria(context, stated),
    posterior: posterior === null ? null : judgePosterior(job, posterior),
    benchmark_notes: notes,
  };
}

function judgePosterior(
  { figures }: DecideJob,
  { sampler_converged, evidence }: NonNullable<DecideJob["posterior"]>,
): NonNullable<DeploymentFigures["posterior"]> {
  return {
    sampler_converged,
    search_converged: isSearchSettled(figures),
    plan: evidence.plan.gain,
    flags: evidence.flags,
    experiment: evidence.experiment,
  };
}

/**
 * Whether the last search settled. The session's score is the least of solver, stability and search:
 * where it is below the others, it is the search's.
 */
function isSearchSettled({ final, convergence, convergence_threshold }: DecideJob["figures"]) {
  const others = Math.min(final.solver_score, final.roi_stability ?? 1);
  return convergence >= convergence_threshold || convergence >= others;
}

const NO_WEEKS = "no weeks were locked, so the forecast was never put to the test";
const NO_FORECASTS =
  "the trainer gave no forecast of the single locked weeks, so nothing says whether it beats simpler ones beyond noise";

function compareLocked(locked: DecideJob["figures"]["locked_test"]): DeploymentFigures["locked"] {
  if (locked === null) return NO_WEEKS;
  const find = (reference: string): Comparison | null =>
    locked.comparisons.flatMap((one) =>
      one.reference === reference ? [{ ...one, verdict: parseVerdict(one.verdict) }] : [],
    )[0] ?? null;
  const [baseline, mean] = [find("baseline"), find("mean")];
  if (baseline === null || mean === null) return NO_FORECASTS;
  return { baseline, last_year: find("last_year"), mean, contradicts: locked.contradicts };
}

/** What is not known counts as no difference. */
function parseVerdict(text: string): Comparison["verdict"] {
  return text === "better" || text === "worse" ? text : "no_difference";
}

function formatGrounds({ posterior }: DecideJob, deployment: Deployment): string {
  const { forecast, budget, experiment, notes } = deployment;
  const flags = (posterior?.evidence.flags ?? []).filter(({ raised }) => raised);
  const grounds = { forecast, budget, experiment, notes, flags } as DeploymentGrounds;
  return toCanonicalJson(grounds);
}

/** The business review of the final model: what it warns of. */
function reviewNotes(
  { figures, context, posterior }: DecideJob,
  settings: BusinessSettings,
  spec: Specification,
): readonly string[] {
  const { final, baseline } = figures;
  const config = callModel(() => parseModelConfig(JSON.parse(figures.config)));
  const evidence = posterior?.evidence ?? null;
  const model = { config, candidate: final, baseline, context, evidence };
  const { findings } = reviewModel(model, settings, spec);
  return findings
    .filter((one) => one.severity !== "info" && !one.code.startsWith("flag_"))
    .slice(0, NOTES_MAX)
    .map(describeNote);
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
  parameter_at_bound: "do not read the forecast's carryover and saturation as found",
  intervals_wide: "plan with the interval, and test before large moves",
};

function describeNote(finding: Finding): string {
  const remedy = REMEDIES[finding.code];
  return remedy === undefined ? `${finding.message}.` : `${finding.message}: ${remedy}.`;
}

function describeRationale({ request, figures }: DecideJob, deployment: Deployment): string {
  const [before, after] = [selectError(request.baseline), selectError(request.final)];
  const name = request.final.mape === null ? "wMAPE" : "MAPE";
  const said = (use: string, reasons: readonly string[]): string =>
    `${use.replaceAll("_", " ")}${reasons.length === 0 ? "" : `, because ${reasons.join("; ")}`}`;
  return [
    `Forecasts: ${said(deployment.forecast_use, deployment.forecast.reasons)}.`,
    `Budget: ${said(deployment.budget_use, deployment.budget.reasons)}.`,
    `Validated ${name} ${formatPercent(before)} → ${formatPercent(after)} after ${request.iterations} iterations and ${request.proposals_tried} proposals (${request.stopped_because}).`,
    figures.methodology_unchanged ? "The methodology is unchanged." : "",
  ]
    .filter((part) => part !== "")
    .join(" ")
    .replaceAll("..", ".");
}

/** The Stakeholder on a task: nothing is decided before the end. */
export function adviseStakeholder({ trained }: AdviseJob): Omit<AdviseAnswer, "note"> {
  const stand =
    trained === null
      ? ""
      : ` The model in force has a validated error of ${formatPercent(selectError(trained.validation))}.`;
  const text = `Deployment is decided at the end of the session: forecast use on validated and locked weeks, budget use on the posterior's probability of a gain and its flags.${stand}`;
  return { kind: "advice", text, constraints: [], citations: [] };
}

/** The error that decisions speak of: MAPE, or wMAPE where MAPE is undefined. */
function selectError(metrics: Metrics): number {
  return metrics.mape ?? metrics.wmape ?? metrics.smape;
}
