import { expect, test } from "vitest";
import { computeContributions } from "../../../model/fit/contributions.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const table = computeContributions(smallDataset(), smallConfig());

test("week by week, baseline and channels add up to what is fitted", () => {
  for (const [week, fitted] of table.fitted.entries()) {
    const parts = [table.baseline, ...Object.values(table.channels)];
    const total = parts.reduce((sum, part) => sum + (part[week] ?? 0), 0);
    expect(total).toBeCloseTo(fitted, 6);
  }
  const channels = Object.values(table.channels).flat();
  expect(channels.every((value) => value >= 0)).toBe(true);
  expect(Math.max(...channels)).toBeGreaterThan(0);
});

test("the locked weeks have no contributions", () => {
  const weeks = 156 - 13;
  expect(table.dates).toHaveLength(weeks);
  expect(table.actual).toEqual([...smallDataset().target.subarray(0, weeks)]);
  expect(Object.keys(table.channels)).toEqual(["tv", "search"]);
});
