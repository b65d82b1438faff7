/**
 * Long format → one row per date (and geo), one column per variable.
 *
 * 1. With one value column a variable's column has the variable's name; with several it is
 *    `variable_value` (`tv_spend`).
 * 2. A value column that is the same in all rows of a date is kept as one column under its own name.
 * 3. A variable without a row at a date has no value there: missing, not zero.
 */
import { readColumns } from "./columns.ts";
import { chooseDateColumn, findLayout } from "./layout.ts";
import type { DataTable, LongForm, TableColumn } from "./table.ts";

/** The wide form of a table in long format. */
export function pivotLongTable(table: DataTable, long: LongForm): DataTable {
  const find = (name: string): TableColumn | undefined =>
    table.columns.find((column) => column.name === name);
  const keys = [long.date, ...(long.geo === null ? [] : [long.geo])].flatMap(
    (name) => find(name) ?? [],
  );
  const variable = find(long.variable);
  const values = long.values.flatMap((name) => find(name) ?? []);
  const rowOf = groupRows(keys, table.rows);
  const rows = rowOf.firstLines.length;
  const shared = values.filter((column) => isSharedByRows(column.texts, rowOf.groups, rows));
  const spread =
    values.length === shared.length ? values : values.filter((column) => !shared.includes(column));
  const kept = values.filter((column) => !spread.includes(column));
  const wide = new Map<string, string[]>();
  for (const column of [...keys, ...kept]) {
    wide.set(
      column.name,
      rowOf.firstLines.map((row) => column.texts[row] ?? ""),
    );
  }
  for (const column of spread) {
    for (const [row, group] of rowOf.groups.entries()) {
      const kind = variable?.texts[row] ?? "";
      const name = spread.length === 1 ? kind : `${kind}_${column.name}`;
      const cells = wide.get(name) ?? Array.from({ length: rows }, () => "");
      cells[group] = column.texts[row] ?? "";
      wide.set(name, cells);
    }
  }
  return rebuildTable(table, { wide, firstLines: rowOf.firstLines });
}

/** Rows of one date and geo are one group, in order of first sight. */
function groupRows(
  keys: readonly TableColumn[],
  rows: number,
): { groups: readonly number[]; firstLines: readonly number[] } {
  const numbers = new Map<string, number>();
  const firstLines: number[] = [];
  const groups = Array.from({ length: rows }, (_, row) => {
    const key = JSON.stringify(
      keys.map(({ dates, texts }) => dates?.days[row] ?? texts[row] ?? ""),
    );
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, firstLines.length);
    firstLines.push(row);
    return firstLines.length - 1;
  });
  return { groups, firstLines };
}

function isSharedByRows(
  texts: readonly string[],
  groups: readonly number[],
  rows: number,
): boolean {
  const first = new Map<number, string>();
  for (const [row, group] of groups.entries()) {
    const text = texts[row] ?? "";
    const known = first.get(group);
    if (known === undefined) first.set(group, text);
    else if (known !== text) return false;
  }
  return rows < groups.length;
}

interface Wide {
  readonly wide: ReadonlyMap<string, readonly string[]>;
  readonly firstLines: readonly number[];
}

function rebuildTable(table: DataTable, { wide, firstLines }: Wide): DataTable {
  const header = [...wide.keys()];
  const lines = firstLines.map((row) => table.lines[row] ?? 0);
  const cells = firstLines.map((_, row) => header.map((name) => wide.get(name)?.[row] ?? ""));
  const { date_order: dateOrder } = table.dialect;
  const read = readColumns(
    { header, cells, lines },
    { decimal: table.dialect.decimal, ...(dateOrder === null ? {} : { dateOrder }) },
  );
  const { long } = table.layout;
  return {
    columns: read.columns,
    rows: cells.length,
    lines,
    dialect: table.dialect,
    notes: [
      ...table.notes,
      {
        code: "long_format",
        message: `Long format: one column for each "${long?.variable ?? ""}"`,
        column: long?.variable ?? "",
      },
    ],
    problems: [...table.problems.filter(({ code }) => code !== "long_format"), ...read.problems],
    layout: findLayout(read.columns, chooseDateColumn(read.columns)),
  };
}
