/** A data file as the wide table that a draft is made from. */
import { readTableFile } from "../../../app/data-table.ts";
import { pivotLongTable } from "../../../tables/long.ts";
import { spellName } from "../../../tables/roles/names.ts";
import { SPEND_WORDS } from "../../../tables/roles/words.ts";
import type { DataTable, LongForm, ReadHints } from "../../../tables/table.ts";

export interface WideTable {
  readonly table: DataTable;
  /** Columns that are spend because the one value of a long file is. */
  readonly paid: readonly string[];
}

/** Reads a file of any dialect. Rejects with `data_invalid` and the file's name. */
export async function readWideTable(file: string, hints: ReadHints): Promise<WideTable> {
  const table = await readTableFile(file, hints);
  const { long } = table.layout;
  if (long === null) return { table, paid: [] };
  const wide = pivotLongTable(table, long);
  return { table: wide, paid: listPaid(wide, long) };
}

/** The columns that a single value named as spend was spread over. */
function listPaid({ columns }: DataTable, { date, geo, values }: LongForm): string[] {
  const kept = new Set([date, geo, ...values]);
  const spread = values.filter((value) => !columns.some(({ name }) => name === value));
  const [only, second] = spread;
  if (only === undefined || second !== undefined || !SPEND_WORDS.test(spellName(only))) return [];
  return columns.map(({ name }) => name).filter((name) => !kept.has(name));
}
