/**
 * The Business Analyst by built-in reasoning: is this model believable for this business?
 *
 * I1. Every finding names its figure, its bound and the bound's source.
 * I2. The verdict is critical exactly when a finding is (`builtin-finding.ts` says when): what tuning
 *     moved for the worse. Returns of the model of record are the baseline's too, so that a concern
 *     about one is a warning, which becomes a condition.
 * I3. What is critical comes with constraints under which the Data Scientist cannot repeat it.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import { computeTunableBounds, readTunableValues } from "../../guard/specification/tunables.ts";
import type { ChannelResult, Finding } from "../../schemas/parts.ts";
import { checkCarryover, checkHalfLifeOrder } from "./carryover-checks.ts";
import { deriveConstraintsAgainst } from "./constraints.ts";
import { listEngineFindings } from "./engine-findings.ts";
import { listFlagFindings } from "./flag-findings.ts";
import { checkModelFigures } from "./model-checks.ts";
import { checkReturns } from "./return-checks.ts";
import type { BusinessSettings } from "../business-settings.ts";
import type { ReviewAnswer, ReviewJob } from "../reasoners.ts";

export type ReviewedModel = Pick<
  ReviewJob,
  "config" | "candidate" | "baseline" | "context" | "evidence"
>;

const SUMMARY_FINDINGS_MAX = 6;

/** Judges a trained model against benchmarks, realism and the session's baseline model. */
export function reviewModel(
  model: ReviewedModel,
  settings: BusinessSettings,
  spec: Specification,
): Omit<ReviewAnswer, "note"> {
  const findings = collectFindings(model, settings, spec);
  const critical = findings.filter((one) => one.severity === "critical");
  const warnings = findings.filter((one) => one.severity === "warning");
  return {
    verdict: critical.length > 0 ? "critical" : warnings.length > 0 ? "warn" : "approve",
    findings,
    constraints: deriveConstraintsAgainst(critical, model, spec),
    summary: describeReview(critical, warnings),
  };
}

function collectFindings(
  model: ReviewedModel,
  settings: BusinessSettings,
  spec: Specification,
): readonly Finding[] {
  const { candidate, baseline, context, config } = model;
  const bounds = computeTunableBounds(config, spec);
  const perChannel = candidate.channels.flatMap((channel) => {
    const before = baseline.channels.find((row) => row.channel === channel.channel) ?? null;
    const decay = bounds.get(`hyperparameters.${channel.channel}.decay`) ?? null;
    return [
      ...checkReturns(channel, { context, settings, before }),
      ...checkCarryover(channel, { settings, before, decay }),
    ];
  });
  return [
    ...perChannel,
    ...findNewOrderFindings(candidate.channels, baseline.channels),
    ...checkModelFigures({ candidate, baseline, settings }),
    ...listEngineFindings(candidate),
    ...listFlagFindings(model.evidence),
    ...checkBusinessConstraints(model),
  ];
}

/** Disorder that the baseline had as well is no news. */
function findNewOrderFindings(
  channels: readonly ChannelResult[],
  before: readonly ChannelResult[],
): readonly Finding[] {
  const known = new Set(checkHalfLifeOrder(before).map((one) => one.channel));
  return checkHalfLifeOrder(channels).filter((one) => !known.has(one.channel));
}

/** Ranges that the business itself set. */
function checkBusinessConstraints(model: ReviewedModel): readonly Finding[] {
  const values = readTunableValues(model.config);
  return model.context.constraints.flatMap(({ path, min, max, reason }) => {
    const value = values.get(path);
    if (value === undefined || (value >= min && value <= max)) return [];
    const was = baselineValue(model, path);
    const broken = was !== null && was >= min && was <= max;
    return [
      {
        code: "business_constraint",
        severity: broken ? ("critical" as const) : ("warning" as const),
        channel: path.split(".")[1] ?? null,
        figure: value,
        bound: `${min} to ${max}`,
        message: `${path} ${Number(value.toPrecision(4))} is outside ${min} to ${max}, which the business asks for`,
        source: `business context: ${reason}`,
      },
    ];
  });
}

/** What the baseline had; null where its training does not say. */
function baselineValue({ baseline }: ReviewedModel, path: string): number | null {
  const [section, channel, parameter] = path.split(".");
  if (section !== "hyperparameters") return null;
  const row = baseline.channels.find((one) => one.channel === channel);
  if (parameter !== "decay" && parameter !== "alpha" && parameter !== "gamma") return null;
  return row?.[parameter] ?? null;
}

function describeReview(critical: readonly Finding[], warnings: readonly Finding[]): string {
  if (critical.length + warnings.length === 0) {
    return "Returns, carryover, baseline and fit keep to their benchmarks.";
  }
  const listed = [...critical, ...warnings].slice(0, SUMMARY_FINDINGS_MAX);
  const more = critical.length + warnings.length - listed.length;
  return (
    `${critical.length} critical, ${warnings.length} to watch: ` +
    `${listed.map((one) => one.message).join("; ")}${more > 0 ? `; and ${more} more` : ""}.`
  );
}
