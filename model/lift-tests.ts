/**
 * Where experiments lie in the data, and which of them a model cannot use.
 *
 * A lift test is a statement about the effect between its dates: a model that does not hold all of
 * these periods cannot be compared with it. What is left out is said, never passed over.
 *
 * 1. A test counts only when all its periods are rows that train.
 */

import { parseDayNumber, computePeriodDay, findPeriod } from "./calendar.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import type { Finding } from "./findings.ts";
import { toFinding } from "./findings.ts";

type Calibration = NonNullable<ModelConfig["calibration"]>;
export type LiftTest = Calibration["lift_tests"][number];

export interface Periods {
  /** Periods [from, to) in every geo. */
  readonly from: number;
  readonly to: number;
}

/** The whole periods between a test's dates, inclusive; null where the data do not hold them all. */
export function locateLiftTest(
  dataset: Pick<Dataset, "firstDay" | "frequency">,
  test: Pick<LiftTest, "start" | "end">,
  periods: number,
): Periods | null {
  const { firstDay, frequency } = dataset;
  const start = parseDayNumber(test.start) ?? 0;
  const first = findPeriod(firstDay, frequency, start);
  const from = computePeriodDay(firstDay, frequency, first) < start ? first + 1 : first;
  const to = findPeriod(firstDay, frequency, parseDayNumber(test.end) ?? 0) + 1;
  return from < 0 || to > periods || from >= to ? null : { from, to };
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
  const { dates } = dataset;
  if (locateLiftTest(dataset, test, dates.length) !== null) return null;
  return `not all of it lies in the weeks that train, ${dates[0] ?? ""} to ${dates.at(-1) ?? ""}`;
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
