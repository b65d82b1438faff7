import { describe, expect, test } from "vitest";
import { createFold } from "../../../model/fit/fold.ts";
import { createLayout } from "../../../model/fit/layout.ts";
import { createProblem } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const rows = { trainRows: 100, aheadStart: 100, aheadEnd: 113 };

describe("a fold", () => {
  test("measures its judged rows by their size, also where the target is negative", () => {
    const signed = { ...dataset, target: dataset.target.map((y, row) => (row % 2 ? -y : y)) };
    const problem = createProblem(signed, smallConfig());
    const fold = createFold(problem, createLayout(problem, 143), rows);
    const expected = dataset.target.subarray(100, 113).reduce((sum, y) => sum + y, 0);
    expect(fold.targetSum).toBe(expected);
  });

  test("learns nothing from the rows it is judged on", () => {
    const later = { ...dataset, target: dataset.target.map((y, row) => (row < 100 ? y : 2 * y)) };
    const [one, two] = [dataset, later].map((data) => {
      const problem = createProblem(
        data,
        smallConfig({ data: { path: "s.csv", date: "date", target: "sales" } }),
      );
      return createFold(problem, createLayout(problem, 143), rows).projection;
    });
    expect(two).toEqual(one);
    expect((one?.rotatedTarget.length ?? 1) % 4).toBe(0);
  });
});
