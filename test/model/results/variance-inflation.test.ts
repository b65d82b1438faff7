import { describe, expect, test } from "vitest";
import type { WindowFit } from "../../../model/fit/fit.ts";
import { computeVarianceInflation } from "../../../model/results/variance-inflation.ts";

/** Two centred columns with correlation r. */
const fit = (r: number): WindowFit => {
  const left = [1, -1, 1, -1];
  const right = [1, 1, -1, -1].map(
    (value, row) => r * (left[row] ?? 0) + Math.sqrt(1 - r * r) * value,
  );
  return {
    beta: new Float64Array(2),
    trainRows: 4,
    media: [Float64Array.from(left), Float64Array.from(right)],
    system: {
      gram: Float64Array.of(4, 4 * r, 4 * r, 4),
      diagonalMin: new Float64Array(2).fill(1e-8),
    },
  } as never;
};

describe("variance inflation", () => {
  test("is 1/(1 − r²) for two columns with correlation r", () => {
    const [first, second] = computeVarianceInflation([fit(0.6)]);
    expect(first).toBeCloseTo(1.5625, 12);
    expect(second).toBeCloseTo(1.5625, 12);
    expect(computeVarianceInflation([fit(0)])).toEqual([1, 1]);
  });

  test("is undefined for a copy of another column, in any geo", () => {
    expect(computeVarianceInflation([fit(1)])).toContain(null);
    expect(computeVarianceInflation([fit(0), fit(1)])).toContain(null);
    expect(computeVarianceInflation([fit(0), fit(0.6)])[0]).toBeCloseTo(1.5625, 12);
  });
});
