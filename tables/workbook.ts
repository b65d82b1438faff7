/**
 * An Excel workbook (.xlsx) → cells. Everything of the package that reads it is here.
 *
 * 1. A number of the sheet keeps its value: its text is spelled so that it has one reading.
 * 2. What the file claims to unpack to is checked before anything is unpacked.
 */
import readXlsxFile, { type Sheet } from "read-excel-file/universal";
import { spellDate, spellNumber } from "./typed-cells.ts";
import { type Grid, TableError } from "./table.ts";

/** Bytes that a workbook may unpack to. */
const UNPACKED_MAX = 512 * 1024 * 1024;

export interface SheetGrid extends Grid {
  readonly sheet: string;
  /** Names of the other sheets that hold cells. */
  readonly others: readonly string[];
}

/** Cells of the named sheet, or of the first that has any. @throws TableError. */
export async function readWorkbook(bytes: Uint8Array, wanted?: string): Promise<SheetGrid> {
  refuseBombs(bytes);
  const sheets = await unpackSheets(bytes);
  const filled = sheets.filter(({ data }) => data.length > 1);
  const chosen = wanted === undefined ? filled[0] : sheets.find(({ sheet }) => sheet === wanted);
  if (chosen === undefined) {
    const names = sheets
      .map(({ sheet }) => sheet)
      .join(", ")
      .slice(0, 300);
    throw new TableError(
      "csv_malformed",
      wanted === undefined
        ? "The workbook holds no table: no sheet has a header and rows"
        : `The workbook has no sheet "${wanted}"; it has: ${names}`,
    );
  }
  const rows = chosen.data.map((row) => row.map(spellSheetCell));
  const lines = rows.map((_, index) => index + 1);
  const hasContent = rows.map((row) => row.some((cell) => cell !== ""));
  return {
    sheet: chosen.sheet,
    others: filled.filter(({ sheet }) => sheet !== chosen.sheet).map(({ sheet }) => sheet),
    cells: rows.filter((_, index) => hasContent[index]),
    lines: lines.filter((_, index) => hasContent[index]),
  };
}

async function unpackSheets(bytes: Uint8Array): Promise<Sheet[]> {
  try {
    const copy = new Uint8Array(bytes);
    return await readXlsxFile(copy.buffer);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "unreadable";
    throw new TableError(
      "csv_malformed",
      `The file is no Excel workbook that can be read (${why.slice(0, 120)}); save it as .xlsx or CSV again`,
    );
  }
}

function spellSheetCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return spellNumber(value);
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (value instanceof Date) return spellDate(value, "");
  return typeof value === "string" ? value.trim() : "";
}

/** Sums the sizes that the archive's own directory states. */
function refuseBombs(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let unpacked = 0;
  for (let at = 0; at + 46 <= bytes.length; at += 1) {
    // "PK\x01\x02": an entry of the central directory.
    if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b || bytes[at + 2] !== 1 || bytes[at + 3] !== 2)
      continue;
    unpacked += view.getUint32(at + 24, true);
  }
  if (unpacked > UNPACKED_MAX) {
    throw new TableError(
      "rows_too_many",
      `The workbook unpacks to ${unpacked} bytes; at most ${UNPACKED_MAX} are read`,
    );
  }
}
