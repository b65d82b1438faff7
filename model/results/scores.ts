/**
 * Errors of a model: per fold, over all validation rows, and in sample, with residual diagnostics.
 *
 * 1. Validation figures use the engine's last evaluation: evaluate before calling.
 */

import { countPeriods } from "../calendar.ts";
import type { Engine } from "../fit/engine.ts";
import type { WindowFit } from "../fit/fit.ts";
import type { Metrics } from "../metrics.ts";
import { computeDurbinWatson, computeMetrics, computeNaiveError } from "../metrics.ts";
import { computeMean, sum } from "../numbers.ts";
import type { Objective } from "../fit/objective.ts";
import type { ForecastChannel, FoldResult, ForecastResult } from "./training-result.ts";

export function computeFoldResults(objective: Objective): FoldResult[] {
  const first = objective.engines[0];
  if (first === undefined) return [];
  return first.problem.windows.folds.map((window, index) => {
    const actual: number[] = [];
    const predicted: number[] = [];
    const geoOfRow: number[] = [];
    const totals: FoldResult["totals"] = { actual: [], predicted: [] };
    for (const [at, engine] of objective.engines.entries()) {
      const fold = engine.folds[index];
      if (fold === undefined) continue;
      for (let row = fold.trainRows; row < fold.aheadEnd; row += 1) {
        const weight = engine.problem.weights[row] ?? 1;
        const [seen, guess] = [
          engine.problem.dataset.target[row] ?? 0,
          engine.predict(fold, row) * weight,
        ];
        actual.push(seen);
        predicted.push(guess);
        geoOfRow.push(at + (row % engine.problem.stride));
        const period = Math.floor((row - fold.trainRows) / engine.problem.stride);
        totals.actual[period] = (totals.actual[period] ?? 0) + seen;
        totals.predicted[period] = (totals.predicted[period] ?? 0) + guess;
      }
    }
    const { dates } = first.problem.dataset;
    return {
      fold: index,
      from: dates[window.trainEnd] ?? "",
      to: dates[window.validationEnd - 1] ?? "",
      training_periods: window.trainEnd,
      metrics: computeMetrics(actual, predicted, {
        variables: null,
        geoOfRow,
        naiveError: computeMeanNaiveError(objective.engines, window.trainEnd),
      }),
      predicted,
      actual,
      totals,
    };
  });
}

/** Numbers of the rows' geos in a fold: interleaved in one engine, else geo after geo. */
function numberGeos(fold: FoldResult, { engines }: Objective): number[] {
  const stride = engines[0]?.problem.stride ?? 1;
  const rows = fold.actual.length / Math.max(1, engines.length);
  return fold.actual.map((_, row) => (engines.length > 1 ? Math.floor(row / rows) : row % stride));
}

/** Mean over engines of the naive error on the first `periods` periods. */
export function computeMeanNaiveError(engines: readonly Engine[], periods: number): number | null {
  const errors = engines.map(({ problem }) =>
    computeNaiveError(problem.dataset.target, periods * problem.stride, {
      season: countPeriods(52, problem.dataset.periodsPerWeek),
      stride: problem.stride,
    }),
  );
  const known = errors.filter((error) => error !== null);
  return known.length === 0 ? null : computeMean(known);
}

export function computePooledMetrics(folds: readonly FoldResult[], objective: Objective): Metrics {
  return computeMetrics(
    folds.flatMap((fold) => fold.actual),
    folds.flatMap((fold) => fold.predicted),
    {
      variables: null,
      geoOfRow: folds.flatMap((fold) => numberGeos(fold, objective)),
      naiveError: computeMeanNaiveError(objective.engines, folds[0]?.training_periods ?? 0),
    },
  );
}

export function computeInSampleMetrics(fits: readonly WindowFit[]): Metrics {
  const actual = fits.flatMap((fit) => [...fit.problem.dataset.target.subarray(0, fit.trainRows)]);
  const predicted = fits.flatMap((fit) => [...fit.fitted]);
  const naive = fits.map((fit) =>
    computeNaiveError(fit.problem.dataset.target, fit.trainRows, {
      season: countPeriods(52, fit.problem.dataset.periodsPerWeek),
      stride: fit.problem.stride,
    }),
  );
  const known = naive.filter((error) => error !== null);
  const geoOfRow = fits.flatMap((fit, at) =>
    Array.from({ length: fit.trainRows }, (_, row) => at + (row % fit.problem.stride)),
  );
  return computeMetrics(actual, predicted, {
    variables: countCoefficients(fits),
    geoOfRow,
    naiveError: known.length === 0 ? null : computeMean(known),
  });
}

/** Coefficients fitted, the intercept not counted, over all fits. */
export function countCoefficients(fits: readonly WindowFit[]): number {
  return fits.reduce(
    (count, fit) =>
      count +
      fit.problem.exposures.length +
      fit.rank -
      (fit.problem.config.architecture.intercept ? 1 : 0),
    0,
  );
}

export function computeDiagnostics(
  fits: readonly WindowFit[],
  channels: readonly ForecastChannel[],
): ForecastResult["diagnostics"] {
  const residuals = fits.map((fit) =>
    fit.fitted.map((value, row) => (fit.problem.dataset.target[row] ?? 0) - value),
  );
  const watson = fits
    .map((fit, index) => computeDurbinWatson(residuals[index] ?? [], fit.problem.stride))
    .filter((value) => value !== null);
  const rows = sum(fits.map((fit) => fit.trainRows));
  const variables = countCoefficients(fits);
  return {
    durbin_watson: watson.length === 0 ? null : computeMean(watson),
    rows,
    variables,
    rows_per_variable: rows / Math.max(1, variables),
    decomp_rssd: Math.sqrt(
      sum(channels.map((channel) => (channel.effect_share - channel.spend_share) ** 2)),
    ),
  };
}

/** Error of each rolling-origin fold: wMAPE, or sMAPE where the target sums to nothing. */
export function listFoldLosses({ validation }: Pick<ForecastResult, "validation">): number[] {
  return validation.folds.map(({ metrics }) => metrics.wmape ?? metrics.smape);
}
