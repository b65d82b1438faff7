import { expect, test } from "vitest";
import { formatCsv } from "../../schemas/csv.ts";

test("cells are quoted where they must, numbers whole, formulas no formulas", () => {
  const text = formatCsv(
    ["a", 'b "c"'],
    [
      [0.1 + 0.2, null],
      ["x,y", "=1+1"],
      [true, "z\nz"],
    ],
  );
  expect(text).toBe(`a,"b ""c"""\n0.30000000000000004,\n"x,y",'=1+1\ntrue,"z\nz"\n`);
});
