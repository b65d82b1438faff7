/**
 * Least squares on the rows of a posterior: what one more column explains beside many others.
 *
 * Rows stand geo by geo without filling: row = geo · periods + period. A `Frame` is a subset of the
 * periods with everything that is to be allowed for projected out of it.
 *
 * 1. A column that the others explain (a share below `LEAST_SHARE` is left) has t = 0.
 */

import type { PosteriorInputs } from "../posterior/inputs.ts";
import { addMultiple, dotProduct, orthonormalize } from "../posterior/symmetric.ts";
import { spreadOverGeos } from "./columns.ts";

/** Below this share of its square, what is left of a column is rounding. */
const LEAST_SHARE = 1e-6;

export interface Window {
  /** Periods [from, to) of every geo. */
  readonly from: number;
  readonly to: number;
}

export interface Frame {
  readonly window: Window;
  readonly geos: number;
  /** Orthonormal columns, geos × (to − from) rows. */
  readonly basis: readonly Float64Array[];
  /** Rows less columns. */
  readonly freedom: number;
}

export interface ColumnTest {
  readonly coefficient: number;
  /** Coefficient over its standard error. */
  readonly t: number;
  /** Share of the rest's variance that the column explains, 0 … 1. */
  readonly partialR2: number;
  readonly freedom: number;
}

/** The linear part's columns (intercept, trend, season, controls, events) and some more. */
export function createFrame(
  inputs: PosteriorInputs,
  window: Window,
  columns: readonly Float64Array[],
): Frame {
  const { geos, periods, linear } = inputs;
  const perGeo = spreadOverGeos(linear.own, inputs);
  const all = [...perGeo, ...linear.shared, ...columns].map((column) =>
    cutWindow(column, { geos, periods, window }),
  );
  const basis = orthonormalize(all);
  return { window, geos, basis, freedom: geos * (window.to - window.from) - basis.length };
}

/** The window's rows of a column. */
export function cutWindow(
  values: Float64Array,
  { geos, periods, window }: { geos: number; periods: number; window: Window },
): Float64Array {
  const length = window.to - window.from;
  const out = new Float64Array(geos * length);
  for (let geo = 0; geo < geos; geo += 1) {
    const first = geo * periods;
    out.set(values.subarray(first + window.from, first + window.to), geo * length);
  }
  return out;
}

/** What the frame's columns leave of some rows. */
export function projectOut(frame: Frame, values: Float64Array): Float64Array {
  const rest = values.slice();
  for (const one of frame.basis) addMultiple(rest, one, -dotProduct(one, rest));
  return rest;
}

/** y on the frame's columns and one more; both as rows of the window. */
export function testColumn(frame: Frame, y: Float64Array, column: Float64Array): ColumnTest {
  const x = projectOut(frame, column);
  const rest = projectOut(frame, y);
  const square = dotProduct(x, x);
  const all = dotProduct(rest, rest);
  const freedom = frame.freedom - 1;
  if (!(square > LEAST_SHARE * dotProduct(column, column)) || !(all > 0) || freedom < 1) {
    return { coefficient: 0, t: 0, partialR2: 0, freedom: Math.max(1, freedom) };
  }
  const along = dotProduct(x, rest);
  const explained = Math.min(1 - 1e-12, (along * along) / (square * all));
  const t = Math.sign(along) * Math.sqrt((explained / (1 - explained)) * freedom);
  return { coefficient: along / square, t, partialR2: explained, freedom };
}
