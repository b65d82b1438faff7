/**
 * Where experiments lie in the data, and which of them a model cannot use.
 *
 * A lift test is a statement about the effect between its dates: a model that does not hold all of
 * these periods cannot be compared with it. What is left out is said, never passed over.
 *
 * 1. A test counts only when all its days lie in periods that train.
 * 2. A period that a test covers in part counts by the share of its days.
 */

import { findPeriod, findPeriodStart, formatIsoDate, parseDayNumber } from "./calendar.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import type { Finding } from "./findings.ts";
import { toFinding } from "./findings.ts";

type Calibration = NonNullable<ModelConfig["calibration"]>;
export type LiftTest = Calibration["lift_tests"][number];

export interface TestPeriods {
  /** Periods [from, to) in every geo. */
  readonly from: number;
  readonly to: number;
  /** Share of the days of each of these periods that lie between the test's dates, 0 … 1. */
  readonly days: readonly number[];
}

type Calendar = Pick<Dataset, "firstDay" | "frequency">;

/** The periods that hold a test's days, first and last day inclusive; null where the data lack one. */
export function locateLiftTest(
  dataset: Calendar,
  test: Pick<LiftTest, "start" | "end">,
  periods: number,
): TestPeriods | null {
  const { firstDay, frequency } = dataset;
  const [start, end] = readDays(test);
  const begin = (period: number): number => findPeriodStart(firstDay, frequency, period);
  if (!(start >= begin(0) && end < begin(periods) && end >= start)) return null;
  const from = findPeriod(firstDay, frequency, start);
  const to = findPeriod(firstDay, frequency, end) + 1;
  const days = Array.from({ length: to - from }, (_, at) => {
    const [first, next] = [begin(from + at), begin(from + at + 1)];
    return (Math.min(next, end + 1) - Math.max(first, start)) / (next - first);
  });
  return { from, to, days };
}

/** Day numbers of first and last day; NaN for what is not in the calendar. */
function readDays({ start, end }: Pick<LiftTest, "start" | "end">): [number, number] {
  return [parseDayNumber(start) ?? Number.NaN, parseDayNumber(end) ?? Number.NaN];
}

/** How many pieces of evidence enter; the data are the rows that train. */
export function countUsedCalibration(
  dataset: Dataset,
  config: ModelConfig,
): { readonly lift_tests: number; readonly roi_priors: number } {
  const { lift_tests = [], roi_priors = [] } = config.calibration ?? {};
  const silent = listSilentChannels(dataset, config);
  return {
    lift_tests: lift_tests.filter((test) => explainUnusedTest(dataset, test, silent) === null)
      .length,
    roi_priors: roi_priors.filter(({ channel }) => !silent.has(channel)).length,
  };
}

/**
 * One finding per experiment that does not enter.
 *
 * @param dataset the rows that train, locked weeks left out
 */
export function findUnusedCalibration(dataset: Dataset, config: ModelConfig): Finding[] {
  const { lift_tests = [], roi_priors = [] } = config.calibration ?? {};
  const silent = listSilentChannels(dataset, config);
  const tests = lift_tests.flatMap((test) => {
    const why = explainUnusedTest(dataset, test, silent);
    return why === null
      ? []
      : [toUnused(test.channel, `the lift test of ${test.start} to ${test.end}`, why)];
  });
  const priors = roi_priors
    .filter(({ channel }) => silent.has(channel))
    .map(({ channel }) => toUnused(channel, "the prior on ROI", NO_SPEND));
  return [...tests, ...priors];
}

const NO_SPEND = "the channel has no spend in the weeks that train";

function explainUnusedTest(
  dataset: Dataset,
  test: LiftTest,
  silent: ReadonlySet<string>,
): string | null {
  if (silent.has(test.channel)) return NO_SPEND;
  const { dates, channels } = dataset;
  const at = locateLiftTest(dataset, test, dates.length);
  if (at === null) return explainMissingDays(dataset, test);
  const exposure = channels.find(({ name }) => name === test.channel)?.exposure;
  const geos = dataset.geos.length;
  const reach = exposure?.subarray(0, at.to * geos).some((value) => value > 0) ?? false;
  return reach ? null : "the channel had no spend by then";
}

/** Which of a test's days are not in the weeks that train. */
function explainMissingDays(dataset: Dataset, test: LiftTest): string {
  const { firstDay, frequency, dates } = dataset;
  const [start, end] = readDays(test);
  const first = findPeriodStart(firstDay, frequency, 0);
  const next = findPeriodStart(firstDay, frequency, dates.length);
  const span = `the weeks that train, ${formatIsoDate(first)} to ${formatIsoDate(next - 1)}`;
  if (Number.isNaN(start) || Number.isNaN(end)) return "a date of it is not in the calendar";
  const year = isOtherYear(dataset, test) ? " (is the year right?)" : "";
  if (end < first) return `it ends before ${span}${year}`;
  if (start >= next) return `it begins after ${span}${year}`;
  if (start < first) return `it begins ${first - start} days before ${span}`;
  return `it ends ${end - next + 1} days after ${span}`;
}

const YEARS_TRIED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((years) => [-years, years]);

/** Whether a test would lie in the data, were it of another year. */
function isOtherYear(dataset: Dataset, test: LiftTest): boolean {
  return YEARS_TRIED.some((years) => {
    const [start, end] = [test.start, test.end].map(
      (text) => `${Number(text.slice(0, 4)) + years}${text.slice(4)}`,
    ) as [string, string];
    return locateLiftTest(dataset, { start, end }, dataset.dates.length) !== null;
  });
}

function toUnused(channel: string, what: string, why: string): Finding {
  const message = `"${channel}": ${what} is not used, since ${why}; returns do not know of it`;
  return toFinding("calibration_unused", message, { channel });
}

function listSilentChannels(dataset: Dataset, config: ModelConfig): ReadonlySet<string> {
  const idle = (values: Float64Array | undefined): boolean =>
    values === undefined || values.every((value) => !(value > 0));
  const names = config.channels.map(({ name }) => name);
  return new Set(
    names.filter((_, at) => {
      const data = dataset.channels[at];
      return idle(data?.spend) || idle(data?.exposure);
    }),
  );
}
