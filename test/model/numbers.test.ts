import { describe, expect, test } from "vitest";
import {
  computeMean,
  computeMedian,
  computeQuantile,
  computeStandardDeviation,
  sum,
  toFiniteOrNull,
} from "../../model/numbers.ts";

describe("small statistics", () => {
  test("interpolate quantiles between order statistics (type 7)", () => {
    const values = [4, 1, 3, 2];
    expect(computeQuantile(values, 0.25)).toBe(1.75);
    expect(computeQuantile(values, 0)).toBe(1);
    expect(computeQuantile(values, 1)).toBe(4);
    expect(computeMedian([10, 2, 11])).toBe(10);
    expect(values).toEqual([4, 1, 3, 2]);
  });

  test("sort by size, not by text", () => {
    expect(computeMedian([9, 100, 20])).toBe(20);
  });

  test("are those of the whole population, and 0 of nothing", () => {
    expect(computeStandardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
    expect([computeMean([]), computeStandardDeviation([]), computeQuantile([], 0.5)]).toEqual([
      0, 0, 0,
    ]);
    expect(sum([1, 2, 4, 8], 1, 3)).toBe(6);
    expect([toFiniteOrNull(0 / 0), toFiniteOrNull(-1)]).toEqual([null, -1]);
  });
});
