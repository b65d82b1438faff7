/**
 * Dates as whole days, without a clock and without time zones.
 *
 * 1. `parseDayNumber("1970-01-01")` is 0; the proleptic Gregorian calendar holds throughout.
 * 2. A week is one period of weekly data, seven of daily data and 3/13 of a month: a year has 52 weeks
 *    or 12 months.
 *
 * Source: H. Hinnant (2013), chrono-Compatible Low-Level Date Algorithms, days_from_civil.
 */

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days since 1970-01-01 of a YYYY-MM-DD date, or null when it is not a real date. */
export function parseDayNumber(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const monthLength = month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  if (day < 1 || day > monthLength) return null;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The YYYY-MM-DD date of a day number. */
export function formatIsoDate(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

export type Frequency = "daily" | "weekly" | "monthly";

/** Data periods in a week. */
export const PERIODS_PER_WEEK: Readonly<Record<Frequency, number>> = {
  daily: 7,
  weekly: 1,
  monthly: 3 / 13,
};

/** Whole periods that some weeks are; at least one where there is a week at all. */
export function countPeriods(weeks: number, periodsPerWeek: number): number {
  return weeks === 0 ? 0 : Math.max(1, Math.round(weeks * periodsPerWeek));
}

/** Day of a period, from that of the first: months keep their day, or their end. */
export function computePeriodDay(firstDay: number, frequency: Frequency, period: number): number {
  if (frequency !== "monthly") return firstDay + period * (frequency === "weekly" ? 7 : 1);
  const { month, date } = splitMonth(firstDay);
  const start = startMonth(month + period);
  const last = startMonth(month + period + 1) - 1;
  const isEnd = startMonth(month + 1) - 1 === firstDay;
  return isEnd ? last : Math.min(start + date - 1, last);
}

/** The period that a day lies in; a month that is named by its last day began with its first. */
export function findPeriod(firstDay: number, frequency: Frequency, day: number): number {
  if (frequency !== "monthly")
    return Math.floor((day - firstDay) / (frequency === "weekly" ? 7 : 1));
  const first = splitMonth(firstDay);
  const isEnd = startMonth(first.month + 1) - 1 === firstDay;
  const here = splitMonth(day);
  return here.month - first.month - (!isEnd && here.date < first.date ? 1 : 0);
}

/** First day of a period; that of the next one is the day after its last. */
export function findPeriodStart(firstDay: number, frequency: Frequency, period: number): number {
  // A month that is named by its last day holds the day before it.
  const byEnd = findPeriod(firstDay, frequency, firstDay - 1) === 0;
  return byEnd
    ? computePeriodDay(firstDay, frequency, period - 1) + 1
    : computePeriodDay(firstDay, frequency, period);
}

/** Months since 1970-01 and day of the month, 1 … 31. */
function splitMonth(day: number): { month: number; date: number } {
  const [year = 0, month = 0, date = 0] = formatIsoDate(day).split("-").map(Number);
  return { month: 12 * (year - 1970) + month - 1, date };
}

/** First day of a month counted since 1970-01. */
function startMonth(month: number): number {
  const year = 1970 + Math.floor(month / 12);
  const text = String(month - 12 * (year - 1970) + 1).padStart(2, "0");
  return parseDayNumber(`${String(year).padStart(4, "0")}-${text}-01`) ?? 0;
}
