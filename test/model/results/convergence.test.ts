import { describe, expect, test } from "vitest";
import { computeRoiStability, computeSolverScore } from "../../../model/results/convergence.ts";

describe("convergence", () => {
  test("gives the solver one point for eight digits", () => {
    const scores = [0, 1e-12, 1e-8, 1e-4, 1, 10].map(computeSolverScore);
    expect(scores).toEqual([1, 1, 1, 0.5, 0, 0]);
  });

  test("measures how far returns move over refits, in relation to their size", () => {
    expect(computeRoiStability([[100], [101]])).toBeGreaterThan(0.98);
    expect(computeRoiStability([[1], [3]])).toBe(0);
    // sd 0.14 of mean 1 is 0.4 of the bound
    expect(computeRoiStability([[0.86], [1.14]])).toBeCloseTo(0.6, 12);
  });

  test("counts a channel without effect as stable and one without spend not at all", () => {
    expect(computeRoiStability([[0], [0]])).toBe(1);
    expect(
      computeRoiStability([
        [1, null],
        [1, null],
      ]),
    ).toBe(1);
    expect(computeRoiStability([])).toBe(1);
  });
});
