/**
 * Rows that are no rows: totals, subtotals, averages, sums without a word, units.
 *
 * 1. Beside the column of dates, a word or nothing stands where the others have a date.
 */
import { isDateCell, isNumberCell, quoteRow } from "./cell-kinds.ts";
import { interpretDates, isDateName } from "./dates.ts";
import { isMissing } from "./missing.ts";
import type { Grid, Note } from "./table.ts";

const TOTAL =
  /^(?:grand |sub[- ]?)?(?:totals?|sum|sums|average|avg|mean)\b|^(?:gesamt|summe|zwischensumme|mittelwert|durchschnitt|total g[ée]n[ée]ral|somme|moyenne|suma|promedio|totale|totaal|ergebnis|gesamtergebnis)/i;

interface WithoutTotals {
  readonly grid: Grid;
  readonly skipped: readonly number[];
  readonly notes: readonly Note[];
}

/** Rows of totals, subtotals, averages and units: beside dates, a word that is none. */
export function leaveOutTotals(grid: Grid, names: readonly string[]): WithoutTotals {
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
        message: `Line ${line} holds totals and is left out: ${quoteRow(cells)}`,
      });
    } else if (row === 0 && isUnitsRow(grid.cells)) {
      out.set(row, {
        code: "units_row",
        line,
        message: `Line ${line} holds units and is left out: ${quoteRow(cells)}`,
      });
    } else if (row === grid.cells.length - 1 && isSumWithoutWord(grid.cells)) {
      out.set(row, {
        code: "totals_row",
        line,
        message: `Line ${line} holds the sums of the rows above and is left out: ${quoteRow(cells)}`,
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
  const isValue = (cell: string): boolean => isNumberCell(cell) || isDateCell(cell);
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
  const hasDate = last.some(isDateCell);
  const numbers = last.flatMap((cell, column) => (isNumberCell(cell) ? [column] : []));
  return !hasDate && numbers.length > 0 && numbers.every((column) => isColumnSum(cells, column));
}

function isColumnSum(cells: readonly (readonly string[])[], column: number): boolean {
  let sum = 0;
  for (const row of cells.slice(0, -1)) sum += Number((row[column] ?? "").replace(",", ".")) || 0;
  const stated = Number((cells.at(-1)?.[column] ?? "").replace(",", "."));
  return Number.isFinite(stated) && Math.abs(stated - sum) <= 1e-6 * Math.abs(sum);
}
