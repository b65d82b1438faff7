/**
 * Whether a week's date is its first or its last day: by the name of the column, else by the weekday.
 *
 * I1. Pure. Sunday and Saturday dates are guesses that a person is asked about.
 */
import type { DataTable } from "../table.ts";
import { spellName } from "./names.ts";

export interface WeekLabel {
  readonly label: "start" | "end";
  readonly why: string;
  readonly sure: boolean;
}

const START = /\b(?:start\w*|strt|begin\w*|beginn|commencing|debut|inicio|from)\b/;
const END = /\b(?:end\w*|ending|ende|fin|we)\b/;
const WEEKDAYS = [
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
] as const;

/** The label of weekly dates; `start` for dates that are not weekly. */
export function guessWeekLabel({ columns, layout }: DataTable): WeekLabel {
  const plain: WeekLabel = { label: "start", why: "the dates are not weekly", sure: true };
  if (layout.frequency !== "weekly" || layout.date === null) return plain;
  const name = spellName(layout.date);
  if (START.test(name)) return { label: "start", why: `"${layout.date}" says so`, sure: true };
  if (END.test(name)) return { label: "end", why: `"${layout.date}" says so`, sure: true };
  const day = columns.find((column) => column.name === layout.date)?.dates?.days.find(isDay) ?? 0;
  const weekday = WEEKDAYS[((day % 7) + 7) % 7] ?? "Monday";
  if (weekday === "Sunday" || weekday === "Saturday") {
    return {
      label: "end",
      why: `all dates are ${weekday}s, which most often end a week`,
      sure: false,
    };
  }
  return { label: "start", why: `all dates are ${weekday}s`, sure: weekday === "Monday" };
}

function isDay(day: number | null): day is number {
  return day !== null;
}
