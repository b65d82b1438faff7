/**
 * A proposal in words and figures: what, from where to where, what it does to the error, and why.
 *
 * I1. Every figure is the engine's for exactly the proposed numbers.
 * I2. At most `REASONING_CHARS` characters; the guard refuses longer texts.
 */
import { formatPercent } from "../schemas/number-text.ts";
import { periodsPerWeek, type ModelConfig } from "../model/config.ts";
import type { Metrics } from "../model/metrics.ts";
import type { TrainingResult } from "../model/training-result.ts";
import type { TunedChange, Tuning } from "./builtin-tuning.ts";

export interface Told {
  readonly base: ModelConfig;
  readonly tuning: Pick<Tuning, "before" | "after" | "changes"> & Partial<Tuning>;
  readonly evaluations: number;
  readonly notes: readonly string[];
}

const REASONING_CHARS = 4000;
const LISTED_MAX = 24;

/** The text of a proposal that changes something. */
export function reasoningOf(told: Told): string {
  const { tuning, evaluations, notes } = told;
  const { before, after, changes } = tuning;
  const lines = changes.slice(0, LISTED_MAX).map((change) => changeText(change, told.base));
  const more = changes.length > LISTED_MAX ? `; and ${changes.length - LISTED_MAX} more` : "";
  const sentences = [
    `${lines.join("; ")}${more}.`,
    `${errorText(before, after)}; ${evaluations} configurations evaluated.`,
    worthText(changes),
    returnsText(before, after),
    boundText(changes),
    refinementText(tuning),
    ...notes.map((note) => `${sentence(note)}.`),
  ];
  return sentences
    .filter((one) => one !== "")
    .join(" ")
    .slice(0, REASONING_CHARS);
}

/** The text when nothing better was found. */
export function nothingBetterText(
  before: Pick<TrainingResult, "validation" | "loss">,
  evaluations: number,
  notes: readonly string[],
): string {
  const error = `validated wMAPE ${formatPercent(before.loss)}`;
  return [
    `None of ${evaluations} evaluated configurations lowers the error of the one in force (${error}), so its numbers stay.`,
    ...notes.map((note) => `${sentence(note)}.`),
  ]
    .join(" ")
    .slice(0, REASONING_CHARS);
}

/** One change, with half-lives where it is a decay. */
export function changeText(
  { path, from, to }: Pick<TunedChange, "path" | "from" | "to">,
  config: ModelConfig,
): string {
  const name = path.replace(/^hyperparameters\.|^training\./, "").replace(".", " ");
  const text = `${name} ${shown(from)} → ${shown(to)}`;
  if (!path.endsWith(".decay")) return text;
  const periods = periodsPerWeek(config);
  return `${text} (half-life ${weeks(from, periods)} → ${weeks(to, periods)} weeks)`;
}

/** Validated errors before and after. */
export function errorText(before: TrainingResult, after: TrainingResult): string {
  const [was, is] = [before.validation.mean, after.validation.mean];
  const rows = [
    `validated wMAPE ${formatPercent(before.loss)} → ${formatPercent(after.loss)}`,
    ratioRow("MAPE", was, is, (metrics) => metrics.mape),
    was.r2 === null || is.r2 === null ? "" : `R² ${was.r2.toFixed(3)} → ${is.r2.toFixed(3)}`,
  ];
  const text = rows.filter((row) => row !== "").join(", ");
  return `${sentence(text)} over ${after.validation.folds.length} rolling-origin folds`;
}

function ratioRow(
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

function worthText(changes: readonly TunedChange[]): string {
  const top = changes.filter((one) => one.worth > 0).toSorted((a, b) => b.worth - a.worth);
  if (top.length < 2) return "";
  const named = top
    .slice(0, 3)
    .map((one) => `${label(one.path)} (${(one.worth * 100).toFixed(3)} points)`);
  return `Most of the gain would be lost without ${named.join(", ")}.`;
}

function returnsText(before: TrainingResult, after: TrainingResult): string {
  const moved = after.channels.flatMap((channel) => {
    const was = before.channels.find((row) => row.name === channel.name)?.roi ?? null;
    const { roi } = channel;
    if (was === null || roi === null || Math.abs(roi - was) <= 0.2 * Math.abs(was)) return [];
    return [`${channel.name} ${was.toFixed(2)} → ${roi.toFixed(2)}`];
  });
  if (moved.length === 0) return "";
  return `Returns that move by more than a fifth: ${moved.slice(0, 8).join(", ")}.`;
}

function boundText(changes: readonly TunedChange[]): string {
  const ends = changes.filter((one) => one.atBound !== null);
  if (ends.length === 0) return "";
  const named = ends.map((one) => `${label(one.path)} (${one.atBound} end, ${shown(one.to)})`);
  return `At the end of their range: ${named.join(", ")}; the data may ask for more than the range holds.`;
}

function refinementText(tuning: Told["tuning"]): string {
  const rate = tuning.learningRate ?? null;
  if (rate === null || (tuning.refinementGain ?? 0) <= 0) return "";
  const gain = ((tuning.refinementGain ?? 0) * 100).toFixed(3);
  return `Gradient refinement at learning rate ${rate} gained ${gain} points.`;
}

function label(path: string): string {
  return path.replace(/^hyperparameters\.|^training\./, "").replace(".", " ");
}

function weeks(decay: number, periods: number): string {
  return decay <= 0 ? "0" : (Math.log(0.5) / Math.log(decay) / periods).toFixed(1);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
