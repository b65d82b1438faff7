/** A data file as the wide table that a draft is made from. */
import { readDataBytes } from "../../../infra/files.ts";
import { describeError, MmmError } from "../../../schemas/errors.ts";
import { pivotLongTable } from "../../../tables/long.ts";
import { readDataTable } from "../../../tables/read.ts";
import { TableError, type DataTable, type ReadHints } from "../../../tables/table.ts";

/** Reads a file of any dialect. Throws `data_invalid` with the file's name. */
export async function readWideTable(file: string, hints: ReadHints): Promise<DataTable> {
  const bytes = readDataBytes(file);
  try {
    const { decimal, dateOrder, sheet } = hints;
    const table = await readDataTable(bytes, { decimal, dateOrder, sheet });
    const { long } = table.layout;
    return long === null ? table : pivotLongTable(table, long);
  } catch (cause) {
    if (!(cause instanceof TableError)) throw cause;
    throw new MmmError("data_invalid", `${file}: ${describeError(cause)}`, { cause });
  }
}
