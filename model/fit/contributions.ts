/**
 * What each channel did week by week, by the model of record.
 *
 * The course over time is the mean of the draws, which adds up; a channel's total is its published
 * contribution, the median. Baseline is what is left of the fitted target.
 *
 * 1. fitted = baseline + Σ channels, period by period; a channel's sum is its published contribution.
 * 2. Covers the training periods only; the locked test has no contributions.
 */

import type { Dataset } from "../data/dataset.ts";
import type { Effects } from "../effects.ts";
import { sum } from "../numbers.ts";

export interface ContributionTable {
  readonly dates: readonly string[];
  readonly actual: readonly number[];
  readonly fitted: readonly number[];
  readonly baseline: readonly number[];
  readonly channels: Readonly<Record<string, readonly number[]>>;
}

/** Contributions per channel and period over the training periods, geos added up; target units. */
export function attributePeriods(
  dataset: Dataset,
  { responses, summary }: Effects,
): ContributionTable {
  const { weeklyFitted } = responses;
  const periods = weeklyFitted.length;
  const geos = dataset.geos.length;
  const courses = dataset.channels.map(({ name }) => {
    const weekly = responses.channels.find((one) => one.name === name)?.weekly ?? null;
    const total = weekly === null ? 0 : sum(weekly);
    const factor = total === 0 ? 0 : (summary.channels[name]?.contribution.median ?? 0) / total;
    const values = Array.from({ length: periods }, (_, at) => (weekly?.[at] ?? 0) * factor);
    return { name, values };
  });
  return {
    dates: dataset.dates.slice(0, periods),
    actual: Array.from({ length: periods }, (_, period) =>
      sum(dataset.target, period * geos, (period + 1) * geos),
    ),
    fitted: [...weeklyFitted],
    baseline: [...weeklyFitted].map(
      (value, period) => value - sum(courses.map(({ values }) => values[period] ?? 0)),
    ),
    channels: Object.fromEntries(courses.map(({ name, values }) => [name, values])),
  };
}
