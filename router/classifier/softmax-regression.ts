/**
 * Multinomial logistic regression (Hastie, Tibshirani and Friedman 2009, §4.4) with an L2 penalty:
 * minimise Σ wᵢ · −log p(yᵢ|xᵢ) + ‖W‖² / (2C), the intercept unpenalised, by L-BFGS.
 *
 * I1. Deterministic: no chance, no clock.
 * I2. Rows and weights are row-major; class k owns W[k·(d+1) … k·(d+1)+d], its last entry the
 *     intercept.
 */
import { computeDotAt } from "./dot.ts";
import { minimize } from "./lbfgs.ts";

/** Rows to learn from: `x` is [count, dimension], `y` class numbers, `weight` ≥ 0 per row. */
export interface Rows {
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly weight: Float64Array;
  readonly dimension: number;
}

export interface FitOptions {
  readonly classes: number;
  /** Inverse strength of the penalty, > 0. */
  readonly c: number;
  /** Weights to start from; default zeros. */
  readonly start?: Float64Array;
  readonly maxIterations?: number;
  readonly tolerance?: number;
}

/** The fitted W, [classes, dimension + 1]. */
export function fitSoftmax(rows: Rows, options: FitOptions): Float64Array {
  const { classes, c } = options;
  const width = rows.dimension + 1;
  const start = options.start ?? new Float64Array(classes * width);
  const logits = new Float64Array(classes);
  const total = rows.weight.reduce((sum, w) => sum + w, 0);
  const objective = (w: Float64Array, gradient: Float64Array): number => {
    let value = computePenalty(w, gradient, { width, c });
    for (let i = 0; i < rows.y.length; i++) value += addRow(rows, i, { w, gradient, logits });
    // Divided by the total weight so that the stopping tolerance means the same for any count.
    for (let j = 0; j < gradient.length; j++) gradient[j] = gradient[j]! / total;
    return value / total;
  };
  const { maxIterations = 200, tolerance = 1e-5 } = options;
  return minimize(objective, start, { maxIterations, tolerance }).x;
}

interface Work {
  readonly w: Float64Array;
  readonly gradient: Float64Array;
  readonly logits: Float64Array;
}

/** Value of the penalty; sets the gradient to its derivative. */
function computePenalty(
  w: Float64Array,
  gradient: Float64Array,
  at: { width: number; c: number },
): number {
  let value = 0;
  for (let j = 0; j < w.length; j++) {
    const free = j % at.width === at.width - 1;
    const wj = free ? 0 : w[j]!;
    gradient[j] = wj / at.c;
    value += (wj * wj) / (2 * at.c);
  }
  return value;
}

/** Adds row i's loss and gradient. */
function addRow(rows: Rows, i: number, { w, gradient, logits }: Work): number {
  const weight = rows.weight[i]!;
  if (weight === 0) return 0;
  const d = rows.dimension;
  const x = rows.x.subarray(i * d, (i + 1) * d);
  computeLogits(logits, w, x);
  const truth = rows.y[i]!;
  const own = logits[truth]!;
  const logSum = applySoftmax(logits);
  for (let k = 0; k < logits.length; k++) {
    const error = weight * (logits[k]! - (k === truth ? 1 : 0));
    const base = k * (d + 1);
    for (let j = 0; j < d; j++) gradient[base + j] = gradient[base + j]! + error * x[j]!;
    gradient[base + d] = gradient[base + d]! + error;
  }
  return weight * (logSum - own);
}

/** Writes W·[x, 1] into `logits`. */
export function computeLogits(
  logits: Float64Array,
  w: Float64Array | Float32Array,
  x: Float32Array,
): void {
  const d = x.length;
  for (let k = 0; k < logits.length; k++) {
    const base = k * (d + 1);
    logits[k] = w[base + d]! + computeDotAt(w, base, x);
  }
}

/** Replaces logits by probabilities; returns log Σ exp(logits). */
export function applySoftmax(logits: Float64Array): number {
  let max = -Infinity;
  for (const z of logits) max = Math.max(max, z);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    const e = Math.exp(logits[k]! - max);
    logits[k] = e;
    sum += e;
  }
  for (let k = 0; k < logits.length; k++) logits[k] = logits[k]! / sum;
  return max + Math.log(sum);
}
