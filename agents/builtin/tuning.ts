/**
 * One round of tuning: search, refine, choose among near-equals, drop what does not matter.
 *
 * I1. Never worse than the configuration in force where that is inside the ranges: a change that
 *     does not lower the validated error is not proposed.
 * I2. Of configurations whose error is within `NEAR_SHARE` of the best and that keep half of the
 *     gain, the one with the fewest implausible returns wins, then the one whose returns are most
 *     stable: fit alone does not identify ROI.
 * I3. A change stays only if taking it back would cost at least `WORTH_SHARE` of the error.
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
  /** ROI in target units outside which a return is not believable; null = no judgement. */
  readonly plausible: { readonly low: number; readonly high: number } | null;
  /** Channels whose own effect the data can hardly tell apart. */
  readonly doubtful: ReadonlySet<string>;
  /** ROI ranges that the search has to keep to, by channel. */
  readonly roi: Readonly<Record<string, Range>>;
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
  /** How many near-equal configurations were compared on their returns. */
  readonly compared: number;
  /** Evaluations of search, refinement and taking back. */
  readonly evaluations: number;
  /** How settled the search was, [0, 1] (`model/search/search.ts`). */
  readonly searchScore: number;
}

const NEAR_SHARE = 0.005;
const WORTH_SHARE = 2e-4;
const DOUBTFUL_WORTH_SHARE = 2e-3;
/** Share of the gain that is left after all taking back. */
const GAIN_KEPT_SHARE = 0.75;
const COMPARED_MAX = 5;
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
  const shortlist = selectShortlist(evaluator);
  const chosen = selectMostPlausible(evaluator, shortlist, job);
  const changes = selectWorthwhileChanges(evaluator, chosen, job.doubtful);
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
    compared: shortlist.length,
    evaluations: found.evaluations + evaluator.evaluations,
    searchScore: found.search_score,
  };
}

/** Searches the box and puts what led, or nearly, before the evaluator. */
function runTuningSearch(evaluator: Evaluator, job: TuningJob): SearchResult {
  const { box, start, objective } = evaluator;
  const found = searchConfiguration(job.dataset, job.base, {
    seed: job.seed,
    evaluations: Math.max(SEARCH_MIN, Math.floor(job.evaluations * SEARCH_SHARE)),
    bounds: createSearchBounds(job.base, evaluator),
    constraints: Object.keys(job.roi).length > 0 ? { roi: job.roi } : {},
  });
  const winner = start.map((own, index) => {
    const path = box.paths[index] ?? "";
    return found.changes.find((change) => change.path === path)?.to ?? own;
  });
  objective.evaluate(winner);
  for (const { parameters } of found.near_best.slice(0, COMPARED_MAX)) {
    objective.evaluate(Float64Array.from(parameters));
  }
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

/**
 * A few of what was tried and keeps at least half of the gain, the best among them, spread over all
 * that is near the best.
 */
function selectShortlist({ tried, startLoss }: Evaluator): readonly Tried[] {
  const best = findLowestLoss(tried);
  if (best === undefined || best.loss >= startLoss) return [];
  const limit = Math.min(best.loss * (1 + NEAR_SHARE), (best.loss + startLoss) / 2);
  const near = tried.filter((one) => one.loss <= limit);
  const distinct = [...new Map(near.map((one) => [one.loss, one])).values()];
  const sorted = distinct.toSorted((a, b) => a.loss - b.loss);
  const stride = Math.max(1, Math.ceil(sorted.length / COMPARED_MAX));
  return sorted.filter((_, index) => index % stride === 0);
}

function selectMostPlausible(
  evaluator: Evaluator,
  shortlist: readonly Tried[],
  job: TuningJob,
): Float64Array {
  const judged = shortlist.map(({ parameters }) => {
    const result = trainWithParameters(job, parameters);
    return {
      parameters,
      faults: countImplausibleReturns(result, job),
      stable: result.convergence.roi_stability,
    };
  });
  const [first] = judged.toSorted((a, b) => a.faults - b.faults || b.stable - a.stable);
  return first?.parameters ?? evaluator.start;
}

function countImplausibleReturns(result: ForecastResult, { plausible }: TuningJob): number {
  if (plausible === null) return 0;
  return result.channels.filter(
    ({ roi }) => roi !== null && (roi < plausible.low || roi > plausible.high),
  ).length;
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
