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
export function attributePeriods(dataset: Dataset, { draws, summary }: Effects): ContributionTable {
  const { mean } = draws;
  const periods = mean.fitted.length;
  const geos = dataset.geos.length;
  const columns = draws.channels.map(({ name }, channel) => {
    const course = mean.channels[channel] ?? new Float64Array(periods);
    const total = sum(course);
    const factor = total === 0 ? 0 : (summary.channels[name]?.contribution.median ?? 0) / total;
    return { name, values: [...course].map((value) => value * factor) };
  });
  return {
    dates: dataset.dates.slice(0, periods),
    actual: Array.from({ length: periods }, (_, period) =>
      sum(dataset.target, period * geos, (period + 1) * geos),
    ),
    fitted: [...mean.fitted],
    baseline: [...mean.fitted].map(
      (value, period) => value - sum(columns.map(({ values }) => values[period] ?? 0)),
    ),
    channels: Object.fromEntries(columns.map(({ name, values }) => [name, values])),
  };
}
