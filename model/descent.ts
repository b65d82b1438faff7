/**
 * Local search in the unit cube: BFGS with projection on the cube, which can pause and go on.
 *
 * Quasi-Newton steps from exact gradients (Broyden, Fletcher, Goldfarb, Shanno 1970), restricted to
 * coordinates that may move. The loss is a sum of absolute errors and has kinks; there BFGS needs a
 * line search that asks for both enough fall (Armijo 1966) and a slope that has flattened (weak
 * Wolfe conditions, found by bisection: Lewis & Overton 2013). With Armijo alone the descent stalls
 * earlier and higher on three of four sets measured.
 *
 * Costs are counted in evaluations: a gradient with the evaluation it comes with counts as three
 * (measured at 2–2.8, docs/MODEL.md).
 *
 * 1. `best` is never above the start. 2. `run(costMax)` costs at most `costMax`.
 * 3. Deterministic; what a paused descent knows of the curvature it keeps.
 */

import type { CubePoint } from "./differential-evolution.ts";
import { clamp } from "./numbers.ts";

/** Cost of a gradient at a point already evaluated. */
export const GRADIENT_COST = 2;
const FIRST_STEP = 0.1;
const TRIES_MAX = 12;
/** Accepted points tried further along one line. */
const EXTENSIONS_MAX = 3;
const ENOUGH_FALL = 1e-4;
const ENOUGH_FLATTENING = 0.9;
/** A step that gains less than this share of the loss counts as a stall. */
const SMALL_GAIN = 3e-6;
const STALLS_MAX = 3;

export interface CubeObjective {
  readonly evaluate: (point: Float64Array) => number;
  readonly gradient: (point: Float64Array) => Float64Array;
}

/** A point with the slope there. */
interface Stand extends CubePoint {
  readonly gradient: Float64Array;
}

/** Approximate inverse Hessian. */
type Curvature = Float64Array[];

export class Descent {
  readonly #objective: CubeObjective;
  #at: CubePoint;
  #gradient: Float64Array | null = null;
  #curvature: Curvature | null = null;
  #stalls = 0;
  #ended = false;

  /** @param start an evaluated point */
  constructor(objective: CubeObjective, start: CubePoint) {
    this.#objective = objective;
    this.#at = start;
  }

  /** Best point so far. */
  get best(): CubePoint {
    return this.#at;
  }

  /** Whether it has stalled for good. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Goes on until it stalls or the cost is spent; returns what it cost. */
  run(costMax: number): number {
    let cost = 0;
    if (this.#ended || costMax < GRADIENT_COST + 1) return cost;
    if (this.#gradient === null) {
      this.#gradient = this.#objective.gradient(this.#at.point);
      cost += GRADIENT_COST;
    }
    while (!this.#ended && costMax - cost > GRADIENT_COST) {
      const from: Stand = { ...this.#at, gradient: this.#gradient };
      const direction = this.#direction(from);
      if (direction === null) {
        this.#ended = true;
        break;
      }
      const line = searchLine(this.#objective, from, { direction, costMax: costMax - cost });
      cost += line.cost;
      if (line.next !== null) {
        this.#moveTo(from, line.next);
        this.#gradient = line.next.gradient;
      } else if (line.cut) break;
      else this.#forget();
    }
    return cost;
  }

  /** A descent direction on the coordinates free to move; null when there is none. */
  #direction({ point, gradient }: Stand): Float64Array | null {
    const free = gradient.map((slope, index) => {
      const value = point[index] ?? 0;
      return (value <= 0 && slope > 0) || (value >= 1 && slope < 0) ? 0 : slope;
    });
    if (this.#curvature !== null) {
      const rows = this.#curvature;
      const newton = free.map((slope, index) =>
        slope === 0 ? 0 : -product(rows[index] ?? free, free),
      );
      if (product(newton, free) < -1e-14) return newton;
      this.#curvature = null;
    }
    const steepest = free.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
    return steepest < 1e-12 ? null : free.map((slope) => (-FIRST_STEP * slope) / steepest);
  }

  #moveTo(from: Stand, next: Stand): void {
    this.#curvature = updated(this.#curvature, {
      move: difference(next.point, from.point),
      turn: difference(next.gradient, from.gradient),
    });
    const gain = from.loss - next.loss;
    this.#stalls = gain < SMALL_GAIN * Math.abs(from.loss) ? this.#stalls + 1 : 0;
    this.#at = { point: next.point, loss: next.loss };
    this.#ended = this.#stalls > STALLS_MAX;
  }

  /** No step found: try the plain gradient, or stop if this was it. */
  #forget(): void {
    this.#stalls += 1;
    this.#ended = this.#curvature === null || this.#stalls > STALLS_MAX;
    this.#curvature = null;
  }
}

