import { describe, expect, test } from "vitest";
import type { WindowFit } from "../../../model/fit/fit.ts";
import { computeBaseline } from "../../../model/results/baseline.ts";

const fit = (baseline: number[], fitted = 20): WindowFit =>
  ({
    problem: {
      windows: { trainingEnd: baseline.length },
      stride: 1,
      dataset: { periodsPerWeek: 1 },
    },
    baseline: Float64Array.from(baseline),
    fitted: new Float64Array(baseline.length).fill(fitted),
    trainRows: baseline.length,
  }) as never;

describe("the baseline", () => {
  test("is a share of what is fitted, and negative when four weeks in a row are below zero", () => {
    expect(computeBaseline([fit([10, 10, 10, 10, -8, -2, -2, -2])])).toEqual({
      share: 26 / 160,
      negative_periods: 4,
      worst_four_weeks: -3.5 / 3.25,
      negative: true,
    });
  });

  test("is not called negative for one odd week", () => {
    const result = computeBaseline([fit([10, 10, -8, 10, 10, 10])]);
    expect(result).toMatchObject({ negative: false, negative_periods: 1 });
  });

  test("adds geos up that are fitted apart", () => {
    const result = computeBaseline([fit([-1, -1, -1, -1]), fit([5, 5, 5, 5])]);
    expect(result).toMatchObject({ negative: false, share: 16 / 160, worst_four_weeks: 1 });
    expect(computeBaseline([])).toMatchObject({ share: 0, negative: false });
  });
});
