/**
 * Draws of the effects from refits of the ridge model (`uncertainty.ts`).
 *
 * 1. Fixed seed and number of draws: the same data and methodology have the same draws.
 */

import {
  computeContributionRows,
  computeEffectDuration,
  computeResponseAt,
} from "./fit/attribution.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import type { EffectDraws } from "./effect-draws.ts";
import type { WindowFit } from "./fit/fit.ts";
import { toFiniteOrNull, sum } from "./numbers.ts";
import { drawFits } from "./search/uncertainty.ts";

const SEED = 1;
const DRAWS = 200;

export function drawEnsembleEffects(dataset: Dataset, config: ModelConfig): EffectDraws {
  const fits = drawFits(dataset, config, { seed: SEED, draws: DRAWS });
  const parts = (draw: number): readonly WindowFit[] => fits[draw] ?? [];
  return {
    method: "ensemble_block_bootstrap",
    count: fits.length,
    channels: config.channels.map(({ name }, channel) => ({
      name,
      spend: spendOver(parts(0), channel),
    })),
    response: (draw, channel, multiplier) =>
      sum(parts(draw).map((fit) => computeResponseAt(fit, channel, multiplier))),
    halfLifeWeeks: (draw, channel) =>
      computeEffectDuration(parts(draw)[0]?.parameters[channel * 3] ?? 0, 0.5) /
      dataset.periodsPerWeek,
    baselineShare: (draw) => baselineShare(parts(draw)),
    mean: {
      fitted: meanByPeriod(fits, (fit) => fit.fitted),
      channels: config.channels.map((_, channel) =>
        meanByPeriod(fits, (fit) => computeContributionRows(fit, channel)),
      ),
    },
  };
}

/** Spend of a channel over the training rows. */
function spendOver(fits: readonly WindowFit[], channel: number): number {
  return sum(
    fits.map((fit) => sum(fit.problem.dataset.channels[channel]?.spend ?? [], 0, fit.trainRows)),
  );
}

function baselineShare(fits: readonly WindowFit[]): number {
  const baseline = sum(fits.map((fit) => sum(fit.baseline, 0, fit.trainRows)));
  const fitted = sum(fits.map((fit) => sum(fit.fitted, 0, fit.trainRows)));
  return toFiniteOrNull(baseline / fitted) ?? 0;
}

/** Rows added up over geos to periods, averaged over the draws. */
function meanByPeriod(
  fits: readonly (readonly WindowFit[])[],
  rows: (fit: WindowFit) => Float64Array,
): Float64Array {
  const periods = fits[0]?.[0]?.problem.windows.trainingEnd ?? 0;
  const means = new Float64Array(periods);
  for (const draw of fits) {
    for (const fit of draw) {
      const values = rows(fit);
      for (let row = 0; row < fit.trainRows; row += 1) {
        const period = Math.floor(row / fit.problem.stride);
        means[period] = (means[period] ?? 0) + (values[row] ?? 0) / fits.length;
      }
    }
  }
  return means;
}