/** Descends from an evaluated point until it stalls or the cost is spent. */
export function descend(
  objective: CubeObjective,
  start: CubePoint,
  costMax: number,
): CubePoint & { readonly cost: number } {
  const descent = new Descent(objective, start);
  const cost = descent.run(costMax);
  return { ...descent.best, cost };
}

interface Line {
  readonly direction: Float64Array;
  readonly costMax: number;
}

interface Found {
  readonly next: Stand | null;
  readonly cost: number;
  /** The cost was spent before the line was searched to its end. */
  readonly cut: boolean;
}

/** Bisection for a step that falls enough and has flattened; the last that fell, failing that. */
function searchLine(objective: CubeObjective, from: Stand, { direction, costMax }: Line): Found {
  let [low, high, length, cost] = [0, Infinity, 1, 0];
  let next: Stand | null = null;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (costMax - cost <= GRADIENT_COST) return { next, cost, cut: true };
    const point = from.point.map((value, index) =>
      clamp(value + length * (direction[index] ?? 0), 0, 1),
    );
    const move = difference(point, from.point);
    const expected = product(move, from.gradient);
    const loss = objective.evaluate(point);
    cost += 1;
    if (loss < from.loss + ENOUGH_FALL * Math.min(expected, 0)) {
      const gradient = objective.gradient(point);
      cost += GRADIENT_COST;
      next = { point, loss, gradient };
      const flat = product(gradient, move) >= ENOUGH_FLATTENING * expected;
      if (flat || tries >= EXTENSIONS_MAX || atCorner(point, direction)) break;
      low = length;
    } else {
      high = length;
      if (next !== null && tries >= EXTENSIONS_MAX) break;
    }
    length = high < Infinity ? (low + high) / 2 : 2 * low;
  }
  return { next, cost, cut: false };
}

/** Whether a longer step would be cut back to the same point. */
function atCorner(point: Float64Array, direction: Float64Array): boolean {
  return point.every((value, index) => direction[index] === 0 || value === 0 || value === 1);
}

function difference(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] ?? 0));
}

function product(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

/** BFGS update of the inverse Hessian; skipped when the curvature along the move is not positive. */
function updated(
  curvature: Curvature | null,
  { move, turn }: { move: Float64Array; turn: Float64Array },
): Curvature | null {
  const along = product(move, turn);
  if (along <= 1e-14) return curvature;
  const turnSquares = product(turn, turn);
  const base =
    curvature ??
    [...move.keys()].map((row) =>
      move.map((_, column) => (row === column ? along / turnSquares : 0)),
    );
  const turned = Float64Array.from(base, (row) => product(row, turn));
  const scale = (1 + product(turn, turned) / along) / along;
  return base.map((row, a) =>
    row.map((value, b) => {
      const [moveA, moveB] = [move[a] ?? 0, move[b] ?? 0];
      const mixed = (turned[a] ?? 0) * moveB + moveA * (turned[b] ?? 0);
      return value + scale * moveA * moveB - mixed / along;
    }),
  );
}
