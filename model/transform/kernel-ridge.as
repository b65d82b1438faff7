/** Kernel of `ridge.ts`, where the problem and the method are described. */

import { dot, timesAdd } from "./kernel-lanes";

const KKT_TOLERANCE: f64 = 1e-10;
const SWEEPS_PER_ROUND: i32 = 3;
const ROUNDS_MAX: i32 = 200;
/** A pivot below this share of the diagonal means the support is not independent. */
const PIVOT_SHARE_MIN: f64 = 1e-12;

/** The problem and the solver's arrays; the fields of the record in `ridge.ts`, in order. */
@unmanaged class Ridge {
  size: i32;
  /** Bytes of a row of `scaled` and of `work`. */
  line: i32;
  gram: usize;
  right: usize;
  diagonalMin: usize;
  /** Precision and mean of the priors; 0: none. */
  precision: usize;
  mean: usize;
  beta: usize;
  /** Where to begin; 0: at zero. */
  start: usize;
  scaled: usize;
  target: usize;
  root: usize;
  diagonal: usize;
  solution: usize;
  trial: usize;
  work: usize;
  active: usize;
}

// @ts-ignore: decorator
@inline function get(array: usize, index: i32): f64 {
  return load<f64>(array + 8 * index);
}

// @ts-ignore: decorator
@inline function set(array: usize, index: i32, value: f64): void {
  store<f64>(array + 8 * index, value);
}

/** Solves into beta and returns the relative KKT residual. */
export function solve(ridge: Ridge, penalty: f64): f64 {
  const size = ridge.size;
  const largest = scale(ridge, penalty);
  let residual: f64 = largest === 0 ? 0 : Infinity;
  if (largest !== 0 && ridge.start !== 0) {
    for (let c = 0; c < size; c += 1) set(ridge.solution, c, get(ridge.start, c) * get(ridge.root, c));
    solveSupport(ridge);
    residual = violation(ridge) / largest;
  }
  for (let round = 0; round < ROUNDS_MAX && residual > KKT_TOLERANCE; round += 1) {
    for (let count = 0; count < SWEEPS_PER_ROUND; count += 1) sweep(ridge);
    solveSupport(ridge);
    residual = violation(ridge) / largest;
  }
  for (let c = 0; c < size; c += 1) {
    const root = get(ridge.root, c);
    set(ridge.beta, c, root === 0 ? 0 : get(ridge.solution, c) / root);
  }
  return residual;
}

/** Scales to unit diagonal (a column without variation gets root 0 and zeros); returns max |h|. */
function scale(ridge: Ridge, penalty: f64): f64 {
  const size = ridge.size, line = ridge.line, scaled = ridge.scaled;
  let largest: f64 = 0;
  for (let c = 0; c < size; c += 1) {
    const own = get(ridge.gram, c * size + c);
    set(ridge.root, c, own > get(ridge.diagonalMin, c) ? sqrt(own) : 0);
  }
  for (let c = 0; c < size; c += 1) {
    const root = get(ridge.root, c);
    set(ridge.solution, c, 0);
    for (let j = 0; j < c; j += 1) {
      const both = root * get(ridge.root, j);
      const value = both === 0 ? 0 : get(ridge.gram, c * size + j) / both;
      set(scaled + c * line, j, value);
      set(scaled + j * line, c, value);
    }
    if (root === 0) continue;
    set(scaled + c * line, c, 1);
    const precision = ridge.precision === 0 ? 0 : get(ridge.precision, c) / (root * root);
    const towards = ridge.mean === 0 ? 0 : precision * root * get(ridge.mean, c);
    const target = get(ridge.right, c) / root + towards;
    set(ridge.diagonal, c, 1 + penalty + precision);
    set(ridge.target, c, target);
    largest = max(largest, abs(target));
  }
  return largest;
}

/** −∂/∂β_c of the scaled objective: h_c − Σ_j H_cj β_j − (d_c − 1) β_c. */
// @ts-ignore: decorator
@inline function slope(ridge: Ridge, c: i32): f64 {
  const own = get(ridge.target, c) - (get(ridge.diagonal, c) - 1) * get(ridge.solution, c);
  return own - dot(ridge.scaled + c * ridge.line, ridge.solution, ridge.line >> 3);
}

