/** Protects: the published figures are one for all who ask, and nothing that is tuned moves them. */

import { describe, expect, test } from "vitest";
import { allocateBudget } from "../../model/allocate.ts";
import { parseModelConfig, type ModelConfig } from "../../model/config.ts";
import { attributePeriods } from "../../model/fit/contributions.ts";
import {
  estimateEffects,
  readForm,
  restoreEffects,
  restoreResponses,
} from "../../model/effects.ts";
import { sampleEnsemble } from "../../model/search/ensemble.ts";
import { Likelihood } from "../../model/fit/likelihood.ts";
import { digestDraws, parseDraws, serializeDraws } from "../../model/posterior/draws.ts";
import { DEFAULT_PRIORS } from "../../model/posterior/priors.ts";
import { createProblem } from "../../model/fit/problem.ts";
import { deriveSeed } from "../../model/random.ts";
import { computeResponseCurves } from "../../model/fit/response-curve.ts";
import { trainModel } from "../../model/train.ts";
import { drawFits } from "../../model/search/uncertainty.ts";
import { simulated, unsafeNumbers } from "./support.ts";

const one = simulated(101);
const effects = estimateEffects(one.dataset, one.config);
const { summary } = effects;

describe("estimateEffects", () => {
  test("is ordered, finite and repeatable", () => {
    expect(unsafeNumbers(summary)).toEqual([]);
    expect(summary.level).toBe(0.9);
    for (const channel of Object.values(summary.channels)) {
      for (const interval of [
        channel.roi,
        channel.mroi,
        channel.contribution,
        ...channel.response_curve,
      ]) {
        expect(interval?.low).toBeLessThanOrEqual(interval?.median ?? -1);
        expect(interval?.median).toBeLessThanOrEqual(interval?.high ?? -1);
      }
      expect(channel.response_curve[0]).toMatchObject({ multiplier: 0, low: 0, high: 0 });
    }
    expect(estimateEffects(one.dataset, one.config).summary).toEqual(summary);
  });

  test("does not move when tunable numbers or the seed do", () => {
    const tuned = {
      ...one.config,
      hyperparameters: Object.fromEntries(
        one.config.channels.map(({ name }) => [name, { decay: 0.7, alpha: 2.5, gamma: 0.9 }]),
      ),
      training: { l2_penalty: 0.5, learning_rate: 0.2, refinement_steps: 50 },
    };
    expect(estimateEffects(one.dataset, tuned).summary).toEqual(summary);
    const [before, after] = [
      trainModel(one.dataset, one.config, { seed: 1 }),
      trainModel(one.dataset, tuned, { seed: 2 }),
    ];
    expect(after.loss).not.toBe(before.loss);
    expect(after.posterior).toEqual(before.posterior);
    for (const [at, channel] of after.channels.entries()) {
      const { roi, roi_low, roi_high, mroi, contribution, effect_share } = channel;
      expect(before.channels[at]).toMatchObject({
        roi,
        roi_low,
        roi_high,
        mroi,
        contribution,
        effect_share,
      });
    }
  });

  test("holds most of the true returns of simulated series", () => {
    let inside = 0;
    for (const seed of [201, 202, 203, 204]) {
      const series = simulated(seed);
      const { channels } = estimateEffects(series.dataset, series.config).summary;
      for (const [name, { roi }] of Object.entries(channels)) {
        const truth = series.simulation.truth.channels[name]?.roi ?? 0;
        if (roi !== null && truth >= roi.low && truth <= roi.high) inside += 1;
      }
    }
    expect(inside).toBeGreaterThanOrEqual(15);
  });

  test("widens with noise", () => {
    const noisy = simulated(101, { noise: 0.15 });
    const wide = estimateEffects(noisy.dataset, noisy.config).summary;
    const width = (from: typeof summary) =>
      (from.channels["tv"]?.roi?.high ?? 0) - (from.channels["tv"]?.roi?.low ?? 0);
    expect(width(wide)).toBeGreaterThan(1.5 * width(summary));
  });
});

