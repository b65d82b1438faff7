/**
 * The objective as the Data Scientist looks at it: rounded, inside the rules, remembered.
 *
 * Owns: the box of a job, rounding, which vectors the guard's signature layer would refuse, the
 * archive of what was tried. Not: where to look next (`model/search/search.ts`).
 *
 * I1. Values are rounded before they are evaluated: what is proposed is what was measured.
 * I2. A vector that the signature layer would refuse has the loss `REFUSED` and is never archived.
 * I3. A value that rounds to the one in force is the one in force, to the last bit.
 */
import { measureObservedExposure } from "../../guard/signature/exposure.ts";
import { judgeSignature } from "../../guard/signature/rules.ts";
import { computeSignature } from "../../guard/signature/signature.ts";
import type { Specification } from "../../guard/specification/specification.ts";
import type { TunableBound } from "../../guard/specification/tunables.ts";
import { resolveBox, type Box } from "../../model/search/bounds.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import type { Evaluation } from "../../model/fit/engine.ts";
import { createObjective, type Objective } from "../../model/fit/objective.ts";
import { toParameterVector, withParameters } from "../../model/fit/problem.ts";

export interface Tried {
  readonly parameters: Float64Array;
  readonly loss: number;
}

export interface Evaluator {
  /** Rounds, checks, evaluates and remembers; for refinement and comparison. */
  readonly objective: Objective;
  readonly box: Box;
  readonly start: Float64Array;
  readonly startLoss: number;
  /** Evaluations of the engine so far. */
  readonly evaluations: number;
  /** What was tried, in order. */
  readonly tried: readonly Tried[];
  rounded(parameters: Float64Array): Float64Array;
}

export interface EvaluatorJob {
  readonly dataset: Dataset;
  readonly base: ModelConfig;
  readonly baseline: ModelConfig;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  /** Paths that keep the value in force. */
  readonly frozen: ReadonlySet<string>;
  readonly spec: Specification;
}

/** Loss of a vector that would not be cleared; larger than any error share worth having. */
const REFUSED = 1e6;

/** Significant digits of a proposed value. */
const DIGITS = 4;

/** An evaluator that starts at the configuration in force. */
export function createEvaluator(job: EvaluatorJob): Evaluator {
  const { base } = job;
  const inner = createObjective(job.dataset, base);
  const start = toParameterVector(base);
  const box = createParameterBox(job, start);
  const isRefused = createRefusalCheck(job);
  const tried: Tried[] = [];
  const rounded = (parameters: Float64Array): Float64Array => roundInBox(box, start, parameters);
  let evaluations = 1;
  const startLoss = inner.evaluate(start).loss;

  function evaluate(parameters: Float64Array): Evaluation {
    const at = rounded(parameters);
    if (isRefused(at)) return { loss: REFUSED, inSample: REFUSED, kkt: 0 };
    evaluations += 1;
    const found = inner.evaluate(at);
    tried.push({ parameters: at, loss: found.loss });
    return found;
  }

  return {
    objective: { engines: inner.engines, dimension: inner.dimension, evaluate },
    box,
    start,
    startLoss,
    get evaluations() {
      return evaluations;
    },
    tried,
    rounded,
  };
}

/** The job's ranges over the parameter vector; frozen and unknown paths keep their value. */
function createParameterBox(job: EvaluatorJob, start: Float64Array): Box {
  const box = resolveBox(job.base);
  const bound = (index: number): TunableBound | undefined => {
    const path = box.paths[index] ?? "";
    return job.frozen.has(path) ? undefined : job.bounds.get(path);
  };
  return {
    ...box,
    low: start.map((value, index) => bound(index)?.min ?? value),
    high: start.map((value, index) => bound(index)?.max ?? value),
  };
}

function createRefusalCheck(job: EvaluatorJob): (parameters: Float64Array) => boolean {
  const observed = measureObservedExposure(job.dataset, job.baseline);
  const baseline = computeSignature(job.baseline, observed);
  return (parameters) => {
    const signature = computeSignature(withParameters(job.base, parameters), observed);
    return judgeSignature(signature, baseline, job.spec).length > 0;
  };
}

function roundInBox(box: Box, start: Float64Array, parameters: Float64Array): Float64Array {
  return start.map((own, index) => {
    const low = box.low[index] ?? own;
    const high = box.high[index] ?? own;
    const value = Number((parameters[index] ?? own).toPrecision(DIGITS));
    if (value === Number(own.toPrecision(DIGITS)) && own >= low && own <= high) return own;
    return Math.min(high, Math.max(low, value));
  });
}
