/**
 * A column of dates, whatever form they have.
 *
 * 1. One form holds for the whole column: every cell that is not missing, or the cells that break it
 *    are named.
 * 2. Day and month are told apart by a number above 12 anywhere in the column, then by the only order
 *    that gives equally spaced dates; else the column is open and nobody guesses.
 * 3. A timestamp stands for the day it was written on; times near midnight in UTC leave that day open.
 * 4. A month, quarter or ISO week stands for its first day.
 */
import { toDayNumber, toWeekStart } from "./calendar.ts";
import { isMissing } from "./missing.ts";
import { dropWeekday, readMonthName } from "./months.ts";
import { measureSpacing, sortDistinct } from "./regularity.ts";
import type { DateOrder, Dates } from "./table.ts";

interface Form {
  readonly name: string;
  readonly pattern: RegExp;
  readonly toDay: (match: RegExpExecArray) => number | null;
  /** Day or month first, where it says so. */
  readonly order?: DateOrder;
  /** Whether it may be taken without being asked for: plain numbers may be anything. */
  readonly onlyWhenAsked?: true;
  /** Taken only when the dates are equally spaced: the digits could be something else. */
  readonly mustBeRegular?: true;
}

const TIME = String.raw`(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AP]\.?M\.?)?(?: ?(?:Z|UTC|GMT|CET|CEST|[+-]\d{2}:?(?:\d{2})?))?)?`;
const form = (pattern: string): RegExp => new RegExp(`^${pattern}$`, "i");
const number = (match: RegExpExecArray, group: number): number => Number(match[group]);
/** A year of two digits: 1970 … 2069. */
const widenYear = (year: number): number =>
  year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;

function createOrderedForm(name: string, order: DateOrder, separator: string): Form {
  const [day, month] = order === "day_first" ? [1, 2] : [2, 1];
  return {
    name,
    order,
    pattern: form(String.raw`(\d{1,2})${separator}(\d{1,2})${separator}(\d{4}|\d{2})\.?${TIME}`),
    toDay: (match) =>
      toDayNumber(widenYear(number(match, 3)), number(match, month), number(match, day)),
  };
}

const WORD = String.raw`([A-Za-zÀ-ÿ]{3,10}\.?)`;

