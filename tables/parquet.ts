/**
 * A Parquet file → cells. Everything of the packages that read it is here.
 *
 * 1. Numbers, dates and times keep their values; columns of lists or records are refused by name.
 */
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { spellDate, spellNumber } from "./typed-cells.ts";
import { type Grid, TableError } from "./table.ts";

const ROWS_MAX = 200_000;

/** Cells with the columns' names as the first line. @throws TableError. */
export async function readParquet(bytes: Uint8Array): Promise<Grid> {
  try {
    return await readRecords(bytes);
  } catch (cause) {
    if (cause instanceof TableError) throw cause;
    const why = cause instanceof Error ? cause.message : "unreadable";
    throw new TableError(
      "csv_malformed",
      `The file is no Parquet that can be read (${why.slice(0, 120)}); write it again or save CSV`,
    );
  }
}

async function readRecords(bytes: Uint8Array): Promise<Grid> {
  const copy = new Uint8Array(bytes);
  const file = {
    byteLength: copy.byteLength,
    slice: async (from: number, to?: number) => copy.buffer.slice(from, to),
  };
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  if (rows > ROWS_MAX) {
    throw new TableError("rows_too_many", `The Parquet file has ${rows} rows; at most ${ROWS_MAX}`);
  }
  const records = await parquetReadObjects({ file, metadata, compressors });
  const names = Object.keys(records[0] ?? {});
  const cells = records.map((record) => names.map((name) => spellValue(record[name], name)));
  return { cells: [names, ...cells], lines: Array.from({ length: rows + 1 }, (_, row) => row + 1) };
}

function spellValue(value: unknown, column: string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "bigint") return spellNumber(value);
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (value instanceof Date) return spellDate(value, "Z");
  if (typeof value === "string") return value.trim();
  throw new TableError(
    "csv_malformed",
    `Column "${column.slice(0, 60)}" of the Parquet file holds lists or records; write one value a cell`,
  );
}
