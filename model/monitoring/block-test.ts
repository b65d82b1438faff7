/**
 * Errors of new periods against those that an unchanged process would make.
 *
 * A prediction errs by the noise of its period and by what is not known of the coefficients. With
 * residuals r of the n fitted periods, X their columns, W = X_new (X'X)⁻¹X' and Ω the correlation ρ^|i−j|
 * of first-order autocorrelated noise, errors e of m new periods have the covariance
 *   σ² V,   V = Ω_new + WΩW' − WΩ_c − (WΩ_c)',   Ω_c between fitted and new periods,
 * so that under no change
 *   e'V⁻¹e / (m σ̂²)       ~ F(m, f)   (Chow 1960: predictive failure)
 *   Σe / (σ̂ √(1'V1))      ~ t(f)      (steadily off in one direction)
 *   max |Σ_{i≤k} w_i|/√m,  w = V^{-1/2}e/σ̂: below x but with 4 P(T > x) (supremum of Brownian motion)
 * f are n less the columns and the parameters chosen by looking; ρ is the one whose residuals would be as
 * autocorrelated as these are, after the fit has taken its part out.
 *
 * 1. Everything is per period, in target units; no figure is NaN.
 */

import { computeDotProduct, projectOut, computeOrthonormalBasis } from "../fit/projection.ts";
import { sum } from "../numbers.ts";
import type { PeriodTotals } from "./period-totals.ts";

const FREEDOM_LEAST = 4;
const CORRELATIONS = Array.from({ length: 20 }, (_, step) => step * 0.05);

export interface BlockErrors {
  readonly periods: number;
  readonly freedom: number;
  /** Mean square of the standardised errors; about 1 where nothing changed. */
  readonly failure: number;
  /** Sum of errors over its standard deviation. */
  readonly lean: number;
  /** That standard deviation, target units. */
  readonly leanSd: number;
  /** Largest cumulative standardised error per √m. */
  readonly cusum: number;
}

/** Standardises the errors of the first `periods` periods after the fitted ones. */
export function standardizeErrors(totals: PeriodTotals, periods: number): BlockErrors {
  const { trained, errors, columns, chosen } = totals;
  const residuals = errors.subarray(0, trained);
  const ahead = errors.subarray(trained, trained + periods);
  const { basis } = computeOrthonormalBasis(columns, trained);
  const rho = findCorrelation(residuals, basis);
  const used = sum(basis.map((vector) => measureQuadratic(vector, rho)));
  const freedom = Math.max(FREEDOM_LEAST, trained - basis.length - chosen);
  const variance =
    computeDotProduct(residuals, residuals, trained) /
    Math.max(FREEDOM_LEAST, trained - used - chosen);
  const covariance = computeCovariance(totals, { basis, periods, rho });
  const leanSd = Math.sqrt(variance * sum(covariance.map((row) => sum(row))));
  const white = whiten(covariance, ahead);
  const sd = Math.sqrt(variance);
  const scale = (value: number, by: number): number =>
    by > 0 ? value / by : value === 0 ? 0 : Math.sign(value) * Number.MAX_VALUE;
  let running = 0;
  let peak = 0;
  for (const value of white) {
    running += scale(value, sd);
    peak = Math.max(peak, Math.abs(running));
  }
  return {
    periods,
    freedom,
    failure: scale(computeDotProduct(white, white, periods) / periods, variance),
    lean: scale(sum(ahead), leanSd),
    leanSd,
    cusum: peak / Math.sqrt(periods),
  };
}

/** Ω v by one pass forwards and one backwards. */
function correlate(values: Float64Array, rho: number): Float64Array {
  const result = values.slice();
  let carried = 0;
  for (const [at, value] of values.entries()) {
    result[at] = (result[at] as number) + carried;
    carried = rho * (carried + value);
  }
  carried = 0;
  for (let at = values.length - 1; at >= 0; at -= 1) {
    result[at] = (result[at] as number) + carried;
    carried = rho * (carried + (values[at] as number));
  }
  return result;
}

function measureQuadratic(vector: Float64Array, rho: number): number {
  return computeDotProduct(vector, correlate(vector, rho), vector.length);
}

