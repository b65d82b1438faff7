/** What values say of a column. */
import { describe, expect, it } from "vitest";
import {
  isConstant,
  isConstantByGeo,
  isCounting,
  isNeverNegative,
  measureShared,
} from "../../../tables/roles/values.ts";

const numbers = (...values: number[]) => Float64Array.from(values);

describe("values", () => {
  it("are one value where all cells that have one agree", () => {
    expect(isConstant(numbers(3, Number.NaN, 3))).toBe(true);
    expect(isConstant(numbers(3, 4))).toBe(false);
    expect(isConstant(numbers())).toBe(true);
  });

  it("are one value by geo, where there are geos", () => {
    const geos = [
      [0, 2],
      [1, 3],
    ];
    expect(isConstantByGeo(numbers(1, 9, 1, 9), geos)).toBe(true);
    expect(isConstantByGeo(numbers(1, 9, 2, 9), geos)).toBe(false);
    expect(isConstantByGeo(numbers(1, 1), [[0, 1]])).toBe(false);
  });

  it("count where every step is the same, in each geo", () => {
    const rows = Array.from({ length: 12 }, (_, row) => row);
    expect(
      isCounting(
        Float64Array.from(rows, (row) => 5 + 2 * row),
        [rows],
      ),
    ).toBe(true);
    expect(
      isCounting(
        Float64Array.from(rows, (row) => row * row),
        [rows],
      ),
    ).toBe(false);
    const odd = rows.filter((row) => row % 2 === 1);
    const even = rows.filter((row) => row % 2 === 0);
    const byGeo = Float64Array.from(rows, (row) => Math.floor(row / 2));
    expect(isCounting(byGeo, [even, odd])).toBe(true);
  });

  it("are negative or not, and share rows with spend", () => {
    expect(isNeverNegative(numbers(0, Number.NaN, 2))).toBe(true);
    expect(isNeverNegative(numbers(0, -0.1))).toBe(false);
    expect(measureShared(numbers(1, 1, 0, 1), numbers(5, 0, 7, 5))).toBeCloseTo(2 / 3, 12);
    expect(measureShared(numbers(0), numbers(1))).toBe(1);
  });
});
