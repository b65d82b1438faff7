/**
 * Cells → header and rows: what stands above, below and between them is found and named.
 *
 * 1. A line is left out only when it is no row of the table: a title, a total, a unit, a repeated header,
 *    a footnote. Each gets a note with its line.
 * 2. A row of another length than the header is a problem, never filled up in silence.
 */
import { interpretDates, isDateName } from "./dates.ts";
import { isMissing } from "./missing.ts";
import { weighDecimal } from "./numbers.ts";
import { type Grid, type Note, type Problem, TableError } from "./table.ts";

export interface HeadedGrid extends Grid {
  readonly header: readonly string[];
  readonly headerLine: number;
  readonly skipped: readonly number[];
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
}

const TOTAL =
  /^(?:grand |sub[- ]?)?(?:totals?|sum|sums|average|avg|mean)\b|^(?:gesamt|summe|zwischensumme|mittelwert|durchschnitt|total g[ée]n[ée]ral|somme|moyenne|suma|promedio|totale|totaal|ergebnis|gesamtergebnis)/i;
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
    message: `Line ${line} stands above the header and is left out: ${quote(grid.cells[index] ?? [])}`,
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

function quote(cells: readonly string[]): string {
  const text = cells.filter((cell) => cell !== "").join(" ");
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
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
    if (here.length > 3 && !isDate(here[0] ?? "") && here.slice(1).every(isDate)) {
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
  const values = filled.filter((cell) => isNumber(cell) || isDate(cell));
  return filled.length > 0 && values.length > 0.5 * filled.length;
}

function isNumber(cell: string): boolean {
  const { fits } = weighDecimal([cell]);
  return fits.point + fits.comma > 0;
}

function isDate(cell: string): boolean {
  return interpretDates([cell])?.invalid.length === 0;
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
      !isNumber(row[0] ?? "") &&
      !isDate(row[0] ?? "")
    ) {
      leaveOut(line, "footnote", `is a footnote and is left out: ${quote(row)}`);
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

interface WithoutTotals {
  readonly grid: Grid;
  readonly skipped: readonly number[];
  readonly notes: readonly Note[];
}

/** Rows of totals, subtotals, averages and units: beside dates, a word that is none. */
function leaveOutTotals(grid: Grid, names: readonly string[]): WithoutTotals {
  const dated = names.map((name, column) => {
    const texts = grid.cells.map((row) => row[column] ?? "");
    const dates = interpretDates(texts, { asked: isDateName(name) });
    const undated = texts.flatMap((text, row) => (isMissing(text) ? [row] : []));
    // A column that has a date here and there only is not the one that rows are told apart by.
    const isUsual = dates !== null && 5 * undated.length <= texts.length;
    return new Set(isUsual ? [...dates.invalid, ...undated] : []);
  });
  const out = new Map<number, Note>();
  for (const [row, cells] of grid.cells.entries()) {
    const line = grid.lines[row] ?? 0;
    if (
      isTotalsRow(
        cells,
        dated.map((invalid) => invalid.has(row)),
      )
    ) {
      out.set(row, {
        code: "totals_row",
        line,
        message: `Line ${line} holds totals and is left out: ${quote(cells)}`,
      });
    } else if (row === 0 && isUnitsRow(grid.cells)) {
      out.set(row, {
        code: "units_row",
        line,
        message: `Line ${line} holds units and is left out: ${quote(cells)}`,
      });
    } else if (row === grid.cells.length - 1 && isSumWithoutWord(grid.cells)) {
      out.set(row, {
        code: "totals_row",
        line,
        message: `Line ${line} holds the sums of the rows above and is left out: ${quote(cells)}`,
      });
    }
  }
  return {
    grid: {
      cells: grid.cells.filter((_, row) => !out.has(row)),
      lines: grid.lines.filter((_, row) => !out.has(row)),
    },
    skipped: [...out.values()].flatMap(({ line }) => line ?? []),
    notes: [...out.values()],
  };
}

/** A word for totals stands where the date should be, or beside a date that is not there. */
function isTotalsRow(cells: readonly string[], undated: readonly boolean[]): boolean {
  return undated.includes(true) && cells.some((cell) => TOTAL.test(cell));
}

/** No cell is a value, though the cells below are. */
function isUnitsRow(cells: readonly (readonly string[])[]): boolean {
  const [first = [], second = [], third = []] = cells;
  const isValue = (cell: string): boolean => isNumber(cell) || isDate(cell);
  const values = second.filter((cell, column) => isValue(cell) && isValue(third[column] ?? ""));
  return (
    values.length >= 2 &&
    !first.some(isValue) &&
    second.every(
      (cell, column) => !isValue(cell) || !isMissing(first[column] ?? "") || column === 0,
    )
  );
}

/** The last line has no date, and each of its numbers is the sum of those above. */
function isSumWithoutWord(cells: readonly (readonly string[])[]): boolean {
  const last = cells.at(-1) ?? [];
  if (cells.length < 4 || !last.some((cell) => cell === "")) return false;
  const hasDate = last.some(isDate);
  const numbers = last.flatMap((cell, column) => (isNumber(cell) ? [column] : []));
  return !hasDate && numbers.length > 0 && numbers.every((column) => isColumnSum(cells, column));
}

function isColumnSum(cells: readonly (readonly string[])[], column: number): boolean {
  let sum = 0;
  for (const row of cells.slice(0, -1)) sum += Number((row[column] ?? "").replace(",", ".")) || 0;
  const stated = Number((cells.at(-1)?.[column] ?? "").replace(",", "."));
  return Number.isFinite(stated) && Math.abs(stated - sum) <= 1e-6 * Math.abs(sum);
}
