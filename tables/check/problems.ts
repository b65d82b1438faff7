/**
 * Every fault of a table for the parts its columns play, all at once.
 *
 * 1. Each says the line, the column and what to do; none tells to change what was measured.
 * 2. Of one fault in many cells of a column the first few are listed, and how many there are.
 */
import { computePeriodGaps } from "./periods.ts";
import { formatDay } from "../calendar.ts";
import { interpretDates } from "../dates.ts";
import type { DataTable, Problem, TableColumn } from "../table.ts";
import type { CheckRoles } from "./roles.ts";

const LISTED_MAX = 5;

/** Problems of reading, then of the cells and dates that the roles ask for. */
export function listProblems(table: DataTable, roles: CheckRoles): Problem[] {
  const find = (name: string): TableColumn | undefined =>
    table.columns.find((column) => column.name === name);
  const spends = roles.channels.flatMap(({ spend, exposure }) =>
    exposure === null ? [spend] : [spend, exposure],
  );
  const asked = [roles.target, ...spends, ...roles.controls];
  const missing = [roles.date, ...asked].filter((name) => find(name) === undefined);
  return [
    ...table.problems.filter((problem) => !isToldByDates(problem, table, roles)),
    ...missing.map((name) => describeMissingColumn(name, table)),
    ...asked.flatMap((name) => listCellProblems(table, find(name), roles)),
    ...spends.flatMap((name) => listNegatives(table, find(name))),
    ...listDateProblems(table, find(roles.date), roles),
  ];
}

/** What is said line by line below, or is answered by a geo. */
function isToldByDates({ code }: Problem, { layout }: DataTable, { geo }: CheckRoles): boolean {
  return code === "several_rows_per_date" && (geo !== null || layout.shape === "several_rows");
}

function describeMissingColumn(name: string, { columns }: DataTable): Problem {
  const names = columns.map((column) => column.name).join(", ");
  return {
    code: "column_missing",
    severity: "error",
    column: name,
    message: `The file has no column "${name}"; it has: ${names.slice(0, 300)}`,
    remedy: "correct the name in the configuration",
  };
}

function listCellProblems(
  table: DataTable,
  column: TableColumn | undefined,
  roles: CheckRoles,
): Problem[] {
  if (column === undefined) return [];
  if (column.numbers === null) {
    return [
      {
        code: "value_not_numeric",
        severity: "error",
        column: column.name,
        message: `Column "${column.name}" holds no numbers (${column.kind})`,
        remedy: "name another column, or list it under data.events",
      },
    ];
  }
  const rows = column.numbers.plain.flatMap((text, row) => (text === "" ? [row] : []));
  return listRows(table, rows, {
    code: "value_missing",
    column: column.name,
    what: "has no value",
    remedy: describeMissingRemedy(column.name, roles),
  });
}

function describeMissingRemedy(name: string, roles: CheckRoles): string {
  if (name === roles.target) {
    return "find what was measured, or end the data before that row: 0 would be a period without sales";
  }
  if (roles.controls.includes(name)) return "find the value, or leave the column out of the model";
  return "write 0 only if nothing was spent or shown then, else find the value";
}

function listNegatives(table: DataTable, column: TableColumn | undefined): Problem[] {
  const rows = [...(column?.numbers?.values ?? [])].flatMap((value, row) =>
    value < 0 ? [row] : [],
  );
  return listRows(table, rows, {
    code: "value_negative",
    column: column?.name ?? "",
    what: "is negative",
    remedy: "ask where it comes from: a refund belongs to the period of its spend",
  });
}

interface RowFault {
  readonly code: string;
  readonly column: string;
  readonly what: string;
  readonly remedy: string;
}

function listRows({ lines }: DataTable, rows: readonly number[], fault: RowFault): Problem[] {
  const more = rows.length > LISTED_MAX ? ` (one of ${rows.length} such cells)` : "";
  return rows.slice(0, LISTED_MAX).map((row) => {
    const line = lines[row] ?? 0;
    return {
      code: fault.code,
      severity: "error" as const,
      line,
      column: fault.column,
      message: `Column "${fault.column}" ${fault.what} on line ${line}${more}`,
      remedy: fault.remedy,
    };
  });
}

function listDateProblems(
  table: DataTable,
  column: TableColumn | undefined,
  roles: CheckRoles,
): Problem[] {
  const dates =
    column === undefined ? null : (column.dates ?? interpretDates(column.texts, { asked: true }));
  if (column === undefined || dates === null || dates.ambiguous) return [];
  const geos = table.columns.find(({ name }) => name === roles.geo)?.texts ?? null;
  const { gaps, twice, frequency } = computePeriodGaps(dates.days, geos);
  const base = { severity: "error" as const, column: column.name };
  return [
    ...(frequency === "irregular" || frequency === "quarterly"
      ? [
          {
            ...base,
            code: "date_gap",
            message: `The dates of "${column.name}" are ${frequency === "quarterly" ? "a quarter" : "neither a day, a week nor a month"} apart`,
            remedy: "export one row per day, week or month",
          },
        ]
      : []),
    ...gaps.slice(0, LISTED_MAX).map(({ row, from, to, geo }) => ({
      ...base,
      code: "date_gap",
      line: table.lines[row] ?? 0,
      message: `Nothing between ${formatDay(from)} and ${formatDay(to)}${geo === "" ? "" : ` in "${geo}"`}, on line ${table.lines[row] ?? 0}${gaps.length > LISTED_MAX ? ` (one of ${gaps.length} gaps)` : ""}`,
      remedy: "add the missing rows from the source, or begin the data after the gap",
    })),
    ...twice.slice(0, LISTED_MAX).map((row) => ({
      ...base,
      code: "date_duplicate",
      line: table.lines[row] ?? 0,
      message: `The date on line ${table.lines[row] ?? 0} stands twice${geos === null ? "" : " in its geo"}${twice.length > LISTED_MAX ? ` (one of ${twice.length})` : ""}`,
      remedy:
        "add the rows up at the source, or name the column that tells them apart; remove none",
    })),
  ];
}
