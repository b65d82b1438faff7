import { expect, it } from "vitest";
import { formatTable } from "../../../cli/output/table.ts";

it("a table has no frame, no trailing blanks and columns side by side", () => {
  const table = formatTable(
    ["metric", "before"],
    [
      ["MAPE", "5 %"],
      ["R²", ""],
    ],
  );
  expect(table.split("\n")).toEqual(["metric  before", "MAPE    5 %", "R²"]);
});
