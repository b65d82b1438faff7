/**
 * Where experiments lie in the data, and which of them a model cannot use.
 *
 * A lift test is a statement about the effect between its dates: a model that does not hold all of
 * these periods cannot be compared with it. What is left out is said, never passed over.
 *
 * 1. A test counts only when all its days lie in periods that train.
 * 2. A period that a test covers in part counts by the share of its days.
 */

import { formatIsoDate, parseDayNumber } from "./calendar.ts";
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
  const { step, first, last } = countDays(dataset, test);
  if (!(first >= 0 && last < periods * step && last >= first)) return null;
  const from = Math.floor(first / step);
  const to = Math.floor(last / step) + 1;
  const days = Array.from({ length: to - from }, (_, at) => {
    const begins = (from + at) * step;
    return (Math.min(begins + step, last + 1) - Math.max(begins, first)) / step;
  });
  return { from, to, days };
}

/** Days of a test after the first day of the data. */
function countDays(
  { firstDay, frequency }: Calendar,
  { start, end }: Pick<LiftTest, "start" | "end">,
): { step: number; first: number; last: number } {
  const day = (text: string): number => (parseDayNumber(text) ?? Number.NaN) - firstDay;
  return { step: frequency === "weekly" ? 7 : 1, first: day(start), last: day(end) };
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
  const { step, first, last } = countDays(dataset, test);
  const days = dataset.dates.length * step;
  const [from, to] = [0, days - 1].map((day) => formatIsoDate(dataset.firstDay + day));
  const span = `the weeks that train, ${from ?? ""} to ${to ?? ""}`;
  if (Number.isNaN(first) || Number.isNaN(last)) return "a date of it is not in the calendar";
  const year = isOtherYear(dataset, test) ? " (is the year right?)" : "";
  if (last < 0) return `it ends before ${span}${year}`;
  if (first >= days) return `it begins after ${span}${year}`;
  if (first < 0) return `it begins ${-first} days before ${span}`;
  return `it ends ${last - days + 1} days after ${span}`;
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
