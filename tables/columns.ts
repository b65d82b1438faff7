/**
 * What each column is taken for: date, number, yes or no, text or nothing.
 *
 * 1. A column is what all its cells that have a value are; where most are, the others are named.
 * 2. The sign of decimals that one column shows holds for the columns that show none, unless two
 *    columns show different ones.
 */
import { interpretDates, isDateName } from "./dates.ts";
import { isMissing, readFlag } from "./missing.ts";
import { type DecimalEvidence, interpretNumbers, weighDecimal } from "./numbers.ts";
import type { DecimalSign, Problem, ReadHints, TableColumn } from "./table.ts";

/** The share of a column's cells that must be numbers for the others to be faults in it. */
const MOSTLY = 0.8;
const SHOWN_MAX = 5;

export interface ReadColumns {
  readonly columns: readonly TableColumn[];
  readonly decimal: DecimalSign;
  readonly problems: readonly Problem[];
}

/** Columns of the cells, each read as a whole. `typed` says that the file knows numbers as numbers. */
export function readColumns(
  grid: {
    header: readonly string[];
    cells: readonly (readonly string[])[];
    lines: readonly number[];
  },
  hints: ReadHints,
): ReadColumns {
  const texts = grid.header.map((_, column) => grid.cells.map((row) => row[column] ?? ""));
  const evidence = texts.map((column) => weighDecimal(column));
  const decimal = hints.decimal ?? findFileDecimal(evidence);
  const columns = grid.header.map((name, index) =>
    readColumn({ name, texts: texts[index] ?? [], decimal, hints }),
  );
  return {
    columns,
    decimal: decimal ?? "point",
    problems: columns.flatMap((column) => findColumnProblems(column, grid.lines)),
  };
}

/** The one sign that columns show; null where none or both do. */
function findFileDecimal(evidence: readonly DecimalEvidence[]): DecimalSign | null {
  const shown = new Set(
    evidence.filter(({ cells, shows }) => cells > 0 && shows !== null).map(({ shows }) => shows),
  );
  const [only = null] = shown;
  return shown.size === 1 ? only : null;
}

interface RawColumn {
  readonly name: string;
  readonly texts: readonly string[];
  readonly decimal: DecimalSign | null;
  readonly hints: ReadHints;
}

function readColumn({ name, texts, decimal, hints }: RawColumn): TableColumn {
  const missing = texts.filter(isMissing).length;
  const filled = texts.length - missing;
  const kept = { name, texts, missing };
  if (filled === 0) return { ...kept, kind: "empty", numbers: null, dates: null };
  const isNamedDate = isDateName(name);
  const dates = interpretDates(texts, { dateOrder: hints.dateOrder, asked: isNamedDate });
  const numbers = interpretNumbers(texts, decimal);
  const areNumbers = numbers.invalid.length <= (1 - MOSTLY) * filled;
  if (dates !== null && (!areNumbers || (isNamedDate && !dates.ambiguous))) {
    return { ...kept, kind: "date", numbers: areNumbers ? numbers : null, dates };
  }
  if (!areNumbers) return { ...kept, kind: "text", numbers: null, dates: null };
  const isFlag = texts.every((text) => isMissing(text) || readFlag(text) !== null);
  return { ...kept, kind: isFlag ? "flag" : "number", numbers, dates: null };
}

function findColumnProblems(column: TableColumn, lines: readonly number[]): Problem[] {
  const { name, kind, texts } = column;
  const problems: Problem[] = [];
  const say = (problem: Omit<Problem, "column" | "severity">): void => {
    problems.push({ ...problem, column: name, severity: "error" });
  };
  if (kind === "date" && column.dates?.ambiguous === true) {
    say({ ...describeOpenDates(column), code: "date_ambiguous" });
  }
  if (kind === "number" && column.numbers?.ambiguous === true) {
    say({ ...describeOpenNumbers(column), code: "number_ambiguous" });
  }
  const invalid = (kind === "date" ? column.dates?.invalid : column.numbers?.invalid) ?? [];
  for (const row of kind === "date" || kind === "number" ? invalid.slice(0, SHOWN_MAX) : []) {
    const line = lines[row] ?? 0;
    const what = kind === "date" ? "date" : "number";
    say({
      code: kind === "date" ? "date_invalid" : "value_not_numeric",
      line,
      message: `Column "${name}" has "${(texts[row] ?? "").slice(0, 40)}" on line ${line}, which is no ${what} like the others`,
      remedy: `correct that cell at its source`,
    });
  }
  return problems;
}

/** Why a column of dates is open, and what settles it. */
export function describeOpenDates({
  name,
  texts,
  dates,
}: TableColumn): Pick<Problem, "message" | "remedy"> {
  const sample = texts.find((text) => !isMissing(text)) ?? "";
  if (/[T ]\d{1,2}:\d{2}/.test(sample)) {
    return {
      message: `Column "${name}" has times such as "${sample.slice(0, 30)}" whose day depends on the time zone`,
      remedy: "export the date alone, as YYYY-MM-DD",
    };
  }
  if (/^\d{4}[-/.]?\d{1,2}$/.test(sample) || /^[A-Za-zÀ-ÿ]/.test(sample)) {
    return {
      message: `Column "${name}" has dates such as "${sample}" that can be months, weeks or days (read as ${dates?.form ?? "?"} they are not equally spaced)`,
      remedy: "export full dates, as YYYY-MM-DD",
    };
  }
  return {
    message: `Column "${name}" has dates such as "${sample}": day/month or month/day, no row tells`,
    remedy:
      'set data.date_order to "day_first" or "month_first" (mmm init and check: --date-order)',
  };
}

/** Why a column of numbers is open, and what settles it. */
export function describeOpenNumbers({
  name,
  texts,
  numbers,
}: TableColumn): Pick<Problem, "message" | "remedy"> {
  if (numbers?.style.currency.includes(" and ") === true) {
    return {
      message: `Column "${name}" mixes currencies (${numbers.style.currency})`,
      remedy: "give it one currency at its source",
    };
  }
  if (
    numbers?.style.percent === true &&
    texts.some((text) => !isMissing(text) && !text.includes("%"))
  ) {
    return {
      message: `Column "${name}" has a percent sign in some cells and none in others`,
      remedy: "give all of its cells one unit at the source",
    };
  }
  const sample = texts.find((text) => /\d[.,]\d{3}$/.test(text)) ?? "";
  return {
    message: `Column "${name}" has numbers such as "${sample}": thousands or decimals, no row tells`,
    remedy: 'set data.decimal to "point" or "comma" (mmm init and check: --decimal)',
  };
}
