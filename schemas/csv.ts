/**
 * Writing CSV (RFC 4180): commas, line feeds, quotes where a cell needs them.
 *
 * 1. Numbers keep all their digits; null is an empty cell.
 * 2. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */

export type CsvCell = string | number | boolean | null;

const FORMULA = /^[=+\-@\t\r]/;

/** Header and rows as text that ends in a line feed. */
export function formatCsv(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return `${[head, ...rows].map((row) => row.map(formatCell).join(",")).join("\n")}\n`;
}

function formatCell(cell: CsvCell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
