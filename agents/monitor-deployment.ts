/**
 * A deployed model on new weeks, held against the plan that the Stakeholder left.
 *
 * Owns: warning and rollback levels, the event of an alarm. Not: the results document (`deployed-model.ts`), the
 * figures (`model/monitor.ts`), files and commands.
 *
 * I1. Pure: texts in, report out.
 * I2. With fewer new weeks than a rule's window a breach is a warning at most: too early to roll back.
 * I3. The model is judged on the session's own weeks, known by their digest; what new data say of them is
 *     compared (`monitor-history.ts`). Other data in their place are refused.
 * I4. An alarm needs a figure beyond what was agreed and beyond what chance brings at the stated rates.
 */
import { countPeriodsPerWeek } from "../model/config.ts";
import { type Dataset, parseDataset } from "../model/data/dataset.ts";
import { monitorModel, type MonitoredForecasts } from "../model/monitor.ts";
import { type DriftFigure, type DriftThresholds } from "../model/monitoring/drift-figure.ts";
import { FALSE_ALARMS } from "../model/monitoring/chance-limits.ts";
import type { Draws } from "../model/posterior/draws.ts";
import { computeSha256, toCanonicalJson } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import type { Event } from "../schemas/event.ts";
import { callModel } from "./data-source.ts";
import type { DeployedModel } from "./deployed-model.ts";
import {
  type HistoryNote,
  joinSeries,
  requireRecordedHistory,
  type WatchedSeries,
} from "./monitor-history.ts";

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
  /** What became of the session's weeks in the new data. */
  readonly history: readonly HistoryNote[];
  /** Share of checks of an unchanged process that may warn and call for a rollback. */
  readonly false_alarms: typeof FALSE_ALARMS;
  /** Errors of the deployed forecast and of the posterior's own. */
  readonly forecasts: MonitoredForecasts;
  /** One line for people. */
  readonly summary: string;
}

export interface MonitorInput {
  readonly deployed: DeployedModel;
  /** CSV with the session's weeks and the new ones, or the new ones alone. */
  readonly csv: string;
  /** CSV that a person says the session had; refused where its digest is another. */
  readonly sessionCsv?: string;
  /** Of that file's bytes; of the text where it is not given. */
  readonly sessionDigest?: string;
  /** The session's own copy of its data, known by its digest. */
  readonly keptCsv?: string | null;
  /** False leaves out the shift of returns, which samples a posterior. */
  readonly returns?: boolean;
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
  const { dataset, notes } = readWatched(input, until);
  const result = callModel(() =>
    monitorModel(dataset, deployed.config, {
      deployed_until: until,
      thresholds: toDriftThresholds(deployed.rules),
      published: deployed.published,
      draws: input.draws ?? null,
      returns: input.returns ?? true,
    }),
  );
  const weeks = result.periods / countPeriodsPerWeek(deployed.config);
  const findings = result.figures.map((figure) => classifyDrift(figure, deployed, weeks));
  const restated = notes.some(({ code }) => code === "history_changed");
  const status = findWorstLevel([
    ...findings.map((finding) => finding.level),
    restated ? "warn" : "ok",
  ]);
  return {
    session: deployed.session,
    deployed_until: result.deployed_until,
    from: result.from,
    to: result.to,
    periods: result.periods,
    status,
    findings,
    history: notes,
    false_alarms: FALSE_ALARMS,
    forecasts: result.forecasts,
    summary: describeDriftStatus(status, findings, {
      from: result.from,
      to: result.to,
      weeks,
      notes,
    }),
  };
}

/** The session's weeks and the new ones; the session's own where they are at hand. */
function readWatched(input: MonitorInput, until: string): WatchedSeries {
  const { deployed, csv, sessionCsv, keptCsv = null } = input;
  const { config, dataDigest, recorded } = deployed;
  const given = input.sessionDigest ?? computeSha256(sessionCsv ?? "");
  if (sessionCsv !== undefined && dataDigest !== null && given !== dataDigest) {
    throw new MmmError(
      "data_changed",
      `The session's data are another file: its digest is ${given.slice(0, 16)}, the session's ${dataDigest.slice(0, 16)}; give the file that the session had`,
    );
  }
  const read = (text: string): Dataset => callModel(() => parseDataset(text, config));
  const session = sessionCsv ?? keptCsv;
  if (session !== null) return joinSeries(read(session), read(csv), until);
  const dataset = read(csv);
  callModel(() => requireRecordedHistory(dataset, config, { until, recorded }));
  return { dataset, notes: [] };
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

/** Whether the channel was seen in training or not, more spend is a reason to look, not to roll back. */
const WARNS_AT_MOST: ReadonlySet<DriftFigure["name"]> = new Set(["spend_range"]);

function classifyDrift(figure: DriftFigure, deployed: DeployedModel, weeks: number): DriftFinding {
  const rule = deployed.rules.find((row) => row.metric === figure.name);
  const { chance, unbounded } = figure;
  const warn_above = Math.max(rule?.warn_above ?? figure.bound, chance?.warn_above ?? 0);
  const agreed = rule?.rollback_above ?? Number.MAX_VALUE;
  const rollback_above = Math.max(agreed, chance?.rollback_above ?? 0);
  const size = unbounded ? Infinity : Math.abs(figure.figure ?? 0);
  const early = weeks < (rule?.window_weeks ?? 0);
  const level =
    size <= warn_above
      ? "ok"
      : size > rollback_above && !early && !WARNS_AT_MOST.has(figure.name)
        ? "rollback"
        : "warn";
  return { ...figure, level, warn_above, rollback_above, breached: level !== "ok" };
}

function findWorstLevel(levels: readonly DriftLevel[]): DriftLevel {
  return levels.includes("rollback") ? "rollback" : levels.includes("warn") ? "warn" : "ok";
}

interface Span {
  readonly from: string;
  readonly to: string;
  readonly weeks: number;
  readonly notes: readonly HistoryNote[];
}

function describeDriftStatus(
  status: DriftLevel,
  findings: readonly DriftFinding[],
  { from, to, weeks, notes }: Span,
): string {
  const range = `${from} to ${to} (${Number(weeks.toFixed(1))} weeks)`;
  const history = notes.map(({ message }) => ` Note: ${message}.`).join("");
  const breached = findings.filter((finding) => finding.level !== "ok");
  if (breached.length === 0) return `No drift on ${range}.${history}`;
  const listed = breached.map((finding) => {
    const { name, channel, figure, level, warn_above, unbounded, note } = finding;
    const subject = channel === null ? name : `${name} of ${channel}`;
    if (unbounded) return `${subject}: ${note} (${level})`;
    return `${subject} ${Number((figure ?? 0).toPrecision(3))} above ${Number(warn_above.toPrecision(3))} (${level})`;
  });
  const advice = status === "rollback" ? "Roll back and re-run the session." : "Watch closely.";
  return `Drift on ${range}: ${listed.join("; ")}. ${advice}${history}`;
}
