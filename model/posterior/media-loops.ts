/**
 * The loops over rows that a density spends its time in, in plain form.
 *
 * Carryover (geometric, truncated at L; `transform.ts`): u_t = x_t + θu_{t−1} − θ^{L+1}x_{t−L−1},
 * and its derivative by θ: u'_t = u_{t−1} + θu'_{t−1} − (L+1)θ^L x_{t−L−1}; optionally a second
 * stage v_t = (1−B)u_t + B v_{t−1} (the peak comes later).
 *
 * 1. No host functions but square root.
 */

import { exp, log } from "./arithmetic.ts";

/** Below this share of the largest input a remainder counts as zero. */
const REMAINDER = 1e-12;

export interface Carryover {
  readonly decay: number;
  /** Longest lag in periods. */
  readonly lagMax: number;
  /** decay^(lagMax + 1). */
  readonly cut: number;
  /** Build-up, 0 … 1. */
  readonly buildup: number;
  readonly periods: number;
  readonly geos: number;
  /** Rows of a geo in `exposure`. */
  readonly stride: number;
}

/** Carried-over exposure with its derivatives by decay and build-up; geo by geo. */
export function carryOver(
  exposure: Float64Array,
  form: Carryover,
  out: { value: Float64Array; byDecay: Float64Array; byBuildup: Float64Array },
): void {
  const { decay, lagMax, cut, buildup, periods } = form;
  const cutSlope = decay > 0 ? ((lagMax + 1) * cut) / decay : 0;
  const keep = 1 - buildup;
  for (let geo = 0; geo < form.geos; geo += 1) {
    const from = geo * form.stride;
    const to = geo * periods;
    let u = 0;
    let uSlope = 0;
    let v = 0;
    let vDecay = 0;
    let vBuildup = 0;
    let top = 0;
    for (let t = 0; t < periods; t += 1) {
      const x = exposure[from + t] as number;
      const gone = t > lagMax ? (exposure[from + t - lagMax - 1] as number) : 0;
      if (x > top) top = x;
      uSlope = u + decay * uSlope - cutSlope * gone;
      u = x + decay * u - cut * gone;
      if (u < REMAINDER * top) {
        u = 0;
        uSlope = 0;
      }
      vBuildup = v - u + buildup * vBuildup;
      vDecay = keep * uSlope + buildup * vDecay;
      v = keep * u + buildup * v;
      out.value[to + t] = v;
      out.byDecay[to + t] = vDecay;
      out.byBuildup[to + t] = vBuildup;
    }
  }
}

/** logs_t = ln(values_t · scale); a value of zero or less gives −Infinity. */
export function takeLogs(values: Float64Array, scale: number, logs: Float64Array): void {
  for (let t = 0; t < logs.length; t += 1) logs[t] = log((values[t] as number) * scale);
}

/** s_t = 1/(1 + e^{slope (half − logs_t)}), 0 where the logarithm is −Infinity. */
export function saturate(logs: Float64Array, slope: number, half: number, out: Float64Array): void {
  for (let t = 0; t < out.length; t += 1) {
    out[t] = 1 / (1 + exp(slope * (half - (logs[t] as number))));
  }
}

/** dots_i = Σ_t basis_{i,t} x_t; `basis` holds rows of x's length. */
export function multiplyBasis(basis: Float64Array, x: Float64Array, dots: Float64Array): void {
  const rows = x.length;
  for (let i = 0; i < dots.length; i += 1) {
    let sum = 0;
    for (let t = 0; t < rows; t += 1) sum += (basis[i * rows + t] as number) * (x[t] as number);
    dots[i] = sum;
  }
}

/** x_t −= Σ_i dots_i basis_{i,t}. */
export function subtractBasis(basis: Float64Array, dots: Float64Array, x: Float64Array): void {
  const rows = x.length;
  for (let i = 0; i < dots.length; i += 1) {
    const by = dots[i] as number;
    for (let t = 0; t < rows; t += 1) {
      x[t] = (x[t] as number) - by * (basis[i * rows + t] as number);
    }
  }
}
