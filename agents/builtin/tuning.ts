/**
 * One round of tuning: search, refine, drop what does not matter. What it moves is the forecast; where
 * it may look, the posterior says (`plausible-bounds.ts`), and no return depends on it.
 *
 * I1. Never worse than the configuration in force where that is inside the ranges: a change that
 *     does not lower the validated error is not proposed.
 * I2. A change stays only if taking it back would cost at least `WORTH_SHARE` of the error.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import type { SearchBounds } from "../../model/search/bounds.ts";
import type { Range } from "../../model/media-types.ts";
import { withParameters } from "../../model/fit/problem.ts";
import { refineParameters } from "../../model/search/refine.ts";
import { searchConfiguration, type SearchResult } from "../../model/search/search.ts";
import { assessForecast } from "../../model/forecast.ts";
import type { ForecastResult } from "../../model/results/training-result.ts";
import type { Evaluator, Tried } from "./evaluator.ts";

export interface TuningJob {
  readonly dataset: Dataset;
  readonly base: ModelConfig;
  readonly evaluations: number;
  readonly seed: number;
  /** Channels whose own effect the data can hardly tell apart. */
  readonly doubtful: ReadonlySet<string>;
}

/** One changed number and what taking it back alone would do. */
export interface TunedChange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** Rise of the validated wMAPE without this change. */
  readonly worth: number;
  /** "low" or "high" when the value is at the end of its range. */
  readonly atBound: "low" | "high" | null;
}

export interface Tuning {
  readonly changes: readonly TunedChange[];
  readonly before: ForecastResult;
  readonly after: ForecastResult;
  /** Learning rate that refined best, null when none was tried. */
  readonly learningRate: number | null;
  readonly refinementGain: number;
  /** Evaluations of search, refinement and taking back. */
  readonly evaluations: number;
  /** How settled the search was, [0, 1] (`model/search/search.ts`). */
  readonly searchScore: number;
}

const WORTH_SHARE = 2e-4;
const DOUBTFUL_WORTH_SHARE = 2e-3;
/** Share of the gain that is left after all taking back. */
const GAIN_KEPT_SHARE = 0.75;
/** Share of the evaluations for the search; the rest is for refining and for taking changes back. */
const SEARCH_SHARE = 0.7;
const SEARCH_MIN = 20;
const RATE_FACTORS = [1, 1 / 3, 3];
/** One step at each rate: an evaluation and a gradient, which costs two. */
const REFINEMENTS_COST = 3 * RATE_FACTORS.length;

/** Tunes inside the evaluator's box. */
export function tune(evaluator: Evaluator, job: TuningJob): Tuning {
  const { box, start } = evaluator;
  const found = runTuningSearch(evaluator, job);
  const refined = refineFound(evaluator, found, job);
  const changes = selectWorthwhileChanges(evaluator, leading(evaluator), job.doubtful);
  const after = start.slice();
  for (const { index, to } of changes) after[index] = to;
  return {
    changes: changes.map(({ index, to, worth }) => ({
      path: box.paths[index] ?? "",
      from: start[index] ?? to,
      to,
      worth,
      atBound: findReachedEnd(box.low[index], box.high[index], to),
    })),
    before: trainWithParameters(job, start),
    after: trainWithParameters(job, after),
    ...refined,
    evaluations: found.evaluations + evaluator.evaluations,
    searchScore: found.search_score,
  };
}

/** Searches the box and puts what led before the evaluator. */
function runTuningSearch(evaluator: Evaluator, job: TuningJob): SearchResult {
  const { box, start, objective } = evaluator;
  const found = searchConfiguration(job.dataset, job.base, {
    seed: job.seed,
    evaluations: Math.max(SEARCH_MIN, Math.floor(job.evaluations * SEARCH_SHARE)),
    bounds: createSearchBounds(job.base, evaluator),
  });
  const winner = start.map((own, index) => {
    const path = box.paths[index] ?? "";
    return found.changes.find((change) => change.path === path)?.to ?? own;
  });
  objective.evaluate(winner);
  return found;
}

