/** A data file as the wide table that a draft is made from. */
import { readDataBytes } from "../../../infra/files.ts";
import { describeError, MmmError } from "../../../schemas/errors.ts";
import { pivotLongTable } from "../../../tables/long.ts";
import { readDataTable } from "../../../tables/read.ts";
import { TableError, type DataTable, type ReadHints } from "../../../tables/table.ts";

export interface WideTable {
  readonly table: DataTable;
  /** Variable column of a file in long format. */
  readonly pivotedBy: string | null;
}

/** Reads a file of any dialect. Throws `data_invalid` with the file's name. */
export async function readWideTable(file: string, hints: ReadHints): Promise<WideTable> {
  const bytes = readDataBytes(file);
  try {
    const { decimal, dateOrder, sheet } = hints;
    const table = await readDataTable(bytes, { decimal, dateOrder, sheet });
    const { long } = table.layout;
    if (long === null) return { table, pivotedBy: null };
    return { table: pivotLongTable(table, long), pivotedBy: long.variable };
  } catch (cause) {
    if (!(cause instanceof TableError)) throw cause;
    throw new MmmError("data_invalid", `${file}: ${describeError(cause)}`, { cause });
  }
}
