/**
 * Moving-block bootstrap of residuals (Künsch 1989; circular as in Politis & Romano 1992).
 *
 * Residuals are inflated by √(n / (n − p)) since fitted residuals are too small, drawn in blocks of
 * ⌈n^(1/3)⌉ consecutive periods, and added to the fitted values. In geo panels a block takes all
 * geos of its periods, so correlation between geos survives.
 */

import type { WindowFit } from "../fit/fit.ts";
import type { Random } from "../random.ts";

/** A resampled scaled target over the training rows (rows after them as they were). */
export function drawBootstrapTarget(fit: WindowFit, random: Random): Float64Array {
  const { stride, scaledTarget, weights } = fit.problem;
  const periods = fit.trainRows / stride;
  const variables = fit.rank + fit.beta.filter((value) => value > 0).length;
  const freedom = Math.max(1, fit.trainRows - variables);
  const inflation = Math.sqrt(fit.trainRows / freedom);
  const block = Math.max(1, Math.ceil(Math.cbrt(periods)));
  const resampled = scaledTarget.slice();
  for (let period = 0; period < periods; period += block) {
    const from = random.below(periods);
    for (let offset = 0; offset < block && period + offset < periods; offset += 1) {
      for (let geo = 0; geo < stride; geo += 1) {
        const source = ((from + offset) % periods) * stride + geo;
        const row = (period + offset) * stride + geo;
        const residual =
          (scaledTarget[source] ?? 0) - (fit.fitted[source] ?? 0) / (weights[source] ?? 1);
        resampled[row] = (fit.fitted[row] ?? 0) / (weights[row] ?? 1) + inflation * residual;
      }
    }
  }
  return resampled;
}
