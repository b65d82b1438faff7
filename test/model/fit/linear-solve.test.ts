import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeCholeskyFactor, solveSymmetric } from "../../../model/fit/linear-solve.ts";

describe("a symmetric system", () => {
  test("is solved as by hand", () => {
    const matrix = [
      [4, 2],
      [2, 3],
    ];
    expect(computeCholeskyFactor(matrix)).toEqual([[2], [1, Math.SQRT2]]);
    const [x, y] = solveSymmetric(matrix, [2, 5]);
    expect(x).toBeCloseTo(-0.5, 12);
    expect(y).toBeCloseTo(2, 12);
  });

  test("gives 0 to an unknown that hangs on others, never NaN", () => {
    const matrix = [
      [1, 1],
      [1, 1],
    ];
    expect(solveSymmetric(matrix, [3, 3])).toEqual([3, 0]);
    expect(solveSymmetric([[0]], [1])).toEqual([0]);
  });

  test("is solved for any matrix with a heavy diagonal", () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 6, maxLength: 6 }), ([a, b, c, ...right]) => {
        const matrix = [
          [4, a ?? 0, b ?? 0],
          [a ?? 0, 4, c ?? 0],
          [b ?? 0, c ?? 0, 4],
        ];
        const x = solveSymmetric(matrix, right);
        for (const [index, row] of matrix.entries()) {
          const value = row.reduce((sum, weight, at) => sum + weight * (x[at] ?? 0), 0);
          expect(value).toBeCloseTo(right[index] ?? 0, 10);
        }
      }),
    );
  });
});
