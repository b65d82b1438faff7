/**
 * Which periods train, validate and stay locked.
 *
 *   |———— train of fold 0 ————|— val 0 —|— val 1 —|— … —|— locked test —|
 *   |———— train of fold 1 ——————————————|
 *
 * Rolling origin with an expanding window (Bergmeir & Benítez 2012; Cerqueira, Torgo & Mozetič
 * 2020): fold f trains on every period before its validation block and never on one after it.
 *
 * 1. Validation blocks do not overlap, follow each other, and end where the locked test begins.
 * 2. The locked periods are in no fold and not in the training window.
 * 3. The smallest training window has more rows than the model has coefficients.
 */

import { countPeriods } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "./dataset.ts";
import { ModelError } from "../errors.ts";

export interface Fold {
  /** Trains on periods [0, trainEnd). */
  readonly trainEnd: number;
  /** Validates on periods [trainEnd, validationEnd). */
  readonly validationEnd: number;
}

export interface Windows {
  readonly folds: readonly Fold[];
  /** All periods before the locked test; the final model is fitted on these. */
  readonly trainingEnd: number;
  /** All periods. */
  readonly periods: number;
}

/**
 * Cuts the data's periods as `evaluation` says.
 *
 * @throws ModelError `rows_too_few` when the first training window cannot hold the model.
 */
export function cutWindows(dataset: Dataset, config: ModelConfig, coefficients: number): Windows {
  const periods = dataset.dates.length;
  const horizon = countPeriods(config.evaluation.horizon_weeks, dataset.periodsPerWeek);
  const locked = countPeriods(config.evaluation.locked_test_weeks, dataset.periodsPerWeek);
  const { folds } = config.evaluation;
  const trainingEnd = periods - locked;
  const firstTrainEnd = trainingEnd - folds * horizon;
  const rowsNeeded = coefficients + 2;
  if (firstTrainEnd * dataset.geos.length < rowsNeeded) {
    throw new ModelError(
      "rows_too_few",
      `${periods} periods leave ${Math.max(0, firstTrainEnd)} to train on beside ${folds} folds of ${horizon} and ${locked} locked, but the model has ${coefficients} coefficients; give more data, fewer folds or fewer controls`,
      { periods, first_training_periods: firstTrainEnd, rows_needed: rowsNeeded, coefficients },
    );
  }
  return {
    folds: Array.from({ length: folds }, (_, fold) => ({
      trainEnd: firstTrainEnd + fold * horizon,
      validationEnd: firstTrainEnd + (fold + 1) * horizon,
    })),
    trainingEnd,
    periods,
  };
}
