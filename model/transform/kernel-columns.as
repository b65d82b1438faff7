/**
 * Kernels of `media-columns.ts`: adstock, logarithm, logistic.
 *
 * Logarithm: x = 2^k m with m in [√½, √2); ln m = 2s + s R(s²), s = (m − 1)/(m + 1), with the
 * polynomial R of fdlibm's `__ieee754_log` (Ng, Sun Microsystems 1993); error below 2 ulp.
 * Logistic: 1/(1 + e^z), z = k ln 2 + r; fdlibm's `__ieee754_exp` (Ng 1993) has e^r = (B + r)/(B − r)
 * with B = 2 + P(r²), so that 1/(1 + e^z) = (B − r)/((B − r) + 2^k (B + r)): one division in all.
 * ln 2 is in two parts (Cody & Waite 1980), so that k ln 2 loses nothing.
 */

import { timesAdd } from "./kernel-lanes";

/** Coefficients of R and of P. */
const LOG: usize = memory.data<f64>([
  6.666666666666735130e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
]);
const EXP: usize = memory.data<f64>([
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5,
  -1.65339022054652515390e-6, 4.13813679705723846039e-8,
]);
/** ln 2 in two parts, 1 / ln 2. */
const LN2: usize = memory.data<f64>([
  6.93147180369123816490e-1, 1.90821492927058770002e-10, 1.44269504088896338700,
]);
/** The smallest normal number, ∞, 1, 2. */
const PLAIN: usize = memory.data<f64>([2.2250738585072014e-308, Infinity, 1.0, 2.0]);
/**
 * 2^52 + 1023 takes an exponent in the low bits to a float; adding 1.5 · 2^52 rounds to an integer,
 * left in the low bits; beyond the last two 1/(1 + e^z) is 0 or 1.
 */
const RANGE: usize = memory.data<f64>([4503599627371519.0, 6755399441055744.0, 710.0, -700.0]);
/** Bits: 1 less √½ as exponents count; the exponent; that of 1; that of 2^52. */
const BITS: usize = memory.data<u64>([
  0x00095f6200000000, 0xfff0000000000000, 0x3ff0000000000000, 0x4330000000000000,
]);

/** Both lanes. Read before a loop; as a literal it would be built anew in every round. */
// @ts-ignore: decorator
@inline function constant(table: usize, at: usize): v128 {
  return v128.load_splat<f64>(table + 8 * at);
}

/**
 * to_t = ln(from_t · inverse), −∞ where that is below the smallest normal number. At least two rows,
 * `to` not `from`: the last two rows are taken together, one of them again when rows are odd.
 */
export function relativeLogs(from: usize, to: usize, rows: i32, inverse: f64): void {
  const by = f64x2.splat(inverse);
  const c0 = constant(LOG, 0), c1 = constant(LOG, 1), c2 = constant(LOG, 2), c3 = constant(LOG, 3);
  const c4 = constant(LOG, 4), c5 = constant(LOG, 5), c6 = constant(LOG, 6);
  const high = constant(LN2, 0), low = constant(LN2, 1);
  const smallest = constant(PLAIN, 0), infinite = constant(PLAIN, 1), one = constant(PLAIN, 2);
  const zeroExponent = constant(RANGE, 0);
  const half = constant(BITS, 0), exponent = constant(BITS, 1);
  const oneBits = constant(BITS, 2), floatBits = constant(BITS, 3);
  const last = 8 * (rows - 2);
  for (let row = 0; row < last + 16; row += 16) {
    const at = min(row, last);
    const x = f64x2.mul(v128.load(from + at), by);
    const above = i64x2.add(x, half);
    const m = i64x2.sub(x, i64x2.sub(v128.and(above, exponent), oneBits));
    const k = f64x2.sub(v128.or(i64x2.shr_u(above, 52), floatBits), zeroExponent);
    const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
    const z = f64x2.mul(s, s);
    const w = f64x2.mul(z, z);
    const odd = timesAdd(w, timesAdd(w, c5, c3), c1);
    const even = timesAdd(w, timesAdd(w, timesAdd(w, c6, c4), c2), c0);
    const rest = timesAdd(s, f64x2.mul(z, timesAdd(z, odd, even)), f64x2.mul(k, low));
    const value = timesAdd(k, high, f64x2.add(f64x2.add(s, s), rest));
    v128.store(to + at, f64x2.sub(value, v128.and(f64x2.lt(x, smallest), infinite)));
  }
}

