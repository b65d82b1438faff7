/**
 * One step of a least-absolute-deviations problem in a box:
 *
 *   min_d  Σ_i |e_i + Σ_j J_ij d_j| + Σ_j c_j d_j,   low ≤ d ≤ high.
 *
 * Iteratively reweighted least squares (Schlossmacher 1973): |v| is majorised by v²/(2|v₀|) + |v₀|/2,
 * the quadratic is minimised in the box by cyclic coordinate descent, and the floor under |v₀| is
 * lowered each time, so that the errors that are zero at the solution become so.
 *
 * 1. low ≤ d ≤ high (0 must lie between). 2. The value at d is never above that at 0.
 */

import { clamp } from "../numbers.ts";

const ROUNDS = 30;
const FLOOR_SHRINK = 0.5;
const SWEEPS_MAX = 60;
const SETTLED_SHARE = 1e-7;

export interface DeviationProblem {
  /** e. */
  readonly errors: Float64Array;
  /** J by columns: one array as long as the errors per unknown. */
  readonly slopes: readonly Float64Array[];
  /** c. */
  readonly linear: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface DeviationStep {
  readonly step: Float64Array;
  readonly value: number;
}

/** Solves to about six digits. */
export function solveLeastDeviations(problem: DeviationProblem): DeviationStep {
  const size = problem.slopes.length;

  let step = new Float64Array(size);
  let errors = computeErrorsAt(problem, step);
  let best: DeviationStep = { step, value: computeDeviationValue(problem, step, errors) };
  const scale = best.value / Math.max(1, errors.length);
  let floor = scale;
  for (let round = 0; round < ROUNDS && floor > 0; round += 1) {
    const weights = errors.map((error) => 1 / Math.max(Math.abs(error), floor));
    step = minimizeQuadratic(problem, weights, step);
    errors = computeErrorsAt(problem, step);
    const value = computeDeviationValue(problem, step, errors);
    if (value < best.value) best = { step, value };
    floor *= FLOOR_SHRINK;
  }
  return best;
}

/** e + J d. */
function computeErrorsAt({ errors, slopes }: DeviationProblem, step: Float64Array): Float64Array {
  const sums = errors.slice();
  for (const [index, column] of slopes.entries()) {
    const move = step[index] as number;
    if (move === 0) continue;
    for (let at = 0; at < sums.length; at += 1) {
      sums[at] = (sums[at] as number) + move * (column[at] as number);
    }
  }
  return sums;
}

function computeDeviationValue(
  { linear }: DeviationProblem,
  step: Float64Array,
  errors: Float64Array,
): number {
  let value = 0;
  for (let at = 0; at < errors.length; at += 1) value += Math.abs(errors[at] as number);
  for (let at = 0; at < step.length; at += 1) {
    value += (linear[at] as number) * (step[at] as number);
  }
  return value;
}

/** min ½ Σ w (e + J d)² + c d in the box, from `start`. */
function minimizeQuadratic(
  { errors, slopes, linear, low, high }: DeviationProblem,
  weights: Float64Array,
  start: Float64Array,
): Float64Array<ArrayBuffer> {
  const size = slopes.length;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const weighted = new Float64Array(errors.length);
  for (let row = 0; row < size; row += 1) {
    const column = slopes[row] as Float64Array;
    let sum = -(linear[row] as number);
    for (let at = 0; at < errors.length; at += 1) {
      weighted[at] = (weights[at] as number) * (column[at] as number);
      sum -= (weighted[at] as number) * (errors[at] as number);
    }
    right[row] = sum;
    for (let other = 0; other <= row; other += 1) {
      const product = sumProducts(weighted, slopes[other] as Float64Array);
      matrix[row * size + other] = product;
      matrix[other * size + row] = product;
    }
  }
  const step = Float64Array.from(start);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let most = 0;
    for (let row = 0; row < size; row += 1) {
      const own = matrix[row * size + row] as number;
      let slope = right[row] as number;
      for (let other = 0; other < size; other += 1) {
        slope -= (matrix[row * size + other] as number) * (step[other] as number);
      }
      const [from, to] = [low[row] as number, high[row] as number];
      // Without curvature the linear part decides: as far as the box goes (it is narrower than 1).
      const free = own > 0 ? (step[row] as number) + slope / own : Math.sign(slope);
      const next = clamp(free, from, to);
      most = Math.max(most, Math.abs(next - (step[row] as number)) / (to - from || 1));
      step[row] = next;
    }
    if (most < SETTLED_SHARE) break;
  }
  return step;
}

function sumProducts(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] as number) * (right[at] as number);
  return sum;
}
