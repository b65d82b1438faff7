/**
 * Cells → header and rows: what stands above, below and between them is found and named.
 *
 * 1. A line is left out only when it is no row of the table: a title, a total, a unit, a repeated header,
 *    a footnote. Each gets a note with its line.
 * 2. A row of another length than the header is a problem, never filled up in silence.
 */
import { isDateCell, isNumberCell, quoteRow } from "./cell-kinds.ts";
import { leaveOutTotals } from "./totals.ts";
import { type Grid, type Note, type Problem, TableError } from "./table.ts";

export interface HeadedGrid extends Grid {
  readonly header: readonly string[];
  readonly headerLine: number;
  readonly skipped: readonly number[];
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
}

/** Lines above the header that are looked at. */
const TITLES_MAX = 30;
const COLUMNS_MAX = 2000;

/** @throws TableError where there is no header with rows below. */
export function findHeader(grid: Grid): HeadedGrid {
  const width = measureWidth(grid.cells);
  const at = locateHeader(grid.cells, width);
  const header = (grid.cells[at] ?? []).map((cell) => cell.trim());
  if (header.length > COLUMNS_MAX) {
    throw new TableError(
      "rows_too_many",
      `The file has ${header.length} columns; at most ${COLUMNS_MAX} are read`,
    );
  }
  const named = nameColumns(header, grid.cells.slice(at + 1));
  const notes: Note[] = grid.lines.slice(0, at).map((line, index) => ({
    code: "title_row",
    line,
    message: `Line ${line} stands above the header and is left out: ${quoteRow(grid.cells[index] ?? [])}`,
  }));
  const rows = pickRows(grid, { at, named });
  if (rows.cells.length === 0) {
    throw new TableError("rows_too_few", "The CSV has a header but no rows; add data", { rows: 0 });
  }
  const body = {
    cells: rows.cells.map((row) => named.positions.map((index) => row[index] ?? "")),
    lines: rows.lines,
  };
  const kept = leaveOutTotals(body, named.names);
  return {
    ...kept.grid,
    header: named.names,
    headerLine: grid.lines[at] ?? 1,
    skipped: [...grid.lines.slice(0, at), ...rows.skipped, ...kept.skipped],
    notes: [...notes, ...named.notes, ...rows.notes, ...kept.notes],
    problems: rows.problems,
  };
}

/** Cells up to the last that is filled. */
function countFilled(row: readonly string[]): number {
  return row.filter((cell) => cell !== "").length;
}

/** The usual number of filled cells of a row. */
function measureWidth(cells: readonly (readonly string[])[]): number {
  const often = new Map<number, number>();
  for (const row of cells.slice(0, 1000)) {
    const filled = countFilled(row);
    often.set(filled, (often.get(filled) ?? 0) + 1);
  }
  return [...often].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

/** The first line of about the usual width whose cells are names. */
function locateHeader(cells: readonly (readonly string[])[], width: number): number {
  if (cells.length === 0) {
    throw new TableError("csv_malformed", "The CSV is empty; it needs a header line and rows");
  }
  const limit = Math.min(TITLES_MAX, cells.length - 1);
  for (let row = 0; row <= limit; row += 1) {
    const here = cells[row] ?? [];
    if (countFilled(here) < Math.max(Math.min(width, 2), 0.6 * width)) continue;
    if (here.length > 3 && !isDateCell(here[0] ?? "") && here.slice(1).every(isDateCell)) {
      throw new TableError(
        "csv_malformed",
        "The dates run across the columns of the first line; export one row per date",
      );
    }
    if (looksLikeValues(here)) {
      throw new TableError(
        "csv_malformed",
        "The file has no header line: its first full line holds values; put a line with the columns' names above it",
      );
    }
    return row;
  }
  return 0;
}

/** Most cells are numbers or dates: a row, no header. */
function looksLikeValues(row: readonly string[]): boolean {
  const filled = row.filter((cell) => cell !== "");
  const values = filled.filter((cell) => isNumberCell(cell) || isDateCell(cell));
  return filled.length > 0 && values.length > 0.5 * filled.length;
}

interface NamedColumns {
  readonly names: readonly string[];
  /** Position in the line of each named column. */
  readonly positions: readonly number[];
  readonly width: number;
  readonly notes: readonly Note[];
}

/** Names for columns that have none; columns without name and values are left out. */
function nameColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): NamedColumns {
  const names: string[] = [];
  const positions: number[] = [];
  const notes: Note[] = [];
  const taken = new Set(header);
  for (const [index, name] of header.entries()) {
    const empty = name === "" && rows.every((row) => (row[index] ?? "") === "");
    if (empty) continue;
    const given = name === "" ? findFreeName(`column_${index + 1}`, taken) : name;
    if (name === "") {
      notes.push({
        code: "unnamed_column",
        column: given,
        message: `Column ${index + 1} has no name in the header; it is called "${given}"`,
      });
    }
    names.push(given);
    positions.push(index);
  }
  return { names, positions, width: header.length, notes };
}

function findFreeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? findFreeName(`${name}_`, taken) : name;
}

interface Picked extends Grid {
  readonly skipped: readonly number[];
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
}

/** The rows below the header, without repeated headers and footnotes. */
function pickRows(grid: Grid, { at, named }: { at: number; named: NamedColumns }): Picked {
  const header = grid.cells[at] ?? [];
  const cells: (readonly string[])[] = [];
  const lines: number[] = [];
  const skipped: number[] = [];
  const notes: Note[] = [];
  const problems: Problem[] = [];
  const leaveOut = (line: number, code: string, what: string): void => {
    skipped.push(line);
    notes.push({ code, line, message: `Line ${line} ${what}` });
  };
  for (let index = at + 1; index < grid.cells.length; index += 1) {
    const row = grid.cells[index] ?? [];
    const line = grid.lines[index] ?? 0;
    const last = index >= grid.cells.length - 5;
    if (row.length === header.length && row.every((cell, column) => cell === header[column])) {
      leaveOut(line, "header_again", "repeats the header and is left out");
    } else if (
      last &&
      named.names.length > 2 &&
      countFilled(row) === 1 &&
      (row[0] ?? "") !== "" &&
      !isNumberCell(row[0] ?? "") &&
      !isDateCell(row[0] ?? "")
    ) {
      leaveOut(line, "footnote", `is a footnote and is left out: ${quoteRow(row)}`);
    } else {
      if (hasOtherLength(row, header.length))
        problems.push(describeLength(row, header.length, line));
      cells.push(row);
      lines.push(line);
    }
  }
  return { cells, lines, skipped, notes, problems };
}

/** Empty cells at the end of a line are no cells. */
function hasOtherLength(row: readonly string[], width: number): boolean {
  return row.length < width || row.slice(width).some((cell) => cell !== "");
}

function describeLength(row: readonly string[], width: number, line: number): Problem {
  return {
    code: "csv_malformed",
    severity: "error",
    line,
    message: `Line ${line} has ${row.length} cells, the header has ${width}`,
    remedy: "quote cells that hold the separator, or export the file again",
  };
}
