/**
 * Slopes of the saturated column by its three parameters, row by row.
 *
 *   s = r^α/(r^α + γ^α), r = a/m:
 *   ∂s/∂α = s(1−s)(ln r − ln γ),   ∂s/∂γ = −α s(1−s)/γ,
 *   ∂s/∂θ = α s(1−s)(a'/a − m'/m),  a' from `adstockSlope`, m' = a' at the row where m is reached.
 *
 * 1. Rows with a = 0 have slope 0.
 */

import type { TransformSettings } from "./transform.ts";
import { adstockSlope, saturationScales } from "./transform.ts";

export interface SlopeInput {
  readonly exposure: Float64Array;
  readonly adstocked: Float64Array;
  readonly column: Float64Array;
  readonly decay: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly settings: TransformSettings;
}

export interface ColumnSlopes {
  readonly decay: Float64Array;
  readonly alpha: Float64Array;
  readonly gamma: Float64Array;
}

export function columnSlopes(input: SlopeInput): ColumnSlopes {
  const { adstocked, column, alpha, gamma, settings } = input;
  const rows = column.length;
  const slope = adstockSlope(input.exposure, adstocked, input.decay, settings);
  const scales = saturationScales(adstocked, settings);
  const slopes = {
    decay: new Float64Array(rows),
    alpha: new Float64Array(rows),
    gamma: new Float64Array(rows),
  };
  const logGamma = Math.log(gamma);
  for (let row = 0; row < rows; row += 1) {
    const a = adstocked[row] ?? 0;
    const scale = scales[row % settings.stride];
    if (!(a > 0) || scale === undefined || !(scale.value > 0)) continue;
    const s = column[row] ?? 0;
    const spread = s * (1 - s);
    const scaleSlope = (slope[scale.row] ?? 0) / scale.value;
    slopes.decay[row] = alpha * spread * ((slope[row] ?? 0) / a - scaleSlope);
    slopes.alpha[row] = spread * (Math.log(a / scale.value) - logGamma);
    slopes.gamma[row] = (-alpha * spread) / gamma;
  }
  return slopes;
}
