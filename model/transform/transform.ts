/**
 * Media transformation: geometric adstock, then Hill saturation, with derivatives.
 *
 * Adstock (Broadbent 1979; geometric lags: Koyck 1954; finite and normalised: Jin, Wang, Sun,
 * Chan & Koehler 2017, eq. 1–2):
 *   a_t = N(θ) Σ_{l=0}^{L} θ^l x_{t−l},   N = (1−θ)/(1−θ^{L+1}) normalised, else 1
 * by the recursion  u_t = x_t + θ u_{t−1} − θ^{L+1} x_{t−L−1},  a = N u, in O(T).
 * History before the first period counts as zero.
 *
 * Hill (Jin et al. 2017, eq. 5):
 *   s = r^α / (r^α + γ^α),   r = a / m
 * where m is the largest adstocked exposure in the *first* training window (Robyn scales by the
 * window's maximum, too). The same m serves every fold and the final model, so γ means the same
 * in all of them and their Gram sums can be shared. A channel that is silent in the first window
 * takes m from the first later window in which it is active: before that its column is zero, so
 * nothing leaks.
 *
 * 1. Causal: s_t depends on x_0 … x_t and, through m, on the first (active) training window.
 * 2. 0 ≤ s < 1; s = 0 where a = 0; no value is NaN whatever the (finite, non-negative) input.
 * 3. Geo panels: a lag is `stride` rows, and each geo has its own m.
 */

export interface TransformSettings {
  /** Rows per period (number of geos). */
  readonly stride: number;
  /** Longest lag in periods (L). */
  readonly lagMax: number;
  readonly normalized: boolean;
  /** Row counts of the growing windows m may be taken from. */
  readonly scaleEnds: readonly number[];
}

/** Below this share of the largest exposure a carried-over remainder counts as zero. */
export const REMAINDER = 1e-13;

/** N(θ): makes the adstock weights sum to 1. */
export function computeAdstockNorm(decay: number, settings: TransformSettings): number {
  if (!settings.normalized) return 1;
  return (1 - decay) / (1 - decay ** (settings.lagMax + 1));
}

/** Writes the adstocked exposure of rows [0, out.length) to `out`. */
export function applyAdstock(
  exposure: Float64Array,
  decay: number,
  settings: TransformSettings,
  out: Float64Array,
): void {
  const { stride, lagMax } = settings;
  const norm = computeAdstockNorm(decay, settings);
  const cut = decay ** (lagMax + 1);
  const expired = (lagMax + 1) * stride;
  for (let geo = 0; geo < stride; geo += 1) {
    let carried = 0;
    let top = 0;
    for (let row = geo; row < out.length; row += stride) {
      const x = exposure[row] as number;
      const gone = row >= expired ? cut * (exposure[row - expired] as number) : 0;
      if (x > top) top = x;
      carried = x - gone + decay * carried;
      if (carried < REMAINDER * top) carried = 0;
      out[row] = norm * carried;
    }
  }
}

/** Where m is reached, and m itself, for one geo; `row` is −1 when the channel is never active. */
export interface Scale {
  readonly row: number;
  readonly value: number;
}

/** m of each geo: the largest adstocked exposure of the first window in which it is active. */
export function computeSaturationScales(
  adstocked: Float64Array,
  settings: TransformSettings,
): Scale[] {
  const scales: Scale[] = [];
  for (let geo = 0; geo < settings.stride; geo += 1) {
    let row = -1;
    let value = 0;
    for (const end of settings.scaleEnds) {
      if (value > 0) break;
      const last = Math.min(end, adstocked.length);
      for (let at = geo; at < last; at += settings.stride) {
        if ((adstocked[at] as number) > value) {
          value = adstocked[at] as number;
          row = at;
        }
      }
    }
    scales.push({ row, value });
  }
  return scales;
}

/**
 * Derivative of the adstocked exposure by decay, from the recursion's own derivative:
 *   u'_t = u_{t−1} + θ u'_{t−1} − (L+1) θ^L x_{t−L−1},   a' = N' u + N u'.
 */
export function computeAdstockSlope(
  exposure: Float64Array,
  adstocked: Float64Array,
  decay: number,
  settings: TransformSettings,
): Float64Array {
  const { stride, lagMax, normalized } = settings;
  const norm = computeAdstockNorm(decay, settings);
  const expired = (lagMax + 1) * stride;
  const cutSlope = (lagMax + 1) * decay ** lagMax;
  const slope = new Float64Array(adstocked.length);
  for (let row = stride; row < slope.length; row += 1) {
    const before = row - stride;
    let value = (adstocked[before] as number) / norm + decay * (slope[before] as number);
    if (row >= expired) value -= cutSlope * (exposure[row - expired] as number);
    slope[row] = value;
  }
  const tail = 1 - decay ** (lagMax + 1);
  const normSlope = normalized ? (-tail + (1 - decay) * cutSlope) / (tail * tail) : 0;
  for (let row = 0; row < slope.length; row += 1) {
    slope[row] = norm * (slope[row] as number) + (normSlope / norm) * (adstocked[row] as number);
  }
  return slope;
}

/** Hill saturation of one value; `relative` = a / m. */
export function computeHillSaturation(relative: number, alpha: number, gamma: number): number {
  if (!(relative > 0)) return 0;
  return 1 / (1 + (gamma / relative) ** alpha);
}
