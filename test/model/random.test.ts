import { describe, expect, test } from "vitest";
import { computeMean, computeStandardDeviation } from "../../model/numbers.ts";
import { deriveSeed, Random } from "../../model/random.ts";

const draw = (seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: 5 }, () => random.uniform());
};

describe("a seeded stream", () => {
  test("repeats itself, and differs for seeds that differ in a fraction or a high bit", () => {
    expect(draw(7)).toEqual(draw(7));
    const seeds = [0, 1, 1.5, 2, 2 ** 40, -1];
    expect(new Set(seeds.map((seed) => draw(seed).join())).size).toBe(seeds.length);
  });

  test("is standard normal in mean and spread", () => {
    const random = new Random(3);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    expect(Math.abs(computeMean(values))).toBeLessThan(0.03);
    expect(Math.abs(computeStandardDeviation(values) - 1)).toBeLessThan(0.03);
  });

  test("draws whole numbers below a count, all of them", () => {
    const random = new Random(11);
    const drawn = new Set(Array.from({ length: 200 }, () => random.below(3)));
    expect(drawn).toEqual(new Set([0, 1, 2]));
  });

  test("gives each part of a work a seed of its own", () => {
    const seeds = [0, 1, 2, 3].map((index) => deriveSeed(42, index));
    expect(new Set(seeds).size).toBe(4);
    expect(deriveSeed(43, 0)).not.toBe(deriveSeed(42, 0));
  });
});
