/** Protects: tail probabilities are those of the densities, integrated numerically, and of printed tables. */
import { describe, expect, test } from "vitest";
import { computeFTail, computeTTail, findTailLimit } from "../../../model/monitoring/tails.ts";

describe("tails", () => {
  test.each([
    [2.5, 8, 130, 0.014729],
    [1, 8, 130, 0.43929],
    [4, 1, 10, 0.073388],
  ])("of F at %d with %d and %d degrees of freedom", (value, above, below, tail) => {
    expect(computeFTail(value, above, below)).toBeCloseTo(tail, 6);
  });

  test("of Student's t at its tabulated points", () => {
    expect(computeTTail(2.2281, 10)).toBeCloseTo(0.05, 5);
    expect(computeTTail(-2.6259, 100)).toBeCloseTo(0.01, 5);
    expect(computeTTail(0, 5)).toBe(1);
  });

  test("have their limit where the rate is reached", () => {
    const limit = findTailLimit((value) => computeTTail(value, 10), 0.05);
    expect(limit).toBeCloseTo(2.2281, 4);
    expect(computeFTail(Infinity, 2, 3)).toBe(0);
  });
});
