import { describe, expect, test } from "vitest";
import {
  computeDotProduct,
  computeOrthonormalBasis,
  projectOut,
} from "../../../model/fit/projection.ts";

const ROWS = 6;
const one = Float64Array.of(1, 1, 1, 1, 1, 1, 9);
const trend = Float64Array.of(1, 2, 3, 4, 5, 6, 9);
const both = trend.map((value, row) => 2 * value - 3 * (one[row] ?? 0));
const odd = Float64Array.of(1, -1, 1, -1, 1, -1, 9);
const target = Float64Array.of(3, 1, 4, 1, 5, 9, 2);

describe("unpenalised columns taken out", () => {
  test("become directions of length one at right angles", () => {
    const { basis } = computeOrthonormalBasis([one, trend, odd], ROWS);
    for (const [i, left] of basis.entries()) {
      for (const [j, right] of basis.entries()) {
        expect(computeDotProduct(left, right, ROWS)).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });

  test("leave out a combination of earlier ones", () => {
    expect(projectOut([one, trend, both, odd], target, ROWS).kept).toEqual([0, 1, 3]);
    expect(projectOut([new Float64Array(7), one], target, ROWS).kept).toEqual([1]);
  });

  test("rotate any vector by the sums with the columns alone: Qᵀx = R⁻ᵀ Zᵀx", () => {
    const columns = [one, trend, both, odd];
    const { basis } = computeOrthonormalBasis(columns, ROWS);
    const { inverse, rotatedTarget } = projectOut(columns, target, ROWS);
    const sums = columns.map((column) => computeDotProduct(column, target, ROWS));
    for (const [at, direction] of basis.entries()) {
      const rotated = sums.reduce(
        (total, value, z) => total + (inverse[at * 4 + z] ?? 0) * value,
        0,
      );
      expect(rotated).toBeCloseTo(computeDotProduct(direction, target, ROWS), 10);
      expect(rotatedTarget[at]).toBeCloseTo(rotated, 10);
    }
  });
});
