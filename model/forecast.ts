/**
 * The forecast: a configuration's own parameters, fitted to its data and judged on its folds.
 *
 * Owns: the one way from a configuration to a fit, and the figures of that fit. What tuning moves is
 * here. Not: published ROI, contributions and curves (`effects.ts`), which tuning does not move; the
 * locked test (`locked-test.ts`).
 *
 * 1. The parameters are fitted as they stand: nothing refines them on the way.
 * 2. Locked rows influence nothing here: changing them changes no figure.
 * 3. Every number is finite or null.
 */

import type { ChannelAttribution } from "./fit/attribution.ts";
import { computeChannelAttribution } from "./fit/attribution.ts";
import { computeBaseline } from "./results/baseline.ts";
import { boundFindings, resolveBox } from "./search/bounds.ts";
import type { ModelConfig } from "./config.ts";
import { computeConvergence } from "./results/convergence.ts";
import { collectDataFindings } from "./results/data-findings.ts";
import { collectDateFindings } from "./results/date-findings.ts";
import type { Dataset } from "./data/dataset.ts";
import { takeFirstPeriods } from "./data/dataset.ts";
import { countUsedCalibration } from "./lift-tests.ts";
import type { Evaluation } from "./fit/engine.ts";
import type { Finding } from "./findings.ts";
import { collectFitFindings } from "./results/fit-findings.ts";
import type { WindowFit } from "./fit/fit.ts";
import { fitWindow } from "./fit/fit.ts";
import { computeVarianceInflation } from "./results/variance-inflation.ts";
import { computeMeanMetrics } from "./metrics.ts";
import { computeMean, sum } from "./numbers.ts";
import type { Objective } from "./fit/objective.ts";
import { createObjective } from "./fit/objective.ts";
import { toParameterVector } from "./fit/problem.ts";
import {
  computeDiagnostics,
  computeFoldResults,
  computeInSampleMetrics,
  computePooledMetrics,
} from "./results/scores.ts";
import type { ForecastChannel, ForecastResult } from "./results/training-result.ts";

export interface Forecast {
  readonly dataset: Dataset;
  readonly config: ModelConfig;
  readonly objective: Objective;
  readonly parameters: Float64Array;
  readonly evaluation: Evaluation;
  /** On all rows before the locked test, one per engine. */
  readonly fits: readonly WindowFit[];
}

/**
 * Fits a configuration as it stands.
 *
 * @throws ModelError `rows_too_few`, `target_constant`, `parameters_invalid`.
 */
export function fitForecast(dataset: Dataset, config: ModelConfig): Forecast {
  const objective = createObjective(dataset, config);
  const parameters = toParameterVector(config);
  const evaluation = objective.evaluate(parameters);
  const fits = trainingFits(objective, parameters);
  return { dataset, config, objective, parameters, evaluation, fits };
}

/** Fits on all rows before the locked test, one per engine. */
export function trainingFits(objective: Objective, parameters: Float64Array): WindowFit[] {
  return objective.engines.map((engine) =>
    fitWindow(engine.problem, parameters, {
      trainRows: engine.problem.trainingRows,
      rows: engine.problem.trainingRows,
    }),
  );
}

/** Fits and judges one configuration: what tuning compares. */
export function assessForecast(dataset: Dataset, config: ModelConfig): ForecastResult {
  const { objective, parameters, evaluation, fits } = fitForecast(dataset, config);
  const folds = computeFoldResults(objective);
  const pooled = computePooledMetrics(folds, objective);
  const channels = forecastChannels(fits, config);
  const inSample = computeInSampleMetrics(fits);
  const baseline = computeBaseline(fits);
  const diagnostics = computeDiagnostics(fits, channels);
  return {
    model_id: config.model_id,
    loss: evaluation.loss,
    data: dataSummary(objective, dataset),
    validation: {
      // A short fold has little variance of its own: its R² says how calm it was. All folds together tell.
      mean: { ...computeMeanMetrics(folds.map((fold) => fold.metrics)), r2: pooled.r2 },
      pooled,
      folds,
    },
    in_sample: inSample,
    fitted: fittedByPeriod(fits),
    diagnostics,
    other_coefficients: otherCoefficients(fits),
    channels,
    baseline,
    convergence: computeConvergence(objective, { fits, kkt: evaluation.kkt }),
    hyperparameters: config.hyperparameters,
    findings: uniqueFindings([
      ...objective.engines.flatMap((engine) => collectDataFindings(engine.problem)),
      ...collectDateFindings(dataset, config),
      ...collectFitFindings({
        channels,
        baseline,
        inSample,
        diagnostics,
        calibration: countUsedCalibration(
          takeFirstPeriods(dataset, objective.engines[0]?.problem.windows.trainingEnd ?? 0),
          config,
        ),
      }),
      ...boundFindings(resolveBox(config), parameters),
    ]),
  };
}

function forecastChannels(fits: readonly WindowFit[], config: ModelConfig): ForecastChannel[] {
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
    };
  });
}

/** Fitted target per training period, geos added up. */
function fittedByPeriod(fits: readonly WindowFit[]): number[] {
  const periods = fits[0]?.problem.windows.trainingEnd ?? 0;
  const sums = Array.from({ length: periods }, () => 0);
  for (const fit of fits) {
    for (let row = 0; row < fit.trainRows; row += 1) {
      const period = Math.floor(row / fit.problem.stride);
      sums[period] = (sums[period] ?? 0) + (fit.fitted[row] ?? 0);
    }
  }
  return sums;
}

function otherCoefficients(fits: readonly WindowFit[]): Record<string, number> {
  const names = fits[0]?.problem.design.names ?? [];
  return Object.fromEntries(
    names.map((name, index) => [name, computeMean(fits.map((fit) => fit.other[index] ?? 0))]),
  );
}

function dataSummary(objective: Objective, dataset: Dataset): ForecastResult["data"] {
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
    ...(dataset.reading === undefined ? {} : { reading: dataset.reading }),
  };
}

/** Geos fitted apart repeat findings; the same message is kept once. */
export function uniqueFindings(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [`${one.code} ${one.message}`, one])).values()];
}
