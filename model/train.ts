/**
 * Training: a configuration and its data in, a judged model out.
 *
 * Owns: the order of the work and the assembly of the result. Not: search for better parameters
 * (`search.ts`), the locked test (`locked-test.ts`).
 *
 * 1. The same data, configuration and seed give the same result, byte for byte as JSON.
 * 2. Locked rows influence nothing here: changing them changes no figure.
 * 3. Every number is finite or null.
 */

import type { ChannelAttribution } from "./fit/attribution.ts";
import { computeChannelAttribution } from "./fit/attribution.ts";
import { computeBaseline } from "./results/baseline.ts";
import { estimateConditionalRoiIntervals } from "./results/conditional-intervals.ts";
import type { ModelConfig } from "./config.ts";
import { fitTrainingRows } from "./fit/contributions.ts";
import { computeConvergence } from "./results/convergence.ts";
import { collectDataFindings } from "./results/data-findings.ts";
import type { Dataset } from "./data/dataset.ts";
import type { Finding } from "./findings.ts";
import { collectFitFindings } from "./results/fit-findings.ts";
import type { WindowFit } from "./fit/fit.ts";
import { computeVarianceInflation } from "./results/variance-inflation.ts";
import { computeMeanMetrics } from "./metrics.ts";
import { computeMean, sum } from "./numbers.ts";
import type { Objective } from "./fit/objective.ts";
import { createObjective } from "./fit/objective.ts";
import { toParameterVector } from "./fit/problem.ts";
import { refineConfiguration } from "./search/refine.ts";
import {
  computeDiagnostics,
  computeFoldResults,
  computeInSampleMetrics,
  computePooledMetrics,
} from "./results/scores.ts";
import type { ChannelResult, TrainingResult } from "./results/training-result.ts";

export interface TrainingOptions {
  /** Recorded; draws the ROI intervals, fitting itself uses no chance. */
  readonly seed: number;
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
  const objective = createObjective(dataset, config);
  const refinement =
    config.training.refinement_steps > 0 ? refineConfiguration(objective, config) : null;
  const used = refinement?.config ?? config;
  const parameters = toParameterVector(used);
  const evaluation = objective.evaluate(parameters);
  const folds = computeFoldResults(objective);
  const fits = fitTrainingRows(objective, parameters);
  const channels = computeChannelResults(fits, used, options.seed);
  const inSample = computeInSampleMetrics(fits);
  const baseline = computeBaseline(fits);
  const convergence = computeConvergence(objective, { fits, kkt: evaluation.kkt });
  const diagnostics = computeDiagnostics(fits, channels);
  return {
    model_id: config.model_id,
    seed: options.seed,
    loss: evaluation.loss,
    data: describeTrainingData(objective, dataset),
    validation: {
      mean: computeMeanMetrics(folds.map((fold) => fold.metrics)),
      pooled: computePooledMetrics(folds, objective),
      folds,
    },
    in_sample: inSample,
    diagnostics,
    other_coefficients: computeOtherCoefficients(fits),
    channels,
    baseline,
    convergence,
    hyperparameters: used.hyperparameters,
    refinement:
      refinement === null
        ? null
        : {
            steps: config.training.refinement_steps,
            learning_rate: config.training.learning_rate,
            loss_before: refinement.lossBefore,
            loss_after: refinement.lossAfter,
          },
    calibration: describeCalibration(config),
    findings: removeDuplicateFindings([
      ...objective.engines.flatMap((engine) => collectDataFindings(engine.problem)),
      ...collectFitFindings({
        channels,
        baseline,
        inSample,
        diagnostics,
        calibration: config.calibration,
      }),
    ]),
  };
}

function computeChannelResults(
  fits: readonly WindowFit[],
  config: ModelConfig,
  seed: number,
): ChannelResult[] {
  const intervals = estimateConditionalRoiIntervals(fits, seed);
  const inflation = computeVarianceInflation(fits);
  const attributions: ChannelAttribution[] = config.channels.map((_, channel) =>
    computeChannelAttribution(fits, channel),
  );
  const spend = sum(attributions.map((row) => row.spend));
  const effect = sum(attributions.map((row) => row.contribution));
  const fitted = sum(fits.map((fit) => sum(fit.fitted)));
  return config.channels.map((channel, index) => {
    const row = attributions[index] as ChannelAttribution;
    return {
      name: channel.name,
      media_type: channel.media_type,
      coefficient: computeMean(fits.map((fit) => fit.beta[index] ?? 0)),
      ...row,
      spend_share: spend > 0 ? row.spend / spend : 0,
      effect_share: effect > 0 ? row.contribution / effect : 0,
      contribution_share: fitted === 0 ? 0 : row.contribution / fitted,
      vif: inflation[index] ?? null,
      roi_low: intervals[index]?.low ?? null,
      roi_high: intervals[index]?.high ?? null,
    };
  });
}

function computeOtherCoefficients(fits: readonly WindowFit[]): Record<string, number> {
  const names = fits[0]?.problem.design.names ?? [];
  return Object.fromEntries(
    names.map((name, index) => [name, computeMean(fits.map((fit) => fit.other[index] ?? 0))]),
  );
}

function describeTrainingData(objective: Objective, dataset: Dataset): TrainingResult["data"] {
  const trainingEnd = objective.engines[0]?.problem.windows.trainingEnd ?? 0;
  return {
    frequency: dataset.frequency,
    periods: dataset.dates.length,
    training_periods: trainingEnd,
    locked_periods: dataset.dates.length - trainingEnd,
    first_date: dataset.dates[0] ?? "",
    last_training_date: dataset.dates[trainingEnd - 1] ?? "",
    last_date: dataset.dates.at(-1) ?? "",
    geos: dataset.geos.length,
  };
}

function describeCalibration(config: ModelConfig): TrainingResult["calibration"] {
  const { calibration } = config;
  if (calibration === undefined) return null;
  const [lift, priors] = [calibration.lift_tests.length, calibration.roi_priors.length];
  return lift + priors === 0 ? null : { lift_tests: lift, roi_priors: priors };
}

/** Geos fitted apart repeat findings; the same message is kept once. */
function removeDuplicateFindings(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [`${one.code} ${one.message}`, one])).values()];
}
