/**
 * The arithmetic of an evaluation in AssemblyScript: the source of `kernel-bytes.ts`.
 *
 * Owns: loops over rows, two 64-bit numbers at a time (WebAssembly's 128-bit vectors). Not: what they
 * mean, which is said in the TypeScript file that calls each. Rebuilt by `npm run kernels:build`.
 *
 * Logarithm: x = 2^k m with m in [√½, √2); ln m = 2s + s R(s²), s = (m − 1)/(m + 1), with the
 * polynomial R of fdlibm's `__ieee754_log` (Ng, Sun Microsystems 1993); error below 2 ulp.
 * Logistic: 1/(1 + e^z), z = k ln 2 + r; fdlibm's `__ieee754_exp` (Ng 1993) has e^r = (B + r)/(B − r)
 * with B = 2 + P(r²), so that 1/(1 + e^z) = (B − r)/((B − r) + 2^k (B + r)): one division in all.
 * ln 2 is in two parts (Cody & Waite 1980), so that k ln 2 loses nothing.
 *
 * 1. Only addition, subtraction, multiplication, division and square root, each rounded by itself
 *    (IEEE 754); no fused or relaxed operations: the same bits on every machine.
 * 2. A sum runs in an order that depends on its own length only.
 * 3. Pointers are byte offsets; arrays hold 64-bit floats without gaps. Nothing is checked here.
 */

/** First byte that is free for arrays. */
export const HEAP_BASE: usize = __heap_base;

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

// @ts-ignore: decorator
@inline function timesAdd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
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

/** What `products` reads and writes: `gram.ts`. */
@unmanaged class Products {
  block: usize;
  rows: i32;
  /** Columns of the block, a multiple of four. */
  width: i32;
  channels: i32;
  /** Columns before the channels. */
  fixed: i32;
  segments: i32;
  ends: usize;
  out: usize;
}

// @ts-ignore: decorator
@inline function storeSums(to: usize, a: v128, b: v128): void {
  v128.store(to, f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3)));
}

/** Dot products of two channels with columns [first, last), a multiple of four, by segments. */
export function products(sums: Products, channelX: i32, channelY: i32, first: i32, last: i32): void {
  const column = 8 * sums.rows;
  const x: usize = sums.block + (sums.fixed + channelX) * column;
  const y: usize = sums.block + (sums.fixed + channelY) * column;
  for (let tile = first; tile < last; tile += 4) {
    const a: usize = sums.block + tile * column;
    const b = a + column;
    const c = b + column;
    const d = c + column;
    let at: usize = 0;
    for (let segment = 0; segment < sums.segments; segment += 1) {
      const end: usize = 8 * load<i32>(sums.ends + 4 * segment);
      let xa = f64x2.splat(0), xb = xa, xc = xa, xd = xa;
      let ya = xa, yb = xa, yc = xa, yd = xa;
      for (; at + 16 <= end; at += 16) {
        const valueX = v128.load(x + at), valueY = v128.load(y + at);
        const valueA = v128.load(a + at), valueB = v128.load(b + at);
        xa = timesAdd(valueX, valueA, xa);
        ya = timesAdd(valueY, valueA, ya);
        xb = timesAdd(valueX, valueB, xb);
        yb = timesAdd(valueY, valueB, yb);
        const valueC = v128.load(c + at), valueD = v128.load(d + at);
        xc = timesAdd(valueX, valueC, xc);
        yc = timesAdd(valueY, valueC, yc);
        xd = timesAdd(valueX, valueD, xd);
        yd = timesAdd(valueY, valueD, yd);
      }
      if (at < end) {
        const valueX = v128.load_zero<f64>(x + at), valueY = v128.load_zero<f64>(y + at);
        const valueA = v128.load_zero<f64>(a + at), valueB = v128.load_zero<f64>(b + at);
        xa = timesAdd(valueX, valueA, xa);
        ya = timesAdd(valueY, valueA, ya);
        xb = timesAdd(valueX, valueB, xb);
        yb = timesAdd(valueY, valueB, yb);
        const valueC = v128.load_zero<f64>(c + at), valueD = v128.load_zero<f64>(d + at);
        xc = timesAdd(valueX, valueC, xc);
        yc = timesAdd(valueY, valueC, yc);
        xd = timesAdd(valueX, valueD, xd);
        yd = timesAdd(valueY, valueD, yd);
        at = end;
      }
      const toX: usize = sums.out + 8 * ((segment * sums.channels + channelX) * sums.width + tile);
      const toY: usize = sums.out + 8 * ((segment * sums.channels + channelY) * sums.width + tile);
      storeSums(toX, xa, xb);
      storeSums(toX + 16, xc, xd);
      storeSums(toY, ya, yb);
      storeSums(toY + 16, yc, yd);
    }
  }
}

/** to_i += from_i for a count that is a multiple of four. */
export function accumulate(from: usize, to: usize, count: i32): void {
  for (let at: usize = 0; at < <usize>(8 * count); at += 32) {
    v128.store(to + at, f64x2.add(v128.load(to + at), v128.load(from + at)));
    v128.store(to + at + 16, f64x2.add(v128.load(to + at + 16), v128.load(from + at + 16)));
  }
}

