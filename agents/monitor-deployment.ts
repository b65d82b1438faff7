/**
 * A deployed model on new weeks, held against the plan that the Stakeholder left.
 *
 * Owns: reading a results document, warning and rollback levels, the event of an alarm. Not: the
 * figures (`model/monitor.ts`), files and commands.
 *
 * I1. Pure: texts in, report out.
 * I2. With fewer new weeks than a rule's window a breach is a warning at most: too early to roll back.
 * I3. Data must hold the weeks the session had and later ones; the session's weeks must be unchanged
 *     where the results can tell.
 */
import { z } from "zod";
import { parseModelConfig, countPeriodsPerWeek, type ModelConfig } from "../model/config.ts";
import { parseDataset } from "../model/data/dataset.ts";
import {
  monitorModel,
  type DriftFigure,
  type DriftThresholds,
  type MonitoredForecasts,
} from "../model/monitor.ts";
import type { Draws } from "../model/posterior/draws.ts";
import { toCanonicalJson } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import type { Event } from "../schemas/event.ts";
import { callModel } from "./data-source.ts";

const RULE = z.object({
  metric: z.string(),
  warn_above: z.number(),
  rollback_above: z.number(),
  window_weeks: z.int(),
});

/** The part of `optimization_results.json` that monitoring needs. */
const RESULTS = z.object({
  session: z.string().min(1),
  final_config: z.record(z.string(), z.unknown()),
  model: z.object({ detail: z.string() }),
  deployment: z.object({ decision: z.string(), monitoring: z.array(RULE).min(1) }),
  posterior: z
    .object({
      channels: z.record(z.string(), z.object({ roi: z.object({ median: z.number() }) })),
    })
    .nullish(),
});

const DETAIL = z.object({ data: z.object({ last_date: z.string() }) });

export interface DeployedModel {
  readonly session: string;
  readonly decision: string;
  readonly config: ModelConfig;
  readonly rules: readonly z.infer<typeof RULE>[];
  /** Last date of the data the session had; null when the results do not say. */
  readonly deployedUntil: string | null;
  /** Median ROI by channel as the session published it; null for results without a posterior. */
  readonly published: Readonly<Record<string, number>> | null;
}

export type DriftLevel = "ok" | "warn" | "rollback";

export interface DriftFinding extends DriftFigure {
  readonly level: DriftLevel;
  readonly warn_above: number;
  readonly rollback_above: number;
}

export interface MonitorReport {
  readonly session: string;
  readonly deployed_until: string;
  readonly from: string;
  readonly to: string;
  readonly periods: number;
  readonly status: DriftLevel;
  readonly findings: readonly DriftFinding[];
  /** Errors of the deployed forecast and of the posterior's own. */
  readonly forecasts: MonitoredForecasts;
  /** One line for people. */
  readonly summary: string;
}

/** Reads a results document. Throws `config_invalid` naming the field that is missing. */
export function parseDeployedModel(results: unknown): DeployedModel {
  const parsed = RESULTS.safeParse(results);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field =
      issue === undefined || issue.path.length === 0 ? "document" : issue.path.join(".");
    throw new MmmError(
      "config_invalid",
      `Results, ${field}: ${issue?.message ?? "is not valid"}; give the optimization_results.json of a session that ended with a decision`,
    );
  }
  const { session, final_config, model, deployment, posterior } = parsed.data;
  const returns = Object.entries(posterior?.channels ?? {});
  return {
    session,
    decision: deployment.decision,
    config: callModel(() => parseModelConfig(final_config)),
    rules: deployment.monitoring,
    deployedUntil: readLastDate(model.detail),
    published:
      returns.length === 0
        ? null
        : Object.fromEntries(returns.map(([name, { roi }]) => [name, roi.median])),
  };
}

function readLastDate(detail: string): string | null {
  try {
    return DETAIL.parse(JSON.parse(detail)).data.last_date;
  } catch {
    // An outside trainer's detail need not say; the caller then has to.
    return null;
  }
}

export interface MonitorInput {
  readonly deployed: DeployedModel;
  /** CSV with the session's weeks and the new ones, or the new ones alone. */
  readonly csv: string;
  /** CSV that the session had, to be put before new weeks that come alone. */
  readonly sessionCsv?: string;
  /** Overrides what the results say. */
  readonly deployedUntil?: string;
  /** Draws of the session's posterior: its own forecast then stands beside the deployed one. */
  readonly draws?: Draws | null;
}

