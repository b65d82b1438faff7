/**
 * The transformed media columns of a parameter vector, kept so that only what changed is redone.
 *
 * Layers per channel:  decay → adstock a and ln(a/m) → alpha, gamma → s = 1/(1 + e^{α(ln γ − ln(a/m))}),
 * which is the Hill curve written as a logistic one: one exponential per row. A change of alpha or
 * gamma redoes the last layer only.
 *
 * Parameter vector: [decay, alpha, gamma] per channel in order, then the ridge penalty.
 *
 * 1. The columns are a function of the parameters alone, never of those seen before.
 * 2. No allocation after construction.
 */

import type { TransformSettings } from "./transform.ts";
import { adstock, saturationScales } from "./transform.ts";

export const PARAMETERS_PER_CHANNEL = 3;

export interface MediaColumns {
  /** Brings the columns to `parameters`; returns the channels redone, ascending. */
  update(parameters: Float64Array): readonly number[];
  /** Adstocked exposure of a channel, of the last update. */
  adstocked(channel: number): Float64Array;
  /** ln(a/m) of a channel, of the last update; −∞ where a = 0. */
  logRelative(channel: number): Float64Array;
}

interface Layers {
  decay: number;
  alpha: number;
  gamma: number;
  readonly adstocked: Float64Array;
  readonly logRelative: Float64Array;
}

/**
 * @param exposures one array per channel, at least `rows` long
 * @param columns where each channel's s is written, `rows` long each
 */
export function createMediaColumns(
  exposures: readonly Float64Array[],
  columns: readonly Float64Array[],
  settings: TransformSettings,
): MediaColumns {
  const layers = columns.map(
    (column): Layers => ({
      decay: Number.NaN,
      alpha: Number.NaN,
      gamma: Number.NaN,
      adstocked: new Float64Array(column.length),
      logRelative: new Float64Array(column.length),
    }),
  );
  return {
    update(parameters) {
      const changed: number[] = [];
      for (let channel = 0; channel < layers.length; channel += 1) {
        const at = channel * PARAMETERS_PER_CHANNEL;
        const layer = layers[channel] as Layers;
        const decay = parameters[at] as number;
        const alpha = parameters[at + 1] as number;
        const gamma = parameters[at + 2] as number;
        const newDecay = decay !== layer.decay;
        if (!newDecay && alpha === layer.alpha && gamma === layer.gamma) continue;
        changed.push(channel);
        if (newDecay) {
          adstock(exposures[channel] as Float64Array, decay, settings, layer.adstocked);
          relativeLogs(layer, settings);
        }
        saturate(layer.logRelative, columns[channel] as Float64Array, { alpha, gamma });
        layer.decay = decay;
        layer.alpha = alpha;
        layer.gamma = gamma;
      }
      return changed;
    },
    adstocked: (channel) => (layers[channel] as Layers).adstocked,
    logRelative: (channel) => (layers[channel] as Layers).logRelative,
  };
}

/** ln(a/m), −∞ where a = 0. */
function relativeLogs(layer: Layers, settings: TransformSettings): void {
  const { adstocked, logRelative } = layer;
  const scales = saturationScales(adstocked, settings);
  const { stride } = settings;
  for (let geo = 0; geo < stride; geo += 1) {
    const scale = scales[geo]?.value ?? 0;
    const inverse = scale > 0 ? 1 / scale : 0;
    for (let row = geo; row < adstocked.length; row += stride) {
      const relative = (adstocked[row] as number) * inverse;
      logRelative[row] = relative > 0 ? Math.log(relative) : -Infinity;
    }
  }
}

/** s of every row; ln(a/m) = −∞ gives 1/(1 + ∞) = 0. */
function saturate(
  logRelative: Float64Array,
  column: Float64Array,
  { alpha, gamma }: { alpha: number; gamma: number },
): void {
  const logGamma = Math.log(gamma);
  for (let row = 0; row < column.length; row += 1) {
    column[row] = 1 / (1 + Math.exp(alpha * (logGamma - (logRelative[row] as number))));
  }
}