/** The ρ whose expected lag-one share of residuals, (I − QQ')Ω(I − QQ'), is the one seen. */
function findCorrelation(residuals: Float64Array, basis: readonly Float64Array[]): number {
  const n = residuals.length;
  const squares = computeDotProduct(residuals, residuals, n);
  if (!(squares > 0)) return 0;
  let seen = 0;
  for (let at = 1; at < n; at += 1) {
    seen += ((residuals[at] as number) * (residuals[at - 1] as number)) / squares;
  }
  let best = 0;
  for (const rho of CORRELATIONS) {
    if (expectLagOne(basis, n, rho) <= seen) best = rho;
  }
  return best;
}

function expectLagOne(basis: readonly Float64Array[], n: number, rho: number): number {
  const moved = basis.map((vector) => correlate(vector, rho));
  const inner = basis.map((left) => moved.map((right) => computeDotProduct(left, right, n)));
  let diagonal = n - sum(inner.map((row, at) => row[at] ?? 0));
  let beside = (n - 1) * rho;
  for (const [k, q] of basis.entries()) {
    const b = moved[k] as Float64Array;
    const mixed = mixVectors(basis, inner[k] ?? [], n);
    for (let at = 0; at + 1 < n; at += 1) {
      const [now, next] = [q[at] as number, q[at + 1] as number];
      beside += now * (mixed[at + 1] as number);
      beside -= now * (b[at + 1] as number) + (b[at] as number) * next;
    }
  }
  diagonal = Math.max(diagonal, 1e-9);
  return beside / diagonal;
}

function mixVectors(
  vectors: readonly Float64Array[],
  weights: readonly number[],
  n: number,
): Float64Array {
  const mixed = new Float64Array(n);
  for (const [k, vector] of vectors.entries()) {
    const weight = weights[k] ?? 0;
    for (let at = 0; at < n; at += 1) {
      mixed[at] = (mixed[at] as number) + weight * (vector[at] as number);
    }
  }
  return mixed;
}

interface Ahead {
  readonly basis: readonly Float64Array[];
  readonly periods: number;
  readonly rho: number;
}

/** V of the header. */
function computeCovariance(
  { columns, trained }: PeriodTotals,
  { basis, periods, rho }: Ahead,
): number[][] {
  const { inverse } = projectOut(columns, new Float64Array(trained), trained);
  const width = columns.length;
  const weights = Array.from({ length: periods }, (_, at) =>
    mixVectors(
      basis,
      basis.map((_unused, k) =>
        sum(
          columns.map(
            (column, j) => (inverse[k * width + j] ?? 0) * (column[trained + at] as number),
          ),
        ),
      ),
      trained,
    ),
  );
  const moved = weights.map((row) => correlate(row, rho));
  const tails = weights.map((row) =>
    row.reduce((total, value, t) => total + value * rho ** (trained - t), 0),
  );
  return weights.map((row, i) =>
    weights.map((_, j) => {
      const shared = (tails[i] ?? 0) * rho ** j + (tails[j] ?? 0) * rho ** i;
      const spread = computeDotProduct(row, moved[j] as Float64Array, trained);
      return rho ** Math.abs(i - j) + spread - shared;
    }),
  );
}

/** L⁻¹ e of V = LL'. */
function whiten(covariance: readonly (readonly number[])[], errors: Float64Array): Float64Array {
  const lower: number[][] = [];
  const white = new Float64Array(errors.length);
  for (const [i, row] of covariance.entries()) {
    const own: number[] = [];
    for (let j = 0; j <= i; j += 1) {
      const before = lower[j] ?? own;
      let rest = row[j] ?? 0;
      for (let k = 0; k < j; k += 1) rest -= (own[k] ?? 0) * (before[k] ?? 0);
      own.push(j === i ? Math.sqrt(Math.max(rest, 1e-9)) : rest / (before[j] ?? 1));
    }
    lower.push(own);
    let value = errors[i] ?? 0;
    for (let k = 0; k < i; k += 1) value -= (own[k] ?? 0) * (white[k] as number);
    white[i] = value / (own[i] ?? 1);
  }
  return white;
}
