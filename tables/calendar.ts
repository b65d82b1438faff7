/**
 * Days, months and weeks as whole days since 1970-01-01: no clock, no time zone.
 */

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a date; null when the calendar has no such day or the year is not 1900 … 2199. */
export function toDayNumber(year: number, month: number, day: number): number | null {
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return null;
  const time = new Date(Date.UTC(year, month - 1, day));
  return time.getUTCMonth() === month - 1 ? time.getTime() / DAY_MS : null;
}

/** Year, month (1 … 12) and day of a day number. */
export function splitDay(day: number): { year: number; month: number; date: number } {
  const time = new Date(day * DAY_MS);
  return { year: time.getUTCFullYear(), month: time.getUTCMonth() + 1, date: time.getUTCDate() };
}

/** YYYY-MM-DD of a day number. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Monday of an ISO 8601 week; null when the year has no such week. */
export function toWeekStart(year: number, week: number): number | null {
  const fourth = toDayNumber(year, 1, 4);
  if (fourth === null || week < 1 || week > 53) return null;
  // 1970-01-01 was a Thursday.
  const monday = fourth - ((fourth + 3) % 7) + 7 * (week - 1);
  return splitDay(monday + 3).year === year ? monday : null;
}

/** Months since the year 0 of a day number. */
export function countMonths(day: number): number {
  const { year, month } = splitDay(day);
  return 12 * year + month - 1;
}

/** Whether a day is the last of its month. */
export function isMonthEnd(day: number): boolean {
  return splitDay(day + 1).date === 1;
}
