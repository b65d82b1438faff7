import { describe, expect, test } from "vitest";
import { readNumberColumn, readTable, readTextColumn } from "../../../model/data/table.ts";

const numbers = (cell: string, minimum = 0) =>
  readNumberColumn(readTable(`a,b\n1,2\n${cell},3\n`), "a", { field: "spend", minimum });

describe("a table of CSV text", () => {
  test("drops a byte-order mark, trims, and reads what quotes hold", () => {
    const table = readTable('\ufeffname , n\n"x, y", 1.5e3\n');
    expect(readTextColumn(table, "name", "data.date")).toEqual(["x, y"]);
    expect([...readNumberColumn(table, "n", { field: "n" })]).toEqual([1500]);
  });

  test("coerces nothing and names column and line of the file", () => {
    for (const cell of ["NaN", "12%", "0x10", '"1,000"', "1e400", "1e-30"]) {
      expect(() => numbers(cell), cell).toThrow(
        expect.objectContaining({
          code: "value_not_numeric",
          data: expect.objectContaining({ column: "a", line: 3 }),
        }),
      );
    }
    expect(() => numbers(" ")).toThrow(expect.objectContaining({ code: "value_missing" }));
    expect(() => numbers("-1")).toThrow(expect.objectContaining({ code: "value_negative" }));
  });

  test("refuses a missing column, one that stands twice, and a file without rows", () => {
    expect(() => readTextColumn(readTable("a\n1\n"), "b", "target")).toThrow(/no column "b"/);
    expect(() => readTextColumn(readTable("a,a\n1,2\n"), "a", "target")).toThrow(/two columns/);
    expect(() => readTable("a,b\n")).toThrow(expect.objectContaining({ code: "rows_too_few" }));
    expect(() => readTable("")).toThrow(expect.objectContaining({ code: "csv_malformed" }));
  });
});
