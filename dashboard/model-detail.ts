/**
 * Everything about one configuration that pictures show and events do not carry: series and curves.
 *
 * I1. From the training window only; locked weeks appear as dates without figures, but for the errors of
 *     forecasts (`record-detail.ts`) once the session has looked at them.
 * I2. Same data and configuration: same detail.
 */
import { countPeriods } from "../model/calendar.ts";
import { countPeriodsPerWeek, type ModelConfig } from "../model/config.ts";
import { attributePeriods, type ContributionTable } from "../model/fit/contributions.ts";
import { planBudget } from "../model/budget/plans.ts";
import { type BudgetPlans } from "../model/budget/forms.ts";
import type { Dataset } from "../model/data/dataset.ts";
import { estimateEffects, type Effects } from "../model/effects.ts";
import { computeResponseCurves, type ResponseCurve } from "../model/fit/response-curve.ts";
import { trainModel } from "../model/train.ts";
import type { TrainingResult } from "../model/results/training-result.ts";
import { computeRecordDetail, type RecordDetail } from "./record-detail.ts";

export interface CarryoverCurve {
  readonly channel: string;
  /** Share of the effect in each week after the spend, week 0 first. */
  readonly weekly: readonly number[];
}

export interface ModelDetail {
  readonly config: ModelConfig;
  readonly result: TrainingResult;
  readonly contributions: ContributionTable;
  /** Dates of all periods, locked ones included. */
  readonly dates: readonly string[];
  readonly curves: readonly ResponseCurve[];
  readonly carryover: readonly CarryoverCurve[];
  /** Budgets for the next quarter; null where the methodology asks for a point. */
  readonly plans: BudgetPlans | null;
  /** What the returns rest on; null where the methodology asks for a point. */
  readonly record: RecordDetail | null;
}

const MULTIPLIERS = Array.from({ length: 41 }, (_, at) => at * 0.05);

/**
 * Fits the configuration as it stands and works out its pictures' figures.
 *
 * @throws ModelError as `trainModel` does
 */
export function computeModelDetail(
  dataset: Dataset,
  config: ModelConfig,
  options: { readonly seed: number; readonly effects?: Effects; readonly lockedSeen?: boolean },
): ModelDetail {
  const effects = options.effects ?? estimateEffects(dataset, config);
  return {
    config,
    result: trainModel(dataset, config, { seed: options.seed, effects: effects.summary }),
    contributions: attributePeriods(dataset, effects),
    dates: dataset.dates,
    plans: planNextQuarter(dataset, config, effects),
    curves: computeResponseCurves(effects, { multipliers: MULTIPLIERS }),
    record: computeRecordDetail(dataset, config, {
      effects,
      lockedSeen: options.lockedSeen ?? false,
    }),
    carryover: config.channels.map(({ name }) => computeCarryover(name, config)),
  };
}

const QUARTER_WEEKS = 13;

function planNextQuarter(
  dataset: Dataset,
  config: ModelConfig,
  effects: Effects,
): BudgetPlans | null {
  if (effects.summary.method !== "posterior") return null;
  const trainingWeeks = effects.responses.weeklyFitted.length / dataset.periodsPerWeek;
  const names = config.channels.map(({ name }) => name);
  return planBudget(effects, { weeks: QUARTER_WEEKS }, { trainingWeeks, names });
}

/** θ^l, normalised over the lags, added up to weeks. */
function computeCarryover(channel: string, config: ModelConfig): CarryoverCurve {
  const decay = config.hyperparameters[channel]?.decay ?? 0;
  const periods = countPeriodsPerWeek(config);
  const lagMax = countPeriods(config.adstock.max_lag_weeks, periods);
  const weekly = Array.from({ length: config.adstock.max_lag_weeks + 1 }, () => 0);
  let total = 0;
  for (let lag = 0; lag <= lagMax; lag += 1) {
    const weight = decay ** lag;
    total += weight;
    const week = Math.min(config.adstock.max_lag_weeks, Math.floor(lag / periods));
    weekly[week] = (weekly[week] ?? 0) + weight;
  }
  return { channel, weekly: weekly.map((weight) => weight / total) };
}
