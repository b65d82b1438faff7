/**
 * The final forecast of the locked weeks against others: the untuned baseline's, last year's sales, the
 * mean of the weeks before, and the posterior's own, which no tuning moves (`predictive.ts`).
 *
 * 1. All are compared on the same periods, geos added up.
 * 2. Last year is left out where the data do not go back that far, the posterior where there is none.
 */

import type { Dataset } from "../data/dataset.ts";
import { computeMean } from "../numbers.ts";
import type { Comparison } from "./accuracy.ts";
import { compareForecasts, predictLastYear } from "./accuracy.ts";

export interface LockedComparison extends Comparison {
  readonly reference: "baseline" | "last_year" | "mean" | "posterior";
}

export interface LockedForecasts {
  /** Per locked period, geos added up. */
  readonly final: readonly number[];
  readonly baseline: readonly number[];
  /** Medians of the posterior predictive. */
  readonly posterior?: readonly number[] | null;
}

/** The comparisons on the last periods of the data; none where the forecasts have another length. */
export function compareLockedWeeks(
  dataset: Dataset,
  { final, baseline, posterior = null }: LockedForecasts,
): LockedComparison[] {
  const count = final.length;
  const totals = sumPeriods(dataset);
  if (count === 0 || baseline.length !== count || totals.length <= count) return [];
  const actual = totals.slice(-count);
  const mean = computeMean(totals.slice(0, -count));
  const { periodsPerWeek } = dataset;
  const lastYear = predictLastYear(totals, { count, periodsPerWeek });
  const compare = (
    reference: LockedComparison["reference"],
    other: readonly number[],
  ): LockedComparison => ({
    reference,
    ...compareForecasts(actual, { model: final, reference: other }),
  });
  return [
    compare("baseline", baseline),
    ...(lastYear === null ? [] : [compare("last_year", lastYear)]),
    compare("mean", Array<number>(count).fill(mean)),
    ...(posterior?.length === count ? [compare("posterior", posterior)] : []),
  ];
}

/** The target per period, geos added up. */
function sumPeriods({ target, geos, dates }: Dataset): number[] {
  return dates.map((_, period) => {
    const rows = target.subarray(period * geos.length, (period + 1) * geos.length);
    return rows.reduce((sum, value) => sum + value, 0);
  });
}
