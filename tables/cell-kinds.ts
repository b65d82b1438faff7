/** What one cell alone looks like, and a row in few words. */
import { interpretDates } from "./dates.ts";
import { weighDecimal } from "./numbers.ts";

export function isNumberCell(cell: string): boolean {
  const { fits } = weighDecimal([cell]);
  return fits.point + fits.comma > 0;
}

export function isDateCell(cell: string): boolean {
  return interpretDates([cell])?.invalid.length === 0;
}

/** The filled cells of a row, shortened. */
export function quoteRow(cells: readonly string[]): string {
  const text = cells.filter((cell) => cell !== "").join(" ");
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}
