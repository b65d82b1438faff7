/**
 * A tuning request for one parameter, tried: the value asked for, brought into its range, and what it does.
 *
 * I1. What is permitted is proposed as asked; what is not is brought to the nearest permitted value
 *     and that is said.
 * I2. The other parameters are tuned around it only when the request alone makes the error worse and
 *     tuning around it makes it better.
 */
import {
  applyChanges,
  readTunableValues,
  type TunableBound,
} from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import { assessForecast } from "../../model/forecast.ts";
import type { Evaluator } from "./evaluator.ts";
import { describeChange, describeErrors } from "./explain-proposal.ts";
import type { TuningRequest } from "./parse-request.ts";
import { tune, type TuningJob } from "./tuning.ts";
import type { ProposeAnswer } from "../reasoners.ts";

export interface TuningRequestJob {
  readonly tuningRequests: readonly TuningRequest[];
  readonly evaluator: Evaluator;
  readonly tuningJob: TuningJob;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  /** An evaluator from another configuration with these paths held. */
  readonly around: (base: ModelConfig, held: ReadonlySet<string>) => Evaluator;
}

type Granted = Omit<ProposeAnswer, "note">;

/** Tuning around a request has to win at least this share of the error. */
const AROUND_SHARE = 1e-4;

/** The requests as one proposal; null when they name nothing tunable. */
export function applyTuningRequests(job: TuningRequestJob): Granted | null {
  const { evaluator, tuningJob } = job;
  const values = removeDuplicatePaths(
    job.tuningRequests.flatMap((tuningRequest) =>
      computeRequestedValues(tuningRequest, tuningJob.base, job.bounds, evaluator),
    ),
  );
  if (values.length === 0) return null;
  const settings = values.map(({ path, to }) => ({ path, to }));
  const requested = applyChanges(tuningJob.base, settings);
  const before = assessForecast(tuningJob.dataset, tuningJob.base);
  const alone = assessForecast(tuningJob.dataset, requested);
  const moved = settings.filter((_, at) => values[at]?.from !== values[at]?.to);
  const told = values.map((value) => describeRequestedValue(value, tuningJob.base)).join("; ");
  const asAsked = {
    changes: moved.length > 0 ? moved : settings.slice(0, 1),
    reasoning: `As asked: ${told}. ${describeErrors(before, alone)}.`,
    searchScore: null,
    evaluations: evaluator.evaluations,
  };
  if (moved.length === 0 || alone.loss <= before.loss) return asAsked;
  const own = job.around(requested, new Set(settings.map(({ path }) => path)));
  const tuning = tune(own, { ...tuningJob, base: requested });
  const evaluations = evaluator.evaluations + tuning.evaluations;
  if (tuning.after.loss >= before.loss * (1 - AROUND_SHARE)) {
    const verdict = "It raises the error, and tuning the rest around it does not make up for that.";
    return { ...asAsked, reasoning: `${asAsked.reasoning} ${verdict}`, evaluations };
  }
  const rest = tuning.changes.map((change) => describeChange(change, requested)).join("; ");
  return {
    changes: [...moved, ...tuning.changes.map(({ path, to }) => ({ path, to }))],
    reasoning: `${asAsked.reasoning} Alone it raises the error; tuned around it: ${rest}. ${describeErrors(before, tuning.after)}.`,
    searchScore: null,
    evaluations,
  };
}

/** One value per path; of two requests for the same number the later one counts. */
function removeDuplicatePaths(values: readonly RequestedValue[]): readonly RequestedValue[] {
  return [...new Map(values.map((value) => [value.path, value])).values()];
}

function describeRequestedValue(value: RequestedValue, base: ModelConfig): string {
  const text = describeChange(value, base);
  if (value.asked === null || Math.abs(value.asked - value.to) <= 1e-3 * Math.abs(value.to)) {
    return text;
  }
  return `${text}, the nearest value in range to ${Number(value.asked.toPrecision(4))}`;
}

interface RequestedValue {
  readonly path: string;
  readonly from: number;
  /** As asked, before it was brought into its range; null when only a direction was given. */
  readonly asked: number | null;
  readonly to: number;
}

/** Share of the way to the end of the range that "more" or "less" goes at the most. */
const REACH = 0.5;
const STEPS = 8;

/** The values a request is about; empty when it names nothing tunable. */
function computeRequestedValues(
  tuningRequest: TuningRequest,
  base: ModelConfig,
  bounds: ReadonlyMap<string, TunableBound>,
  evaluator: Evaluator,
): readonly RequestedValue[] {
  return listRequestedPaths(tuningRequest, base).flatMap((path) => {
    const bound = bounds.get(path);
    const from = readTunableValues(base).get(path);
    if (bound === undefined || from === undefined) return [];
    const index = evaluator.box.paths.indexOf(path);
    const asked = computeRequestedValue(tuningRequest, from);
    const line = { index, from, bound, evaluator };
    const to =
      asked ??
      (index < 0
        ? computeHalfwayValue(tuningRequest, line)
        : findBestInDirection(tuningRequest, line));
    return [{ path, from, asked, to: clampToBound(to, bound) }];
  });
}

/** Four significant digits, whole where it has to be, inside the range. */
function clampToBound(value: number, bound: TunableBound): number {
  const rounded = bound.integer ? Math.round(value) : Number(value.toPrecision(4));
  return Math.min(bound.max, Math.max(bound.min, rounded));
}

function listRequestedPaths(tuningRequest: TuningRequest, base: ModelConfig): readonly string[] {
  if (!["decay", "alpha", "gamma"].includes(tuningRequest.parameter))
    return [`training.${tuningRequest.parameter}`];
  const channels = base.channels.map((channel) => channel.name);
  const meant =
    tuningRequest.channel === null
      ? channels
      : channels.filter((name) => name === tuningRequest.channel);
  return meant.map((name) => `hyperparameters.${name}.${tuningRequest.parameter}`);
}

/** The value asked for; null when only a direction was. */
function computeRequestedValue(tuningRequest: TuningRequest, from: number): number | null {
  if (tuningRequest.target !== null) return tuningRequest.target;
  if (tuningRequest.range !== null)
    return Math.min(tuningRequest.range[1], Math.max(tuningRequest.range[0], from));
  if (tuningRequest.amount === null) return null;
  const sign = tuningRequest.direction === "decrease" ? -1 : 1;
  const { by, relative } = tuningRequest.amount;
  return Number((from + sign * by * (relative ? from : 1)).toPrecision(6));
}

interface Line {
  readonly index: number;
  readonly from: number;
  readonly bound: TunableBound;
  readonly evaluator: Evaluator;
}

/** For numbers that the error does not depend on. */
function computeHalfwayValue(tuningRequest: TuningRequest, { from, bound }: Line): number {
  return from + ((tuningRequest.direction === "decrease" ? bound.min : bound.max) - from) * REACH;
}

/** The best value on the way in the requested direction, by the validated error. */
function findBestInDirection(
  tuningRequest: TuningRequest,
  { index, from, bound, evaluator }: Line,
): number {
  const end = tuningRequest.direction === "decrease" ? bound.min : bound.max;
  let best = { value: from, loss: Infinity };
  for (let step = 1; step <= STEPS; step += 1) {
    const vector = evaluator.start.slice();
    vector[index] = from + (end - from) * REACH * (step / STEPS);
    const { loss } = evaluator.objective.evaluate(vector);
    if (loss < best.loss) best = { value: vector[index] ?? from, loss };
  }
  return best.value;
}
