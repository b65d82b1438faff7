/**
 * How long an effect lasts: from the weights that the model uses, cut off where the model cuts them.
 *
 * 1. Between whole periods what is left falls geometrically, so that a carryover that is never cut off has
 *    ln ½ / ln θ (n-percent duration intervals of Leone 1995).
 * 2. Never longer than the weights: an effect that ends after nine periods is past by then.
 */

import { log } from "../posterior/arithmetic.ts";

/** Periods until only `share` (0 … 1) of an effect with these weights per lag is still to come. */
export function measureDuration(weights: readonly number[], share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = 1;
  for (const [lag, weight] of weights.entries()) {
    const next = Math.max(0, left - weight / total);
    if (next <= share) return next > 0 ? lag + log(left / share) / log(left / next) : lag;
    left = next;
  }
  return weights.length;
}

/** The same of a geometric carryover θ^l over the lags 0 … lagMax. */
export function computeEffectDuration(decay: number, share: number, lagMax: number): number {
  return measureDuration(
    Array.from({ length: lagMax + 1 }, (_, lag) => decay ** lag),
    share,
  );
}
