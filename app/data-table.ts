/** A data file as a table, for commands that look at it before there is a model. */
import { readDataBytes } from "../infra/files.ts";
import type { ModelConfig } from "../model/config.ts";
import { MmmError } from "../schemas/errors.ts";
import { readDataTable } from "../tables/read.ts";
import { type DataTable, type ReadHints, TableError } from "../tables/table.ts";

/** Reads a file of any dialect. Rejects with `data_invalid`, naming file and cause. */
export async function readTableFile(path: string, hints: ReadHints = {}): Promise<DataTable> {
  const bytes = readDataBytes(path);
  try {
    return await readDataTable(bytes, hints);
  } catch (cause) {
    if (!(cause instanceof TableError)) throw cause;
    throw new MmmError("data_invalid", `${path}: ${cause.message}`, {
      data: { ...cause.data, table: cause.code },
      cause,
    });
  }
}

/** What was said on the command line, else in the configuration. */
export function chooseHints(given: ReadHints, config: ModelConfig | null): ReadHints {
  return {
    decimal: given.decimal ?? config?.data.decimal,
    dateOrder: given.dateOrder ?? config?.data.date_order,
    sheet: given.sheet ?? config?.data.sheet,
  };
}
