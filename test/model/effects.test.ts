/** Protects: the published figures are one for all who ask, and nothing that is tuned moves them. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocateBudget } from "../../model/allocate.ts";
import type { ModelConfig } from "../../model/config.ts";
import { attributePeriods } from "../../model/fit/contributions.ts";
import type { EffectDraws } from "../../model/effect-draws.ts";
import { estimateEffects, summarizeDraws } from "../../model/effects.ts";
import { sampleEnsemble } from "../../model/search/ensemble.ts";
import { Likelihood } from "../../model/fit/likelihood.ts";
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

describe("summarizeDraws", () => {
  /** Draws of one channel whose response is the draw's own number times the multiplier. */
  const drawn = (values: readonly number[], spend: number): EffectDraws => ({
    method: "ensemble_block_bootstrap",
    count: values.length,
    channels: [{ name: "tv", spend }],
    response: (draw, _channel, multiplier) => (values[draw] ?? 0) * multiplier,
    halfLifeWeeks: () => 1,
    baselineShare: () => 0.5,
    mean: { fitted: Float64Array.of(100), channels: [Float64Array.of(50)] },
  });

  test("publishes the median and the central 90 % of the draws, by spend", () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 1e6 }), (values, spend) => {
        const { roi, mroi } = summarizeDraws(drawn(values, spend)).channels["tv"] ?? {};
        if (roi === undefined || roi === null) throw new Error("no ROI");
        const ordered = values.toSorted((a, b) => a - b).map((value) => value / spend);
        const below = (end: number): number => ordered.filter((value) => value < end - 1e-9).length;
        const upTo = (end: number): number => ordered.filter((value) => value <= end + 1e-9).length;
        const tail = 0.05 * (values.length - 1);
        expect(below(roi.low)).toBeLessThanOrEqual(tail + 1);
        expect(upTo(roi.low)).toBeGreaterThanOrEqual(Math.floor(tail));
        expect(values.length - upTo(roi.high)).toBeLessThanOrEqual(tail + 1);
        expect(Math.abs(below(roi.median) + upTo(roi.median) - values.length)).toBeLessThanOrEqual(
          upTo(roi.median) - below(roi.median),
        );
        expect(Math.abs((mroi?.median ?? 0) - roi.median)).toBeLessThanOrEqual(1e-6 * roi.median);
      }),
      { numRuns: 100 },
    );
  });

  test("gives no ROI without spend", () => {
    expect(summarizeDraws(drawn([1, 2], 0)).channels["tv"]).toMatchObject({
      roi: null,
      mroi: null,
    });
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
      expect(curves[at]?.points[0]?.response).toBe(contribution);
      expect(plan.channels[at]).toMatchObject({ spend_before: spend, roi: { median: roi } });
    }
    const media = trained.channels.reduce((sum, channel) => sum + channel.contribution_share, 0);
    expect(media + trained.baseline.share).toBeCloseTo(1, 9);
  });
});

describe("drawFits", () => {
  test("draws transform parameters as often as they are likely", () => {
    const options = { seed: deriveSeed(3, 1), members: 40 };
    const likelihood = new Likelihood(createProblem(one.dataset, one.config));
    const members = sampleEnsemble([likelihood], one.config, options);
    const fits = drawFits(one.dataset, one.config, { seed: 3, draws: 40 });
    expect(fits.map(([fit]) => fit?.parameters)).toEqual(members);
  });
});
