/**
 * Watching a deployed model on new weeks.
 *
 * `deployed_until` is the last date of the data the session had. The model is fitted on the periods
 * up to it, with the saturation scales of that data, and predicts the weeks after it without
 * refitting. Panels are judged on the totals of their geos, which share shocks (`period-totals.ts`).
 *
 * Figures, and what a breach means; each is held against the larger of what was agreed and what an
 * unchanged process brings by chance (`chance-limits.ts`):
 *   wmape            error on the new weeks
 *   bias             Σ(y − ŷ) / Σ|y|: steadily off in one direction
 *   cusum            largest |cumulative sum of standardised errors| / √n (Page 1954)
 *   roi_shift        relative change of a channel's published ROI when it is estimated anew with the
 *                    new weeks (`effects.ts`)
 *   spend_range      largest new exposure of a geo against its training maximum
 *
 * 1. Figures are finite or null. A null figure says why in its note, and is beyond any bound where
 *    something stands over nothing (spend where there was none, errors where nothing was sold).
 */

import { countPeriods } from "./calendar.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import { takeFirstPeriods } from "./data/dataset.ts";
import { ModelError } from "./errors.ts";
import { fitWindow } from "./fit/fit.ts";
import type { WindowFit } from "./fit/fit.ts";
import type { Metrics } from "./metrics.ts";
import { computeMetrics } from "./metrics.ts";
import { toFiniteOrNull, sum } from "./numbers.ts";
import { splitGeos } from "./fit/objective.ts";
import type { Problem } from "./fit/problem.ts";
import { standardizeErrors } from "./monitoring/block-test.ts";
import type { ChanceLimit, Excess } from "./monitoring/chance-limits.ts";
import { limitBlockErrors, measureExcess } from "./monitoring/chance-limits.ts";
import type { DriftFigure, DriftThresholds } from "./monitoring/drift-figure.ts";
import { createDriftFigure } from "./monitoring/drift-figure.ts";
import type { PeriodTotals } from "./monitoring/period-totals.ts";
import { sumByPeriod } from "./monitoring/period-totals.ts";
import type { PublishedReturns } from "./monitoring/return-shift.ts";
import { computeRoiFigures, estimateAround } from "./monitoring/return-shift.ts";
import { computeRangeFigures } from "./monitoring/spend-range.ts";
import type { Draws } from "./posterior/draws.ts";
import type { Predictive } from "./predictive.ts";
import { predictLaterWeeks } from "./predictive.ts";
import { createProblem, toParameterVector } from "./fit/problem.ts";

export interface MonitorResult {
  readonly deployed_until: string;
  readonly from: string;
  readonly to: string;
  readonly periods: number;
  readonly metrics: Metrics;
  readonly forecasts: MonitoredForecasts;
  readonly figures: readonly DriftFigure[];
  readonly drifted: boolean;
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
}

const DEFAULTS = {
  bias_max: 0.1,
  cusum_max: 2.24,
  roi_shift_max: 0.5,
  spend_range_max: 1.5,
} as const;

export interface MonitorOptions {
  readonly deployed_until: string;
  readonly thresholds: DriftThresholds;
  /** ROI by channel as it was published; estimated on the weeks up to deployment when absent. */
  readonly published?: PublishedReturns | null;
  /** False leaves out `roi_shift`, which samples a posterior. */
  readonly returns?: boolean;
  /** Kept draws of the published posterior: its own forecast then stands beside the deployed one. */
  readonly draws?: Draws | null;
}

/** Errors of both forecasts on the new weeks; the configuration's is the one that is deployed. */
export interface MonitoredForecasts {
  readonly forecast: "configuration";
  readonly configuration: { readonly wmape: number | null };
  /** Null where the draws are not at hand. */
  readonly posterior: Pick<Predictive, "wmape" | "covered"> | null;
}

/**
 * Drift of a deployed configuration on the weeks after deployment.
 *
 * @param dataset training data and the new weeks together
 * @throws ModelError `monitor_data_mismatch` when the date is not in the data or no week follows it.
 */
