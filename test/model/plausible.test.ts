/** Protects: tuning is kept to where the posterior finds parameters plausible, and the baseline is spared. */

import { describe, expect, test } from "vitest";
import type { ModelConfig } from "../../model/config.ts";
import { estimateEffects } from "../../model/effects.ts";
import { PLAUSIBLE_MASS, listImplausible } from "../../model/plausible.ts";
import { simulated } from "./support.ts";

const { dataset, config, simulation } = simulated(101);
const { plausible } = estimateEffects(dataset, config).summary;

function withTransform(decay: number, alpha: number, gamma: number): ModelConfig {
  const hyperparameters = { ...config.hyperparameters, tv: { decay, alpha, gamma } };
  return { ...config, hyperparameters };
}

describe("the plausible region", () => {
  test("has a range for each number that tuning moves, of the stated mass", () => {
    expect(plausible.mass).toBe(PLAUSIBLE_MASS);
    const paths = config.channels.flatMap(({ name }) =>
      ["decay", "alpha", "gamma"].map((parameter) => `hyperparameters.${name}.${parameter}`),
    );
    expect(Object.keys(plausible.ranges)).toEqual(paths);
    for (const [low, high] of Object.values(plausible.ranges)) {
      expect(low).toBeGreaterThan(0);
      expect(high).toBeGreaterThan(low);
    }
  });

  test("holds most of the numbers that a simulation was made with", () => {
    const inside = config.channels.flatMap(({ name }) =>
      (["decay", "alpha", "gamma"] as const).filter((parameter) => {
        const value = simulation.truth.channels[name]?.[parameter] ?? Number.NaN;
        const [low, high] = plausible.ranges[`hyperparameters.${name}.${parameter}`] ?? [1, 0];
        return value >= low && value <= high;
      }),
    );
    expect(inside.length).toBeGreaterThanOrEqual(0.8 * 3 * config.channels.length);
  });

  test("names what lies outside, with the range", () => {
    const found = listImplausible(withTransform(0.99, 9, 0.5), config, plausible);
    expect(found.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["hyperparameters.tv.decay", "hyperparameters.tv.alpha"]),
    );
    expect(found[0]).toMatchObject({
      value: 0.99,
      range: plausible.ranges["hyperparameters.tv.decay"],
    });
    expect(listImplausible(config, config, plausible)).toEqual([]);
  });

  test("does not hold a baseline's own numbers against what is tuned from it", () => {
    const far = withTransform(0.99, 9, 0.5);
    expect(listImplausible(far, far, plausible)).toEqual([]);
    expect(listImplausible(withTransform(0.98, 9, 0.5), far, plausible)).toEqual([]);
    expect(listImplausible(withTransform(0.995, 9, 0.5), far, plausible)).toHaveLength(1);
  });
});
