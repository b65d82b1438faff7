/** What each layer of the guard went by, in at most 100 columns. */
import type { ChannelFigures, Figures, JudgeFigures, LimitedFigure } from "../guard/explain.ts";
import { quote } from "../guard/quote.ts";
import { table } from "./table.ts";

const NAME_CHARS = 18;
const PASSAGE_CHARS = 72;
const DETAIL_CHARS = 88;

/** Lines for `guard check --explain`. */
export function explainLines(figures: Figures): readonly string[] {
  return figures.layers.flatMap(({ layer, verdict, ms, detail }) => {
    const own = `${layer.padEnd(9)}  ${verdict.padEnd(8)} ${timeOf(ms)}`;
    if (layer === "rules") return [`${own}  ${rulesDetail(figures, detail)}`];
    if (layer === "signature")
      return [`${own}  ${detail.slice(0, 60)}`, ...signatureLines(figures)];
    if (layer === "semantics") return [own.trimEnd(), ...figures.judges.flatMap(judgeLines)];
    return [`${own}  ${detail.slice(0, DETAIL_CHARS)}`];
  });
}

function rulesDetail({ numbers_changed: changed }: Figures, detail: string): string {
  if (changed === null) return detail;
  return changed === 1 ? "1 number changed" : `${changed} numbers changed`;
}

/** Rules and signature: the median of some runs; a judge: this one call. */
function timeOf(ms: number | null): string {
  if (ms === null) return "".padStart(10);
  return (ms < 1 ? `${(1000 * ms).toFixed(0)} µs` : `${ms.toFixed(1)} ms`).padStart(10);
}

function signatureLines({ signature }: Figures): readonly string[] {
  if (signature === null) return [];
  const rows = signature.channels.map(channelRow);
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
    ...table(head, rows)
      .split("\n")
      .map((line) => `    ${line}`),
    `    carryover in the mean ${limited(signature.carryover_mean)}; of the baseline's ${limited(signature.carryover_kept)}`,
    `    curvature in the mean ${limited(signature.curvature_mean)}; of the baseline's ${limited(signature.curvature_kept)}`,
    `    per channel: curvature ≥ ${share(limits.curvature_least)}, flatness ≤ ${share(limits.flatness_most)}`,
    `    ridge shrinkage ${limited(signature.shrinkage)}; ${folds} folds, ${weeks} locked weeks, ${alive} of ${rows.length} channels alive`,
    signature.over_observed_spend
      ? "    curvature over the spend that the data show"
      : "    curvature up to the largest exposure (no --data)",
  ];
}

function channelRow(row: ChannelFigures): readonly string[] {
  return [
    row.channel.length > NAME_CHARS ? `${row.channel.slice(0, NAME_CHARS - 1)}…` : row.channel,
    moved(row.half_life_weeks_before, row.half_life_weeks, (value) => value.toFixed(2)),
    moved(row.carryover_mass_before, row.carryover_mass, share),
    share(row.flatness),
    moved(row.curvature_before, row.curvature, share),
    row.spend_to.toFixed(2),
    share(row.response_at_end),
  ];
}

function moved(before: number, now: number, shown: (value: number) => string): string {
  return shown(before) === shown(now) ? shown(now) : `${shown(before)} → ${shown(now)}`;
}

function limited({ value, least, most }: LimitedFigure): string {
  if (least !== null && most !== null) {
    return `${share(value)} (${share(least)} to ${share(most)})`;
  }
  if (least !== null) return `${share(value)} (≥ ${share(least)})`;
  return most === null ? share(value) : `${share(value)} (≤ ${share(most)})`;
}

function share(value: number): string {
  const percent = 100 * value;
  const small = percent >= 0.001 && percent < 0.05;
  return `${small ? percent.toPrecision(1) : percent.toFixed(1)} %`;
}

function judgeLines(row: JudgeFigures): readonly string[] {
  const from = row.threshold === null ? "" : `, refused from ${row.threshold.toFixed(3)}`;
  const said = `${row.detail}${from}`.slice(0, 66);
  return [
    `  ${row.judge.padEnd(8)} ${row.verdict.padEnd(9)}${timeOf(row.ms)}  ${said}`,
    ...row.passages.map(
      ({ score, text }) => `    ${score.toFixed(3)}  ${quote(text, PASSAGE_CHARS)}`,
    ),
  ];
}