/** One fold: `fold.ts`. */
@unmanaged class Fold {
  channels: i32;
  /** Unpenalised columns. */
  columns: i32;
  /** Basis vectors kept, filled up with zeros to a multiple of four. */
  rank: i32;
  /** Columns of the block, a multiple of four, and its rows. */
  width: i32;
  rows: i32;
  /** Rows judged. */
  from: i32;
  to: i32;
  block: usize;
  target: usize;
  rowWeights: usize;
  /** R⁻¹, columns × rank. */
  inverse: usize;
  rotatedTarget: usize;
  rotated: usize;
  gram: usize;
  right: usize;
  diagonalMin: usize;
  beta: usize;
  nuisance: usize;
  weights: usize;
}

/** Dot product of a length that is a multiple of four. */
// @ts-ignore: decorator
@inline function dot(a: usize, b: usize, count: i32): f64 {
  let even = f64x2.splat(0), odd = even;
  for (let at: usize = 0; at < <usize>(8 * count); at += 32) {
    even = timesAdd(v128.load(a + at), v128.load(b + at), even);
    odd = timesAdd(v128.load(a + at + 16), v128.load(b + at + 16), odd);
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * The fold's reduced system from the sums `total` (channels × width) of its training rows; of two
 * channels the product in the row of the first is read.
 */
export function reduce(fold: Fold, total: usize, identified: f64): void {
  const channels = fold.channels, columns = fold.columns, rank = fold.rank;
  const line = 8 * rank;
  for (let c = 0; c < channels; c += 1) {
    const own: usize = total + 8 * c * fold.width;
    const rotated: usize = fold.rotated + c * line;
    for (let at = 0; at < line; at += 32) {
      let left = f64x2.splat(0), right = left;
      let from: usize = fold.inverse + at;
      for (let z = 0; z < columns; z += 1) {
        const sum = v128.load_splat<f64>(own + 8 * z);
        left = timesAdd(sum, v128.load(from), left);
        right = timesAdd(sum, v128.load(from + 16), right);
        from += line;
      }
      v128.store(rotated + at, left);
      v128.store(rotated + at + 16, right);
    }
    const media: usize = 8 * (columns + 1 + c);
    const explained = dot(rotated, fold.rotatedTarget, rank);
    store<f64>(fold.right + 8 * c, load<f64>(own + 8 * columns) - explained);
    store<f64>(fold.diagonalMin + 8 * c, identified * load<f64>(own + media));
    for (let j = 0; j <= c; j += 1) {
      const shared = dot(rotated, fold.rotated + j * line, rank);
      const value = load<f64>(total + 8 * j * fold.width + media) - shared;
      store<f64>(fold.gram + 8 * (c * channels + j), value);
      store<f64>(fold.gram + 8 * (j * channels + c), value);
    }
  }
}

/** Weights of all columns in a prediction, from the fold's beta. */
// @ts-ignore: decorator
@inline function weigh(fold: Fold): void {
  const channels = fold.channels, columns = fold.columns;
  const line = 8 * fold.rank;
  for (let at = 0; at < line; at += 16) {
    let value = v128.load(fold.rotatedTarget + at);
    for (let c = 0; c < channels; c += 1) {
      const beta = v128.load_splat<f64>(fold.beta + 8 * c);
      value = f64x2.sub(value, f64x2.mul(beta, v128.load(fold.rotated + c * line + at)));
    }
    v128.store(fold.nuisance + at, value);
  }
  for (let z = 0; z < columns; z += 1) {
    const weight = dot(fold.inverse + z * line, fold.nuisance, fold.rank);
    store<f64>(fold.weights + 8 * z, weight);
  }
  memory.copy(fold.weights + 8 * (columns + 1), fold.beta, 8 * channels);
}

/** Σ|y − ŷ| · weight over the judged rows, at the fold's beta. */
export function judge(fold: Fold): f64 {
  weigh(fold);
  const column = 8 * fold.rows;
  const width = fold.width;
  const weights = fold.weights;
  const end: usize = 8 * fold.to;
  let at: usize = 8 * fold.from;
  let sum = f64x2.splat(0);
  for (; at + 64 <= end; at += 64) {
    let a = f64x2.splat(0), b = a, c = a, d = a;
    let from: usize = fold.block + at;
    for (let index = 0; index < width; index += 1) {
      const weight = v128.load_splat<f64>(weights + 8 * index);
      a = timesAdd(weight, v128.load(from), a);
      b = timesAdd(weight, v128.load(from + 16), b);
      c = timesAdd(weight, v128.load(from + 32), c);
      d = timesAdd(weight, v128.load(from + 48), d);
      from += column;
    }
    sum = f64x2.add(sum, misses(fold, at, a));
    sum = f64x2.add(sum, misses(fold, at + 16, b));
    sum = f64x2.add(sum, misses(fold, at + 32, c));
    sum = f64x2.add(sum, misses(fold, at + 48, d));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (; at < end; at += 8) {
    let value: f64 = 0;
    let from: usize = fold.block + at;
    for (let index = 0; index < width; index += 1) {
      value += load<f64>(weights + 8 * index) * load<f64>(from);
      from += column;
    }
    total += abs(load<f64>(fold.target + at) - value) * load<f64>(fold.rowWeights + at);
  }
  return total;
}

/** |y − ŷ| · weight of two rows. */
// @ts-ignore: decorator
@inline function misses(fold: Fold, at: usize, predicted: v128): v128 {
  const error = f64x2.sub(v128.load(fold.target + at), predicted);
  return f64x2.mul(f64x2.abs(error), v128.load(fold.rowWeights + at));
}
