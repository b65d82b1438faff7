/**
 * Search for better parameters inside allowed ranges: what the Data Scientist works with.
 *
 * Owns: the budget, restarts, constraints, what comes back. The method is `basins.ts`: differential
 * evolution, then descents from several of its points and jumps between minima. With ROI constraints
 * the loss is no sum of absolute errors, and evolution gets the whole budget.
 *
 * Constraints: half-life ranges narrow the decay ranges; ROI ranges multiply the loss by one plus
 * the relative distance from the range, so a configuration inside them wins unless none is.
 *
 * Search score in [0, 1], the smaller of
 *   settled    1 − (gain in the last quarter of the evaluations / loss) / 0.02
 *   agreement  1 − (median restart − best restart) / best / 0.02      (with two or more restarts)
 * ROI stability: `convergence.ts`, over the best points of all restarts and the near-best points.
 *
 * Traces, restarts and near-best points are in units of the objective with its prior;
 * `loss_before` and `loss_after` are the bare validation loss (with the penalty of ROI constraints).
 *
 * 1. Same arguments, same result. 2. `loss_after` is never above `loss_before`, unless the start lies
 *    outside the ranges: then the best point inside them is returned, better or not.
 * 3. No more than `evaluations` evaluations.
 */

import { resolveSearch } from "./space.ts";
import type { SearchConstraints, SearchSpace } from "./space.ts";
import { searchBasins } from "./basins.ts";
import type { SearchBounds } from "./bounds.ts";
import { boundFindings } from "./bounds.ts";
import type { ModelConfig } from "../config.ts";

