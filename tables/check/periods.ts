/** Gaps and repeated dates, geo by geo. */
import { measureSpacing, sortDistinct } from "../regularity.ts";
import type { Frequency } from "../table.ts";

export interface Gap {
  /** Row that comes after the gap. */
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly geo: string;
}

export interface PeriodGaps {
  readonly frequency: Frequency | null;
  readonly gaps: readonly Gap[];
  /** Rows whose date their geo had before. */
  readonly twice: readonly number[];
}

/** What is missing or stands twice among the days of a column. */
export function computePeriodGaps(
  days: readonly (number | null)[],
  geos: readonly string[] | null,
): PeriodGaps {
  const frequency = measureSpacing(sortDistinct(days))?.frequency ?? null;
  const rowsOf = new Map<string, Map<number, number>>();
  const twice: number[] = [];
  for (const [row, day] of days.entries()) {
    if (day === null) continue;
    const geo = geos?.[row] ?? "";
    const seen = rowsOf.get(geo) ?? new Map<number, number>();
    rowsOf.set(geo, seen);
    if (seen.has(day)) twice.push(row);
    else seen.set(day, row);
  }
  const gaps: Gap[] = [];
  for (const [geo, seen] of rowsOf) {
    const own = [...seen.keys()].toSorted((a, b) => a - b);
    const spacing = measureSpacing(own);
    for (const from of spacing?.gaps ?? []) {
      const to = own[own.indexOf(from) + 1] ?? from;
      gaps.push({ row: seen.get(to) ?? 0, from, to, geo });
    }
  }
  return { frequency, gaps, twice };
}