describe("one configuration", () => {
  test("has one ROI and one contribution for training, curves, contributions and plans", () => {
    const config: ModelConfig = {
      ...one.config,
      training: { ...one.config.training, refinement_steps: 20 },
    };
    const trained = trainModel(one.dataset, config, { seed: 5 });
    const found = estimateEffects(one.dataset, config);
    const table = attributePeriods(one.dataset, found);
    const curves = computeResponseCurves(found, { multipliers: [1] });
    const plan = allocateBudget(found);
    for (const [at, channel] of trained.channels.entries()) {
      const record = trained.posterior.channels[channel.name];
      const { roi, contribution, spend } = channel;
      expect(record).toMatchObject({
        spend,
        roi: { median: roi },
        contribution: { median: contribution },
      });
      const summed = table.channels[channel.name]?.reduce((sum, value) => sum + value, 0) ?? 0;
      expect(summed / contribution).toBeCloseTo(1, 9);
      expect((curves[at]?.points[0]?.response ?? 0) / contribution).toBeCloseTo(1, 9);
      expect(plan.channels[at]).toMatchObject({ spend_before: spend, roi: { median: roi } });
    }
    const media = trained.channels.reduce((sum, channel) => sum + channel.contribution_share, 0);
    expect(media + trained.baseline.share).toBeCloseTo(1, 9);
  });
});

describe("inference: point", () => {
  const config: ModelConfig = { ...one.config, inference: "point" };
  const found = estimateEffects(one.dataset, config);

  test("gives returns with a caveat, and no plan", () => {
    expect(found.summary.method).toBe("ensemble_block_bootstrap");
    expect(found.summary.findings.map(({ code }) => code)).toContain("inference_point");
    expect(unsafeNumbers(found.summary)).toEqual([]);
    expect(() => allocateBudget(found)).toThrow(/a plan needs a posterior/);
  });

  test("draws transform parameters as often as they are likely", () => {
    const options = { seed: deriveSeed(3, 1), members: 40 };
    const likelihood = new Likelihood(createProblem(one.dataset, one.config));
    const members = sampleEnsemble([likelihood], one.config, options);
    const fits = drawFits(one.dataset, one.config, { seed: 3, draws: 40 });
    expect(fits.map(([fit]) => fit?.parameters)).toEqual(members);
  });
});

describe("kept draws", () => {
  test("give every published figure back", () => {
    const { draws } = effects;
    if (draws === null) throw new Error("no draws");
    const bytes = serializeDraws(draws);
    expect(digestDraws(bytes)).toBe(summary.draws_digest);
    expect(restoreResponses(one.dataset, one.config, parseDraws(bytes))).toEqual(effects.responses);
    const { diagnostics } = summary;
    const restored = restoreEffects(one.dataset, one.config, {
      draws: parseDraws(bytes),
      diagnostics,
    });
    expect(restored.summary).toEqual(summary);
    expect(allocateBudget(restored)).toEqual(allocateBudget(effects));
  });

  test("of another methodology are refused", () => {
    const { draws } = effects;
    if (draws === null) throw new Error("no draws");
    const fewer = { ...one.config, channels: one.config.channels.slice(1) };
    const given = { draws, diagnostics: null };
    expect(() => restoreEffects(one.dataset, fewer, given)).toThrow(/another methodology/);
  });
});

describe("a baseline document", () => {
  const document = {
    model_id: "open",
    data: { path: "x.csv", date: "date", target: "sales" },
    channels: [{ name: "tv", spend: "tv", media_type: "tv" }],
  };

  test("that leaves trend and carryover open gets the posterior's own form, and says so", () => {
    const parsed = parseModelConfig(document);
    expect(readForm(parsed).profile).toEqual({ trend: "local_level", carryover: "geometric" });
    expect(parseModelConfig(parsed)).toEqual(parsed);
  });

  test("that states them keeps them", () => {
    const stated = {
      ...document,
      architecture: { trend: "linear" },
      adstock: { type: "geometric" },
    };
    const parsed = parseModelConfig(stated);
    expect(readForm(parsed).profile).toEqual({ trend: "linear", carryover: "geometric" });
    expect(parsed.posterior).toBeUndefined();
    expect(parseModelConfig(parsed)).toEqual(parsed);
  });

  test("replaces single priors, each with its source", () => {
    const media_share = { median: 0.1, sd_logit: 0.5, source: "three lift tests" };
    const parsed = parseModelConfig({ ...document, posterior: { priors: { media_share } } });
    expect(readForm(parsed).priors.media_share).toEqual(media_share);
    expect(readForm(parsed).priors.slope).toEqual(DEFAULT_PRIORS.slope);
    expect(parseModelConfig(parsed)).toEqual(parsed);
    const { source: _none, ...bare } = media_share;
    const unsourced = { ...document, posterior: { priors: { media_share: bare } } };
    expect(() => parseModelConfig(unsourced)).toThrow(/posterior.priors.media_share.source/);
  });
});
