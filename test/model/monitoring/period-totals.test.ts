import { expect, test } from "vitest";
import type { WindowFit } from "../../../model/fit/fit.ts";
import { sumByPeriod } from "../../../model/monitoring/period-totals.ts";

/** Two geos of sizes 1 and 10, two fitted periods and one new. */
const fit = {
  problem: {
    stride: 2,
    weights: Float64Array.of(1, 10, 1, 10, 1, 10),
    dataset: { target: Float64Array.of(1, 20, 2, 30, 3, 40) },
    design: { columns: [new Float64Array(6).fill(1)] },
  },
  trainRows: 4,
  rows: 6,
  fitted: Float64Array.of(1, 21, 2, 31, 2, 42),
  beta: Float64Array.of(2, 0),
  media: [Float64Array.of(0, 1, 1, 0, 1, 1), new Float64Array(6).fill(9)],
} as unknown as WindowFit;

test("a panel is judged on the totals of its geos", () => {
  const totals = sumByPeriod([fit]);
  expect(totals.trained).toBe(2);
  expect([...totals.errors]).toEqual([-1, -1, -1]);
  expect(totals.columns.map((column) => [...column])).toEqual([
    [11, 11, 11],
    [10, 1, 11],
  ]);
  expect(totals.chosen).toBe(3);
});

test("geos that are fitted apart are added up, too", () => {
  expect([...sumByPeriod([fit, fit]).actual]).toEqual([42, 64, 86]);
});
