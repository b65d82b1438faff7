/** Protects: the sampler draws from the density it is given, and goes on from where it is. */

import { describe, expect, test } from "vitest";
import type { Coordinates } from "../../../model/posterior/coordinates.ts";
import { Chains, sampleDensity } from "../../../model/posterior/sampler.ts";

/** Two correlated normals (correlation 0.8, second spread 3) about (1, −2). */
const CORRELATION = 0.8;
const NORMAL: Coordinates = {
  dimension: 2,
  toTheta: (eta, theta) => theta.set(eta),
  fromTheta: (theta, eta) => eta.set(theta),
  evaluate: (eta, gradient) => {
    const x = (eta[0] ?? 0) - 1;
    const y = ((eta[1] ?? 0) + 2) / 3;
    const by = 1 / (1 - CORRELATION ** 2);
    gradient[0] = -by * (x - CORRELATION * y);
    gradient[1] = (-by * (y - CORRELATION * x)) / 3;
    return -0.5 * by * (x * x - 2 * CORRELATION * x * y + y * y);
  },
};

const SETTINGS = { seed: 11, chains: 4, warmup: 200, draws: 500 };

function computeMoments(positions: Float64Array): { means: number[]; spreads: number[] } {
  const columns = [0, 1].map((i) => [...positions].filter((_, at) => at % 2 === i));
  const means = columns.map((own) => own.reduce((a, b) => a + b, 0) / own.length);
  const spreads = columns.map((own, i) =>
    Math.sqrt(own.reduce((sum, x) => sum + (x - (means[i] ?? 0)) ** 2, 0) / own.length),
  );
  return { means, spreads };
}

describe("draws", () => {
  test("have the moments of the density", () => {
    const { means, spreads } = computeMoments(sampleDensity(NORMAL, SETTINGS).positions);
    expect(Math.abs((means[0] ?? 0) - 1)).toBeLessThan(0.1);
    expect(Math.abs((means[1] ?? 0) + 2)).toBeLessThan(0.3);
    expect(Math.abs((spreads[0] ?? 0) - 1)).toBeLessThan(0.1);
    expect(Math.abs((spreads[1] ?? 0) - 3)).toBeLessThan(0.3);
  });

  test("of two rounds are those of one round as long", () => {
    const twice = new Chains(NORMAL, SETTINGS);
    twice.draw(300);
    twice.draw(200);
    const once = sampleDensity(NORMAL, SETTINGS);
    expect(twice.read().positions).toEqual(once.positions);
    expect(twice.read().draws).toBe(500);
  });

  test("from before a second warm-up are dropped", () => {
    const chains = new Chains(NORMAL, SETTINGS);
    chains.draw(300);
    const before = chains.read().gradients;
    chains.warmUpAgain();
    chains.draw(400);
    const { draws, gradients, positions } = chains.read();
    expect(draws).toBe(400);
    expect(gradients).toBeGreaterThan(before + 4 * 600);
    expect(Math.abs((computeMoments(positions).means[0] ?? 0) - 1)).toBeLessThan(0.1);
  });
});