const FORMS: readonly Form[] = [
  {
    name: "YYYY-MM-DD",
    pattern: form(String.raw`(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${TIME}`),
    toDay: (match) => toDayNumber(number(match, 1), number(match, 3), number(match, 4)),
  },
  createOrderedForm("DD/MM/YYYY", "day_first", "/"),
  createOrderedForm("MM/DD/YYYY", "month_first", "/"),
  createOrderedForm("DD.MM.YYYY", "day_first", String.raw`\.`),
  createOrderedForm("MM.DD.YYYY", "month_first", String.raw`\.`),
  createOrderedForm("DD-MM-YYYY", "day_first", "-"),
  createOrderedForm("MM-DD-YYYY", "month_first", "-"),
  {
    name: "D MONTH YYYY",
    pattern: form(
      String.raw`(\d{1,2})(?:\.|st|nd|rd|th|er)?[ -]*(?:de )?${WORD}[ -]*(?:de(?:l)? )?(\d{4}|\d{2})${TIME}`,
    ),
    toDay: (match) => resolveNamedDate(match[2], number(match, 3), number(match, 1)),
  },
  {
    name: "MONTH D, YYYY",
    pattern: form(String.raw`${WORD} *(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})${TIME}`),
    toDay: (match) => resolveNamedDate(match[1], number(match, 3), number(match, 2)),
  },
  {
    name: "MONTH YYYY",
    pattern: form(String.raw`${WORD}[ .,/'-]*(?:de )?(\d{4})`),
    toDay: (match) => resolveNamedDate(match[1], number(match, 2), 1),
  },
  {
    name: "MONTH YY",
    pattern: form(String.raw`${WORD}[ .,/'’-]+(\d{2})`),
    mustBeRegular: true,
    toDay: (match) => resolveNamedDate(match[1], number(match, 2), 1),
  },
  {
    name: "YYYY MONTH",
    pattern: form(String.raw`(\d{4})[ .,/-]*${WORD}`),
    toDay: (match) => resolveNamedDate(match[2], number(match, 1), 1),
  },
  {
    name: "ISO week",
    pattern: form(String.raw`(\d{4})[- /]?(?:W|KW|S|wk)[- ]?(\d{1,2})(?:-?([1-7]))?`),
    toDay: (match) => resolveWeekDay(number(match, 1), number(match, 2), match[3]),
  },
  {
    name: "ISO week",
    pattern: form(
      String.raw`(?:W|KW|CW|wk|week|woche|semaine|semana|S)[ .-]*(\d{1,2})[ ,/.-]+(\d{4})`,
    ),
    toDay: (match) => resolveWeekDay(number(match, 2), number(match, 1), undefined),
  },
  {
    name: "YYYY-Mmm",
    pattern: form(String.raw`(\d{4})[- ]?M(\d{1,2})`),
    toDay: (match) => toDayNumber(number(match, 1), number(match, 2), 1),
  },
  {
    name: "quarter",
    pattern: form(String.raw`(\d{4})[- /]?(?:Q|T)([1-4])`),
    toDay: (match) => toDayNumber(number(match, 1), 3 * number(match, 2) - 2, 1),
  },
  {
    name: "quarter",
    pattern: form(String.raw`(?:Q|T)([1-4])[ '/-]*(\d{4})`),
    toDay: (match) => toDayNumber(number(match, 2), 3 * number(match, 1) - 2, 1),
  },
  {
    name: "YYYYMMDD",
    pattern: form(String.raw`(\d{4})(\d{2})(\d{2})(?:\.0+)?`),
    toDay: (match) => toDayNumber(number(match, 1), number(match, 2), number(match, 3)),
  },
  {
    name: "YYYY-MM",
    pattern: form(String.raw`(\d{4})[-/.](\d{1,2})`),
    mustBeRegular: true,
    toDay: (match) => toDayNumber(number(match, 1), number(match, 2), 1),
  },
  {
    name: "MM/YYYY",
    pattern: form(String.raw`(\d{1,2})[-/.](\d{4})`),
    mustBeRegular: true,
    toDay: (match) => toDayNumber(number(match, 2), number(match, 1), 1),
  },
  {
    name: "YYYYMM",
    pattern: form(String.raw`(\d{4})(\d{2})(?:\.0+)?`),
    mustBeRegular: true,
    toDay: (match) => toDayNumber(number(match, 1), number(match, 2), 1),
  },
  {
    name: "YYYYWW",
    pattern: form(String.raw`(\d{4})[-/.]?(\d{2})(?:\.0+)?`),
    mustBeRegular: true,
    toDay: (match) => toWeekStart(number(match, 1), number(match, 2)),
  },
  {
    name: "Excel serial",
    onlyWhenAsked: true,
    mustBeRegular: true,
    pattern: form(String.raw`([2-6]\d{4})(?:\.0+)?`),
    // Day 1 of the 1900 system is 1900-01-01, and it has a 29 February 1900 that never was.
    toDay: (match) => number(match, 1) - 25_569,
  },
  {
    name: "seconds since 1970",
    onlyWhenAsked: true,
    mustBeRegular: true,
    pattern: form(String.raw`(\d{9,10})`),
    toDay: (match) => (number(match, 1) % 86_400 === 0 ? number(match, 1) / 86_400 : null),
  },
  {
    name: "milliseconds since 1970",
    onlyWhenAsked: true,
    mustBeRegular: true,
    pattern: form(String.raw`(\d{12,13})`),
    toDay: (match) => (number(match, 1) % 86_400_000 === 0 ? number(match, 1) / 86_400_000 : null),
  },
];

function resolveNamedDate(word: string | undefined, year: number, day: number): number | null {
  const month = readMonthName(word ?? "");
  return month === null ? null : toDayNumber(widenYear(year), month, day);
}

function resolveWeekDay(year: number, week: number, weekday: string | undefined): number | null {
  const monday = toWeekStart(year, week);
  return monday === null ? null : monday + Number(weekday ?? 1) - 1;
}

interface Reading {
  readonly form: Form;
  readonly days: readonly (number | null)[];
  readonly invalid: readonly number[];
}

