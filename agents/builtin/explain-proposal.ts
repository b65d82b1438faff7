/**
 * A proposal in words and figures: what, from where to where, what it does to the error, and why.
 *
 * I1. Every figure is the engine's for exactly the proposed numbers.
 * I2. At most `REASONING_CHARS` characters; the guard refuses longer texts.
 */
import { formatPercent } from "../../schemas/number-text.ts";
import { countPeriodsPerWeek, type ModelConfig } from "../../model/config.ts";
import type { Metrics } from "../../model/metrics.ts";
import type { ForecastResult } from "../../model/results/training-result.ts";
import type { TunedChange, Tuning } from "./tuning.ts";

export interface Told {
  readonly base: ModelConfig;
  readonly tuning: Pick<Tuning, "before" | "after" | "changes"> & Partial<Tuning>;
  readonly evaluations: number;
  readonly notes: readonly string[];
}

const REASONING_CHARS = 4000;
const LISTED_MAX = 24;

/** The text of a proposal that changes something. */
export function describeProposal(told: Told): string {
  const { tuning, evaluations, notes } = told;
  const { before, after, changes } = tuning;
  const lines = changes.slice(0, LISTED_MAX).map((change) => describeChange(change, told.base));
  const more = changes.length > LISTED_MAX ? `; and ${changes.length - LISTED_MAX} more` : "";
  const sentences = [
    `${lines.join("; ")}${more}.`,
    `${describeErrors(before, after)}; ${evaluations} configurations evaluated.`,
    describeTopChanges(changes),
    boundText(changes),
    describeRefinement(tuning),
    ...notes.map((note) => `${startSentence(note)}.`),
  ];
  return sentences
    .filter((one) => one !== "")
    .join(" ")
    .slice(0, REASONING_CHARS);
}

/** The text when nothing better was found. */
export function describeNoImprovement(
  before: Pick<ForecastResult, "validation" | "loss">,
  evaluations: number,
  notes: readonly string[],
): string {
  const error = `validated wMAPE ${formatPercent(before.loss)}`;
  return [
    `None of ${evaluations} evaluated configurations lowers the error of the one in force (${error}), so its numbers stay.`,
    ...notes.map((note) => `${startSentence(note)}.`),
  ]
    .join(" ")
    .slice(0, REASONING_CHARS);
}

/** One change, with half-lives where it is a decay. */
export function describeChange(
  { path, from, to }: Pick<TunedChange, "path" | "from" | "to">,
  config: ModelConfig,
): string {
  const name = path.replace(/^hyperparameters\.|^training\./, "").replace(".", " ");
  const text = `${name} ${formatParameter(from)} → ${formatParameter(to)}`;
  if (!path.endsWith(".decay")) return text;
  const periods = countPeriodsPerWeek(config);
  return `${text} (half-life ${formatWeeks(from, periods)} → ${formatWeeks(to, periods)} weeks)`;
}

/** Validated errors before and after. */
export function describeErrors(before: ForecastResult, after: ForecastResult): string {
  const [was, is] = [before.validation.mean, after.validation.mean];
  const rows = [
    `validated wMAPE ${formatPercent(before.loss)} → ${formatPercent(after.loss)}`,
    describeMetricChange("MAPE", was, is, (metrics) => metrics.mape),
    was.r2 === null || is.r2 === null ? "" : `R² ${was.r2.toFixed(3)} → ${is.r2.toFixed(3)}`,
  ];
  const text = rows.filter((row) => row !== "").join(", ");
  return `${startSentence(text)} over ${after.validation.folds.length} rolling-origin folds`;
}

function describeMetricChange(
  name: string,
  was: Metrics,
  is: Metrics,
  pick: (metrics: Metrics) => number | null,
): string {
  const [from, to] = [pick(was), pick(is)];
  return from === null || to === null
    ? ""
    : `${name} ${formatPercent(from)} → ${formatPercent(to)}`;
}

function describeTopChanges(changes: readonly TunedChange[]): string {
  const top = changes.filter((one) => one.worth > 0).toSorted((a, b) => b.worth - a.worth);
  if (top.length < 2) return "";
  const named = top
    .slice(0, 3)
    .map((one) => `${labelPath(one.path)} (${(one.worth * 100).toFixed(3)} points)`);
  return `Most of the gain would be lost without ${named.join(", ")}.`;
}

function boundText(changes: readonly TunedChange[]): string {
  const ends = changes.filter((one) => one.atBound !== null);
  if (ends.length === 0) return "";
  const named = ends.map(
    (one) => `${labelPath(one.path)} (${one.atBound} end, ${formatParameter(one.to)})`,
  );
  return `At the end of their range: ${named.join(", ")}; the data may ask for more than the range holds.`;
}

function describeRefinement(tuning: Told["tuning"]): string {
  const rate = tuning.learningRate ?? null;
  if (rate === null || (tuning.refinementGain ?? 0) <= 0) return "";
  const gain = ((tuning.refinementGain ?? 0) * 100).toFixed(3);
  return `Gradient refinement at learning rate ${rate} gained ${gain} points.`;
}

function labelPath(path: string): string {
  return path.replace(/^hyperparameters\.|^training\./, "").replace(".", " ");
}

function formatWeeks(decay: number, periods: number): string {
  return decay <= 0 ? "0" : (Math.log(0.5) / Math.log(decay) / periods).toFixed(1);
}

function formatParameter(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function startSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