/** to_t = 1/(1 + e^{alpha (logGamma − from_t)}). At least two rows, `to` not `from`. */
export function saturate(from: usize, to: usize, rows: i32, alpha: f64, logGamma: f64): void {
  const a = f64x2.splat(alpha), g = f64x2.splat(logGamma);
  const c0 = constant(EXP, 0), c1 = constant(EXP, 1), c2 = constant(EXP, 2), c3 = constant(EXP, 3);
  const c4 = constant(EXP, 4), two = constant(PLAIN, 3);
  const high = constant(LN2, 0), low = constant(LN2, 1), inverse = constant(LN2, 2);
  const rounder = constant(RANGE, 1), largest = constant(RANGE, 2), least = constant(RANGE, 3);
  const oneBits = constant(BITS, 2);
  const last = 8 * (rows - 2);
  for (let row = 0; row < last + 16; row += 16) {
    const at = min(row, last);
    const exponent = f64x2.mul(a, f64x2.sub(g, v128.load(from + at)));
    const z = f64x2.pmax(f64x2.pmin(exponent, largest), least);
    const rounded = timesAdd(z, inverse, rounder);
    const power = i64x2.add(i64x2.shl(rounded, 52), oneBits);
    const k = f64x2.sub(rounded, rounder);
    const r = f64x2.sub(f64x2.sub(z, f64x2.mul(k, high)), f64x2.mul(k, low));
    const q = f64x2.mul(r, r);
    const tail = timesAdd(q, timesAdd(q, timesAdd(q, c4, c3), c2), c1);
    const b = timesAdd(q, timesAdd(q, tail, c0), two);
    const below = f64x2.sub(b, r);
    const above = f64x2.mul(power, f64x2.add(b, r));
    v128.store(to + at, f64x2.div(below, f64x2.add(below, above)));
  }
}

/** One channel's adstock; all fields as floats, pointers too. */
@unmanaged class Carryover {
  /** Exposure, behind as many zeros as rows of lag. */
  exposure: f64;
  out: f64;
  /** The largest value of the first window, per geo. */
  peaks: f64;
  decay: f64;
  cut: f64;
  norm: f64;
}

// @ts-ignore: decorator
@inline function carryoverAt(table: usize, index: i32): Carryover {
  return changetype<Carryover>(table + index * offsetof<Carryover>());
}

// @ts-ignore: decorator
@inline function pair(low: f64, high: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(low), 1, high);
}

// @ts-ignore: decorator
@inline function loadPair(low: usize, high: usize): v128 {
  return v128.load_lane<f64>(high, v128.load_zero<f64>(low), 1);
}

// @ts-ignore: decorator
@inline function storePair(low: usize, high: usize, value: v128): void {
  v128.store_lane<f64>(low, value, 0);
  v128.store_lane<f64>(high, value, 1);
}

/**
 * Adstock of four channels side by side, since each waits for its own row before:
 * u_t = x_t − cut x_{t−lag} + decay u_{t−1}, zero below `remainder` of the largest x; out = norm u.
 * `lag` and `stride` in rows; peaks are taken over the first `first` rows.
 */
export function adstock4(
  table: usize, rows: i32, first: i32, stride: i32, lag: i32, remainder: f64,
): void {
  const a = carryoverAt(table, 0);
  const b = carryoverAt(table, 1);
  const c = carryoverAt(table, 2);
  const d = carryoverAt(table, 3);
  const xA = <usize>a.exposure, xB = <usize>b.exposure;
  const xC = <usize>c.exposure, xD = <usize>d.exposure;
  const outA = <usize>a.out, outB = <usize>b.out, outC = <usize>c.out, outD = <usize>d.out;
  const decayL = pair(a.decay, b.decay), decayR = pair(c.decay, d.decay);
  const cutL = pair(a.cut, b.cut), cutR = pair(c.cut, d.cut);
  const normL = pair(a.norm, b.norm), normR = pair(c.norm, d.norm);
  const share = f64x2.splat(remainder);
  const ahead: usize = 8 * lag;
  for (let geo = 0; geo < stride; geo += 1) {
    let carriedL = f64x2.splat(0), carriedR = f64x2.splat(0);
    let topL = carriedL, topR = carriedL, peakL = carriedL, peakR = carriedL;
    let row = geo;
    for (let window = 0; window < 2; window += 1) {
      for (const end = window ? rows : first; row < end; row += stride) {
        const at: usize = 8 * row;
        const newL = loadPair(xA + at + ahead, xB + at + ahead);
        const newR = loadPair(xC + at + ahead, xD + at + ahead);
        topL = f64x2.pmax(topL, newL);
        topR = f64x2.pmax(topR, newR);
        const netL = f64x2.sub(newL, f64x2.mul(cutL, loadPair(xA + at, xB + at)));
        const netR = f64x2.sub(newR, f64x2.mul(cutR, loadPair(xC + at, xD + at)));
        const nextL = f64x2.add(netL, carriedL);
        const nextR = f64x2.add(netR, carriedR);
        // What is carried is multiplied while it is compared: the comparison costs no waiting.
        const smallL = f64x2.lt(nextL, f64x2.mul(share, topL));
        const smallR = f64x2.lt(nextR, f64x2.mul(share, topR));
        carriedL = v128.andnot(f64x2.mul(decayL, nextL), smallL);
        carriedR = v128.andnot(f64x2.mul(decayR, nextR), smallR);
        const valueL = v128.andnot(f64x2.mul(normL, nextL), smallL);
        const valueR = v128.andnot(f64x2.mul(normR, nextR), smallR);
        storePair(outA + at, outB + at, valueL);
        storePair(outC + at, outD + at, valueR);
        peakL = f64x2.pmax(peakL, valueL);
        peakR = f64x2.pmax(peakR, valueR);
      }
      if (window === 0) {
        const at: usize = 8 * geo;
        storePair(<usize>a.peaks + at, <usize>b.peaks + at, peakL);
        storePair(<usize>c.peaks + at, <usize>d.peaks + at, peakR);
      }
    }
  }
}