function sweep(ridge: Ridge): void {
  for (let c = 0; c < ridge.size; c += 1) {
    if (get(ridge.root, c) === 0) continue;
    const next = get(ridge.solution, c) + slope(ridge, c) / get(ridge.diagonal, c);
    set(ridge.solution, c, next > 0 ? next : 0);
  }
}

function violation(ridge: Ridge): f64 {
  let worst: f64 = 0;
  for (let c = 0; c < ridge.size; c += 1) {
    if (get(ridge.root, c) === 0) continue;
    const value = slope(ridge, c);
    const broken = get(ridge.solution, c) > 0 ? abs(value) : value;
    if (broken > worst) worst = broken;
  }
  return worst;
}

/**
 * Moves to the exact solution for the columns now positive; where that would make some of them
 * negative, goes as far as the first reaches zero, drops it and solves again (Lawson & Hanson).
 */
function solveSupport(ridge: Ridge): void {
  const solution = ridge.solution, trial = ridge.trial, active = ridge.active;
  for (let pass = 0; pass < ridge.size; pass += 1) {
    let count = 0;
    for (let c = 0; c < ridge.size; c += 1) {
      if (get(solution, c) > 0) {
        store<i32>(active + 4 * count, c);
        count += 1;
      }
    }
    if (count === 0 || !eliminate(ridge, count)) return;
    let length: f64 = 1;
    let first = -1;
    for (let i = 0; i < count; i += 1) {
      const from = get(solution, load<i32>(active + 4 * i)), to = get(trial, i);
      if (to > 0) continue;
      const reach = from / (from - to);
      if (reach < length || first < 0) {
        length = min(reach, length);
        first = load<i32>(active + 4 * i);
      }
    }
    for (let i = 0; i < count; i += 1) {
      const c = load<i32>(active + 4 * i);
      const from = get(solution, c), to = get(trial, i);
      set(solution, c, length === 1 ? to : max(0, from + length * (to - from)));
    }
    if (first < 0) return;
    set(solution, first, 0);
  }
}

/**
 * Solves the support's equations into the trial; false when they are not positive definite.
 * Elimination on the upper half with the right side as last column, which for such a matrix is
 * Cholesky's method without square roots (Golub & Van Loan 2013, section 4.1).
 */
function eliminate(ridge: Ridge, count: i32): bool {
  const line = ridge.line, work = ridge.work, active = ridge.active, trial = ridge.trial;
  for (let i = 0; i < count; i += 1) {
    const c = load<i32>(active + 4 * i);
    const row = work + i * line, from = ridge.scaled + c * line;
    set(row, i, get(ridge.diagonal, c));
    for (let j = i + 1; j < count; j += 1) set(row, j, get(from, load<i32>(active + 4 * j)));
    set(trial, i, get(ridge.target, c));
  }
  for (let i = 0; i < count; i += 1) {
    const row = work + i * line;
    const pivot = get(row, i);
    if (!(pivot > PIVOT_SHARE_MIN)) return false;
    const inverse = 1 / pivot;
    for (let j = i + 1; j < count; j += 1) {
      const share = get(row, j) * inverse;
      const below = work + j * line;
      const by = f64x2.splat(-share);
      // From the pair that holds the diagonal; what lies before it is not read again.
      for (let at = 8 * (j & ~1); at < 8 * count; at += 16) {
        v128.store(below + at, timesAdd(by, v128.load(row + at), v128.load(below + at)));
      }
      set(trial, j, get(trial, j) - share * get(trial, i));
    }
    set(row, i, inverse);
  }
  for (let i = count - 1; i >= 0; i -= 1) {
    const row = work + i * line;
    let sum = get(trial, i);
    for (let j = i + 1; j < count; j += 1) sum -= get(row, j) * get(trial, j);
    set(trial, i, sum * get(row, i));
  }
  return true;
}
