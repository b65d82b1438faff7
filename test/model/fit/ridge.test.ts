/** Protects: the solver returns the constrained optimum, whatever order or units columns have. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RidgeSystem } from "../../../model/fit/ridge.ts";
import { RidgeSolver } from "../../../model/fit/ridge.ts";
import { golden } from "../support.ts";

function system(gram: ArrayLike<number>, right: ArrayLike<number>): RidgeSystem {
  return {
    gram: Float64Array.from(gram),
    right: Float64Array.from(right),
    diagonalMin: new Float64Array(right.length),
    priorPrecision: null,
    priorMean: null,
  };
}

function solve(of: RidgeSystem, penalty: number): { beta: Float64Array; kkt: number } {
  const beta = new Float64Array(of.right.length);
  return { kkt: new RidgeSolver(beta.length).solve(of, penalty, beta), beta };
}

/** A regression with some columns nearly the same. */
const regressions = fc
  .record({
    size: fc.integer({ min: 1, max: 8 }),
    seed: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 200, maxLength: 200 }),
    closeness: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ size, seed, closeness }) => {
    const rows = 20;
    const columns = Array.from({ length: size }, (_, c) =>
      Array.from({ length: rows }, (_, row) =>
        c === 0
          ? (seed[row] ?? 0)
          : closeness * (seed[row] ?? 0) + (1 - closeness) * (seed[(c * rows + row) % 200] ?? 0),
      ),
    );
    const y = Array.from({ length: rows }, (_, row) => seed[(row * 7 + 3) % 200] ?? 0);
    const dot = (a: number[], b: number[]): number => a.reduce((s, v, i) => s + v * (b[i] ?? 0), 0);
    return system(
      columns.flatMap((a) => columns.map((b) => dot(a, b))),
      columns.map((a) => dot(a, y)),
    );
  });

function objective(of: RidgeSystem, penalty: number, beta: ArrayLike<number>): number {
  const size = of.right.length;
  let value = 0;
  for (let i = 0; i < size; i += 1) {
    const b = beta[i] ?? 0;
    value -= (of.right[i] ?? 0) * b;
    value += 0.5 * penalty * (of.gram[i * size + i] ?? 0) * b * b;
    for (let j = 0; j < size; j += 1)
      value += 0.5 * b * (of.gram[i * size + j] ?? 0) * (beta[j] ?? 0);
  }
  return value;
}

describe("RidgeSolver", () => {
  test("agrees with scipy's non-negative least squares on the augmented system", () => {
    for (const { gram, right, penalty, beta } of golden.ridge) {
      const solved = solve(system(gram, right), penalty);
      expect(solved.kkt).toBeLessThan(1e-10);
      for (const [at, value] of beta.entries()) expect(solved.beta[at]).toBeCloseTo(value, 8);
    }
  });

  test("meets the Karush-Kuhn-Tucker conditions, also for nearly equal columns", () => {
    fc.assert(
      fc.property(regressions, fc.double({ min: 1e-4, max: 5, noNaN: true }), (of, penalty) => {
        const { beta, kkt } = solve(of, penalty);
        expect(kkt).toBeLessThan(1e-6);
        expect(beta.every((value) => value >= 0)).toBe(true);
      }),
    );
  });

  test("no feasible neighbour is better", () => {
    fc.assert(
      fc.property(
        regressions,
        fc.nat(7),
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        (of, pick, move) => {
          const { beta } = solve(of, 0.01);
          const other = Float64Array.from(beta);
          const at = pick % beta.length;
          other[at] = Math.max(0, (other[at] ?? 0) + move);
          expect(objective(of, 0.01, other)).toBeGreaterThanOrEqual(
            objective(of, 0.01, beta) - 1e-9,
          );
        },
      ),
    );
  });

  test("does not care about the order of columns", () => {
    for (const { gram, right, penalty, size } of golden.ridge) {
      const order = [...Array(size).keys()].reverse();
      const shuffled = system(
        order.flatMap((i) => order.map((j) => gram[i * size + j] ?? 0)),
        order.map((i) => right[i] ?? 0),
      );
      const straight = solve(system(gram, right), penalty).beta;
      const turned = solve(shuffled, penalty).beta;
      for (const [at, from] of order.entries())
        expect(turned[at]).toBeCloseTo(straight[from] ?? 0, 9);
    }
  });

  test("scales coefficients with the units of a column and changes no prediction", () => {
    const { gram, right, penalty, size } = golden.ridge[1] ??
      golden.ridge[0] ?? { gram: [], right: [], penalty: 0, size: 0 };
    const unit = (at: number): number => (at === 2 ? 1e6 : 1);
    const scaled = system(
      gram.map((value, at) => value * unit(Math.floor(at / size)) * unit(at % size)),
      right.map((value, at) => value * unit(at)),
    );
    const before = solve(system(gram, right), penalty).beta;
    const after = solve(scaled, penalty).beta;
    for (const [at, value] of before.entries())
      expect((after[at] ?? 0) * unit(at)).toBeCloseTo(value, 9);
  });

  test("gives 0 to a column without variation of its own", () => {
    const of = { ...system([2, 0, 0, 0], [1, 0]), diagonalMin: Float64Array.from([0, 0]) };
    const { beta } = solve(of, 0);
    expect(beta[0]).toBeCloseTo(0.5, 14);
    expect(beta[1]).toBe(0);
  });

  test("two identical columns without penalty still solve", () => {
    const { beta, kkt } = solve(system([1, 1, 1, 1], [1, 1]), 0);
    expect(kkt).toBeLessThan(1e-9);
    expect((beta[0] ?? 0) + (beta[1] ?? 0)).toBeCloseTo(1, 9);
  });

  test("is drawn to a prior mean by its precision", () => {
    const of = {
      ...system([1], [1]),
      priorPrecision: Float64Array.of(3),
      priorMean: Float64Array.of(5),
    };
    expect(solve(of, 0).beta[0]).toBeCloseTo((1 + 15) / 4, 12);
  });
});
