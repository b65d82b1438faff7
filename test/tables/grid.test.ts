import { describe, expect, it } from "vitest";
import { findHeader } from "../../tables/grid.ts";

const grid = (text: string) => {
  const cells = text.split("\n").map((line) => line.split(","));
  return findHeader({ cells, lines: cells.map((_, row) => row + 1) });
};
const ROWS = "2024-01-01,1,2\n2024-01-08,3,4\n2024-01-15,5,6";

describe("the lines of a file", () => {
  it("that are no rows are left out, each with a note", () => {
    const found = grid(`Report,,\ndate,tv,sales\n${ROWS}\nTotal,9,12`);
    expect(found.header).toEqual(["date", "tv", "sales"]);
    expect(found.cells).toHaveLength(3);
    expect(found.notes.map(({ code, line }) => [code, line])).toEqual([
      ["title_row", 1],
      ["totals_row", 6],
    ]);
  });

  it("stay where a total is only a word among others", () => {
    expect(grid(`campaign,tv,sales\nTotal,1,2\nOther,3,4`).cells).toHaveLength(2);
  });

  it("of another length are problems", () => {
    const { problems } = grid(`date,tv,sales\n${ROWS}\n2024-01-22,5`);
    expect(problems).toMatchObject([{ code: "csv_malformed", line: 5, severity: "error" }]);
  });

  it("without a header are refused", () => {
    expect(() => grid(ROWS)).toThrow(/no header line/);
  });
});
