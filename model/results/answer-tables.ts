/**
 * What a model of record says, as tables that spreadsheets, pandas and R read.
 *
 * 1. Every figure is the one that results, report and API publish; nothing is computed anew from rounded ones.
 */

import type { ContributionTable } from "../fit/contributions.ts";
import type { Effects } from "../effects.ts";

export type AnswerCell = string | number | null;

export interface AnswerTable {
  readonly name: "contributions" | "returns" | "curves" | "draws";
  readonly head: readonly string[];
  readonly rows: readonly (readonly AnswerCell[])[];
}

const ENDS = ["low", "median", "high"] as const;

/** Contributions by period, returns, curves and draws of returns. */
export function tabulateAnswers(effects: Effects, contributions: ContributionTable): AnswerTable[] {
  return [
    tabulateContributions(contributions),
    tabulateReturns(effects),
    tabulateCurves(effects),
    tabulateDraws(effects),
  ];
}

function tabulateContributions(table: ContributionTable): AnswerTable {
  const names = Object.keys(table.channels);
  return {
    name: "contributions",
    head: ["date", "actual", "fitted", "baseline", ...names],
    rows: table.dates.map((date, at) => [
      date,
      table.actual[at] ?? null,
      table.fitted[at] ?? null,
      table.baseline[at] ?? null,
      ...names.map((name) => table.channels[name]?.[at] ?? null),
    ]),
  };
}

function tabulateReturns({ summary }: Effects): AnswerTable {
  const figures = ["roi", "mroi", "contribution", "half_life_weeks"] as const;
  return {
    name: "returns",
    head: ["channel", "spend", ...figures.flatMap((one) => ENDS.map((end) => `${one}_${end}`))],
    rows: Object.entries(summary.channels).map(([name, channel]) => [
      name,
      channel.spend,
      ...figures.flatMap((one) => ENDS.map((end) => channel[one][end])),
    ]),
  };
}

function tabulateCurves({ summary }: Effects): AnswerTable {
  return {
    name: "curves",
    head: ["channel", "multiplier", "spend", ...ENDS.map((end) => `response_${end}`)],
    rows: Object.entries(summary.channels).flatMap(([name, { response_curve }]) =>
      response_curve.map((point) => [
        name,
        point.multiplier,
        point.spend,
        ...ENDS.map((end) => point[end]),
      ]),
    ),
  };
}

/** One row a draw. */
function tabulateDraws({ responses }: Effects): AnswerTable {
  const { channels, count } = responses;
  return {
    name: "draws",
    head: [
      "draw",
      ...channels.flatMap(({ name }) => [`${name}_contribution`, `${name}_roi`, `${name}_mroi`]),
    ],
    rows: Array.from({ length: count }, (_, draw) => [
      draw,
      ...channels.flatMap(({ contribution, roi, mroi }) =>
        [contribution, roi, mroi].map((values) => values[draw] ?? null),
      ),
    ]),
  };
}
