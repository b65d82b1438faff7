/**
 * A response curve between and beyond the multiplers it was computed at (`posterior/responses.ts`).
 *
 *   0 … 2   a cubic through the neighbours (Catmull & Rom 1974)
 *   above   R(m) = A m/(m + c) through R(1) and R(2), a guess that saturates; flat where the curve
 *           between 1 and 2 falls, linear where it more than doubles
 */

import { MULTIPLIERS } from "./posterior/responses.ts";

const LAST = MULTIPLIERS.length - 1;
const STEPS_PER_UNIT = LAST / 2;

/** The response at a multiplier of the curve that stands at values[first …]. */
export function interpolateResponse(
  values: Float64Array,
  first: number,
  multiplier: number,
): number {
  if (multiplier > 2) return extrapolate(values, first, multiplier);
  const at = Math.max(multiplier, 0) * STEPS_PER_UNIT;
  const i = Math.min(Math.floor(at), LAST - 1);
  const t = at - i;
  const value = (step: number): number => values[first + step] as number;
  const [p1, p2] = [value(i), value(i + 1)];
  const p0 = i > 0 ? value(i - 1) : 2 * p1 - p2;
  const p3 = i + 2 <= LAST ? value(i + 2) : 2 * p2 - p1;
  const [b, c, d] = [p2 - p0, 2 * p0 - 5 * p1 + 4 * p2 - p3, 3 * p1 - p0 - 3 * p2 + p3];
  return 0.5 * (2 * p1 + t * (b + t * (c + t * d)));
}

function extrapolate(values: Float64Array, first: number, multiplier: number): number {
  const one = values[first + STEPS_PER_UNIT] as number;
  const two = values[first + LAST] as number;
  if (!(one > 0) || two <= one) return two;
  const ratio = two / one;
  if (ratio >= 2) return (two * multiplier) / 2;
  const half = (2 * (ratio - 1)) / (2 - ratio);
  return (one * (1 + half) * multiplier) / (multiplier + half);
}
