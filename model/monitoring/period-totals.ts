/**
 * A fit by period, geos added up: what is left of the target, and the columns it was explained by.
 *
 * Geos of a panel share shocks, so that their errors of one period are no separate evidence: a panel is
 * judged on its totals, whose own variation holds the shared part.
 *
 * 1. Sums over geos, and over fits where geos are fitted apart; target units.
 */

import type { WindowFit } from "../fit/fit.ts";

export interface PeriodTotals {
  /** Periods that were fitted. */
  readonly trained: number;
  /** Target less prediction, of all periods: fitted ones first, then new ones. */
  readonly errors: Float64Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** Columns with a coefficient, per period. */
  readonly columns: readonly Float64Array[];
  /** Parameters of channels with an effect that were chosen by looking at the data. */
  readonly chosen: number;
}

const PARAMETERS_PER_CHANNEL = 3;

/** Adds the rows of fits up to periods. */
export function sumByPeriod(fits: readonly WindowFit[]): PeriodTotals {
  const [first] = fits;
  const stride = first?.problem.stride ?? 1;
  const periods = (first?.rows ?? 0) / stride;
  const add = (of: (fit: WindowFit, row: number) => number): Float64Array => {
    const totals = new Float64Array(periods);
    for (const fit of fits) {
      for (let row = 0; row < fit.rows; row += 1) {
        const period = Math.floor(row / stride);
        totals[period] = (totals[period] as number) + of(fit, row);
      }
    }
    return totals;
  };
  const weigh = (fit: WindowFit, values: Float64Array | undefined, row: number): number =>
    (fit.problem.weights[row] ?? 1) * (values?.[row] ?? 0);
  const active = [...(first?.beta.keys() ?? [])].filter((channel) =>
    fits.some((fit) => (fit.beta[channel] ?? 0) > 0),
  );
  const media = active.map((channel) => add((fit, row) => weigh(fit, fit.media[channel], row)));
  const design = (first?.problem.design.columns ?? []).map((_, index) =>
    add((fit, row) => weigh(fit, fit.problem.design.columns[index], row)),
  );
  const actual = add((fit, row) => fit.problem.dataset.target[row] ?? 0);
  const predicted = add((fit, row) => fit.fitted[row] ?? 0);
  return {
    trained: (first?.trainRows ?? 0) / stride,
    actual,
    predicted,
    errors: actual.map((value, period) => value - (predicted[period] ?? 0)),
    columns: [...design, ...media],
    chosen: PARAMETERS_PER_CHANNEL * media.length,
  };
}
