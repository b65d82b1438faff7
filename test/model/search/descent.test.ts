/** Protects: local search of sums of absolute errors ends at their kinks, in its budget and cube. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searchBasins } from "../../../model/search/basins.ts";
import { Descent, countStepEvaluations } from "../../../model/search/descent.ts";
import { solveLeastDeviations } from "../../../model/search/least-deviations.ts";
import { createObjective, computeScaledErrors } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { Random } from "../../../model/random.ts";
import { resolveSearch } from "../../../model/search/space.ts";
import { simulated } from "../support.ts";

/** Curved absolute errors with their minimum, 0.05, at the kink (0.3, 0). */
function parts(point: Float64Array) {
  const [x = 0, y = 0] = point;
  return {
    errors: Float64Array.of(x - 0.3 + (x - 0.3) ** 2, 2 * (x - 0.3) - y, y + 0.05),
    factor: 1,
    slope: new Float64Array(2),
  };
}

function counted() {
  let calls = 0;
  const evaluate = (point: Float64Array): number => {
    calls += 1;
    return parts(point).errors.reduce((sum, error) => sum + Math.abs(error), 0);
  };
  return { evaluate, parts, calls: () => calls };
}

const start = Float64Array.of(0.9, 0.8);

describe("Descent", () => {
  test("ends at the kink on the cube's edge", () => {
    const objective = counted();
    const descent = new Descent(objective, { point: start, loss: objective.evaluate(start) });
    descent.run(200);
    expect(descent.ended).toBe(true);
    expect(descent.best.loss).toBeCloseTo(0.05, 6);
    expect(descent.best.point[0]).toBeCloseTo(0.3, 5);
    expect(descent.best.point[1]).toBe(0);
  });

  test.each([1, 3, 4, 5, 9, 30])("evaluates no more than %i times and goes on after", (costMax) => {
    const objective = counted();
    const descent = new Descent(objective, { point: start, loss: objective.evaluate(start) });
    const before = objective.calls();
    const cost = descent.run(costMax);
    expect(objective.calls() - before).toBe(cost);
    expect(cost).toBeLessThanOrEqual(costMax);
    descent.run(200);
    expect(descent.best.loss).toBeCloseTo(0.05, 6);
  });

  test("is never worse than its start, even when the errors lie", () => {
    const objective = counted();
    const lying = { ...objective, parts: () => parts(Float64Array.of(Math.random(), 0.5)) };
    const from = { point: start, loss: objective.evaluate(start) };
    const descent = new Descent(lying, from);
    descent.run(60);
    expect(descent.best.loss).toBeLessThanOrEqual(from.loss);
  });
});

describe("leastDeviations", () => {
  const finite = fc.double({ min: -2, max: 2, noNaN: true });
  test("stays in its box and finds nothing worse than standing still or any point tried", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0.1, max: 2, noNaN: true }), finite, finite), {
          minLength: 3,
          maxLength: 8,
        }),
        fc.array(fc.tuple(fc.double({ min: -0.5, max: 0.5, noNaN: true }), finite), {
          minLength: 4,
          maxLength: 4,
        }),
        (rows, tried) => {
          const problem = {
            errors: Float64Array.from(rows, ([e]) => e),
            slopes: [
              Float64Array.from(rows, ([, a]) => a),
              Float64Array.from(rows, ([, , b]) => b),
            ],
            linear: Float64Array.of(0.1, -0.1),
            low: Float64Array.of(-0.5, -0.5),
            high: Float64Array.of(0.5, 0.5),
          };
          const valueAt = (x: number, y: number) =>
            rows.reduce((sum, [e, a, b]) => sum + Math.abs(e + a * x + b * y), 0) +
            0.1 * x -
            0.1 * y;
          const { step, value } = solveLeastDeviations(problem);
          const [x = 0, y = 0] = step;
          expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(0.5);
          expect(value).toBeCloseTo(valueAt(x, y), 9);
          expect(value).toBeLessThanOrEqual(valueAt(0, 0) + 1e-12);
          for (const [at] of tried) {
            expect(value).toBeLessThanOrEqual(valueAt(at, -at) + 0.02 * (1 + valueAt(0, 0)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("searchBasins", () => {
  test.each([25, 60, 200, 500])("finds the kink within %i evaluations or less", (budget) => {
    const objective = counted();
    const run = { ...objective, start, budget, random: new Random(3), groups: [[0], [1]] };
    const best = searchBasins(run);
    expect(objective.calls()).toBeLessThanOrEqual(budget);
    expect(best.loss).toBeLessThan(budget < 50 ? 1 : 0.0501);
    expect(searchBasins({ ...run, ...counted(), random: new Random(3) })).toEqual(best);
  });
});

describe("the errors behind a loss", () => {
  const { dataset, config } = simulated(2);

  test.each([0, 1, 2.5])("sum up to the objective with in-sample weight %d", (weight) => {
    const objective = createObjective(dataset, config);
    const { loss, inSample } = objective.evaluate(toParameterVector(config));
    const total = computeScaledErrors(objective, weight).reduce(
      (sum, error) => sum + Math.abs(error),
      0,
    );
    expect(total).toBeCloseTo((loss + weight * inSample) / (1 + weight), 12);
  });

  test("and the prior's factor make the search's objective", () => {
    const space = resolveSearch(dataset, config, {});
    const point = space.startPoint.map((value, index) => (index % 2 === 0 ? value : 0.8));
    const value = space.objective(point);
    const found = space.parts?.(point);
    const total = found?.errors.reduce((sum, error) => sum + Math.abs(error), 0) ?? 0;
    expect((found?.factor ?? 0) * total).toBeCloseTo(value, 12);
    const beside = point.slice();
    beside[1] = (beside[1] ?? 0) + 1e-6;
    space.objective(beside);
    const turn = ((space.parts?.(beside).factor ?? 0) - (found?.factor ?? 0)) / 1e-6;
    expect(turn).toBeCloseTo(found?.slope[1] ?? 0, 4);
  });

  test("are not offered where ROI constraints multiply the loss", () => {
    const constraints = { roi: { [config.channels[0]?.name ?? ""]: [0, 1] as const } };
    expect(resolveSearch(dataset, config, { constraints }).parts).toBeNull();
    expect(countStepEvaluations(7)).toBe(9);
  });
});
