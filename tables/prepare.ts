/**
 * A table that was read → the rows that a model works from, in one plain spelling.
 *
 * 1. Dates are YYYY-MM-DD, numbers plain, rows ascend by date; everything else stays as it stood.
 * 2. Only what the roles ask for is looked at: a fault in another column stops nothing.
 * 3. What was done to get there is the reading: a plain record, the same for the same bytes and roles.
 */
import { describeOpenDates, describeOpenNumbers } from "./columns.ts";
import { interpretDates } from "./dates.ts";
import { formatDay } from "./calendar.ts";
import { describeLayout } from "./layout.ts";
import { pivotLongTable } from "./long.ts";
import { interpretNumbers } from "./numbers.ts";
import {
  type DataTable,
  type Dialect,
  type Frequency,
  type Note,
  type Numbers,
  type Problem,
  TableError,
  type TableColumn,
} from "./table.ts";

/** Which columns are asked for, by name. */
export interface TableRoles {
  readonly date: string;
  readonly geo: string | null;
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  readonly dateOrder?: "day_first" | "month_first" | undefined;
}

/** How the rows came to be: kept beside the digest of the bytes. */
export interface Reading extends Dialect {
  readonly date_form: string;
  /** Columns that are not plain numbers: how they are spelled. */
  readonly spelled: Readonly<Record<string, Numbers["style"]>>;
  readonly sorted: boolean;
  readonly pivoted_by: string | null;
}

export interface PreparedTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly number[];
  readonly frequency: Frequency | null;
  readonly reading: Reading;
  readonly notes: readonly Note[];
}

/**
 * The rows for a model.
 *
 * @throws TableError for what was asked for and has two readings, or rows that cannot be told apart;
 *   columns that are missing and cells that are none are left for the model to name.
 */
export function prepareTable(read: DataTable, roles: TableRoles): PreparedTable {
  const table = widenForRoles(read, roles);
  const broken = table.problems.find(({ code }) => code === "csv_malformed");
  if (broken !== undefined) throw toTableError(broken, "csv_malformed");
  refuseSeveralRows(table, roles);
  const spelled = table.columns.map((column) => spellColumn(column, roles, table.dialect));
  const at = table.columns.findIndex(({ name }) => name === roles.date);
  const days = spelled[at]?.days ?? null;
  const order = days === null ? null : sortRows(days);
  const rows = Array.from({ length: table.rows }, (_, row) =>
    spelled.map(({ cells }) => cells[row] ?? ""),
  );
  const sorted = order !== null;
  return {
    header: table.columns.map(({ name }) => name),
    rows: order?.map((row) => rows[row] ?? []) ?? rows,
    lines: order?.map((row) => table.lines[row] ?? 0) ?? table.lines,
    frequency: table.layout.frequency,
    reading: {
      ...table.dialect,
      date_form: spelled[at]?.form ?? "",
      spelled: Object.fromEntries(
        spelled.flatMap(({ style }, index) =>
          style === null ? [] : [[table.columns[index]?.name ?? "", style]],
        ),
      ),
      sorted,
      pivoted_by: table === read ? null : (read.layout.long?.variable ?? null),
    },
    notes: [
      ...table.notes,
      ...(sorted
        ? [{ code: "sorted", message: "Rows are not in order of their dates and are sorted" }]
        : []),
    ],
  };
}

/** Whether a file is in the plain dialect: nothing had to be turned to read it. */
export function isPlainReading(reading: Reading): boolean {
  return (
    reading.container === "csv" &&
    reading.encoding === "utf-8" &&
    reading.separator === "," &&
    reading.decimal === "point" &&
    reading.date_form === "YYYY-MM-DD" &&
    !reading.sorted &&
    reading.pivoted_by === null &&
    reading.skipped_lines.length === 0 &&
    Object.keys(reading.spelled).length === 0
  );
}

/** Rows of one date that nothing in the roles tells apart. */
function refuseSeveralRows({ layout }: DataTable, roles: TableRoles): void {
  if (roles.geo !== null || layout.date !== roles.date || layout.shape === "several_rows") return;
  const [problem] = describeLayout(layout);
  if (problem !== undefined) throw toTableError(problem, "several_rows_per_date", problem.column);
}

/** The wide form, where the columns that are asked for exist only there. */
function widenForRoles(table: DataTable, roles: TableRoles): DataTable {
  const { long } = table.layout;
  const names = new Set(table.columns.map(({ name }) => name));
  const asked = [...roles.numbers, ...roles.texts];
  if (long === null || asked.every((name) => names.has(name))) return table;
  return pivotLongTable(table, long);
}

interface SpelledColumn {
  readonly cells: readonly string[];
  readonly days: readonly (number | null)[] | null;
  readonly form: string;
  readonly style: Numbers["style"] | null;
}

function spellColumn(column: TableColumn, roles: TableRoles, dialect: Dialect): SpelledColumn {
  const raw = { cells: column.texts, days: null, form: "", style: null };
  if (column.name === roles.date) return spellDates(column, roles) ?? raw;
  if (!roles.numbers.includes(column.name)) return raw;
  const numbers = column.numbers ?? interpretNumbers(column.texts, dialect.decimal);
  if (numbers.ambiguous) {
    const open = { ...describeOpenNumbers({ ...column, numbers }), code: "number_ambiguous" };
    throw toTableError(open, "number_ambiguous", column.name);
  }
  const { thousands, currency, percent } = numbers.style;
  const isStyled = thousands !== "" || currency !== "" || percent || column.kind === "flag";
  return { ...raw, cells: numbers.plain, style: isStyled ? numbers.style : null };
}

function spellDates(column: TableColumn, { dateOrder }: TableRoles): SpelledColumn | null {
  const dates = interpretDates(column.texts, { asked: true, dateOrder });
  if (dates === null) return null;
  if (dates.ambiguous) {
    const open = { ...describeOpenDates({ ...column, dates }), code: "date_ambiguous" };
    throw toTableError(open, "date_ambiguous", column.name);
  }
  const cells = dates.days.map((day, row) =>
    day === null ? (column.texts[row] ?? "") : formatDay(day),
  );
  return { cells, days: dates.days, form: dates.form, style: null };
}

/** The rows in order of their days; null where they are, or where a day is unknown. */
function sortRows(days: readonly (number | null)[]): number[] | null {
  const known = days.filter((day) => day !== null);
  if (known.length < days.length || known.length === 0) return null;
  const isAscending = (of: readonly number[]): boolean =>
    of.every((day, index) => index === 0 || day >= (of[index - 1] ?? day));
  if (isAscending(known)) return null;
  return known.map((_, row) => row).toSorted((a, b) => (known[a] ?? 0) - (known[b] ?? 0) || a - b);
}

function toTableError(
  { message, remedy }: Pick<Problem, "message" | "remedy">,
  code: TableError["code"],
  column = "",
): TableError {
  return new TableError(code, `${message}; ${remedy}`, column === "" ? {} : { column });
}

/** The rows as CSV in the plain dialect. */
export function formatPlainCsv({ header, rows }: Pick<PreparedTable, "header" | "rows">): string {
  const quote = (cell: string): string =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return `${[header, ...rows].map((row) => row.map(quote).join(",")).join("\n")}\n`;
}
