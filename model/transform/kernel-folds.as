/** Kernels of `gram.ts` (`products`, `accumulate`) and `fold.ts` (`reduce`, `judge`). */

import { dot, timesAdd } from "./kernel-lanes";

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
