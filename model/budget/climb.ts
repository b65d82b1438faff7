/**
 * Plans whose worth is no sum over channels: improved from a start by moving money between two of them.
 *
 * 1. Bounds, total and whatever else is asked hold at every step; the result is never worth less than the
 *    start, nor than today's spend where that is allowed.
 */

import { sum } from "../numbers.ts";
import type { SpendCurve } from "../spend-split.ts";

const MOVES_MAX = 600;
const BLENDS = [1, 0.75, 0.5, 0.25, 0];

export interface ClimbOptions {
  readonly start: readonly number[];
  readonly total: number;
  readonly worth: (spends: readonly number[]) => number;
  readonly allowed: (spends: readonly number[]) => boolean;
}

/** The best of start, today and blends of both, then moves of shrinking size. */
export function climbSpends(
  curves: readonly SpendCurve[],
  { start, total, worth, allowed }: ClimbOptions,
): readonly number[] {
  const fits = (spends: readonly number[]): boolean =>
    sum(spends) <= total * (1 + 1e-9) &&
    curves.every(({ low, high }, at) => {
      const spend = spends[at] ?? 0;
      return spend >= low * (1 - 1e-9) && spend <= high * (1 + 1e-9);
    }) &&
    allowed(spends);
  let best = start;
  let value = worth(start);
  const consider = (spends: readonly number[]): void => {
    if (!fits(spends)) return;
    const own = worth(spends);
    if (own > value) [best, value] = [spends, own];
  };
  for (const blend of BLENDS) {
    consider(start.map((spend, at) => blend * spend + (1 - blend) * (curves[at]?.today ?? 0)));
  }
  let moves = 0;
  let size = 0.1;
  while (size > 0.01 && moves < MOVES_MAX) {
    const before = value;
    for (const { from, to, amount } of listMoves(curves, best, size)) {
      moves += 1;
      consider(best.map((spend, at) => spend + (at === to ? amount : at === from ? -amount : 0)));
    }
    if (value === before) size /= 2;
  }
  return best;
}

interface Move {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** Moves between each two channels, of a share of the smaller one or what room there is. */
function listMoves(
  curves: readonly SpendCurve[],
  spends: readonly number[],
  size: number,
): readonly Move[] {
  return curves.flatMap((giver, from) =>
    curves.flatMap((taker, to) => {
      const room = Math.min((spends[from] ?? 0) - giver.low, taker.high - (spends[to] ?? 0));
      const amount = Math.min(room, 2 * size * Math.min(giver.today, taker.today));
      return from !== to && amount > 1e-9 * giver.today ? [{ from, to, amount }] : [];
    }),
  );
}
