/**
 * Bytes of a file → a table with everything that was found on the way.
 *
 * 1. The same bytes and hints give the same table, on any machine and at any time.
 * 2. Read or refused with the cause's name: what has two readings is a problem, never a choice.
 */
import { readColumns } from "./columns.ts";
import { findSeparator, parseDelimited, readSeparatorLine } from "./delimited.ts";
import { decodeText, recognizeContainer } from "./encoding.ts";
import { findHeader } from "./grid.ts";
import { chooseDateColumn, describeLayout, findLayout, findTotalsAmongGeos } from "./layout.ts";
import { readParquet } from "./parquet.ts";
import {
  type DataTable,
  type Dialect,
  type Grid,
  type Note,
  type ReadHints,
  TableError,
} from "./table.ts";
import { readWorkbook } from "./workbook.ts";

const BYTES_MAX = 64 * 1024 * 1024;

type Source = Pick<Dialect, "container" | "encoding" | "byte_order_mark" | "separator" | "sheet">;

interface OpenedFile {
  readonly grid: Grid;
  readonly source: Source;
  readonly notes: readonly Note[];
}

/**
 * Reads CSV of any dialect, .xlsx or Parquet.
 *
 * @throws TableError where no table can be made of the bytes at all; everything else that is wrong
 *   stands in `problems`.
 */
export async function readDataTable(bytes: Uint8Array, hints: ReadHints = {}): Promise<DataTable> {
  if (bytes.length > BYTES_MAX) {
    throw new TableError("rows_too_many", "The file is larger than 64 MB; split or aggregate it", {
      bytes: bytes.length,
    });
  }
  const { grid, source, notes } = await openFile(bytes, hints);
  const headed = findHeader(grid);
  const { columns, decimal, problems } = readColumns(headed, hints);
  const layout = findLayout(columns, chooseDateColumn(columns));
  return {
    columns,
    rows: headed.cells.length,
    lines: headed.lines,
    dialect: {
      reader: 1,
      ...source,
      decimal,
      date_order: hints.dateOrder ?? null,
      header_line: headed.headerLine,
      skipped_lines: headed.skipped,
    },
    notes: [...notes, ...headed.notes],
    problems: [
      ...headed.problems,
      ...problems,
      ...describeLayout(layout),
      ...findTotalsAmongGeos(columns, layout),
    ],
    layout,
  };
}

async function openFile(bytes: Uint8Array, hints: ReadHints): Promise<OpenedFile> {
  const container = recognizeContainer(bytes);
  const typed = { container, encoding: null, byte_order_mark: false, separator: null };
  if (container === "parquet") {
    return { grid: await readParquet(bytes), source: { ...typed, sheet: null }, notes: [] };
  }
  if (container === "csv") return openText(bytes);
  const { sheet, others, ...grid } = await readWorkbook(bytes, hints.sheet);
  const said = `Sheet "${sheet}" is read; others hold cells too: ${others.join(", ").slice(0, 200)}`;
  return {
    grid,
    source: { ...typed, sheet },
    notes:
      others.length > 0 && hints.sheet === undefined
        ? [{ code: "other_sheets", message: said }]
        : [],
  };
}

function openText(bytes: Uint8Array): OpenedFile {
  const { text, encoding, byteOrderMark } = decodeText(bytes);
  const stated = readSeparatorLine(text);
  const separator = stated ?? findSeparator(text);
  const parsed = parseDelimited(text, separator);
  const grid =
    stated === null ? parsed : { cells: parsed.cells.slice(1), lines: parsed.lines.slice(1) };
  return {
    grid,
    source: { container: "csv", encoding, byte_order_mark: byteOrderMark, separator, sheet: null },
    notes:
      encoding === "windows-1252"
        ? [
            {
              code: "encoding",
              message: "The text is no UTF-8 and is read as Windows-1252 (Latin-1)",
            },
          ]
        : [],
  };
}
