import { describe, expect, test } from "vitest";
import { Random } from "../../../model/random.ts";
import { searchBasins } from "../../../model/search/basins.ts";

/** Two basins: a shallow one where the start is, the deep one at 0.8. */
const TARGET = [0.8, 0.2, 0.6];
const errorsAt = (point: Float64Array): Float64Array =>
  point.map((value, at) => {
    const far = value - (TARGET[at] ?? 0);
    return far + 0.05 * Math.sin(20 * far);
  });

function search(budget: number, seed = 1) {
  let count = 0;
  let outside = 0;
  const evaluate = (point: Float64Array): number => {
    count += 1;
    if (point.some((value) => !(value >= 0 && value <= 1))) outside += 1;
    return 0.01 + errorsAt(point).reduce((sum, error) => sum + Math.abs(error), 0);
  };
  const start = Float64Array.of(0.1, 0.9, 0.1);
  const best = searchBasins({
    evaluate,
    parts: (point) => ({
      errors: Float64Array.of(0.01, ...errorsAt(point)),
      factor: 1,
      slope: new Float64Array(3),
    }),
    start,
    budget,
    random: new Random(seed),
    groups: [[0, 1], [2]],
  });
  const used = count;
  return { best, used, outside, first: evaluate(start) };
}

describe("a search over basins", () => {
  test.each([20, 61, 400])(
    "keeps to a budget of %i, stays in the cube and never gets worse",
    (n) => {
      const { best, used, outside, first } = search(n);
      expect(used).toBeLessThanOrEqual(n);
      expect(outside).toBe(0);
      expect(best.loss).toBeLessThanOrEqual(first);
    },
  );

  test("finds the deep basin, the same way for the same seed", () => {
    const { best } = search(400);
    expect(best.loss).toBeCloseTo(0.01, 3);
    for (const [at, value] of best.point.entries()) expect(value).toBeCloseTo(TARGET[at] ?? 0, 2);
    expect(search(400).best).toEqual(best);
  });
});
