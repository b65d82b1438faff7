/**
 * From slopes by the saturated column to slopes by its three parameters.
 *
 *   s = r^α/(r^α + γ^α), r = a/m:
 *   ∂s/∂α = s(1−s)(ln r − ln γ),   ∂s/∂γ = −α s(1−s)/γ,
 *   ∂s/∂θ = α s(1−s)(a'/a − m'/m),  a' from `computeAdstockSlope`, m' = a' at the row where m is reached.
 *
 * 1. Rows with a = 0 have slope 0.
 */

import type { TransformSettings } from "./transform.ts";
import { computeAdstockSlope, computeSaturationScales } from "./transform.ts";

export interface ColumnState {
  readonly exposure: Float64Array;
  readonly adstocked: Float64Array;
  /** ln(a/m). */
  readonly logRelative: Float64Array;
  readonly column: Float64Array;
  /** decay, alpha, gamma. */
  readonly parameters: Float64Array;
  readonly settings: TransformSettings;
}

/** Σ_t byRow_t ∂s_t/∂(decay, alpha, gamma). */
export function computeColumnSlopes(
  byRow: Float64Array,
  state: ColumnState,
): [decay: number, alpha: number, gamma: number] {
  const { adstocked, logRelative, column, settings } = state;
  const alpha = state.parameters[1] as number;
  const gamma = state.parameters[2] as number;
  const slope = computeAdstockSlope(
    state.exposure,
    adstocked,
    state.parameters[0] as number,
    settings,
  );
  const scales = computeSaturationScales(adstocked, settings);
  const logGamma = Math.log(gamma);
  let byDecay = 0;
  let byAlpha = 0;
  let byGamma = 0;
  for (const [geo, scale] of scales.entries()) {
    if (scale.row < 0) continue;
    const scaleSlope = (slope[scale.row] as number) / scale.value;
    for (let row = geo; row < column.length; row += settings.stride) {
      const a = adstocked[row] as number;
      const s = column[row] as number;
      if (!(a > 0)) continue;
      const weight = (byRow[row] as number) * s * (1 - s);
      byDecay += weight * ((slope[row] as number) / a - scaleSlope);
      byAlpha += weight * ((logRelative[row] as number) - logGamma);
      byGamma += weight;
    }
  }
  return [alpha * byDecay, byAlpha, (-alpha * byGamma) / gamma];
}
