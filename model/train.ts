/**
 * Training: a configuration and its data in, a judged model out.
 *
 * Owns: the assembly of what is published of a model: errors and diagnostics of the forecast
 * (`forecast.ts`), effects of the model of record (`effects.ts`). Not: search for better parameters
 * (`search.ts`), the locked test (`locked-test.ts`).
 *
 * 1. The same data and configuration give the same result, byte for byte as JSON.
 * 2. ROI, mROI, contributions and their shares are the effects', whoever asks and by whatever command.
 * 3. Locked rows influence nothing here. Every number is finite or null.
 */

import type { ModelConfig } from "./config.ts";
import { withSampler } from "./results/convergence.ts";
import type { Dataset } from "./data/dataset.ts";
import { takeFirstPeriods } from "./data/dataset.ts";
import { countUsedCalibration } from "./lift-tests.ts";
import type { EffectSummary } from "./effect-summary.ts";
import { estimateEffects } from "./effects.ts";
import { assessForecast, uniqueFindings } from "./forecast.ts";
import { sum } from "./numbers.ts";
import type { Refinement } from "./search/refine.ts";
import type { ChannelResult, ForecastChannel, TrainingResult } from "./results/training-result.ts";

export interface TrainingOptions {
  /** Recorded; neither fit nor effects depend on it. */
  readonly seed: number;
  /** The effects of the same methodology and data, where they are known already. */
  readonly effects?: EffectSummary;
  /** Told in the result, when the configuration comes out of a refinement. */
  readonly refinement?: Pick<Refinement, "lossBefore" | "lossAfter">;
}

/**
 * Fits and judges one configuration.
 *
 * @throws ModelError `rows_too_few`, `target_constant`, `parameters_invalid`.
 */
export function trainModel(
  dataset: Dataset,
  config: ModelConfig,
  options: TrainingOptions,
): TrainingResult {
  const forecast = assessForecast(dataset, config);
  const effects = options.effects ?? estimateEffects(dataset, config).summary;
  const media = sum(Object.values(effects.channels).map((row) => row.contribution.median));
  const { refinement = null } = options;
  return {
    ...forecast,
    seed: options.seed,
    channels: forecast.channels.map((channel) => publishedChannel(channel, effects, media)),
    baseline: { ...forecast.baseline, share: 1 - media / (effects.target_total || 1) },
    convergence: withSampler(forecast.convergence, effects.diagnostics),
    posterior: effects,
    refinement:
      refinement === null
        ? null
        : {
            steps: config.training.refinement_steps,
            learning_rate: config.training.learning_rate,
            loss_before: refinement.lossBefore,
            loss_after: refinement.lossAfter,
          },
    calibration: describeCalibration(
      takeFirstPeriods(dataset, forecast.data.training_periods),
      config,
    ),
    findings: uniqueFindings([...forecast.findings, ...effects.findings]),
  };
}

/** The channel with the effects' figures in the place of the forecast's own. */
function publishedChannel(
  forecast: ForecastChannel,
  effects: EffectSummary,
  media: number,
): ChannelResult {
  const own = effects.channels[forecast.name];
  const contribution = own?.contribution.median ?? 0;
  return {
    ...forecast,
    contribution,
    roi: own?.roi.median ?? null,
    roi_low: own?.roi.low ?? null,
    roi_high: own?.roi.high ?? null,
    mroi: own?.mroi.median ?? null,
    effect_share: media > 0 ? contribution / media : 0,
    contribution_share: contribution / (effects.target_total || 1),
  };
}

/** Evidence that entered; null where none did. */
function describeCalibration(
  training: Dataset,
  config: ModelConfig,
): TrainingResult["calibration"] {
  const used = countUsedCalibration(training, config);
  return used.lift_tests + used.roi_priors === 0 ? null : used;
}
