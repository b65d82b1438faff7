/**
 * Text → cells: which character separates them, quotes, line ends.
 *
 * 1. The separator is the one under which most lines have as many cells as the others; where two do
 *    equally well the file is refused, not guessed.
 * 2. Quotes follow RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180); a line may end as any system
 *    ends it.
 */
import { parse } from "csv-parse/sync";
import { type Dialect, type Grid, TableError } from "./table.ts";

export type Separator = NonNullable<Dialect["separator"]>;

const SEPARATORS: readonly Separator[] = [",", ";", "\t", "|"];
const NAMES: Readonly<Record<Separator, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "bars",
};
/** Lines looked at for the separator. */
const LOOKED_AT = 200;
const ODD_SEPARATORS = ["^", "~", "§", "\u0001", "\u001f"];
const LINE_ENDS = ["\r\n", "\n", "\r"];

/**
 * Cells of every line that has content, with the line each begins on.
 *
 * @throws TableError `csv_malformed`.
 */
export function parseDelimited(text: string, separator: Separator): Grid {
  try {
    const records = parse(text, {
      delimiter: separator,
      bom: true,
      info: true,
      record_delimiter: LINE_ENDS,
      relax_column_count: true,
      skip_empty_lines: true,
      ltrim: separator !== "\t",
    }) as unknown as { record: string[]; info: { lines: number } }[];
    const filled = records.filter(({ record }) => record.some((cell) => cell.trim() !== ""));
    return {
      cells: filled.map(({ record }) => record.map((cell) => cell.trim())),
      lines: filled.map(({ record, info }) => info.lines - countLineEnds(record)),
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "unreadable";
    throw new TableError(
      "csv_malformed",
      `The file cannot be read as cells between ${NAMES[separator]}: ${why.slice(0, 200)}; quote a cell with "…" around it and "" inside`,
    );
  }
}

/** Line ends inside a record's own cells. */
function countLineEnds(record: readonly string[]): number {
  let count = 0;
  for (const cell of record) {
    if (cell.includes("\n") || cell.includes("\r")) count += cell.split(/\r\n|\n|\r/).length - 1;
  }
  return count;
}

/** The first line `sep=;` that Excel reads and writes. */
export function readSeparatorLine(text: string): Separator | null {
  const stated = /^\ufeff?"?sep=(.)"?\s*(?:\r|\n)/i.exec(text)?.[1];
  return SEPARATORS.find((separator) => separator === stated) ?? null;
}

/** @throws TableError `csv_malformed` when two separators do equally well. */
export function findSeparator(text: string): Separator {
  const counts = SEPARATORS.map((separator) => ({ separator, ...scoreSeparator(text, separator) }));
  const best = counts
    .filter(({ cells }) => cells > 1)
    .toSorted((a, b) => b.share - a.share || b.cells - a.cells);
  const [first, second] = best;
  if (first === undefined) return refuseSingleCells(text);
  if (second !== undefined && second.share === first.share && second.cells === first.cells) {
    throw new TableError(
      "csv_malformed",
      `The file's cells stand between ${NAMES[first.separator]} or between ${NAMES[second.separator]}: both fit every line; quote the cells that hold one of them`,
    );
  }
  return first.separator;
}

/** A file of one column has no separator to find; cells between spaces are refused by name. */
function refuseSingleCells(text: string): Separator {
  const [first = "", second = ""] = text.split(/\r\n|\n|\r/, 2);
  const odd = ODD_SEPARATORS.find((sign) => first.includes(sign) && second.includes(sign));
  if (odd !== undefined) {
    throw new TableError(
      "csv_malformed",
      `The file's cells stand between "${odd}"; write it with commas, semicolons or tabs`,
    );
  }
  const words = second.trim().split(/\s+/).length;
  if (words > 2 && first.trim().split(/\s+/).length > 1 && /^\S+(?: +[-\d.]+){2,}$/.test(second)) {
    throw new TableError(
      "csv_malformed",
      "The file's cells stand between spaces; write it with commas, semicolons or tabs",
    );
  }
  return ",";
}

/** The usual number of cells of a line, and the share of lines that have it. */
function scoreSeparator(text: string, separator: string): { cells: number; share: number } {
  const counts = countCells(text, separator);
  const often = new Map<number, number>();
  for (const count of counts) often.set(count, (often.get(count) ?? 0) + 1);
  const [cells, lines] = [...often].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
  return { cells, share: counts.length === 0 ? 0 : lines / counts.length };
}

/** Cells of the first lines, quoted ones whole. */
function countCells(text: string, separator: string): number[] {
  const counts: number[] = [];
  let cells = 1;
  let quoted = false;
  let empty = true;
  for (let index = 0; index < text.length && counts.length < LOOKED_AT; index += 1) {
    const character = text[index] ?? "";
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) cells += 1;
    if (!quoted && (character === "\n" || character === "\r")) {
      if (!empty) counts.push(cells);
      cells = 1;
      empty = true;
    } else if (character !== separator && character.trim() !== "") empty = false;
  }
  if (!empty && counts.length < LOOKED_AT) counts.push(cells);
  return counts;
}