/** Checks a deployed model on new weeks. Throws `data_invalid`, `config_invalid`, `usage`. */
export function monitorDeployed(input: MonitorInput): MonitorReport {
  const { deployed } = input;
  const until = input.deployedUntil ?? deployed.deployedUntil;
  if (until === null) {
    throw new MmmError("usage", "The results do not say when the model's data end; give that date");
  }
  const alone = input.sessionCsv !== undefined && !input.csv.includes(until);
  const text = alone ? joinWeeks(input.sessionCsv, input.csv) : input.csv;
  const result = callModel(() =>
    monitorModel(parseDataset(text, deployed.config), deployed.config, {
      deployed_until: until,
      thresholds: toDriftThresholds(deployed.rules),
      published: deployed.published,
      draws: input.draws ?? null,
    }),
  );
  const weeks = result.periods / countPeriodsPerWeek(deployed.config);
  const findings = result.figures.map((figure) => classifyDrift(figure, deployed, weeks));
  const status = findWorstLevel(findings.map((finding) => finding.level));
  return {
    session: deployed.session,
    deployed_until: result.deployed_until,
    from: result.from,
    to: result.to,
    periods: result.periods,
    status,
    findings,
    forecasts: result.forecasts,
    summary: describeDriftStatus(status, findings, { from: result.from, to: result.to, weeks }),
  };
}

/** The event that goes on the log when a model drifts; null when it does not. */
export function createDriftEvent(report: MonitorReport, by: string): Event | null {
  if (report.status === "ok") return null;
  const { session, status, findings, from, to, deployed_until, summary } = report;
  const breached = findings.filter((finding) => finding.level !== "ok");
  const detail = toCanonicalJson({ status, from, to, deployed_until, summary, findings: breached });
  return {
    type: "OperatorActed",
    data: { action: "monitoring_alarm", subject: session, by, detail },
  };
}

/** New weeks put behind the session's; both must have the same header. */
function joinWeeks(before: string, fresh: string): string {
  const [header, ...rows] = fresh.replace(/^\ufeff/, "").split(/\r?\n/);
  const old = before.replace(/^\ufeff/, "").trimEnd();
  if (old === "" || old.split(/\r?\n/, 1)[0] !== header) {
    throw new MmmError(
      "data_invalid",
      "The new data neither hold the weeks the session had nor have the same columns; give all weeks in one file",
    );
  }
  return `${old}\n${rows.join("\n")}`;
}

const THRESHOLD_OF: Readonly<Record<DriftFigure["name"], keyof DriftThresholds>> = {
  wmape: "wmape_max",
  bias: "bias_max",
  cusum: "cusum_max",
  roi_shift: "roi_shift_max",
  spend_range: "spend_range_max",
};

function toDriftThresholds(rules: DeployedModel["rules"]): DriftThresholds {
  const found: Partial<Record<keyof DriftThresholds, number>> = {};
  for (const rule of rules) {
    if (Object.hasOwn(THRESHOLD_OF, rule.metric)) {
      found[THRESHOLD_OF[rule.metric as DriftFigure["name"]]] = rule.warn_above;
    }
  }
  return { wmape_max: Number.MAX_VALUE, ...found };
}

function classifyDrift(figure: DriftFigure, deployed: DeployedModel, weeks: number): DriftFinding {
  const rule = deployed.rules.find((row) => row.metric === figure.name);
  const warn_above = rule?.warn_above ?? figure.bound;
  const rollback_above = rule?.rollback_above ?? Number.MAX_VALUE;
  const size = Math.abs(figure.figure ?? 0);
  const early = weeks < (rule?.window_weeks ?? 0);
  const level =
    figure.figure === null || size <= warn_above
      ? "ok"
      : size > rollback_above && !early
        ? "rollback"
        : "warn";
  return { ...figure, level, warn_above, rollback_above, breached: level !== "ok" };
}

function findWorstLevel(levels: readonly DriftLevel[]): DriftLevel {
  return levels.includes("rollback") ? "rollback" : levels.includes("warn") ? "warn" : "ok";
}

function describeDriftStatus(
  status: DriftLevel,
  findings: readonly DriftFinding[],
  span: { readonly from: string; readonly to: string; readonly weeks: number },
): string {
  const range = `${span.from} to ${span.to} (${Number(span.weeks.toFixed(1))} weeks)`;
  if (status === "ok") return `No drift on ${range}.`;
  const listed = findings
    .filter((finding) => finding.level !== "ok")
    .map(({ name, channel, figure, level, warn_above }) => {
      const of = channel === null ? "" : ` of ${channel}`;
      return `${name}${of} ${Number((figure ?? 0).toPrecision(3))} above ${warn_above} (${level})`;
    });
  const advice = status === "rollback" ? "Roll back and re-run the session." : "Watch closely.";
  return `Drift on ${range}: ${listed.join("; ")}. ${advice}`;
}
