/**
 * The split of a total over spend curves with the largest sum of responses: the one solver of all plans.
 *
 *   max Σ_c f_c(b_c)   s.t.  Σ_c b_c ≤ total,  low_c ≤ b_c ≤ high_c,
 * and for a target ROI also Σ_c f_c(b_c) ≥ target · Σ_c b_c, spending less than the total when needed.
 *
 * Hill curves with α > 1 are S-shaped, so marginal returns alone can miss the optimum. The split is
 * solved exactly on a grid of spend steps by dynamic programming over channels (the classic
 * resource allocation problem; Bellman 1957), then polished on finer grids around the solution.
 *
 * 1. Bounds hold, and the sum never exceeds the total.
 * 2. On the coarse grid the result is the best there is, whatever the shape of the curves.
 */

import { ModelError } from "./errors.ts";
import { sum } from "./numbers.ts";

const GRID_STEPS = 200;
const POLISH_ROUNDS = 6;
/** Halvings between two totals of the grid: the spend is right to 1e-6 of the room. */
const HALVINGS = 14;
/** Totals below the grid's first step, each half the one before. */
const FINE_STEPS = 12;
const POLISH_WIDTH = 8;

export interface SpendCurve {
  readonly name: string;
  readonly today: number;
  readonly low: number;
  readonly high: number;
  readonly response: (spend: number) => number;
}

/**
 * The best spend per curve under the total.
 *
 * @throws ModelError `allocation_infeasible`.
 */
export function allocateCurves(
  curves: readonly SpendCurve[],
  total: number,
  targetRoi?: number,
): number[] {
  const least = sum(curves.map((curve) => curve.low));
  if (least > total * (1 + 1e-9)) {
    throw createInfeasibleError(
      `the lower bounds add up to ${least}, more than the total ${total}`,
      {
        total,
      },
    );
  }
  if (targetRoi === undefined) return findBestSplit(curves, total);
  return findSplitForTarget(curves, { least, total, targetRoi });
}

interface TargetSearch {
  readonly least: number;
  readonly total: number;
  readonly targetRoi: number;
}

/**
 * The largest spend whose best split still meets the target: totals on a grid from above, then halved
 * between the last that misses and the first that meets. Where even the first step of the grid misses,
 * smaller and smaller totals are tried, since a concave curve returns most on its first units.
 */
function findSplitForTarget(
  curves: readonly SpendCurve[],
  { least, total, targetRoi }: TargetSearch,
): number[] {
  const meets = (spends: readonly number[]): boolean => {
    const spent = sum(spends);
    // An empty plan has no return at all: it meets nothing.
    return spent > 0 && sumResponses(curves, spends) >= targetRoi * spent * (1 - 1e-9);
  };
  const split = (amount: number): number[] => findBestSplit(curves, amount);
  const full = split(total);
  if (meets(full)) return full;
  let above = total;
  for (const share of listTotals()) {
    const below = least + (total - least) * share;
    let best = split(below);
    if (meets(best)) {
      let low = below;
      for (let round = 0; round < HALVINGS; round += 1) {
        const middle = (low + above) / 2;
        const spends = split(middle);
        if (meets(spends)) [low, best] = [middle, spends];
        else above = middle;
      }
      return best;
    }
    above = below;
  }
  throw createInfeasibleError(`no plan within the bounds reaches a ROI of ${targetRoi}`, {
    target_roi: targetRoi,
  });
}

/** Shares of the room above the least spend, falling: the grid, then ever smaller parts of its step. */
function listTotals(): number[] {
  const grid = Array.from({ length: GRID_STEPS }, (_, step) => 1 - (step + 1) / GRID_STEPS);
  const fine = Array.from({ length: FINE_STEPS }, (_, step) => 2 ** -(step + 1) / GRID_STEPS);
  return [...grid.slice(0, -1), ...fine, 0];
}

function findBestSplit(curves: readonly SpendCurve[], total: number): number[] {
  const room = Math.min(total, sum(curves.map((curve) => curve.high)));
  let step = (room - sum(curves.map((curve) => curve.low))) / GRID_STEPS;
  let spends = allocateOnGrid(curves, { room, step, steps: GRID_STEPS });
  for (let round = 0; round < POLISH_ROUNDS && step > 0; round += 1) {
    const around = curves.map((curve, index) => {
      const at = spends[index] ?? curve.low;
      const low = Math.max(curve.low, at - POLISH_WIDTH * step);
      return { ...curve, low, high: Math.min(curve.high, at + POLISH_WIDTH * step) };
    });
    step /= 4;
    const steps = Math.floor((room - sum(around.map((curve) => curve.low))) / step + 1e-9);
    const finer = allocateOnGrid(around, { room, step, steps });
    if (sumResponses(curves, finer) >= sumResponses(curves, spends)) spends = finer;
  }
  return spends;
}

/** Dynamic programming: best response of the first channels with at most j steps above the lows. */
function allocateOnGrid(
  curves: readonly SpendCurve[],
  { step, steps }: { room: number; step: number; steps: number },
): number[] {
  if (!(step > 0) || steps < 1) return curves.map((curve) => curve.low);
  let best = new Float64Array(steps + 1);
  const choices: Int32Array[] = [];
  for (const curve of curves) {
    const most = Math.min(steps, Math.floor((curve.high - curve.low) / step + 1e-9));
    const gains = Float64Array.from({ length: most + 1 }, (_, count) =>
      curve.response(curve.low + count * step),
    );
    const next = new Float64Array(steps + 1).fill(-Infinity);
    const choice = new Int32Array(steps + 1);
    for (let used = 0; used <= steps; used += 1) {
      for (let count = 0; count <= Math.min(most, used); count += 1) {
        const value = (best[used - count] as number) + (gains[count] as number);
        if (value > (next[used] as number)) {
          next[used] = value;
          choice[used] = count;
        }
      }
    }
    best = next;
    choices.push(choice);
  }
  let left = steps;
  const spends = curves.map((curve) => curve.low);
  for (let index = curves.length - 1; index >= 0; index -= 1) {
    const count = choices[index]?.[left] ?? 0;
    spends[index] = (spends[index] ?? 0) + count * step;
    left -= count;
  }
  return spends;
}

function sumResponses(curves: readonly SpendCurve[], spends: readonly number[]): number {
  return sum(curves.map((curve, index) => curve.response(spends[index] ?? 0)));
}

export function createInfeasibleError(
  why: string,
  data: Record<string, string | number>,
): ModelError {
  return new ModelError(
    "allocation_infeasible",
    `Allocation: ${why}; change total, bounds or target`,
    data,
  );
}