/** A period given by its first and last day stands for the first. */
const RANGE =
  /^(\S.*?\d)(?: *[–—] *| +(?:-|to|bis|till|until|au|al|a) +|(?<=^\d{4}-\d{2}-\d{2})\/)\d.*$/;

/** Cells of a column of dates that may break its form: a fifth, and one where there are few. */
function countAllowedBreaks(filled: number): number {
  return Math.max(filled >= 3 ? 1 : 0, Math.floor(filled / 5));
}

/**
 * The column as dates; null where it is none. `asked` says that somebody called it the date column:
 * then plain numbers may be Excel's days or seconds, and the best form is told even if cells break it.
 */
export function interpretDates(
  texts: readonly string[],
  { dateOrder, asked = false }: { dateOrder?: DateOrder | undefined; asked?: boolean } = {},
): Dates | null {
  const filled = texts.filter((text) => !isMissing(text)).length;
  if (filled === 0) return null;
  const cleaned = texts.map((text) =>
    dropWeekday(text.replace(/[\u00a0\u202f]/g, " ").replace(RANGE, "$1")),
  );
  const readings = FORMS.filter(({ onlyWhenAsked }) => asked || onlyWhenAsked !== true)
    .map((each) => readBy(each, cleaned))
    .filter(({ invalid }) => invalid.length <= countAllowedBreaks(filled));
  const least = Math.min(...readings.map(({ invalid }) => invalid.length));
  const best = readings.filter(({ invalid }) => invalid.length === least);
  const [first] = best;
  if (first === undefined) return null;
  const chosen = chooseReading(best, dateOrder);
  const { form: taken, days, invalid } = chosen ?? first;
  const open = chosen === null || leavesDayOpen(texts);
  return { days, form: taken.name, ambiguous: open, invalid };
}

function readBy(form_: Form, texts: readonly string[]): Reading {
  const invalid: number[] = [];
  const days = texts.map((text, row) => {
    if (isMissing(text)) return null;
    const match = form_.pattern.exec(text);
    const day = match === null ? null : form_.toDay(match);
    if (day === null) invalid.push(row);
    return day;
  });
  return { form: form_, days, invalid };
}

/** The reading that holds; null where several do. */
function chooseReading(
  readings: readonly Reading[],
  dateOrder: DateOrder | undefined,
): Reading | null {
  const different = readings.filter(
    (reading, index) => readings.findIndex((other) => sameDays(reading, other)) === index,
  );
  const [only] = different;
  if (different.length === 1 && only !== undefined) {
    return only.form.mustBeRegular !== true || isEvenlySpaced(only) ? only : null;
  }
  const asked = different.filter(({ form: { order } }) => order === dateOrder);
  if (dateOrder !== undefined && asked.length === 1) return asked[0] ?? null;
  const even = different.filter(isEvenlySpaced);
  return even.length === 1 ? (even[0] ?? null) : null;
}

function sameDays(a: Reading, b: Reading): boolean {
  return a.days.every((day, row) => day === b.days[row]);
}

/** Enough equally spaced dates that it is no accident. */
function isEvenlySpaced({ days }: Reading): boolean {
  const distinct = sortDistinct(days);
  const spacing = measureSpacing(distinct);
  return distinct.length >= 3 && spacing !== null && spacing.regular;
}

/** Midnight here is 22:00 or 23:00 of the day before in UTC: such times leave the day open. */
function leavesDayOpen(texts: readonly string[]): boolean {
  const late = /[T ](?:1[2-9]|2[0-3]):\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:Z|UTC|GMT|\+00:?(?:00)?)$/i;
  const times = new Set(texts.map((text) => /[T ](\d{2}:\d{2})/.exec(text)?.[1] ?? ""));
  return times.size <= 2 && texts.some((text) => late.test(text));
}

const DATE_NAME =
  /date|week|month|time|period|quarter|^day$|^ds$|datum|woche|kw|monat|quartal|zeit|fecha|semana|mes|jour|semaine|mois|data$|^dt$/i;

/** Whether a column's name says that it holds dates: its numbers then are days or seconds. */
export function isDateName(name: string): boolean {
  return DATE_NAME.test(name);
}
