/**
 * Minimiser of smooth convex functions: limited-memory BFGS, two-loop recursion (Nocedal and
 * Wright 2006, Algorithm 7.4) with backtracking to the Armijo condition (ibid., eq. 3.4).
 *
 * I1. The value never rises from one accepted step to the next.
 * I2. No chance, no clock: equal start, equal function → equal result.
 */
import { computeDotAt } from "./dot.ts";

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** False when the iteration limit ended the search. */
  readonly converged: boolean;
}

export interface LbfgsOptions {
  /** Limit of iterations. Default 200. */
  readonly maxIterations?: number;
  /** Ends when the largest |gradient| entry is below tolerance · max(1, |value|). Default 1e-6. */
  readonly tolerance?: number;
}

/** Value at `x`; writes the gradient into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly rho: number;
}

const MEMORY = 10;
const MAX_BACKTRACKS = 40;
const ARMIJO = 1e-4;

/** Minimises `objective` from `start`, which is left as it is. */
export function minimize(
  objective: Objective,
  start: Float64Array,
  options: LbfgsOptions = {},
): Minimum {
  const { maxIterations = 200, tolerance = 1e-6 } = options;
  const pairs: Pair[] = [];
  let x = Float64Array.from(start);
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (findLargestMagnitude(gradient) <= tolerance * Math.max(1, Math.abs(value))) {
      return { x, value, iterations: iteration, converged: true };
    }
    const direction = computeDescent(gradient, pairs);
    // The first direction is the bare gradient: its length means nothing, so it is scaled.
    const first = pairs.length === 0 ? 1 / Math.max(1, computeNorm(gradient)) : 1;
    const next = search(objective, { x, value, gradient }, direction, first);
    if (next === null) return { x, value, iterations: iteration, converged: true };
    addUpdatePair(pairs, { x, gradient }, next);
    ({ x, value, gradient } = next);
  }
  return { x, value, iterations: maxIterations, converged: false };
}

interface Point {
  readonly x: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** The first point along `direction` that lowers the value enough; null when none is found. */
function search(
  objective: Objective,
  from: Point,
  direction: Float64Array,
  first: number,
): Point | null {
  const slope = computeDot(from.gradient, direction);
  const gradient = new Float64Array(from.x.length);
  let length = first;
  for (let i = 0; i < MAX_BACKTRACKS; i++) {
    const x = from.x.map((xi, j) => xi + length * direction[j]!);
    const value = objective(x, gradient);
    if (value <= from.value + ARMIJO * length * slope && value < from.value) {
      return { x, value, gradient };
    }
    length /= 2;
  }
  return null;
}

function addUpdatePair(pairs: Pair[], from: Pick<Point, "x" | "gradient">, to: Point): void {
  const step = to.x.map((xi, i) => xi - from.x[i]!);
  const change = to.gradient.map((gi, i) => gi - from.gradient[i]!);
  const curvature = computeDot(step, change);
  if (curvature <= 1e-12 * computeDot(change, change)) return;
  pairs.push({ step, change, rho: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/** −H·gradient by the two-loop recursion. */
function computeDescent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (const { step, change, rho } of pairs.toReversed()) {
    const alpha = rho * computeDot(step, q);
    alphas.push(alpha);
    addScaled(q, change, -alpha);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * computeDot(last.change, last.change));
    for (let i = 0; i < q.length; i++) q[i] = q[i]! * scale;
  }
  for (const { step, change, rho } of pairs) {
    const alpha = alphas.pop()!;
    addScaled(q, step, alpha - rho * computeDot(change, q));
  }
  return q;
}

function computeDot(a: Float64Array, b: Float64Array): number {
  return computeDotAt(a, 0, b);
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + scale * source[i]!;
}

function computeNorm(a: Float64Array): number {
  return Math.sqrt(computeDot(a, a));
}

function findLargestMagnitude(a: Float64Array): number {
  let max = 0;
  for (const x of a) max = Math.max(max, Math.abs(x));
  return max;
}
