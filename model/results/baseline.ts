/**
 * The baseline: what the model expects without any media.
 *
 * A negative baseline over a whole month means media are credited with more than all sales
 * (Meridian reviews the same; the four-week block is ours, so that one odd week does not decide).
 */

import { countPeriods } from "../calendar.ts";
import type { WindowFit } from "../fit/fit.ts";
import { computeMean, sum } from "../numbers.ts";
import type { BaselineResult } from "./training-result.ts";

const BLOCK_WEEKS = 4;

/** Baseline of the training periods, geos added up. */
export function computeBaseline(fits: readonly WindowFit[]): BaselineResult {
  const first = fits[0];
  if (first === undefined) {
    return { share: 0, negative_periods: 0, worst_four_weeks: 0, negative: false };
  }
  const periods = first.problem.windows.trainingEnd;
  const baseline = new Float64Array(periods);
  let fitted = 0;
  for (const fit of fits) {
    fitted += sum(fit.fitted, 0, fit.trainRows);
    for (let row = 0; row < fit.trainRows; row += 1) {
      const period = Math.floor(row / fit.problem.stride);
      baseline[period] = (baseline[period] ?? 0) + (fit.baseline[row] ?? 0);
    }
  }
  const block = countPeriods(BLOCK_WEEKS, first.problem.dataset.periodsPerWeek);
  let worst = Infinity;
  for (let from = 0; from + block <= periods; from += 1) {
    worst = Math.min(worst, sum(baseline, from, from + block) / block);
  }
  const typical = Math.abs(computeMean(baseline));
  return {
    share: fitted === 0 ? 0 : sum(baseline) / fitted,
    negative_periods: baseline.filter((value) => value < 0).length,
    worst_four_weeks: Number.isFinite(worst) && typical > 0 ? worst / typical : 0,
    negative: Number.isFinite(worst) && worst < 0,
  };
}
