/** Protects: the trainer fits what was cleared, moves no return, and says what it finds no support for. */
import { describe, expect, it } from "vitest";
import { createBuiltinTraining } from "../../consumers/trainer/builtin.ts";
import { createEffectsRecord } from "../../consumers/effects-record.ts";
import { narrowToPlausible } from "../../agents/plausible-bounds.ts";
import { computeSearchBounds, readTunableValues } from "../../guard/specification/tunables.ts";
import { estimateEffects } from "../../model/effects.ts";
import type { ModelConfig } from "../../model/config.ts";
import { predictLockedWeeks } from "../../model/predictive.ts";
import { SPEC, trained } from "../support/agent-jobs.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";
import { TEST_KEYS } from "../support/system.ts";

const dataset = smallDataset();
const config = smallConfig();
const { summary, draws } = estimateEffects(dataset, config);
const training = createBuiltinTraining(
  async () => ({ dataset, digest: "d".repeat(64) }),
  createEffectsRecord({
    estimate: async () => ({ summary, draws: null, evidence: null }),
    store: { get: async () => null, putIfAbsent: async (_key, value) => value },
    ring: TEST_KEYS.guard,
    specDigest: SPEC.digest,
  }),
  async (digest) => (digest === summary.draws_digest ? draws : null),
);
const JOB = {
  businessUnit: "unit",
  baseline: config,
  dataDigest: null,
  signal: new AbortController().signal,
};

function withDecay(decay: number): ModelConfig {
  const hyperparameters = { ...config.hyperparameters, tv: { decay, alpha: 1, gamma: 0.5 } };
  return { ...config, hyperparameters };
}

describe("the built-in trainer", () => {
  it("gives every cleared configuration, tuned and forked however hard, the same returns", async () => {
    const [low, high] = summary.plausible.ranges["hyperparameters.tv.decay"] ?? [0, 1];
    const models = await Promise.all(
      [withDecay(low), withDecay((low + high) / 2), withDecay(high)].map((own, seed) =>
        training.train(own, { ...JOB, seed }),
      ),
    );
    const losses = new Set(models.map(({ loss }) => loss));
    expect(losses.size).toBe(3);
    const returns = models.map(({ channels, effects }) => [
      effects?.digest,
      ...channels.map(({ roi, roi_low, roi_high, mroi }) => [roi, roi_low, roi_high, mroi]),
    ]);
    expect(returns[1]).toEqual(returns[0]);
    expect(returns[2]).toEqual(returns[0]);
  });

  it("returns what lies outside the plausible region, with the figure and the range", async () => {
    const outside = training.train(withDecay(0.99), { ...JOB, seed: 1 });
    await expect(outside).rejects.toMatchObject({ code: "not_plausible" });
    await expect(outside).rejects.toThrow(/98 % of the posterior.*tv\.decay 0\.99 \(0\.\d+ to/);
    const own = await training.train(withDecay(0.99), { ...JOB, baseline: null, seed: 1 });
    expect(own.loss).toBeGreaterThan(0);
  });

  it("gives the locked errors of the tuned forecast and of the posterior's own beside it", async () => {
    const final = withDecay(0.5);
    const { comparisons } = await training.lockedTest({ baseline: config, final }, JOB);
    const beside = comparisons.find(({ reference }) => reference === "posterior");
    if (draws === null) throw new Error("no draws");
    const { wmape } = predictLockedWeeks(dataset, config, draws);
    expect(beside?.reference_error).toBeCloseTo(wmape ?? 0, 9);
    const own = comparisons.find(({ reference }) => reference === "baseline");
    expect(beside?.error).toBe(own?.error);
  });

  it("tells the Data Scientist where the region lies", () => {
    const bounds = computeSearchBounds(config, SPEC, []);
    const narrowed = narrowToPlausible(bounds, config, trained(config));
    const values = readTunableValues(config);
    const moved = [...narrowed].filter(([path, bound]) => {
      const was = bounds.get(path);
      return bound.min !== was?.min || bound.max !== was.max;
    });
    expect(moved.length).toBeGreaterThan(0);
    for (const [path, bound] of moved) {
      const [low, high] = summary.plausible.ranges[path] ?? [Number.NaN, Number.NaN];
      const own = values.get(path) ?? low;
      expect(bound.min, path).toBeGreaterThanOrEqual(Math.min(low, own));
      expect(bound.max, path).toBeLessThanOrEqual(Math.max(high, own));
      expect(own).toBeGreaterThanOrEqual(bound.min);
      expect(own).toBeLessThanOrEqual(bound.max);
    }
    expect(narrowToPlausible(bounds, config, null)).toEqual(bounds);
  });
});
