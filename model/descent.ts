/**
 * Local search in the unit cube: BFGS with projection on the cube.
 *
 * Quasi-Newton steps from exact gradients (Broyden, Fletcher, Goldfarb, Shanno 1970), restricted to
 * coordinates that may move; backtracking until the loss falls enough (Armijo 1966). The loss has
 * kinks; BFGS usually gets past them (Lewis & Overton 2013), and where it does not, the step from
 * the plain gradient is tried before giving up.
 *
 * Costs are counted in evaluations: a gradient with the evaluation it comes with counts as three
 * (measured at 2–2.6, docs/MODEL.md).
 *
 * 1. The returned loss is never above the start's.
 * 2. The cost never exceeds `costMax`.
 */

import type { CubePoint } from "./differential-evolution.ts";
import { clamp } from "./numbers.ts";

/** Cost of a gradient at a point already evaluated. */
export const GRADIENT_COST = 2;
const FIRST_STEP = 0.1;
const SHRINK = 0.4;
const TRIES_MAX = 8;
const ARMIJO = 1e-4;
const SMALL_GAIN = 1e-7;
const STALLS_MAX = 3;

export interface CubeObjective {
  readonly evaluate: (point: Float64Array) => number;
  readonly gradient: (point: Float64Array) => Float64Array;
}

export interface Descent extends CubePoint {
  readonly cost: number;
}

/** Descends from an evaluated point until it stalls or the cost is spent. */
export function descend(objective: CubeObjective, start: CubePoint, costMax: number): Descent {
  let at = start;
  let cost = 0;
  if (costMax < GRADIENT_COST + 1) return { ...at, cost };
  let gradient = objective.gradient(at.point);
  cost += GRADIENT_COST;
  let curvature: Curvature | null = null;
  let stalls = 0;
  while (stalls <= STALLS_MAX) {
    const direction = directionOf(at.point, gradient, curvature);
    if (direction === null) break;
    const triesMax = Math.min(TRIES_MAX, costMax - cost - GRADIENT_COST);
    if (triesMax < 1) break;
    const found = backtrack(objective, at, { direction, gradient, triesMax });
    cost += found.tries;
    if (found.next === null) {
      if (curvature === null) break;
      curvature = null;
      stalls += 1;
      continue;
    }
    const next = objective.gradient(found.next.point);
    cost += GRADIENT_COST;
    curvature = updated(curvature, {
      move: difference(found.next.point, at.point),
      turn: difference(next, gradient),
    });
    stalls = at.loss - found.next.loss < SMALL_GAIN * Math.abs(at.loss) ? stalls + 1 : 0;
    at = found.next;
    gradient = next;
  }
  return { ...at, cost };
}

/** Approximate inverse Hessian. */
type Curvature = Float64Array[];

function difference(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] ?? 0));
}

/** A descent direction on the coordinates free to move; null when there is none. */
function directionOf(
  point: Float64Array,
  gradient: Float64Array,
  curvature: Curvature | null,
): Float64Array | null {
  const free = gradient.map((slope, index) => {
    const value = point[index] ?? 0;
    return (value <= 0 && slope > 0) || (value >= 1 && slope < 0) ? 0 : slope;
  });
  if (curvature !== null) {
    const newton = free.map((slope, index) => {
      if (slope === 0) return 0;
      let sum = 0;
      for (let other = 0; other < free.length; other += 1) {
        sum -= (curvature[index]?.[other] ?? 0) * (free[other] ?? 0);
      }
      return sum;
    });
    if (slopeAlong(newton, free) < -1e-14) return newton;
  }
  const steepest = free.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  if (steepest < 1e-12) return null;
  return free.map((slope) => (-FIRST_STEP * slope) / steepest);
}

function slopeAlong(direction: Float64Array, gradient: Float64Array): number {
  return direction.reduce((sum, value, index) => sum + value * (gradient[index] ?? 0), 0);
}

function backtrack(
  objective: CubeObjective,
  at: CubePoint,
  search: { direction: Float64Array; gradient: Float64Array; triesMax: number },
): { next: CubePoint | null; tries: number } {
  let length = 1;
  for (let tries = 1; tries <= search.triesMax; tries += 1) {
    const point = at.point.map((value, index) =>
      clamp(value + length * (search.direction[index] ?? 0), 0, 1),
    );
    const loss = objective.evaluate(point);
    const expected = slopeAlong(difference(point, at.point), search.gradient);
    if (loss < at.loss + ARMIJO * Math.min(expected, 0)) return { next: { point, loss }, tries };
    length *= SHRINK;
  }
  return { next: null, tries: search.triesMax };
}

/** BFGS update of the inverse Hessian; skipped when the curvature along the move is not positive. */
function updated(
  curvature: Curvature | null,
  { move, turn }: { move: Float64Array; turn: Float64Array },
): Curvature | null {
  const along = slopeAlong(move, turn);
  if (along <= 1e-14) return curvature;
  const turnSquares = slopeAlong(turn, turn);
  const base =
    curvature ??
    [...move.keys()].map((row) =>
      move.map((_, column) => (row === column ? along / turnSquares : 0)),
    );
  const product = Float64Array.from(base, (row) => slopeAlong(row, turn));
  const scale = (1 + slopeAlong(turn, product) / along) / along;
  return base.map((row, a) =>
    row.map((value, b) => {
      const [moveA, moveB] = [move[a] ?? 0, move[b] ?? 0];
      const mixed = (product[a] ?? 0) * moveB + moveA * (product[b] ?? 0);
      return value + scale * moveA * moveB - mixed / along;
    }),
  );
}
