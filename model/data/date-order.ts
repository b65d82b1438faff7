/**
 * Whether dates follow each other a day, a week or a calendar month apart.
 *
 * 1. Nobody is told to remove a row or to make one up.
 */
import { computePeriodDay, type Frequency } from "../calendar.ts";
import { ModelError } from "../errors.ts";
import type { Table } from "./table.ts";

interface OrderContext {
  readonly frequency: Frequency;
  readonly table: Table;
  readonly dateTexts: readonly string[];
  readonly geo: string;
}

/**
 * Refuses rows of one geo that are not consecutive.
 *
 * @throws ModelError `date_gap`, `date_duplicate`, `date_unsorted`, with what to do about it.
 */
export function checkDateOrder(
  rows: readonly number[],
  days: readonly number[],
  { frequency, table, dateTexts, geo }: OrderContext,
): void {
  const first = days[rows[0] ?? 0] ?? 0;
  for (let index = 1; index < rows.length; index += 1) {
    const row = rows[index] ?? 0;
    const day = days[row] ?? 0;
    const before = days[rows[index - 1] ?? 0] ?? 0;
    const due = computePeriodDay(first, frequency, index);
    if (day === due) continue;
    const line = table.lines[row] ?? 0;
    const date = dateTexts[row] ?? "";
    const of = geo === "" ? "" : ` of geo "${geo}"`;
    throwMisplaced(`Date ${date}${of} on line ${line}`, {
      data: { line, date, days_since_previous: day - before, geo },
      expected: due - before,
      frequency,
    });
  }
}

interface Misplaced {
  readonly data: { line: number; date: string; days_since_previous: number; geo: string };
  readonly expected: number;
  readonly frequency: Frequency;
}

function throwMisplaced(at: string, { data, expected, frequency }: Misplaced): never {
  const gap = data.days_since_previous;
  if (gap === 0) {
    const what =
      data.geo === ""
        ? "several rows per date: set data.geo.column to the column that tells them apart, or add them up at the source"
        : "the geo has several rows for it: add them up at the source";
    throw new ModelError("date_duplicate", `${at} stands twice; ${what}`, data);
  }
  if (gap < 0) {
    throw new ModelError(
      "date_unsorted",
      `${at} is earlier than the row before; sort the rows`,
      data,
    );
  }
  if (gap >= 89 && gap <= 92) {
    throw new ModelError(
      "date_gap",
      `${at} is a quarter after the one before; no model takes quarters: export months, weeks or days`,
      data,
    );
  }
  const found = FREQUENCY_OF_GAP.find(({ least, most }) => gap >= least && gap <= most);
  const remedy =
    found === undefined || found.frequency === frequency
      ? "a period is missing: add its row from the source, or begin the data after it"
      : `set data.frequency to "${found.frequency}" if all rows are that far apart`;
  throw new ModelError(
    "date_gap",
    `${at} is ${gap} days after the one before instead of ${expected}; ${remedy}`,
    data,
  );
}

const FREQUENCY_OF_GAP: readonly { frequency: Frequency; least: number; most: number }[] = [
  { frequency: "daily", least: 1, most: 1 },
  { frequency: "weekly", least: 7, most: 7 },
  { frequency: "monthly", least: 28, most: 31 },
];