export function monitorModel(
  dataset: Dataset,
  config: ModelConfig,
  options: MonitorOptions,
): MonitorResult {
  const last = dataset.dates.indexOf(options.deployed_until);
  const periods = dataset.dates.length - last - 1;
  if (last < 0 || periods < 1) {
    throw new ModelError(
      "monitor_data_mismatch",
      `The data must hold ${options.deployed_until} and at least one later period; they end ${dataset.dates.at(-1) ?? "nowhere"}`,
      { deployed_until: options.deployed_until, last_date: dataset.dates.at(-1) ?? "" },
    );
  }
  const deployed = splitGeos(dataset, config).map((part) => {
    const problem = createDeployedProblem(part, config, last + 1);
    const parameters = toParameterVector(config);
    const trainRows = (last + 1) * problem.stride;
    return fitWindow(problem, parameters, { trainRows, rows: problem.rows });
  });
  const totals = sumByPeriod(deployed);
  const actual = [...totals.actual.subarray(last + 1)];
  const predicted = [...totals.predicted.subarray(last + 1)];
  const metrics = computeMetrics(actual, predicted, { variables: null, naiveError: null });
  const { published = null, draws = null } = options;
  const limits = { ...DEFAULTS, ...options.thresholds };
  const figures = [
    ...computeErrorFigures(totals, {
      metrics,
      limits,
      excess: measureEarlierBlocks(deployed, periods),
    }),
    ...(options.returns === false
      ? []
      : computeRoiFigures(
          estimateAround(dataset, config, { periods: last + 1, published }),
          limits.roi_shift_max,
        )),
    ...computeRangeFigures(deployed, config, limits.spend_range_max),
  ];
  return {
    deployed_until: options.deployed_until,
    from: dataset.dates[last + 1] ?? "",
    to: dataset.dates.at(-1) ?? "",
    periods,
    metrics,
    forecasts: {
      forecast: "configuration",
      configuration: { wmape: metrics.wmape },
      posterior:
        draws === null ? null : predictNewWeeks(dataset, config, { draws, from: last + 1 }),
    },
    figures,
    drifted: figures.some((figure) => figure.breached),
    actual,
    predicted,
  };
}

/** The windows of the data as they were at deployment, so that gamma keeps its scale. */
function createDeployedProblem(part: Dataset, config: ModelConfig, periods: number): Problem {
  const known = takeFirstPeriods(part, periods);
  return createProblem(part, config, createProblem(known, config).windows);
}

type Limits = Required<DriftThresholds>;

/** What blocks that were predicted before say of the formula: folds, and the locked weeks. */
function measureEarlierBlocks(fits: readonly WindowFit[], periods: number): Excess {
  const [first] = fits;
  if (first === undefined) return measureExcess([]);
  const { windows, stride } = first.problem;
  const locked = { trainEnd: windows.trainingEnd, validationEnd: windows.periods };
  const blocks = [...windows.folds, locked].flatMap(({ trainEnd: trained, validationEnd }) => {
    const ahead = Math.min(periods, validationEnd - trained);
    if (ahead < 1) return [];
    const rows = { trainRows: trained * stride, rows: (trained + ahead) * stride };
    const earlier = fits.map(({ problem, parameters }) => fitWindow(problem, parameters, rows));
    return [standardizeErrors(sumByPeriod(earlier), ahead)];
  });
  return measureExcess(blocks);
}

interface ErrorContext {
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly excess: Excess;
}

function computeErrorFigures(
  totals: PeriodTotals,
  { metrics, limits, excess }: ErrorContext,
): DriftFigure[] {
  const { trained, actual, errors } = totals;
  const periods = actual.length - trained;
  const block = standardizeErrors(totals, periods);
  const chance = limitBlockErrors(block, excess);
  const size = sum(actual.subarray(trained).map(Math.abs));
  const bias = sum(errors.subarray(trained));
  // In the figure's own units: a mean squared error of k times the limit is a wMAPE of √k times it.
  const perFailure = (metrics.wmape ?? 0) / Math.sqrt(block.failure || 1);
  return [
    createDriftFigure("wmape", metrics.wmape, limits.wmape_max, {
      note: "error on the new weeks",
      unbounded: size === 0 && metrics.mae > 0,
      chance: scaleLimit(chance.failure, (limit) => perFailure * Math.sqrt(limit)),
    }),
    createDriftFigure("bias", toFiniteOrNull(bias / size), limits.bias_max, {
      note: "sum of errors as a share of sales",
      unbounded: size === 0 && bias !== 0,
      chance: scaleLimit(chance.lean, (limit) => (limit * block.leanSd) / size),
    }),
    createDriftFigure("cusum", block.cusum, limits.cusum_max, {
      note: "cumulative error in standard deviations of a forecast per √n",
      chance: chance.cusum,
    }),
  ];
}

function scaleLimit(
  { warn_above, rollback_above }: ChanceLimit,
  by: (limit: number) => number,
): ChanceLimit | null {
  const scaled = { warn_above: by(warn_above), rollback_above: by(rollback_above) };
  return Number.isFinite(scaled.rollback_above) ? scaled : null;
}

/** The posterior's forecast of the new weeks, from draws of the weeks that trained. */
function predictNewWeeks(
  dataset: Dataset,
  config: ModelConfig,
  { draws, from }: { draws: Draws; from: number },
): MonitoredForecasts["posterior"] {
  const locked = countPeriods(config.evaluation.locked_test_weeks, dataset.periodsPerWeek);
  const { wmape, covered } = predictLaterWeeks(dataset, config, {
    draws,
    trainingEnd: from - locked,
    from,
  });
  return { wmape, covered };
}
