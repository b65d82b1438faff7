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
 * 2. No array is made after construction.
 */

import type { Kernels } from "../transform/kernels.ts";
import type { Layout } from "./layout.ts";
import type { Problem } from "./problem.ts";
import type { TransformSettings } from "../transform/transform.ts";
import { REMAINDER, computeSaturationScales } from "../transform/transform.ts";

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
  /** Behind as many zeros as rows of lag. */
  readonly exposure: Float64Array;
  readonly adstocked: Float64Array;
  /** m per geo. */
  readonly scales: Float64Array;
  readonly logRelative: Float64Array;
  readonly column: Float64Array;
}

/** The columns of a layout's channels, zero until the first update. */
export function createMediaColumns(problem: Problem, layout: Layout): MediaColumns {
  const { arena } = layout;
  const layers = layout.media.map((column, channel) =>
    createLayers(problem, layout, { column, channel }),
  );
  const carryover = createCarryover(problem.settings, layout);
  return {
    update(parameters) {
      const changed: number[] = [];
      const carried: Layers[] = [];
      for (let channel = 0; channel < layers.length; channel += 1) {
        const at = channel * PARAMETERS_PER_CHANNEL;
        const layer = layers[channel] as Layers;
        const decay = parameters[at] as number;
        const alpha = parameters[at + 1] as number;
        const gamma = parameters[at + 2] as number;
        const newDecay = decay !== layer.decay;
        if (!newDecay && alpha === layer.alpha && gamma === layer.gamma) continue;
        changed.push(channel);
        if (newDecay) carried.push(layer);
        layer.decay = decay;
        layer.alpha = alpha;
        layer.gamma = gamma;
      }
      if (carried.length > 0) carryover(carried);
      for (let index = 0; index < changed.length; index += 1) {
        const { logRelative, column, alpha, gamma } = layers[changed[index] as number] as Layers;
        const { byteOffset: from, length } = logRelative;
        arena.kernels.saturate(from, column.byteOffset, length, alpha, Math.log(gamma));
      }
      return changed;
    },
    adstocked: (channel) => (layers[channel] as Layers).adstocked,
    logRelative: (channel) => (layers[channel] as Layers).logRelative,
  };
}

function createLayers(
  { exposures, settings }: Problem,
  { arena, rows }: Layout,
  { column, channel }: { column: Float64Array; channel: number },
): Layers {
  const lag = (settings.lagMax + 1) * settings.stride;
  const exposure = arena.floats(lag + rows);
  exposure.set((exposures[channel] as Float64Array).subarray(0, rows), lag);
  return {
    decay: Number.NaN,
    alpha: Number.NaN,
    gamma: Number.NaN,
    exposure,
    adstocked: arena.floats(rows),
    scales: arena.floats(settings.stride),
    logRelative: arena.floats(rows),
    column,
  };
}

/** Channels the kernel carries over side by side, and numbers it takes for each. */
const SIDE_BY_SIDE = 4;
const CARRYOVER_FIELDS = 6;

/** Redoes a and ln(a/m) of the given channels. */
function createCarryover(
  settings: TransformSettings,
  { arena, rows }: Layout,
): (layers: readonly Layers[]) => void {
  const { stride, lagMax } = settings;
  const table = arena.floats(SIDE_BY_SIDE * CARRYOVER_FIELDS);
  const first = Math.min(rows, settings.scaleEnds[0] ?? rows);
  const lag = (lagMax + 1) * stride;
  return (layers) => {
    for (let index = 0; index < layers.length; index += SIDE_BY_SIDE) {
      for (let side = 0; side < SIDE_BY_SIDE; side += 1) {
        const layer = layers[Math.min(index + side, layers.length - 1)] as Layers;
        const at = side * CARRYOVER_FIELDS;
        // The fields of `Carryover` in kernels.as, in order.
        table[at] = layer.exposure.byteOffset;
        table[at + 1] = layer.adstocked.byteOffset;
        table[at + 2] = layer.scales.byteOffset;
        table[at + 3] = layer.decay;
        const cut = layer.decay ** (lagMax + 1);
        table[at + 4] = cut;
        table[at + 5] = settings.normalized ? (1 - layer.decay) / (1 - cut) : 1;
      }
      arena.kernels.adstock4(table.byteOffset, rows, first, stride, lag, REMAINDER);
    }
    for (let index = 0; index < layers.length; index += 1) {
      computeRelativeLogs(layers[index] as Layers, settings, arena.kernels);
    }
  };
}

/** ln(a/m), −∞ where a = 0; m of a channel silent in the first window is that of a later one. */
function computeRelativeLogs(layer: Layers, settings: TransformSettings, kernels: Kernels): void {
  const { adstocked, logRelative, scales, column } = layer;
  const { stride } = settings;
  if (scales.includes(0)) {
    const later = computeSaturationScales(adstocked, settings);
    for (let geo = 0; geo < stride; geo += 1) scales[geo] = later[geo]?.value ?? 0;
  }
  const { byteOffset: to, length } = logRelative;
  if (stride === 1) {
    kernels.relativeLogs(adstocked.byteOffset, to, length, computeReciprocal(scales[0]));
    return;
  }
  // The column is written last, so that it can hold a/m until then.
  for (let geo = 0; geo < stride; geo += 1) {
    const inverse = computeReciprocal(scales[geo]);
    for (let row = geo; row < length; row += stride) {
      column[row] = (adstocked[row] as number) * inverse;
    }
  }
  kernels.relativeLogs(column.byteOffset, to, length, 1);
}

function computeReciprocal(scale: number | undefined): number {
  return scale !== undefined && scale > 0 ? 1 / scale : 0;
}
