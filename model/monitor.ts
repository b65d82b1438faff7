/**
 * Watching a deployed model on new weeks.
 *
 * `deployed_until` is the last date of the data the session had. The model is fitted on the periods
 * up to it, with the saturation scales of that data, and predicts the weeks after it without
 * refitting.
 *
 * Figures and what a breach means:
 *   wmape            error on the new weeks against `wmape_max`
 *   bias             Σ(y − ŷ) / Σ|y|: steadily off in one direction, against ±`bias_max`
 *   cusum            largest |cumulative sum of standardised errors| / √n (Page 1954); 2.24 is the
 *                    5 % point of the supremum of Brownian motion, `cusum_max`
 *   roi_shift        relative change of a channel's published ROI when it is estimated anew with the
 *                    new weeks (`effects.ts`), `roi_shift_max`
 *   spend_range      largest weekly exposure against the training maximum, `spend_range_max`
 *
 * 1. Figures are finite or null; a null figure breaches nothing and says why in its note.
 */

import { countPeriods } from "./calendar.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import { takeFirstPeriods } from "./data/dataset.ts";
import { estimateEffects } from "./effects.ts";
import { ModelError } from "./errors.ts";
import { fitWindow } from "./fit/fit.ts";
import type { WindowFit } from "./fit/fit.ts";
import type { Metrics } from "./metrics.ts";
import { computeMetrics } from "./metrics.ts";
import { toFiniteOrNull, sum } from "./numbers.ts";
import { splitGeos } from "./fit/objective.ts";
import type { Problem } from "./fit/problem.ts";
import type { Draws } from "./posterior/draws.ts";
import type { Predictive } from "./predictive.ts";
import { predictLaterWeeks } from "./predictive.ts";
import { createProblem, toParameterVector } from "./fit/problem.ts";

export interface DriftThresholds {
  readonly wmape_max: number;
  readonly bias_max?: number;
  readonly cusum_max?: number;
  readonly roi_shift_max?: number;
  readonly spend_range_max?: number;
}

export interface DriftFigure {
  readonly name: "wmape" | "bias" | "cusum" | "roi_shift" | "spend_range";
  readonly channel: string | null;
  readonly figure: number | null;
  readonly bound: number;
  readonly breached: boolean;
  readonly note: string;
}

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
  /** Median ROI by channel as it was published; estimated on the weeks up to deployment when absent. */
  readonly published?: Readonly<Record<string, number>> | null;
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
  const actual = deployed.flatMap((fit) => [...fit.problem.dataset.target.subarray(fit.trainRows)]);
  const predicted = deployed.flatMap((fit) => [...fit.fitted.subarray(fit.trainRows)]);
  const metrics = computeMetrics(actual, predicted, { variables: 0, naiveError: null });
  const { published = null, draws = null } = options;
  const limits = { ...DEFAULTS, ...options.thresholds };
  const figures = [
    ...computeErrorFigures(deployed, { metrics, actual, predicted, limits }),
    ...computeRoiFigures(
      returnsAround(dataset, config, { periods: last + 1, published }),
      limits.roi_shift_max,
    ),
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

function computeErrorFigures(
  fits: readonly WindowFit[],
  context: { metrics: Metrics; actual: number[]; predicted: number[]; limits: Limits },
): DriftFigure[] {
  const { metrics, actual, predicted, limits } = context;
  const size = sum(actual.map(Math.abs));
  const bias = size > 0 ? sum(actual.map((y, at) => y - (predicted[at] ?? 0))) / size : null;
  const sd = computeResidualSd(fits);
  let running = 0;
  let peak = 0;
  for (const [at, y] of actual.entries()) {
    running += sd > 0 ? (y - (predicted[at] ?? 0)) / sd : 0;
    peak = Math.max(peak, Math.abs(running));
  }
  const cusum = sd > 0 ? peak / Math.sqrt(actual.length) : null;
  return [
    createDriftFigure("wmape", metrics.wmape, limits.wmape_max, { note: "error on the new weeks" }),
    createDriftFigure("bias", bias, limits.bias_max, { note: "sum of errors as a share of sales" }),
    createDriftFigure("cusum", cusum, limits.cusum_max, {
      note: "cumulative error in training standard deviations per √n",
    }),
  ];
}

function createDriftFigure(
  name: DriftFigure["name"],
  figure: number | null,
  bound: number,
  about: { note: string; channel?: string },
): DriftFigure {
  return {
    name,
    channel: about.channel ?? null,
    figure,
    bound,
    breached: figure !== null && Math.abs(figure) > bound,
    note: figure === null ? `${about.note}: undefined` : about.note,
  };
}

function computeResidualSd(fits: readonly WindowFit[]): number {
  let squares = 0;
  let freedom = 0;
  for (const fit of fits) {
    for (let at = 0; at < fit.trainRows; at += 1) {
      squares += ((fit.problem.dataset.target[at] ?? 0) - (fit.fitted[at] ?? 0)) ** 2;
    }
    freedom += fit.trainRows - fit.rank - fit.beta.length;
  }
  return freedom > 0 ? Math.sqrt(squares / freedom) : 0;
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

interface ReturnsAround {
  /** Median ROI by channel. */
  readonly deployed: Readonly<Record<string, number>>;
  readonly renewed: Readonly<Record<string, number>>;
}

/** ROI as published, else on all weeks up to deployment, and on all weeks up to now. */
function returnsAround(
  dataset: Dataset,
  config: ModelConfig,
  { periods, published }: { periods: number; published: ReturnsAround["deployed"] | null },
): ReturnsAround {
  const unlocked = { ...config, evaluation: { ...config.evaluation, locked_test_weeks: 0 } };
  const estimate = (data: Dataset): ReturnsAround["deployed"] =>
    Object.fromEntries(
      Object.entries(estimateEffects(data, unlocked).summary.channels).map(([name, { roi }]) => [
        name,
        roi.median,
      ]),
    );
  return {
    deployed: published ?? estimate(takeFirstPeriods(dataset, periods)),
    renewed: estimate(dataset),
  };
}

function computeRoiFigures({ deployed, renewed }: ReturnsAround, bound: number): DriftFigure[] {
  return Object.entries(deployed).map(([channel, before]) => {
    const after = renewed[channel] ?? null;
    const shift = after === null ? null : toFiniteOrNull((after - before) / before);
    const note = "relative change of the published ROI with the new weeks";
    return createDriftFigure("roi_shift", shift, bound, { note, channel });
  });
}

function computeRangeFigures(
  fits: readonly WindowFit[],
  config: ModelConfig,
  bound: number,
): DriftFigure[] {
  return config.channels.map((channel, index) => {
    let trained = 0;
    let fresh = 0;
    for (const fit of fits) {
      for (const [at, value] of (fit.problem.exposures[index] ?? []).entries()) {
        if (at < fit.trainRows) trained = Math.max(trained, value);
        else fresh = Math.max(fresh, value);
      }
    }
    const ratio = toFiniteOrNull(fresh / trained);
    return createDriftFigure("spend_range", ratio, bound, {
      note: "largest new exposure by the largest trained",
      channel: channel.name,
    });
  });
}
