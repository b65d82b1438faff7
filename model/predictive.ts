/**
 * The posterior's own forecast beside the tuned configuration's, on weeks that trained neither.
 *
 * The tuned configuration forecasts: it is what validation judged and what is deployed. The posterior
 * predictive (`posterior/forecast.ts`, level damped) stands beside it, with an interval, as a check that
 * no tuning moved: where the two part, the forecast rests on the tuning.
 *
 * 1. Targets of the predicted weeks influence no prediction; errors are over periods, geos added up.
 * 2. Equal draws and data, equal prediction.
 */

import { countPeriods } from "./calendar.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import { takeFirstPeriods } from "./data/dataset.ts";
import { readForm, readMethodology, requireOwnDraws } from "./effects.ts";
import { toFiniteOrNull } from "./numbers.ts";
import type { Draws } from "./posterior/draws.ts";
import { forecastPosterior } from "./posterior/forecast.ts";
import { prepareInputs } from "./posterior/inputs.ts";
import type { Interval } from "./posterior/summaries.ts";

/** Of the noise in the predictions; no session's seed is. */
const SEED = 1;

export interface Predictive {
  /** Median and 90 % interval per period after the training weeks. */
  readonly weeks: readonly (Interval & { readonly date: string; readonly actual: number })[];
  /** Of the median. */
  readonly wmape: number | null;
  /** Share of the periods whose actual lies inside the 90 % interval; null without periods. */
  readonly covered: number | null;
}

/**
 * Predicts the locked weeks of a configuration from draws of its training weeks.
 *
 * @throws ModelError `parameters_invalid` when the draws are not of this methodology.
 */
export function predictLockedWeeks(whole: Dataset, config: ModelConfig, draws: Draws): Predictive {
  const methodology = readMethodology(config);
  const inputs = prepareInputs(whole, methodology, readForm(methodology));
  requireOwnDraws(inputs, draws);
  const ahead = forecastPosterior(inputs, draws, { seed: SEED });
  const weeks = ahead.map((interval, at) => {
    const period = inputs.periods + at;
    return { date: whole.dates[period] ?? "", actual: sumPeriod(whole, period), ...interval };
  });
  return { weeks, ...measureErrors(weeks) };
}

/**
 * Predicts the last whole weeks of later data from draws of the weeks that a session trained on.
 *
 * @param trainingEnd periods that trained; `from` ≥ it is the first period that is asked for
 */
export function predictLaterWeeks(
  whole: Dataset,
  config: ModelConfig,
  { draws, trainingEnd, from }: { draws: Draws; trainingEnd: number; from: number },
): Predictive {
  const { periodsPerWeek } = whole;
  const weeksAhead = Math.floor((whole.dates.length - trainingEnd) / periodsPerWeek);
  const cut = takeFirstPeriods(whole, trainingEnd + countPeriods(weeksAhead, periodsPerWeek));
  const evaluation = { ...config.evaluation, locked_test_weeks: weeksAhead };
  const { weeks } = predictLockedWeeks(cut, { ...config, evaluation }, draws);
  const asked = weeks.slice(from - trainingEnd);
  return { weeks: asked, ...measureErrors(asked) };
}

function measureErrors(weeks: Predictive["weeks"]): Pick<Predictive, "wmape" | "covered"> {
  let missed = 0;
  let size = 0;
  let inside = 0;
  for (const { actual, low, median, high } of weeks) {
    missed += Math.abs(actual - median);
    size += Math.abs(actual);
    if (low <= actual && actual <= high) inside += 1;
  }
  return { wmape: toFiniteOrNull(missed / size), covered: toFiniteOrNull(inside / weeks.length) };
}

function sumPeriod({ target, geos }: Dataset, period: number): number {
  const rows = target.subarray(period * geos.length, (period + 1) * geos.length);
  return rows.reduce((sum, value) => sum + value, 0);
}