import { computeRoiStability, computeRois } from "../results/convergence.ts";
import type { Dataset } from "../data/dataset.ts";
import { runDifferentialEvolution } from "./differential-evolution.ts";
import type { CubePoint } from "./differential-evolution.ts";
import { ModelError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { trainingFits } from "../forecast.ts";
import { clamp, computeMedian } from "../numbers.ts";
import { withParameters } from "../fit/problem.ts";
import { Random, deriveSeed } from "../random.ts";

const SCORE_WIDTH = 0.02;
/** Points within this share of the best loss count as near-best. */
const NEAR_BEST_SHARE = 0.02;
const NEAR_BEST_MAX = 20;
const EVALUATIONS_MIN = 20;
const EVALUATIONS_MAX = 1_000_000;

export interface SearchOptions {
  readonly seed: number;
  readonly evaluations: number;
  /** Allowed ranges; the medium's defaults where none is given. */
  readonly bounds?: SearchBounds;
  readonly constraints?: SearchConstraints;
  /** Independent runs that share the evaluations; default 1. */
  readonly restarts?: number;
  /** Weight of the pull towards typical values (`search-space.ts`); default 1, 0 = none. */
  readonly prior_weight?: number;
  /** Weight of the in-sample error beside the validation loss; default 1, 0 = validation alone. */
  readonly in_sample_weight?: number;
}

export interface Change {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

export interface SearchResult {
  readonly config: ModelConfig;
  readonly changes: readonly Change[];
  readonly loss_before: number;
  readonly loss_after: number;
  readonly evaluations: number;
  /** Best loss after so many evaluations, each time it fell. */
  readonly trace: readonly { readonly evaluation: number; readonly loss: number }[];
  readonly restarts: readonly { readonly seed: number; readonly loss: number }[];
  readonly near_best: readonly { readonly loss: number; readonly parameters: readonly number[] }[];
  readonly roi_stability: number;
  readonly search_score: number;
  /** Parameters at the edge of their range: the range may exclude the truth. */
  readonly at_bounds: readonly Finding[];
}

/**
 * Searches from the configuration's own parameters.
 *
 * @throws ModelError `bounds_invalid`, `rows_too_few`, `target_constant`, `parameters_invalid`.
 */
export function searchConfiguration(
  dataset: Dataset,
  config: ModelConfig,
  options: SearchOptions,
): SearchResult {
  checkOptions(options);
  const space = resolveSearch(dataset, config, options);
  const restarts = options.restarts ?? 1;
  const budget = Math.floor(options.evaluations / restarts);
  const log = createLog(space);
  const runs = Array.from({ length: restarts }, (_, index) => {
    const seed = deriveSeed(options.seed, index);
    const from = log.count();
    const end = runSearch(space, { log, budget, random: new Random(seed), fresh: index > 0 });
    return { seed, loss: end.loss, from, to: log.count() };
  });
  const lossBefore = space.lossAt(space.start);
  const winner = log.best();
  const rounded = winner === null ? space.start : space.rounded(winner.point);
  const roundedLoss = space.lossAt(rounded);
  const improved = roundedLoss < lossBefore || !space.startInside;
  const parameters = improved ? rounded : space.start;
  const near = log.near(NEAR_BEST_SHARE, NEAR_BEST_MAX);
  return {
    config: improved ? withParameters(config, parameters) : config,
    changes: improved ? listParameterChanges(space, parameters) : [],
    loss_before: lossBefore,
    loss_after: improved ? roundedLoss : lossBefore,
    evaluations: log.count(),
    trace: log.trace(),
    restarts: runs.map(({ seed, loss }) => ({ seed, loss })),
    near_best: near.map(({ point, loss }) => ({
      loss,
      parameters: [...space.parametersAt(point)],
    })),
    roi_stability: computeSearchStability(space, near),
    search_score: computeSearchConvergence(log, runs),
    at_bounds: boundFindings(space.box, parameters),
  };
}

function checkOptions({ evaluations, restarts = 1 }: SearchOptions): void {
  const valid =
    Number.isInteger(evaluations) &&
    evaluations <= EVALUATIONS_MAX &&
    Number.isInteger(restarts) &&
    restarts >= 1 &&
    evaluations >= EVALUATIONS_MIN * restarts;
  if (valid) return;
  throw new ModelError(
    "parameters_invalid",
    `A search needs ${EVALUATIONS_MIN} to ${EVALUATIONS_MAX} evaluations per restart; got ${evaluations} for ${restarts}`,
    { evaluations, restarts },
  );
}

interface Run {
  readonly log: Log;
  readonly budget: number;
  readonly random: Random;
  /** Later restarts do not begin at the configuration's own parameters. */
  readonly fresh: boolean;
}

function runSearch(space: SearchSpace, { log, budget, random, fresh }: Run): CubePoint {
  const start = fresh ? space.startPoint.map(() => random.uniform()) : space.startPoint.slice();
  if (start.length === 0) return { point: start, loss: log.evaluate(start) };
  const { parts } = space;
  if (parts === null) {
    const evolved = runDifferentialEvolution({
      evaluate: log.evaluate,
      start,
      evaluations: budget,
      random,
    });
    return evolved[0] ?? { point: start, loss: log.evaluate(start) };
  }
  return searchBasins({
    evaluate: log.evaluate,
    parts,
    start,
    budget,
    random,
    groups: space.groups,
  });
}

interface Log {
  readonly evaluate: (point: Float64Array) => number;
  readonly count: () => number;
  readonly best: () => CubePoint | null;
  readonly trace: () => { evaluation: number; loss: number }[];
  readonly near: (share: number, countMax: number) => CubePoint[];
}

/** Counts evaluations and remembers those that led, or nearly. */
function createLog(space: SearchSpace): Log {
  let used = 0;
  let best: CubePoint | null = null;
  const trace: { evaluation: number; loss: number }[] = [];
  let kept: CubePoint[] = [];
  const keep = (point: Float64Array, loss: number): void => {
    kept.push({ point: point.slice(), loss });
    if (kept.length < 4000) return;
    const limit = (best?.loss ?? loss) * (1 + NEAR_BEST_SHARE);
    kept = kept.filter((one) => one.loss <= limit).filter((_, index) => index % 2 === 0);
  };
  return {
    evaluate(point) {
      used += 1;
      const loss = space.objective(point);
      if (best === null || loss < best.loss) {
        best = { point: point.slice(), loss };
        trace.push({ evaluation: used, loss });
      }
      if (loss <= best.loss * (1 + NEAR_BEST_SHARE)) keep(point, loss);
      return loss;
    },
    count: () => used,
    best: () => best,
    trace: () => trace,
    near(share, countMax) {
      if (best === null) return [];
      const limit = best.loss * (1 + share);
      const close = kept.filter((one) => one.loss <= limit);
      const stride = Math.max(1, Math.ceil(close.length / (countMax - 1)));
      return [best, ...close.filter((_, index) => index % stride === 0)].slice(0, countMax);
    },
  };
}

function computeSearchConvergence(
  log: Log,
  runs: readonly { loss: number; from: number; to: number }[],
): number {
  const best = log.best()?.loss ?? 0;
  if (best <= 0) return 1;
  const first = runs[0];
  const trace = log.trace().filter((row) => row.evaluation <= (first?.to ?? 0));
  const last = trace.at(-1)?.loss ?? best;
  const mark = 0.75 * (first?.to ?? 0);
  const before = trace.findLast((row) => row.evaluation <= mark)?.loss ?? last;
  const settled = 1 - (before - last) / last / SCORE_WIDTH;
  const losses = runs.map((run) => run.loss);
  const agreement = 1 - (computeMedian(losses) - Math.min(...losses)) / best / SCORE_WIDTH;
  return clamp(Math.min(settled, losses.length > 1 ? agreement : 1), 0, 1);
}

function computeSearchStability(space: SearchSpace, near: readonly CubePoint[]): number {
  const rois = near.map(({ point }) =>
    computeRois(trainingFits(space.source, space.parametersAt(point))),
  );
  return computeRoiStability(rois);
}

function listParameterChanges(space: SearchSpace, parameters: Float64Array): Change[] {
  return space.box.paths.flatMap((path, index) => {
    const from = space.start[index] ?? 0;
    const to = parameters[index] ?? from;
    return from === to ? [] : [{ path, from, to }];
  });
}
