/**
 * What distance a set of days keeps.
 *
 * 1. Only a distance that all neighbours keep counts as regular; what most keep is said beside it.
 */
import { countMonths, isMonthEnd, splitDay } from "./calendar.ts";
import type { Frequency } from "./table.ts";

export interface Spacing {
  readonly frequency: Frequency;
  /** Every neighbour keeps the distance. */
  readonly regular: boolean;
  /** Days after which the next is not where it should be. */
  readonly gaps: readonly number[];
}

/** The share of neighbours that must keep a distance for it to be the file's. */
const USUAL_SHARE = 0.8;

/** Spacing of distinct days, ascending; null for fewer than two. */
export function measureSpacing(days: readonly number[]): Spacing | null {
  if (days.length < 2) return null;
  for (const [frequency, step] of [
    ["daily", 1],
    ["weekly", 7],
  ] as const) {
    const spacing = weighSpacing(days, frequency, (a, b) => b - a === step);
    if (spacing !== null) return spacing;
  }
  if (!keepsPlaceInMonth(days)) return { frequency: "irregular", regular: false, gaps: [] };
  for (const [frequency, step] of [
    ["monthly", 1],
    ["quarterly", 3],
  ] as const) {
    const spacing = weighSpacing(
      days,
      frequency,
      (a, b) => countMonths(b) - countMonths(a) === step,
    );
    if (spacing !== null) return spacing;
  }
  return { frequency: "irregular", regular: false, gaps: [] };
}

function weighSpacing(
  days: readonly number[],
  frequency: Frequency,
  keeps: (a: number, b: number) => boolean,
): Spacing | null {
  const gaps = days.slice(0, -1).filter((day, index) => !keeps(day, days[index + 1] ?? 0));
  const pairs = days.length - 1;
  if (gaps.length > (1 - USUAL_SHARE) * pairs) return null;
  return { frequency, regular: gaps.length === 0, gaps };
}

/** All on one day of the month, or all on its last. */
function keepsPlaceInMonth(days: readonly number[]): boolean {
  const date = splitDay(days[0] ?? 0).date;
  return days.every((day) => splitDay(day).date === date) || days.every(isMonthEnd);
}

/** The distinct days of a column, ascending. */
export function sortDistinct(days: readonly (number | null)[]): number[] {
  return [...new Set(days.filter((day) => day !== null))].toSorted((a, b) => a - b);
}
