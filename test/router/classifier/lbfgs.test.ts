import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimize } from "../../../router/classifier/lbfgs.ts";

/** Σ aᵢ (xᵢ − bᵢ)², a convex bowl with its minimum at b. */
function bowl(a: readonly number[], b: readonly number[]) {
  return (x: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    for (let i = 0; i < x.length; i++) {
      const d = x[i]! - b[i]!;
      gradient[i] = 2 * a[i]! * d;
      value += a[i]! * d * d;
    }
    return value;
  };
}

describe("minimize", () => {
  it("finds the bottom of any bowl, from anywhere", () => {
    const curve = fc.array(
      fc.record({
        a: fc.double({ min: 0.1, max: 50, noNaN: true }),
        b: fc.double({ min: -10, max: 10, noNaN: true }),
        start: fc.double({ min: -10, max: 10, noNaN: true }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(curve, (rows) => {
        const f = bowl(
          rows.map((r) => r.a),
          rows.map((r) => r.b),
        );
        const found = minimize(
          f,
          Float64Array.from(rows, (r) => r.start),
          { tolerance: 1e-9 },
        );
        for (const [i, row] of rows.entries()) expect(found.x[i]).toBeCloseTo(row.b, 3);
      }),
    );
  });

  it("gets down Rosenbrock's valley", () => {
    const found = minimize(
      (x, g) => {
        const [a, b] = [x[0]!, x[1]!];
        g[0] = -2 * (1 - a) - 400 * a * (b - a * a);
        g[1] = 200 * (b - a * a);
        return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { tolerance: 1e-8 },
    );
    expect(found.converged).toBe(true);
    expect(found.x[0]).toBeCloseTo(1, 4);
    expect(found.x[1]).toBeCloseTo(1, 4);
  });

  it("says when the iteration limit ended the search, and leaves the start alone", () => {
    const start = Float64Array.of(9, -9);
    const found = minimize(bowl([1, 40], [0, 0]), start, { maxIterations: 1, tolerance: 1e-12 });
    expect(found.converged).toBe(false);
    expect([...start]).toEqual([9, -9]);
  });
});
