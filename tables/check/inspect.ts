/**
 * What an analyst looks at before modelling: problems, coverage, sizes, correlations, readiness.
 *
 * 1. Pure figures of the file: nothing is fitted.
 * 2. Of a panel the geos of a period are added up first.
 */
import { formatDay } from "../calendar.ts";
import { interpretDates } from "../dates.ts";
import { pivotLongTable } from "../long.ts";
import { interpretNumbers } from "../numbers.ts";
import { sortDistinct } from "../regularity.ts";
import type { DataTable, Frequency, Note, Problem } from "../table.ts";
import { computePeriodGaps } from "./periods.ts";
import { listProblems } from "./problems.ts";
import { type ChannelCheck, judgeChannel } from "./readiness.ts";
import type { CheckRoles } from "./roles.ts";
import {
  type ColumnFigures,
  computeInflation,
  correlate,
  findOutliers,
  summarizeValues,
} from "./statistics.ts";

export interface DataReport {
  readonly dialect: DataTable["dialect"];
  readonly roles: CheckRoles;
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  readonly coverage: {
    readonly rows: number;
    readonly periods: number;
    readonly geos: number;
    readonly from: string | null;
    readonly to: string | null;
    readonly frequency: Frequency | null;
    readonly gaps: number;
  };
  readonly target: (ColumnFigures & { readonly outliers: readonly string[] }) | null;
  readonly channels: readonly ChannelCheck[];
  /** Pairs of channels by correlation of spend, the strongest first. */
  readonly correlations: readonly { readonly a: string; readonly b: string; readonly r: number }[];
  /** Rows over terms of a usual model: channels, controls, intercept, trend and a yearly season. */
  readonly rows_per_term: number;
  readonly verdict: "ready" | "caution" | "not_ready";
}

/** Intercept, trend and two pairs of harmonics. */
const TERMS_ALWAYS = 6;
/** Robyn's rule of thumb: ten observations an independent variable. */
const ROWS_PER_TERM_MIN = 10;

/** The report of a table for the parts its columns play. */
export function inspectTable(read: DataTable, roles: CheckRoles): DataReport {
  const table = widenFor(read, roles);
  const problems = listProblems(table, roles);
  const periods = sumPeriods(table, roles);
  const figures = roles.channels.map(({ spend }) => summarizeValues(periods.take(spend)));
  const total = figures.reduce((sum, { sum: own }) => sum + own, 0);
  const spends = roles.channels.map(({ spend }) => periods.take(spend));
  const matrix = spends.map((a, row) =>
    spends.map((b, column) => (row === column ? 1 : correlate(a, b))),
  );
  const varying = figures.every(({ variation }) => (variation ?? 0) > 0);
  const inflation = varying ? computeInflation(matrix) : null;
  const date = (row: number): string => formatDay(periods.days[row] ?? 0);
  const channels = roles.channels.map(({ name }, index) => {
    const own = figures[index] as ColumnFigures;
    return judgeChannel({
      channel: name,
      figures: own,
      share: total > 0 ? own.sum / total : 0,
      active: (spends[index] ?? []).filter((value) => value > 0).length,
      outliers: findOutliers(spends[index] ?? []).map(date),
      nearest: findNearest(matrix[index] ?? [], index, roles),
      inflation: inflation?.[index] ?? null,
    });
  });
  const target = periods.take(roles.target);
  const geos = Math.max(1, periods.geos);
  const terms = roles.channels.length + roles.controls.length + TERMS_ALWAYS;
  const rowsPerTerm = (periods.days.length * geos) / terms;
  return {
    dialect: table.dialect,
    roles,
    problems,
    notes: table.notes,
    coverage: {
      rows: table.rows,
      periods: periods.days.length,
      geos: periods.geos,
      from: periods.days.length === 0 ? null : date(0),
      to: periods.days.length === 0 ? null : date(periods.days.length - 1),
      frequency: periods.frequency,
      gaps: periods.gaps,
    },
    target:
      target.length === 0
        ? null
        : { ...summarizeValues(target), outliers: findOutliers(target).map(date) },
    channels,
    correlations: listPairs(matrix, roles),
    rows_per_term: rowsPerTerm,
    verdict: judgeFile(problems, channels, rowsPerTerm),
  };
}

function judgeFile(
  problems: readonly Problem[],
  channels: readonly ChannelCheck[],
  rowsPerTerm: number,
): DataReport["verdict"] {
  if (problems.some(({ severity }) => severity === "error")) return "not_ready";
  const isCalm = channels.every(({ readiness }) => readiness === "ready");
  return isCalm && rowsPerTerm >= ROWS_PER_TERM_MIN ? "ready" : "caution";
}

function widenFor(table: DataTable, roles: CheckRoles): DataTable {
  const names = new Set(table.columns.map(({ name }) => name));
  const { long } = table.layout;
  return long === null || names.has(roles.target) ? table : pivotLongTable(table, long);
}

interface PeriodSums {
  /** Distinct days, ascending. */
  readonly days: readonly number[];
  readonly geos: number;
  readonly frequency: Frequency | null;
  readonly gaps: number;
  /** A column's sum per period; empty for a column that is not there. */
  readonly take: (column: string) => number[];
}

function sumPeriods(table: DataTable, roles: CheckRoles): PeriodSums {
  const find = (name: string | null) => table.columns.find((column) => column.name === name);
  const dateColumn = find(roles.date);
  const dates = dateColumn?.dates ?? interpretDates(dateColumn?.texts ?? [], { asked: true });
  const rowDays = dates === null || dates.ambiguous ? [] : dates.days;
  const days = sortDistinct(rowDays);
  const period = new Map(days.map((day, index) => [day, index]));
  const geos = find(roles.geo)?.texts ?? null;
  const { frequency, gaps } = computePeriodGaps(rowDays, geos);
  const take = (name: string): number[] => {
    const column = find(name);
    if (column === undefined) return [];
    const { values } = column.numbers ?? interpretNumbers(column.texts, table.dialect.decimal);
    const sums = days.map(() => 0);
    for (const [row, day] of rowDays.entries()) {
      const at = day === null ? undefined : period.get(day);
      if (at !== undefined) sums[at] = (sums[at] ?? 0) + (values[row] ?? Number.NaN);
    }
    return sums;
  };
  return { days, geos: geos === null ? 1 : new Set(geos).size, frequency, gaps: gaps.length, take };
}

function findNearest(
  row: readonly number[],
  own: number,
  { channels }: CheckRoles,
): ChannelCheck["nearest"] {
  let nearest: ChannelCheck["nearest"] = null;
  for (const [index, correlation] of row.entries()) {
    if (index === own || Math.abs(correlation) <= Math.abs(nearest?.correlation ?? 0)) continue;
    nearest = { channel: channels[index]?.name ?? "", correlation };
  }
  return nearest;
}

function listPairs(
  matrix: readonly (readonly number[])[],
  { channels }: CheckRoles,
): DataReport["correlations"] {
  return matrix
    .flatMap((row, a) =>
      row.slice(0, a).map((r, b) => ({
        a: channels[b]?.name ?? "",
        b: channels[a]?.name ?? "",
        r,
      })),
    )
    .toSorted((one, other) => Math.abs(other.r) - Math.abs(one.r));
}
