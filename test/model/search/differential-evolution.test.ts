/** Protects: both searches stay in the cube, keep to their budget, repeat themselves and find minima. */

import { describe, expect, test } from "vitest";
import { runDifferentialEvolution } from "../../../model/search/differential-evolution.ts";
import { Random } from "../../../model/random.ts";

/** A bowl whose lowest point is at the edge of the cube in its first coordinate. */
const target = [-0.2, 0.3, 0.8, 0.5];
const bowl = (point: Float64Array): number =>
  point.reduce((sum, value, at) => sum + (at + 1) * (value - (target[at] ?? 0)) ** 2, 0);
const least = 0.04;

describe("evolve", () => {
  const run = (evaluations: number, seed = 3) => {
    const seen: Float64Array[] = [];
    const population = runDifferentialEvolution({
      evaluate: (point) => {
        seen.push(point.slice());
        return bowl(point);
      },
      start: Float64Array.of(0.9, 0.9, 0.1, 0.1),
      evaluations,
      random: new Random(seed),
    });
    return { seen, population };
  };

  test.each([20, 97, 1500])("makes exactly %i evaluations, all inside the cube", (evaluations) => {
    const { seen } = run(evaluations);
    expect(seen).toHaveLength(evaluations);
    expect(seen.every((point) => point.every((value) => value >= 0 && value <= 1))).toBe(true);
    expect([...(seen[0] ?? [])]).toEqual([0.9, 0.9, 0.1, 0.1]);
  });

  test("finds the lowest point, best first, the same for the same seed", () => {
    const { population, seen } = run(1500);
    expect(population[0]?.loss).toBeCloseTo(least, 6);
    expect(population[0]?.loss).toBe(Math.min(...seen.map(bowl)));
    expect(run(1500)).toEqual({ population, seen });
  });
});
