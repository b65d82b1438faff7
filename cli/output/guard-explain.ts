/** What each layer of the guard went by, in at most 100 columns. */
import type { ChannelFigures, Figures, JudgeFigures, LimitedFigure } from "../../guard/explain.ts";
import { quote } from "../../schemas/quote.ts";
import { formatTable } from "./table.ts";

const NAME_CHARS = 18;
const PASSAGE_CHARS = 72;
const DETAIL_CHARS = 88;

/** Lines for `guard check --explain`. */
export function formatExplanation(figures: Figures): readonly string[] {
  return figures.layers.flatMap(({ layer, verdict, ms, detail }) => {
    const own = `${layer.padEnd(9)}  ${verdict.padEnd(8)} ${formatMeasuredTime(ms)}`;
    if (layer === "rules") return [`${own}  ${describeRulesDetail(figures, detail)}`];
    if (layer === "signature")
      return [`${own}  ${detail.slice(0, 60)}`, ...formatSignature(figures)];
    if (layer === "semantics") return [own.trimEnd(), ...figures.judges.flatMap(formatJudge)];
    return [`${own}  ${detail.slice(0, DETAIL_CHARS)}`];
  });
}

function describeRulesDetail({ numbers_changed: changed }: Figures, detail: string): string {
  if (changed === null) return detail;
  return changed === 1 ? "1 number changed" : `${changed} numbers changed`;
}

/** Rules and signature: the median of some runs; a judge: this one call. */
function formatMeasuredTime(ms: number | null): string {
  if (ms === null) return "".padStart(10);
  return (ms < 1 ? `${(1000 * ms).toFixed(0)} µs` : `${ms.toFixed(1)} ms`).padStart(10);
}

function formatSignature({ signature }: Figures): readonly string[] {
  if (signature === null) return [];
  const rows = signature.channels.map(toChannelRow);
  const head = [
    "channel",
    "half-life, weeks",
    "after week 1",
    "flatness",
    "curvature",
    "spend to",
    "response",
  ];
  const { folds, locked_test_weeks: weeks, channels_alive: alive, limits } = signature;
  return [
    ...formatTable(head, rows)
      .split("\n")
      .map((line) => `    ${line}`),
    `    carryover in the mean ${formatLimited(signature.carryover_mean)}; of the baseline's ${formatLimited(signature.carryover_kept)}`,
    `    curvature in the mean ${formatLimited(signature.curvature_mean)}; of the baseline's ${formatLimited(signature.curvature_kept)}`,
    `    return of the next unit ${formatLimited(signature.elasticity_mean)}; of the baseline's ${formatLimited(signature.elasticity_kept)}`,
    `    per channel: curvature ≥ ${formatShare(limits.curvature_least)}, flatness ≤ ${formatShare(limits.flatness_most)}`,
    `    ridge shrinkage ${formatLimited(signature.shrinkage)}; ${folds} folds, ${weeks} locked weeks, ${alive} of ${rows.length} channels alive`,
    signature.over_observed_spend
      ? "    curvature over the spend that the data show"
      : "    curvature up to the largest exposure (no --data)",
  ];
}

function toChannelRow(row: ChannelFigures): readonly string[] {
  return [
    row.channel.length > NAME_CHARS ? `${row.channel.slice(0, NAME_CHARS - 1)}…` : row.channel,
    formatBeforeAfter(row.half_life_weeks_before, row.half_life_weeks, (value) => value.toFixed(2)),
    formatBeforeAfter(row.carryover_mass_before, row.carryover_mass, formatShare),
    formatShare(row.flatness),
    formatBeforeAfter(row.curvature_before, row.curvature, formatShare),
    row.spend_to.toFixed(2),
    formatShare(row.response_at_end),
  ];
}

function formatBeforeAfter(before: number, now: number, shown: (value: number) => string): string {
  return shown(before) === shown(now) ? shown(now) : `${shown(before)} → ${shown(now)}`;
}

function formatLimited({ value, least, most }: LimitedFigure): string {
  if (least !== null && most !== null) {
    return `${formatShare(value)} (${formatShare(least)} to ${formatShare(most)})`;
  }
  if (least !== null) return `${formatShare(value)} (≥ ${formatShare(least)})`;
  return most === null ? formatShare(value) : `${formatShare(value)} (≤ ${formatShare(most)})`;
}

function formatShare(value: number): string {
  const percent = 100 * value;
  const small = percent >= 0.001 && percent < 0.05;
  return `${small ? percent.toPrecision(1) : percent.toFixed(1)} %`;
}

function formatJudge(row: JudgeFigures): readonly string[] {
  const from = row.threshold === null ? "" : `, refused from ${row.threshold.toFixed(3)}`;
  const said = `${row.detail}${from}`.slice(0, 66);
  return [
    `  ${row.judge.padEnd(8)} ${row.verdict.padEnd(9)}${formatMeasuredTime(row.ms)}  ${said}`,
    ...row.passages.map(
      ({ score, text }) => `    ${score.toFixed(3)}  ${quote(text, PASSAGE_CHARS)}`,
    ),
  ];
}
