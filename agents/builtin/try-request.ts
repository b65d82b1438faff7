/**
 * A wish for one parameter, tried: the value asked for, brought into its range, and what it does.
 *
 * I1. What is permitted is proposed as asked; what is not is brought to the nearest permitted value
 *     and that is said.
 * I2. The other parameters are tuned around it only when the wish alone makes the error worse and
 *     tuning around it makes it better.
 */
import {
  applyChanges,
  readTunableValues,
  type TunableBound,
} from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import { trainModel } from "../../model/train.ts";
import type { Evaluator } from "./evaluator.ts";
import { describeChange, describeErrors } from "./explain-proposal.ts";
import type { TuningWish } from "./parse-request.ts";
import { tune, type TuningJob } from "./tuning.ts";
import type { ProposeAnswer } from "../reasoners.ts";

export interface WishJob {
  readonly wishes: readonly TuningWish[];
  readonly evaluator: Evaluator;
  readonly tuningJob: TuningJob;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  /** An evaluator from another configuration with these paths held. */
  readonly around: (base: ModelConfig, held: ReadonlySet<string>) => Evaluator;
}

type Granted = Omit<ProposeAnswer, "note">;

/** Tuning around a wish has to win at least this share of the error. */
const AROUND_SHARE = 1e-4;

/** The wishes as one proposal; null when they name nothing tunable. */
export function applyTuningRequests(job: WishJob): Granted | null {
  const { evaluator, tuningJob } = job;
  const values = removeDuplicatePaths(
    job.wishes.flatMap((wish) =>
      computeRequestedValues(wish, tuningJob.base, job.bounds, evaluator),
    ),
  );
  if (values.length === 0) return null;
  const settings = values.map(({ path, to }) => ({ path, to }));
  const wished = applyChanges(tuningJob.base, settings);
  const before = trainWithConfig(tuningJob, tuningJob.base);
  const alone = trainWithConfig(tuningJob, wished);
  const moved = settings.filter((_, at) => values[at]?.from !== values[at]?.to);
  const told = values.map((value) => describeRequestedValue(value, tuningJob.base)).join("; ");
  const asAsked = {
    changes: moved.length > 0 ? moved : settings.slice(0, 1),
    reasoning: `As asked: ${told}. ${describeErrors(before, alone)}.`,
    searchScore: null,
    evaluations: evaluator.evaluations,
  };
  if (moved.length === 0 || alone.loss <= before.loss) return asAsked;
  const own = job.around(wished, new Set(settings.map(({ path }) => path)));
  const tuning = tune(own, { ...tuningJob, base: wished });
  const evaluations = evaluator.evaluations + tuning.evaluations;
  if (tuning.after.loss >= before.loss * (1 - AROUND_SHARE)) {
    const verdict = "It raises the error, and tuning the rest around it does not make up for that.";
    return { ...asAsked, reasoning: `${asAsked.reasoning} ${verdict}`, evaluations };
  }
  const rest = tuning.changes.map((change) => describeChange(change, wished)).join("; ");
  return {
    changes: [...moved, ...tuning.changes.map(({ path, to }) => ({ path, to }))],
    reasoning: `${asAsked.reasoning} Alone it raises the error; tuned around it: ${rest}. ${describeErrors(before, tuning.after)}.`,
    searchScore: null,
    evaluations,
  };
}

/** One value per path; of two wishes for the same number the later one counts. */
function removeDuplicatePaths(values: readonly WishedValue[]): readonly WishedValue[] {
  return [...new Map(values.map((value) => [value.path, value])).values()];
}

function trainWithConfig(job: TuningJob, config: ModelConfig) {
  const asIs = { ...config, training: { ...config.training, refinement_steps: 0 } };
  return trainModel(job.dataset, asIs, { seed: job.seed });
}

function describeRequestedValue(value: WishedValue, base: ModelConfig): string {
  const text = describeChange(value, base);
  if (value.asked === null || Math.abs(value.asked - value.to) <= 1e-3 * Math.abs(value.to)) {
    return text;
  }
  return `${text}, the nearest value in range to ${Number(value.asked.toPrecision(4))}`;
}

interface WishedValue {
  readonly path: string;
  readonly from: number;
  /** As asked, before it was brought into its range; null when only a direction was given. */
  readonly asked: number | null;
  readonly to: number;
}

/** Share of the way to the end of the range that "more" or "less" goes at the most. */
const REACH = 0.5;
const STEPS = 8;

/** The values a wish is about; empty when it names nothing tunable. */
function computeRequestedValues(
  wish: TuningWish,
  base: ModelConfig,
  bounds: ReadonlyMap<string, TunableBound>,
  evaluator: Evaluator,
): readonly WishedValue[] {
  return listRequestedPaths(wish, base).flatMap((path) => {
    const bound = bounds.get(path);
    const from = readTunableValues(base).get(path);
    if (bound === undefined || from === undefined) return [];
    const index = evaluator.box.paths.indexOf(path);
    const asked = computeRequestedValue(wish, from);
    const line = { index, from, bound, evaluator };
    const to =
      asked ?? (index < 0 ? computeHalfwayValue(wish, line) : findBestInDirection(wish, line));
    return [{ path, from, asked, to: clampToBound(to, bound) }];
  });
}

/** Four significant digits, whole where it has to be, inside the range. */
function clampToBound(value: number, bound: TunableBound): number {
  const rounded = bound.integer ? Math.round(value) : Number(value.toPrecision(4));
  return Math.min(bound.max, Math.max(bound.min, rounded));
}

function listRequestedPaths(wish: TuningWish, base: ModelConfig): readonly string[] {
  if (!["decay", "alpha", "gamma"].includes(wish.parameter)) return [`training.${wish.parameter}`];
  const channels = base.channels.map((channel) => channel.name);
  const meant = wish.channel === null ? channels : channels.filter((name) => name === wish.channel);
  return meant.map((name) => `hyperparameters.${name}.${wish.parameter}`);
}

/** The value asked for; null when only a direction was. */
function computeRequestedValue(wish: TuningWish, from: number): number | null {
  if (wish.target !== null) return wish.target;
  if (wish.range !== null) return Math.min(wish.range[1], Math.max(wish.range[0], from));
  if (wish.amount === null) return null;
  const sign = wish.direction === "decrease" ? -1 : 1;
  const { by, relative } = wish.amount;
  return Number((from + sign * by * (relative ? from : 1)).toPrecision(6));
}

interface Line {
  readonly index: number;
  readonly from: number;
  readonly bound: TunableBound;
  readonly evaluator: Evaluator;
}

/** For numbers that the error does not depend on. */
function computeHalfwayValue(wish: TuningWish, { from, bound }: Line): number {
  return from + ((wish.direction === "decrease" ? bound.min : bound.max) - from) * REACH;
}

/** The best value on the way in the wished direction, by the validated error. */
function findBestInDirection(wish: TuningWish, { index, from, bound, evaluator }: Line): number {
  const end = wish.direction === "decrease" ? bound.min : bound.max;
  let best = { value: from, loss: Infinity };
  for (let step = 1; step <= STEPS; step += 1) {
    const vector = evaluator.start.slice();
    vector[index] = from + (end - from) * REACH * (step / STEPS);
    const { loss } = evaluator.objective.evaluate(vector);
    if (loss < best.loss) best = { value: vector[index] ?? from, loss };
  }
  return best.value;
}
