import { describe, expect, test } from "vitest";
import { solveLeastDeviations } from "../../../model/search/least-deviations.ts";

/** min Σ |d − x_i| + c d. */
const median = (values: number[], { low = -10, high = 10, linear = 0 } = {}) =>
  solveLeastDeviations({
    errors: Float64Array.from(values, (value) => -value),
    slopes: [new Float64Array(values.length).fill(1)],
    linear: Float64Array.of(linear),
    low: Float64Array.of(low),
    high: Float64Array.of(high),
  });

describe("least absolute deviations", () => {
  test("go to the median, however far one value is off", () => {
    expect(median([1, 2, 3]).step[0]).toBeCloseTo(2, 4);
    expect(median([1, 2, 900]).step[0]).toBeCloseTo(2, 3);
    expect(median([1, 2, 900]).value).toBeCloseTo(899, 2);
  });

  test("stay in the box", () => {
    expect(median([4, 5, 6], { high: 0.5 }).step[0]).toBe(0.5);
    expect(median([-4, -5], { low: -1 }).step[0]).toBe(-1);
  });

  test("are never above where they began, and follow the linear part where it outweighs", () => {
    expect(median([0, 0, 0]).value).toBe(0);
    const pulled = median([1, 2, 3], { low: -1, linear: 4 });
    expect(pulled.step[0]).toBeCloseTo(-1, 6);
    expect(pulled.value).toBeLessThan(6);
  });
});
