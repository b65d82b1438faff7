import { describe, expect, it } from "vitest";
import {
  computeInflation,
  correlate,
  findOutliers,
  summarizeValues,
} from "../../../tables/check/statistics.ts";

describe("figures of a column", () => {
  it("leave out what is missing", () => {
    const { mean, zeros, variation } = summarizeValues([1, Number.NaN, 3, 0, 4]);
    expect(mean).toBe(2);
    expect(zeros).toBe(0.25);
    expect(variation).toBeCloseTo(0.9129, 4);
  });

  it("find what lies far from the usual size", () => {
    expect(findOutliers([10, 11, 9, 10, 12, 0, 99, 8])).toEqual([6]);
    expect(findOutliers([5, 5, 5])).toEqual([]);
  });

  it("inflate by what others share: 1 / (1 − r²) for two", () => {
    const [a, b] = [
      [1, 2, 3, 4, 6],
      [2, 1, 4, 3, 7],
    ];
    const r = correlate(a ?? [], b ?? []);
    expect(r).toBeCloseTo(0.8807, 4);
    expect(
      computeInflation([
        [1, r],
        [r, 1],
      ])[0],
    ).toBeCloseTo(1 / (1 - r * r), 9);
    expect(
      computeInflation([
        [1, 1],
        [1, 1],
      ]),
    ).toEqual([Infinity, Infinity]);
  });
});
