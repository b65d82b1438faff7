/**
 * Measures of fit and forecast error.
 *
 *   MAPE  = mean |e|/|y|                   undefined when some |y| is (nearly) zero → null
 *   wMAPE = Σ|e| / Σ|y|
 *   sMAPE = mean 2|e| / (|y| + |ŷ|)         (0 where both are 0)
 *   MASE  = mean|e| / mean|y_t − y_{t−m}|   m = one year if the training data reach, else 1
 *   R²    = 1 − Σe² / Σ(y − ȳ)², ȳ of the row's own geo in a panel: differences between geos, which
 *           intercepts alone explain, are no fit
 *   adjusted R² = 1 − (1 − R²)(n − 1)/(n − p − 1), of fitted rows: unseen rows need no such correction
 *   NRMSE = RMSE / (max y − min y)
 * MASE and the limits of MAPE: Hyndman & Koehler (2006). Fractions, not percent.
 *
 * 1. Every value is finite or null; null means undefined, never "bad".
 */

import type { MetricName } from "./config.ts";
import { toFiniteOrNull } from "./numbers.ts";

/** MAPE is refused when some |y| is below this share of the mean |y|. */
export const MAPE_SMALLEST_SHARE = 1e-3;

export type Metrics = Readonly<
  Record<Exclude<MetricName, "smape" | "mae" | "rmse">, number | null>
> &
  Readonly<Record<"smape" | "mae" | "rmse", number>>;

export interface MetricContext {
  /** Coefficients of the model, for the adjusted R²; null for rows that were not fitted. */
  readonly variables: number | null;
  /** Mean absolute seasonal naive error on the training rows; null = unknown. */
  readonly naiveError: number | null;
  /** Number of each row's geo; one geo when absent. */
  readonly geoOfRow?: ArrayLike<number>;
}

/** All metrics of predictions against actual values of the same length (at least one). */
export function computeMetrics(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  context: MetricContext,
): Metrics {
  const rows = actual.length;
  let absolute = 0;
  let squares = 0;
  let total = 0;
  let symmetric = 0;
  let relative = 0;
  let smallest = Infinity;
  let low = Infinity;
  let high = -Infinity;
  for (let row = 0; row < rows; row += 1) {
    const y = actual[row] ?? 0;
    const guess = predicted[row] ?? 0;
    const error = Math.abs(y - guess);
    const size = Math.abs(y);
    absolute += error;
    squares += error * error;
    total += size;
    if (error > 0) symmetric += (2 * error) / (size + Math.abs(guess));
    if (size > 0) relative += error / size;
    smallest = Math.min(smallest, size);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const spread = sumWithinGeos(actual, context.geoOfRow);
  const mae = absolute / rows;
  const rmse = Math.sqrt(squares / rows);
  const r2 = spread > 0 ? toFiniteOrNull(1 - squares / spread) : null;
  const freedom = context.variables === null ? 0 : rows - context.variables - 1;
  const mapeDefined = total > 0 && smallest >= (MAPE_SMALLEST_SHARE * total) / rows;
  return {
    mape: mapeDefined ? toFiniteOrNull(relative / rows) : null,
    wmape: total > 0 ? toFiniteOrNull(absolute / total) : null,
    smape: symmetric / rows,
    mase: context.naiveError === null ? null : toFiniteOrNull(mae / context.naiveError),
    r2,
    adj_r2: r2 !== null && freedom > 0 ? 1 - ((1 - r2) * (rows - 1)) / freedom : null,
    mae,
    rmse,
    nrmse: high > low ? toFiniteOrNull(rmse / (high - low)) : null,
  };
}

/** Squared distances from the mean of the row's geo. */
function sumWithinGeos(values: ArrayLike<number>, geoOfRow: ArrayLike<number> = []): number {
  const totals = new Map<number, { sum: number; rows: number }>();
  for (let row = 0; row < values.length; row += 1) {
    const geo = geoOfRow[row] ?? 0;
    const { sum, rows } = totals.get(geo) ?? { sum: 0, rows: 0 };
    totals.set(geo, { sum: sum + (values[row] ?? 0), rows: rows + 1 });
  }
  let squares = 0;
  for (let row = 0; row < values.length; row += 1) {
    const { sum, rows } = totals.get(geoOfRow[row] ?? 0) ?? { sum: 0, rows: 1 };
    squares += ((values[row] ?? 0) - sum / rows) ** 2;
  }
  return squares;
}

/** Mean of each metric over folds; null as soon as it is undefined in one of them. */
export function computeMeanMetrics(folds: readonly Metrics[]): Metrics {
  const mean = (name: MetricName): number | null => {
    let sum = 0;
    for (const fold of folds) {
      const value = fold[name];
      if (value === null) return null;
      sum += value;
    }
    return sum / folds.length;
  };
  return {
    mape: mean("mape"),
    wmape: mean("wmape"),
    smape: mean("smape") ?? 0,
    mase: mean("mase"),
    r2: mean("r2"),
    adj_r2: mean("adj_r2"),
    mae: mean("mae") ?? 0,
    rmse: mean("rmse") ?? 0,
    nrmse: mean("nrmse"),
  };
}

/**
 * Mean absolute error of "same as one season ago" over the training rows.
 *
 * @param season rows of one year; when fewer than season + 8 rows are there, one period is used
 */
export function computeNaiveError(
  target: ArrayLike<number>,
  rows: number,
  { season, stride }: { season: number; stride: number },
): number | null {
  const lag = rows >= (season + 8) * stride ? season * stride : stride;
  if (rows <= lag) return null;
  let sum = 0;
  for (let row = lag; row < rows; row += 1) {
    sum += Math.abs((target[row] ?? 0) - (target[row - lag] ?? 0));
  }
  return sum / (rows - lag);
}

/** Durbin & Watson (1950): Σ(e_t − e_{t−1})² / Σe²; 2 = no first-order autocorrelation. */
export function computeDurbinWatson(residuals: ArrayLike<number>, stride: number): number | null {
  let differences = 0;
  let squares = 0;
  for (let row = 0; row < residuals.length; row += 1) {
    const value = residuals[row] ?? 0;
    squares += value * value;
    if (row >= stride) differences += (value - (residuals[row - stride] ?? 0)) ** 2;
  }
  return squares > 0 ? differences / squares : null;
}
