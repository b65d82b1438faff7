/**
 * Draws of what the density integrates out: coefficients of the linear part and the level, given the
 * media part of one draw.
 *
 *   y − media = Zγ + Σ_j b_j √λ_j φ_j + ε,   γ flat,  b_j ~ N(0, κ²σ²),  ε ~ N(0, σ²)
 * a Gaussian regression in (γ, b); one draw is its mean plus σ L'⁻¹z, L the factor of its precision.
 * In a geo panel each geo is regressed by itself here, shared columns too (the density shares them).
 *
 * 1. Deterministic in the stream handed in.
 */

import type { PosteriorInputs } from "./inputs.ts";
import { walkMode } from "./linear-part.ts";
import type { NormalStream } from "./normal-stream.ts";
import { dotProduct, factorize, solveLower, solveUpper } from "./symmetric.ts";

const MODES_MAX = 40;
/** Relative ridge that keeps dependent columns from ending the factorisation. */
const RIDGE = 1e-9;

interface GeoSystem {
  /** Columns over the training periods. */
  readonly columns: readonly Float64Array[];
  readonly gram: Float64Array;
  /** Flat columns come first. */
  readonly flat: number;
  /** Flat columns over all periods. */
  readonly ahead: readonly Float64Array[];
}

export interface LinearDraw {
  /** Zγ over all periods, locked ones too. */
  readonly steady: Float64Array;
  /** Level over the training periods. */
  readonly level: Float64Array;
}

export type LinearSampler = (
  geo: number,
  rest: Float64Array,
  drawn: { readonly noise: number; readonly level: number; readonly stream: NormalStream },
) => LinearDraw;

/** Prepares the regressions of all geos; `rest` is y − media of a geo's training periods. */
export function createLinearSampler(inputs: PosteriorInputs): LinearSampler {
  const systems = Array.from({ length: inputs.geos }, (_, geo) => prepareSystem(inputs, geo));
  return (geo, rest, { noise, level, stream }) => {
    const system = systems[geo] as GeoSystem;
    const size = system.columns.length;
    const precision = system.gram.slice();
    for (let i = 0; i < size; i += 1) {
      const at = i * size + i;
      const own = precision[at] as number;
      precision[at] = own * (1 + RIDGE) + (i < system.flat ? 0 : 1 / (level * level));
    }
    const factor = new Float64Array(size * size);
    factorize(precision, size, factor);
    const mean = Float64Array.from(system.columns, (column) => dotProduct(column, rest));
    solveLower(factor, size, mean);
    for (let i = 0; i < size; i += 1) mean[i] = (mean[i] as number) + noise * stream.normal();
    solveUpper(factor, size, mean);
    return {
      steady: combine(system.ahead, mean, 0, inputs.periodsAll),
      level: combine(system.columns.slice(system.flat), mean, system.flat, inputs.periods),
    };
  };
}

function prepareSystem(inputs: PosteriorInputs, geo: number): GeoSystem {
  const { periods, periodsAll, linear } = inputs;
  const constant = linear.own.length > 0 ? [new Float64Array(periodsAll).fill(1)] : [];
  const ahead = [
    ...constant,
    ...linear.columns.map((column) => column.subarray(geo * periodsAll, (geo + 1) * periodsAll)),
  ];
  const modes =
    linear.modes.length === 0
      ? []
      : Array.from({ length: Math.min(MODES_MAX, periods >> 1) }, (_, j) => walkMode(periods, j));
  const columns = [...ahead.map((column) => column.slice(0, periods)), ...modes];
  const size = columns.length;
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      gram[i * size + j] = dotProduct(columns[i] as Float64Array, columns[j] as Float64Array);
    }
  }
  return { columns, gram, flat: ahead.length, ahead };
}

function combine(
  columns: readonly Float64Array[],
  weights: Float64Array,
  first: number,
  rows: number,
): Float64Array {
  const out = new Float64Array(rows);
  for (const [i, column] of columns.entries()) {
    const by = weights[first + i] as number;
    for (let t = 0; t < rows; t += 1) out[t] = (out[t] as number) + by * (column[t] as number);
  }
  return out;
}
