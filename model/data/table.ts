/**
 * Rows in plain spelling → named columns of strings and strict numbers.
 *
 * Owns: what counts as a number, and CSV text in the plain dialect (comma, double quotes, header
 * line). Not: other dialects (`tables/` turns them into plain rows first) and what the columns mean
 * (`dataset.ts`).
 *
 * 1. Nothing is coerced: a blank, "NaN", "NA", "1,000" or "12%" in a numeric column is an error.
 * 2. Every error names the column and the line of the file.
 * 3. Columns that are not asked for are never read.
 */

import { parseDelimited } from "../../tables/delimited.ts";
import { TableError } from "../../tables/table.ts";
import { ModelError } from "../errors.ts";

export const ROWS_MAX = 100_000;
const CSV_CHARACTERS_MAX = 64 * 1024 * 1024;
/** Beyond these, squares and ratios leave the range of numbers; no currency needs them. */
const MAGNITUDE_MAX = 1e18;
const MAGNITUDE_MIN = 1e-18;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of the file of each row. */
  readonly lines: readonly number[];
}

/**
 * Reads CSV text with a header line.
 *
 * @throws ModelError `csv_malformed`, `rows_too_many`, `rows_too_few`.
 */
export function readTable(csvText: string): Table {
  if (csvText.length > CSV_CHARACTERS_MAX) {
    throw new ModelError("rows_too_many", "The CSV is larger than 64 MB; split or aggregate it", {
      characters: csvText.length,
      characters_max: CSV_CHARACTERS_MAX,
    });
  }
  const { cells, lines } = parsePlainText(csvText);
  const header = cells[0]?.map((name) => name.trim());
  if (header === undefined) {
    throw new ModelError("csv_malformed", "The CSV is empty; it needs a header line and rows");
  }
  const odd = cells.findIndex((row) => row.length !== header.length);
  if (odd >= 0) {
    throw new ModelError(
      "csv_malformed",
      `The CSV cannot be read: line ${lines[odd] ?? 0} has ${cells[odd]?.length ?? 0} cells, the header has ${header.length}; use commas, one header line and equally long rows`,
    );
  }
  return checkRows({ header, rows: cells.slice(1), lines: lines.slice(1) });
}

/** @throws ModelError `rows_too_many`, `rows_too_few`. */
export function checkRows<T extends Table>(table: T): T {
  const { length } = table.rows;
  if (length === 0) {
    throw new ModelError("rows_too_few", "The CSV has a header but no rows; add data", { rows: 0 });
  }
  if (length > ROWS_MAX) {
    throw new ModelError("rows_too_many", `The CSV has ${length} rows; at most ${ROWS_MAX}`, {
      rows: length,
      rows_max: ROWS_MAX,
    });
  }
  return table;
}

function parsePlainText(csvText: string): ReturnType<typeof parseDelimited> {
  try {
    return parseDelimited(csvText, ",");
  } catch (cause) {
    if (!(cause instanceof TableError)) throw cause;
    throw new ModelError("csv_malformed", cause.message, {}, cause);
  }
}

/** Index of a column. @throws ModelError `column_missing`, or `csv_malformed` if it stands twice. */
function findColumnIndex(table: Table, column: string, field: string): number {
  const index = table.header.indexOf(column);
  if (index < 0) {
    throw new ModelError(
      "column_missing",
      `The CSV has no column "${column}" (asked for by ${field}); it has: ${table.header.join(", ").slice(0, 500)}`,
      { column, field },
    );
  }
  if (table.header.lastIndexOf(column) !== index) {
    throw new ModelError("csv_malformed", `The CSV has two columns "${column}"; rename one`, {
      column,
    });
  }
  return index;
}

/** A column as trimmed text. */
export function readTextColumn(table: Table, column: string, field: string): string[] {
  const index = findColumnIndex(table, column, field);
  return table.rows.map((row) => (row[index] ?? "").trim());
}

/** A column as finite numbers; `minimum` refuses smaller values (0 for spend). */
export function readNumberColumn(
  table: Table,
  column: string,
  options: { field: string; minimum?: number },
): Float64Array {
  const texts = readTextColumn(table, column, options.field);
  const values = new Float64Array(texts.length);
  for (const [row, text] of texts.entries()) {
    const line = table.lines[row] ?? 0;
    const where = { column, line };
    if (text === "") {
      throw new ModelError(
        "value_missing",
        `Column "${column}" has no value on line ${line}; ${describeRemedy(options.field)}`,
        where,
      );
    }
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    const size = Math.abs(value);
    if (!(size <= MAGNITUDE_MAX) || (size < MAGNITUDE_MIN && size > 0)) {
      throw new ModelError(
        "value_not_numeric",
        `Column "${column}" has "${text.slice(0, 40)}" on line ${line}; it must be a plain number, 0 or between 1e-18 and 1e18 in size`,
        { ...where, value: text.slice(0, 40) },
      );
    }
    if (options.minimum !== undefined && value < options.minimum) {
      throw new ModelError(
        "value_negative",
        `Column "${column}" is ${value} on line ${line}; ${options.field} must be at least ${options.minimum}`,
        { ...where, value },
      );
    }
    values[row] = value;
  }
  return values;
}

/** What to do about a value that is not there: nobody is told to write down what was not measured. */
function describeRemedy(field: string): string {
  if (field === "data.target") {
    return "find what was measured, or end the data before that row: 0 would be a period without sales";
  }
  return /\.(?:spend|exposure)$/.test(field)
    ? "write 0 only if nothing was spent or shown then, else find the value"
    : "find the value, or leave the column out of the model";
}
