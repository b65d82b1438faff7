/** Planted changes to `tables/`. */
import type { PlantedChange } from "../change.ts";

export const TABLES_CHANGES: readonly PlantedChange[] = [
  {
    file: "tables/check/inspect.ts",
    find: "sums[at] = (sums[at] ?? 0) + (values[row] ?? Number.NaN);",
    put: "sums[at] = values[row] ?? Number.NaN;",
  },
  {
    file: "tables/check/statistics.ts",
    find: "value !== 0 && Math.abs(value - middle) > FAR * spread",
    put: "Math.abs(value - middle) > FAR * spread",
  },
  {
    file: "tables/dates.ts",
    find: "return even.length === 1 ? (even[0] ?? null) : null;",
    put: "return even[0] ?? null;",
  },
  {
    file: "tables/delimited.ts",
    find: "info.lines - countLineEnds(record)",
    put: "info.lines",
  },
  {
    file: "tables/encoding.ts",
    find: 'if (odd > 0.4 * end && even === 0) return "utf-16le";',
    put: "",
  },
  {
    file: "tables/grid.ts",
    find: "row.length < width ||",
    put: "",
  },
  {
    file: "tables/layout.ts",
    find: "return firstIsGeo || lastIsVariable ? [b, a] : [a, b];",
    put: "return [a, b];",
  },
  {
    file: "tables/long.ts",
    find: "return rows < groups.length;",
    put: "return false;",
  },
  {
    file: "tables/numbers.ts",
    find: "whole >= 2 && large === 0",
    put: "large === 0",
  },
  {
    file: "tables/prepare.ts",
    find: "lines: order?.map((row) => table.lines[row] ?? 0) ?? table.lines,",
    put: "lines: table.lines,",
  },
  {
    file: "tables/read.ts",
    find: 'if (container === "csv") return openText(bytes);',
    put: "return openText(bytes);",
  },
];
