/**
 * The arithmetic of a density in AssemblyScript: the source of `kernel-bytes.ts` beside it, rebuilt by
 * `npm run kernels:build`. The rules are those of `../transform/kernels.as`.
 *
 * Owns: loops over rows. Not: what they are for (`density.ts`).
 *
 * 1. Rows are filled up with zeros to a multiple of four.
 */

import { dot, timesAdd } from "../transform/kernel-lanes";

/** First byte that is free for arrays. */
export const HEAP_BASE: usize = __heap_base;

export { relativeLogs, saturate } from "../transform/kernel-columns";

/** Below this share of the largest input a remainder counts as zero. */
const REMAINDER: f64 = 1e-12;

/** u_t = x_t + decay u_{t−1} − cut x_{t−lag}, a second stage of weight `buildup`, and their slopes. */
export function carryOver(
  x: usize, value: usize, byDecay: usize, byBuildup: usize,
  periods: i32, lag: i32, decay: f64, cut: f64, cutSlope: f64, buildup: f64,
): void {
  const keep = 1.0 - buildup;
  const back: usize = 8 * lag;
  let u = 0.0, uSlope = 0.0, v = 0.0, vDecay = 0.0, vBuildup = 0.0, top = 0.0;
  for (let t = 0; t < periods; t += 1) {
    const at: usize = 8 * t;
    const now = load<f64>(x + at);
    const gone = t >= lag ? load<f64>(x + at - back) : 0.0;
    if (now > top) top = now;
    uSlope = u + decay * uSlope - cutSlope * gone;
    u = now + decay * u - cut * gone;
    if (u < REMAINDER * top) {
      u = 0.0;
      uSlope = 0.0;
    }
    vBuildup = v - u + buildup * vBuildup;
    vDecay = keep * uSlope + buildup * vDecay;
    v = keep * u + buildup * v;
    store<f64>(value + at, v);
    store<f64>(byDecay + at, vDecay);
    store<f64>(byBuildup + at, vBuildup);
  }
}

/** Σ x. */
export function sumRows(x: usize, rows: i32): f64 {
  let even = f64x2.splat(0), odd = even;
  for (let at: usize = 0; at < <usize>(8 * rows); at += 32) {
    even = f64x2.add(even, v128.load(x + at));
    odd = f64x2.add(odd, v128.load(x + at + 16));
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Σ x y. */
export function dotRows(x: usize, y: usize, rows: i32): f64 {
  return dot(x, y, rows);
}

/** to += by · from. */
export function addRows(to: usize, from: usize, by: f64, rows: i32): void {
  const factor = f64x2.splat(by);
  for (let at: usize = 0; at < <usize>(8 * rows); at += 16) {
    v128.store(to + at, timesAdd(factor, v128.load(from + at), v128.load(to + at)));
  }
}

/** dots_i = Σ_t basis_{i,t} x_t, two rows of the basis at a time; `count` is even. */
export function multiplyBasis(basis: usize, x: usize, dots: usize, count: i32, rows: i32): void {
  const width: usize = 8 * rows;
  for (let i = 0; i < count; i += 2) {
    const a = basis + <usize>i * width, b = a + width;
    let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
    for (let at: usize = 0; at < width; at += 32) {
      const x0 = v128.load(x + at), x1 = v128.load(x + at + 16);
      a0 = timesAdd(v128.load(a + at), x0, a0);
      a1 = timesAdd(v128.load(a + at + 16), x1, a1);
      b0 = timesAdd(v128.load(b + at), x0, b0);
      b1 = timesAdd(v128.load(b + at + 16), x1, b1);
    }
    const aSum = f64x2.add(a0, a1), bSum = f64x2.add(b0, b1);
    store<f64>(dots + 8 * i, f64x2.extract_lane(aSum, 0) + f64x2.extract_lane(aSum, 1));
    store<f64>(dots + 8 * i + 8, f64x2.extract_lane(bSum, 0) + f64x2.extract_lane(bSum, 1));
  }
}

/** x_t −= Σ_i dots_i basis_{i,t}; `count` is even. */
export function subtractBasis(basis: usize, dots: usize, x: usize, count: i32, rows: i32): void {
  const width: usize = 8 * rows;
  for (let i = 0; i < count; i += 2) {
    const a = basis + <usize>i * width, b = a + width;
    const byA = v128.load_splat<f64>(dots + 8 * i), byB = v128.load_splat<f64>(dots + 8 * i + 8);
    for (let at: usize = 0; at < width; at += 16) {
      const part = timesAdd(byA, v128.load(a + at), f64x2.mul(byB, v128.load(b + at)));
      v128.store(x + at, f64x2.sub(v128.load(x + at), part));
    }
  }
}

/**
 * out_0 … out_3 += Σ h, Σ h l, Σ h v'/v, Σ h v⁺/v with h = (by G − level) s (1 − s), where v > 0.
 */
export function sumSlopes(
  factors: usize, saturated: usize, logs: usize, value: usize, byDecay: usize, byBuildup: usize,
  by: f64, level: f64, rows: i32, out: usize,
): void {
  const one = f64x2.splat(1), zero = f64x2.splat(0);
  const scale = f64x2.splat(by), mean = f64x2.splat(level);
  let plain = zero, byLog = zero, decay = zero, buildup = zero;
  for (let at: usize = 0; at < <usize>(8 * rows); at += 16) {
    const s = v128.load(saturated + at), v = v128.load(value + at);
    const active = f64x2.gt(v, zero);
    const gap = f64x2.sub(f64x2.mul(scale, v128.load(factors + at)), mean);
    const h = v128.and(f64x2.mul(gap, f64x2.mul(s, f64x2.sub(one, s))), active);
    const perValue = v128.and(f64x2.div(h, v), active);
    plain = f64x2.add(plain, h);
    byLog = timesAdd(h, v128.and(v128.load(logs + at), active), byLog);
    decay = timesAdd(perValue, v128.load(byDecay + at), decay);
    buildup = timesAdd(perValue, v128.load(byBuildup + at), buildup);
  }
  addLanes(out, plain);
  addLanes(out + 8, byLog);
  addLanes(out + 16, decay);
  addLanes(out + 24, buildup);
}

// @ts-ignore: decorator
@inline function addLanes(to: usize, lanes: v128): void {
  const sum = f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
  store<f64>(to, load<f64>(to) + sum);
}
