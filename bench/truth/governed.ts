/**
 * What an agent that tunes does to the published return, under three ways of governing it.
 *
 *   free     no governance: the agent chooses the methodology too (trend, Fourier pairs, longest lag,
 *            controls or none), and looks for the least error on the hold-out itself, with Robyn's ranges of
 *            alpha and gamma and any decay up to 0.9; ROI is that of the winning point configuration
 *   point    as products do today: the methodology is fixed, the agent looks for the least rolling-origin
 *            error in the media's usual ranges (with this engine's pull towards typical values, which is
 *            kinder than a bare search); ROI is that of the tuned point configuration
 *   here     the same tuned configuration as `point`, published by this product: ROI is the posterior's
 *
 *   error    as `score.ts`; moved: mean over channels of |ROI tuned − ROI untuned| on the same scale
 *   held     wMAPE on the locked weeks; `free` has looked at them
 *
 * 1. Every way has the same evaluations and the same seeds; ROI is over the same training rows.
 */

import type { ModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { estimateEffects } from "../../model/effects.ts";
import { computeChannelAttribution } from "../../model/fit/attribution.ts";
import { fitForecast } from "../../model/forecast.ts";
import { evaluateLockedTest } from "../../model/locked-test.ts";
import { computeMean, computeMedian } from "../../model/numbers.ts";
import type { SearchOptions, SearchResult } from "../../model/search/search.ts";
import { searchConfiguration } from "../../model/search/search.ts";
import { ModelError } from "../../model/errors.ts";
import type { TruthSet } from "./sets.ts";

export const WAYS = ["free", "point", "here"] as const;
export type Way = (typeof WAYS)[number];

type Returns = Readonly<Record<string, number>>;

export interface GovernedRun {
  readonly seed: number;
  readonly error: number;
  readonly moved: number;
  readonly held: number | null;
  readonly roi: Returns;
}

export interface GovernedRow {
  readonly set: string;
  readonly kind: string;
  readonly truth: Returns;
  /** Error before anything is tuned: of the point configuration, and of the posterior. */
  readonly untuned: { readonly point: number; readonly here: number; readonly held: number | null };
  readonly ways: Readonly<Record<Way, readonly GovernedRun[]>>;
  readonly seconds: number;
}

export interface Budget {
  readonly seeds: readonly number[];
  readonly evaluations: number;
}

/** All three ways on one set. */
export function runGoverned(set: TruthSet, { seeds, evaluations }: Budget): GovernedRow {
  const before = process.cpuUsage();
  const start = { point: readPointReturns(set, set.config), here: readPublished(set, set.config) };
  const runs = seeds.map((seed) => {
    const free = tuneFreely(set, { seed, evaluations });
    const point = searchConfiguration(set.dataset, set.config, { seed, evaluations }).config;
    return {
      free: scoreRun(set, start.point, { seed, config: free, roi: readPointReturns(set, free) }),
      point: scoreRun(set, start.point, { seed, config: point, roi: readPointReturns(set, point) }),
      here: scoreRun(set, start.here, { seed, config: point, roi: readPublished(set, point) }),
    };
  });
  const used = process.cpuUsage(before);
  return {
    set: set.name,
    kind: set.kind,
    truth: Object.fromEntries(Object.entries(set.truth).map(([name, { roi }]) => [name, roi])),
    untuned: {
      point: computeError(set, start.point),
      here: computeError(set, start.here),
      held: measureHeld(set.dataset, set.config),
    },
    ways: {
      free: runs.map(({ free }) => free),
      point: runs.map(({ point }) => point),
      here: runs.map(({ here }) => here),
    },
    seconds: (used.user + used.system) / 1e6,
  };
}

interface Tuned {
  readonly seed: number;
  readonly config: ModelConfig;
  readonly roi: Returns;
}

function scoreRun(set: TruthSet, was: Returns, { seed, config, roi }: Tuned): GovernedRun {
  const moves = Object.entries(set.truth).map(
    ([name, { roi: truth }]) => Math.abs((roi[name] ?? 0) - (was[name] ?? 0)) / scaleOf(set, truth),
  );
  const held = measureHeld(set.dataset, config);
  return { seed, error: computeError(set, roi), moved: computeMean(moves), held, roi };
}

function computeError(set: TruthSet, roi: Returns): number {
  return computeMean(
    Object.entries(set.truth).map(
      ([name, { roi: truth }]) => Math.abs((roi[name] ?? 0) - truth) / scaleOf(set, truth),
    ),
  );
}

function scaleOf(set: TruthSet, truth: number): number {
  const middle = computeMean(Object.values(set.truth).map(({ roi }) => roi));
  return Math.max(truth, 0.2 * middle);
}

function measureHeld(dataset: Dataset, config: ModelConfig): number | null {
  return evaluateLockedTest(dataset, config).metrics.wmape;
}

function readPointReturns({ dataset }: TruthSet, config: ModelConfig): Returns {
  const { fits } = fitForecast(dataset, config);
  return Object.fromEntries(
    config.channels.map(({ name }, at) => [name, computeChannelAttribution(fits, at).roi ?? 0]),
  );
}

function readPublished({ dataset }: TruthSet, config: ModelConfig): Returns {
  const { channels } = estimateEffects(dataset, config).summary;
  return Object.fromEntries(Object.entries(channels).map(([name, { roi }]) => [name, roi.median]));
}

/** Any medium's carryover for any channel; the shapes are Robyn's, as for all. */
const ANY_MEDIUM = { decay: [0, 0.9] } as const;

function tuneFreely(
  { dataset, config }: TruthSet,
  { seed, evaluations }: { seed: number; evaluations: number },
): ModelConfig {
  const forms = listForms(config);
  const options: SearchOptions = {
    seed,
    evaluations: Math.floor(evaluations / forms.length),
    bounds: {
      hyperparameters: Object.fromEntries(config.channels.map(({ name }) => [name, ANY_MEDIUM])),
    },
    prior_weight: 0,
    in_sample_weight: 0,
  };
  const found = forms.flatMap((form) => searchOrSkip(dataset, form, options));
  const [best] = found.toSorted((a, b) => a.loss_after - b.loss_after);
  return best === undefined ? config : { ...best.config, evaluation: config.evaluation };
}

/** Methodologies that an ungoverned agent tries, with the locked weeks as their only fold. */
function listForms(config: ModelConfig): ModelConfig[] {
  const { architecture, adstock, data, evaluation } = config;
  const controls = data.controls.length === 0 ? [data.controls] : [data.controls, []];
  return (["linear", "none"] as const).flatMap((trend) =>
    [0, 2, 4].flatMap((fourier_pairs) =>
      [4, 13].flatMap((max_lag_weeks) =>
        controls.map((own) => ({
          ...config,
          data: { ...data, controls: own },
          adstock: { ...adstock, max_lag_weeks },
          architecture: {
            ...architecture,
            trend,
            seasonality: { ...architecture.seasonality, fourier_pairs },
          },
          evaluation: {
            ...evaluation,
            folds: 1,
            horizon_weeks: evaluation.locked_test_weeks,
            locked_test_weeks: 0,
          },
        })),
      ),
    ),
  );
}

/** A methodology that the data cannot hold is passed over. */
function searchOrSkip(dataset: Dataset, form: ModelConfig, options: SearchOptions): SearchResult[] {
  try {
    return [searchConfiguration(dataset, form, options)];
  } catch (error) {
    if (error instanceof ModelError && error.code === "rows_too_few") return [];
    throw error;
  }
}

export interface GovernedTotal {
  readonly way: Way;
  readonly median_untuned: number;
  readonly median_error: number;
  readonly mean_error: number;
  readonly median_moved: number;
  /** Largest distance between two seeds' errors in a set, median over sets. */
  readonly median_apart: number;
  /** Runs whose error is larger than before tuning, and all. */
  readonly worse: number;
  readonly runs: number;
  readonly median_held: number;
}

const CAP = 1.5;

/** Over all sets and seeds; errors capped at 1.5 in the mean. */
export function totalGoverned(rows: readonly GovernedRow[], way: Way): GovernedTotal {
  const before = (row: GovernedRow): number => row.untuned[way === "here" ? "here" : "point"];
  const runs = rows.flatMap((row) => row.ways[way].map((run) => ({ ...run, was: before(row) })));
  const apart = rows.map(({ ways }) => {
    const errors = ways[way].map(({ error }) => error);
    return Math.max(...errors) - Math.min(...errors);
  });
  return {
    way,
    median_untuned: computeMedian(rows.map(before)),
    median_error: computeMedian(runs.map(({ error }) => error)),
    mean_error: computeMean(runs.map(({ error }) => Math.min(error, CAP))),
    median_moved: computeMedian(runs.map(({ moved }) => moved)),
    median_apart: computeMedian(apart),
    worse: runs.filter(({ error, was }) => error > was + 1e-9).length,
    runs: runs.length,
    median_held: computeMedian(runs.flatMap(({ held }) => (held === null ? [] : [held]))),
  };
}