/** The evaluator's box in the form that a search takes. */
function createSearchBounds(base: ModelConfig, { box }: Evaluator): SearchBounds {
  const range = (index: number): Range => [box.low[index] ?? 0, box.high[index] ?? 0];
  const hyperparameters = Object.fromEntries(
    base.channels.map(({ name }, channel) => [
      name,
      {
        decay: range(channel * 3),
        alpha: range(channel * 3 + 1),
        gamma: range(channel * 3 + 2),
      },
    ]),
  );
  return { hyperparameters, l2_penalty: range(base.channels.length * 3) };
}

function trainWithParameters(job: TuningJob, parameters: Float64Array): ForecastResult {
  return assessForecast(job.dataset, withParameters(job.base, parameters));
}

/** Gradient refinement at the configuration's learning rate and at a third and three times it. */
function refineFound(
  evaluator: Evaluator,
  found: SearchResult,
  job: TuningJob,
): { learningRate: number | null; refinementGain: number } {
  const { learning_rate, refinement_steps } = job.base.training;
  const used = found.evaluations + evaluator.evaluations + evaluator.start.length;
  const steps = Math.min(refinement_steps, Math.floor((job.evaluations - used) / REFINEMENTS_COST));
  if (steps < 1) return { learningRate: null, refinementGain: 0 };
  const from = findLowestLoss(evaluator.tried)?.parameters ?? evaluator.start;
  let best: { rate: number; gain: number } = { rate: learning_rate, gain: 0 };
  for (const factor of RATE_FACTORS) {
    const learningRate = Number((learning_rate * factor).toPrecision(2));
    const { box, objective } = evaluator;
    const { lossBefore, lossAfter } = refineParameters(objective, from, {
      box,
      learningRate,
      steps,
    });
    if (lossBefore - lossAfter > best.gain)
      best = { rate: learningRate, gain: lossBefore - lossAfter };
  }
  return { learningRate: best.rate, refinementGain: best.gain };
}

function findLowestLoss(tried: readonly Tried[]): Tried | undefined {
  return tried.toSorted((a, b) => a.loss - b.loss)[0];
}

/** What led, where it is better than the configuration in force. */
function leading({ tried, start, startLoss }: Evaluator): Float64Array {
  const best = findLowestLoss(tried);
  return best === undefined || best.loss >= startLoss ? start : best.parameters;
}

interface Step {
  readonly index: number;
  readonly to: number;
  readonly worth: number;
}

/** Takes back, one by one, changes that bring nothing; the rest with what each is worth. */
function selectWorthwhileChanges(
  evaluator: Evaluator,
  chosen: Float64Array,
  doubtful: ReadonlySet<string>,
): readonly Step[] {
  const { start, box, objective } = evaluator;
  const kept = chosen.slice();
  let loss = objective.evaluate(kept).loss;
  const lossMax = loss + (1 - GAIN_KEPT_SHARE) * Math.max(0, evaluator.startLoss - loss);
  const steps: Step[] = [];
  for (const [index, to] of chosen.entries()) {
    const own = start[index] ?? to;
    if (own === to) continue;
    if (own < (box.low[index] ?? own) || own > (box.high[index] ?? own)) {
      steps.push({ index, to, worth: 0 });
      continue;
    }
    const without = kept.slice();
    without[index] = own;
    const lossWithout = objective.evaluate(without).loss;
    const channel = (box.paths[index] ?? "").split(".")[1] ?? "";
    const least = doubtful.has(channel) ? DOUBTFUL_WORTH_SHARE : WORTH_SHARE;
    if (lossWithout <= Math.min(lossMax, loss * (1 + least))) {
      kept[index] = own;
      loss = lossWithout;
    } else steps.push({ index, to, worth: lossWithout - loss });
  }
  return steps;
}

function findReachedEnd(
  low: number | undefined,
  high: number | undefined,
  value: number,
): "low" | "high" | null {
  if (low === high) return null;
  if (value === low) return "low";
  return value === high ? "high" : null;
}
