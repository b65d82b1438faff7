/**
 * Protects: what agents can tune, and the seed they are given, cannot move the money. Sessions share one
 * sampler seed, so theirs change nothing at all; that the choice of that seed does not decide a return
 * either is held here against the draws' own Monte Carlo error.
 */
import { describe, expect, test } from "vitest";
import type { ModelConfig } from "../../model/config.ts";
import { readForm } from "../../model/effects.ts";
import { computeMean } from "../../model/numbers.ts";
import { samplePosterior } from "../../model/posterior/posterior.ts";
import { computeResponses } from "../../model/posterior/responses.ts";
import { searchConfiguration } from "../../model/search/search.ts";
import { trainModel } from "../../model/train.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1);
const config = smallConfig();
const dataset = smallDataset({ weeks: 117 });
/** Short, so that twenty of them are done in seconds; their error is the larger, and so is the bound. */
const SHORT = { chains: 2, warmup: 200, draws: 150 };

function spread(values: readonly number[]): number {
  const mean = computeMean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
}

describe("seeds 1 to 20", () => {
  test("of sessions give other forecasts and the very same returns", () => {
    const untouched = trainModel(dataset, config, { seed: 0 });
    const tuned: ModelConfig[] = SEEDS.map(
      (seed) => searchConfiguration(dataset, config, { seed, evaluations: 60 }).config,
    );
    const effects = untouched.posterior;
    const losses = tuned.map((own, at) => {
      const asked = at % 10 === 0 ? {} : { effects };
      const trained = trainModel(dataset, own, { seed: SEEDS[at] ?? 0, ...asked });
      expect(trained.posterior).toEqual(effects);
      for (const [
        row,
        { roi, roi_low, roi_high, mroi, contribution },
      ] of trained.channels.entries())
        expect(untouched.channels[row]).toMatchObject({
          roi,
          roi_low,
          roi_high,
          mroi,
          contribution,
        });
      return trained.loss;
    });
    expect(new Set(losses).size).toBeGreaterThan(2);
    expect(Math.max(...losses)).toBeLessThan(untouched.loss);
  });

  test("of the sampler move no published ROI beyond its Monte Carlo error", () => {
    const runs = SEEDS.map((seed) => {
      const { inputs, draws, diagnostics } = samplePosterior(dataset, config, {
        seed,
        sampler: SHORT,
        ...readForm(config),
      });
      const { channels } = computeResponses(inputs, draws);
      return { channels, ess: diagnostics.ess_min };
    });
    for (const [at, { name }] of (runs[0]?.channels ?? []).entries()) {
      const medians = runs.map(({ channels }) => {
        const sorted = (channels[at]?.roi ?? new Float64Array(1)).toSorted();
        return sorted[Math.floor(sorted.length / 2)] ?? 0;
      });
      const sd = computeMean(runs.map(({ channels }) => spread([...(channels[at]?.roi ?? [])])));
      const ess = computeMean(runs.map((run) => run.ess));
      // Standard error of a median of normal draws: √(π/2) sd/√ess.
      const error = (Math.sqrt(Math.PI / 2) * sd) / Math.sqrt(ess);
      const middle = computeMean(medians);
      // Two channels, 20 seeds: 3.5 standard errors are passed by chance once in 54 such tests.
      for (const median of medians)
        expect(Math.abs(median - middle), name).toBeLessThan(3.5 * error);
      expect(spread(medians), name).toBeLessThan(1.4 * error);
      expect(new Set(medians).size, name).toBe(SEEDS.length);
    }
  });
});
