import { describe, expect, it } from "vitest";
import { createSeededRandom, shuffleCopy } from "../../../router/classifier/random.ts";

describe("seeded chance", () => {
  it("repeats itself for a seed and lies in [0, 1)", () => {
    const draw = (seed: number) => {
      const random = createSeededRandom(seed);
      return Array.from({ length: 1000 }, random);
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    expect(draw(5).every((value) => value >= 0 && value < 1)).toBe(true);
    expect(draw(5).reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1);
  });

  it("shuffles a copy into any order, that of before too", () => {
    const items = [1, 2, 3];
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed += 1) {
      seen.add(shuffleCopy(items, createSeededRandom(seed)).join(""));
    }
    expect([...seen].toSorted()).toEqual(["123", "132", "213", "231", "312", "321"]);
    expect(items).toEqual([1, 2, 3]);
  });
});
