/**
 * Variance inflation of the media columns.
 *
 *   VIF_c = TSS_c / RSS_c = TSS_c · (G̃⁻¹)_cc
 * with TSS the centred sum of squares of the saturated column and RSS what is left of it after
 * regression on all other columns, media and unpenalised (Belsley, Kuh & Welsch 1980, §3.2).
 *
 * 1. null where the column is a combination of the others (RSS = 0) or does not vary.
 */

import type { WindowFit } from "../fit/fit.ts";
import { computeMean } from "../numbers.ts";

/** VIF per channel, the largest over geos fitted apart. */
export function computeVarianceInflation(fits: readonly WindowFit[]): (number | null)[] {
  const perFit = fits.map(computeFitInflation);
  const channels = perFit[0]?.length ?? 0;
  return Array.from({ length: channels }, (_, channel) => {
    const values = perFit.map((row) => row[channel] ?? null);
    return values.includes(null) ? null : Math.max(...values.map((value) => value ?? 0));
  });
}

function computeFitInflation(fit: WindowFit): (number | null)[] {
  const size = fit.beta.length;
  return Array.from({ length: size }, (_, channel) => {
    const rest = computeResidualSquares(fit, channel);
    const column = fit.media[channel]?.subarray(0, fit.trainRows) ?? new Float64Array(0);
    const centre = computeMean(column);
    const total = column.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    return rest > (fit.system.diagonalMin[channel] ?? 0) && total > 0
      ? Math.max(1, total / rest)
      : null;
  });
}

/** RSS of a column on all others: pivots of G̃ eliminated, the column last. */
function computeResidualSquares(fit: WindowFit, channel: number): number {
  const size = fit.beta.length;
  const work = Float64Array.from(fit.system.gram);
  const at = (row: number, column: number): number => work[row * size + column] ?? 0;
  for (let pivot = 0; pivot < size; pivot += 1) {
    if (pivot === channel) continue;
    const own = at(pivot, pivot);
    if (own <= (fit.system.diagonalMin[pivot] ?? 0)) continue;
    for (let row = 0; row < size; row += 1) {
      if (row === pivot || (row < pivot && row !== channel)) continue;
      const share = at(row, pivot) / own;
      for (let column = 0; column < size; column += 1) {
        work[row * size + column] = at(row, column) - share * at(pivot, column);
      }
    }
  }
  return at(channel, channel);
}
