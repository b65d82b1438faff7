/**
 * The locked test: the last weeks, looked at once, for the final report.
 *
 * Nothing else in `model/` reads these rows' targets. Whoever calls this must do it once per
 * session: each further look turns the test into validation.
 *
 * Contradiction rule: the locked wMAPE contradicts validation when it is larger than both the worst
 * fold's wMAPE and 1.5 times the mean fold's. One block of the folds' length is as noisy as one
 * fold, so the worst fold is the yardstick; the factor keeps very even folds from crying wolf.
 */

import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import { ModelError } from "./errors.ts";
import { fitWindow } from "./fit/fit.ts";
import type { Metrics } from "./metrics.ts";
import { computeMetrics } from "./metrics.ts";
import { createObjective } from "./fit/objective.ts";
import { toParameterVector } from "./fit/problem.ts";
import { computeFoldResults, computeMeanNaiveError } from "./results/scores.ts";

const MEAN_FACTOR = 1.5;

export interface LockedTestResult {
  readonly from: string;
  readonly to: string;
  readonly metrics: Metrics;
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
  /** The same per locked period, geos added up. */
  readonly totals: { readonly actual: readonly number[]; readonly predicted: readonly number[] };
  readonly contradiction: {
    readonly contradicts: boolean;
    readonly locked_wmape: number | null;
    readonly mean_fold_wmape: number | null;
    readonly worst_fold_wmape: number | null;
    /** The wMAPE above which the locked test contradicts validation. */
    readonly bound: number | null;
    readonly rule: string;
  };
}

/**
 * Fits on everything before the locked weeks and predicts them.
 *
 * @throws ModelError `rows_too_few` when the configuration locks no weeks.
 */
export function evaluateLockedTest(dataset: Dataset, config: ModelConfig): LockedTestResult {
  const objective = createObjective(dataset, config);
  const first = objective.engines[0];
  if (first === undefined || first.problem.windows.trainingEnd >= first.problem.windows.periods) {
    throw new ModelError(
      "rows_too_few",
      "Model configuration, evaluation.locked_test_weeks is 0: there is no locked test to evaluate",
      { locked_test_weeks: config.evaluation.locked_test_weeks },
    );
  }
  const parameters = toParameterVector(config);
  const actual: number[] = [];
  const predicted: number[] = [];
  const geoOfRow: number[] = [];
  const totals = { actual: [] as number[], predicted: [] as number[] };
  for (const [at, engine] of objective.engines.entries()) {
    const { problem } = engine;
    const fit = fitWindow(problem, parameters, {
      trainRows: problem.trainingRows,
      rows: problem.rows,
    });
    const seen = problem.dataset.target.subarray(problem.trainingRows);
    const expected = fit.fitted.subarray(problem.trainingRows);
    actual.push(...seen);
    predicted.push(...expected);
    for (const row of seen.keys()) geoOfRow.push(at + (row % problem.stride));
    const geos = problem.dataset.geos.length;
    addPerPeriod(totals.actual, seen, geos);
    addPerPeriod(totals.predicted, expected, geos);
  }
  objective.evaluate(parameters);
  const folds = computeFoldResults(objective).map((fold) => fold.metrics.wmape);
  const { windows } = first.problem;
  const metrics = computeMetrics(actual, predicted, {
    variables: null,
    geoOfRow,
    naiveError: computeMeanNaiveError(objective.engines, windows.trainingEnd),
  });
  return {
    from: dataset.dates[windows.trainingEnd] ?? "",
    to: dataset.dates.at(-1) ?? "",
    metrics,
    actual,
    predicted,
    totals,
    contradiction: detectContradiction(metrics.wmape, folds),
  };
}

/** Adds rows, by period and then geo, to the sums per period. */
function addPerPeriod(sums: number[], rows: Iterable<number>, geos: number): void {
  for (const [row, value] of [...rows].entries()) {
    const period = Math.floor(row / geos);
    sums[period] = (sums[period] ?? 0) + value;
  }
}

/** The rule of the header on wMAPEs. */
export function detectContradiction(
  locked: number | null,
  folds: readonly (number | null)[],
): LockedTestResult["contradiction"] {
  const known = folds.filter((value) => value !== null);
  const mean = known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
  const worst = known.length === 0 ? null : Math.max(...known);
  const bound = mean === null || worst === null ? null : Math.max(worst, MEAN_FACTOR * mean);
  return {
    contradicts: locked !== null && bound !== null && locked > bound,
    locked_wmape: locked,
    mean_fold_wmape: mean,
    worst_fold_wmape: worst,
    bound,
    rule: `locked wMAPE above both the worst fold and ${MEAN_FACTOR} times the mean fold`,
  };
}
