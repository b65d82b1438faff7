/**
 * The cube a search moves in: free parameters only, constraints included, points made readable.
 *
 * 1. Parameters whose range is a single value, or that are not among `only`, stay at the start.
 * 2. `rounded` keeps every value inside its range.
 *
 * Objective: [(loss + v · in-sample wMAPE) / (1 + v)] · [1 + w · mean_i (u_i − u0_i)²], u being
 * unit-cube coordinates and u0 the medium's typical values (`media-types.ts`). Tuning the bare
 * validation loss (v = w = 0) over-fits it: on simulated data it left the locked error unchanged and
 * doubled the error of ROI (docs/MODEL.md). The in-sample part lets all weeks speak, the prior
 * decides where the data do not.
 */

import type { Box, SearchBounds } from "./bounds.ts";
import { includePoint, fromUnit, resolveBox, toUnit } from "./bounds.ts";
import type { ModelConfig } from "../config.ts";
import { countPeriodsPerWeek } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { LossParts } from "./descent.ts";
import { ModelError } from "../errors.ts";
import type { Range } from "../media-types.ts";
import { TRANSFORM_PARAMETERS, createDefaultTransform } from "../media-types.ts";
import { clamp, sum } from "../numbers.ts";
import type { Objective } from "../fit/objective.ts";
import { createObjective, computeScaledErrors } from "../fit/objective.ts";
import { toParameterVector } from "../fit/problem.ts";

const DIGITS = 4;
/** Weight of the prior unless another is asked for; 0 = the bare validation loss. */
const PRIOR_WEIGHT = 1;
/** Weight of the in-sample error unless another is asked for. */
const IN_SAMPLE_WEIGHT = 1;
/** Middle of the default penalty range on its log scale. */
const TYPICAL_PENALTY = 0.01;

export interface SearchConstraints {
  /** Allowed ROI (target units per unit of spend) per channel. */
  readonly roi?: Readonly<Record<string, Range>>;
  /** Allowed half-life per channel, weeks. */
  readonly half_life_weeks?: Readonly<Record<string, Range>>;
  /** Paths that may move, e.g. "hyperparameters.tv.decay"; all when absent. */
  readonly only?: readonly string[];
}

export interface SearchSpace {
  readonly source: Objective;
  readonly box: Box;
  /** The configuration's own parameters. */
  readonly start: Float64Array;
  /** The same in the cube of free parameters. */
  readonly startPoint: Float64Array;
  /** Coordinates of the cube by channel, the penalty on its own. */
  readonly groups: readonly (readonly number[])[];
  /** Constrained loss at a point of the cube. */
  readonly objective: (point: Float64Array) => number;
  /** Its parts at the point evaluated last; null when constraints multiply it. */
  readonly parts: ((point: Float64Array) => LossParts) | null;
  /** Constrained loss at a parameter vector. */
  readonly lossAt: (parameters: Float64Array) => number;
  readonly parametersAt: (point: Float64Array) => Float64Array;
  /** Whether the configuration's own parameters lie in the ranges. */
  readonly startInside: boolean;
  /** Parameters at a point, rounded to four digits. */
  readonly rounded: (point: Float64Array) => Float64Array;
}

/** @throws ModelError `bounds_invalid`. */
export function resolveSearch(
  dataset: Dataset,
  config: ModelConfig,
  options: {
    bounds?: SearchBounds;
    constraints?: SearchConstraints;
    prior_weight?: number;
    in_sample_weight?: number;
  },
): SearchSpace {
  const constraints = options.constraints ?? {};
  const source = createObjective(dataset, config);
  const start = toParameterVector(config);
  const box = createConstrainedBox(config, options.bounds, constraints);
  const around = includePoint(box, start);
  const free = listFreeIndices(around, box, constraints.only);
  const parametersAt = (point: Float64Array): Float64Array => {
    const unit = toUnit(around, start);
    const inner = fromUnit(box, setFreeParameters(free, point, unit));
    return start.map((value, index) => (free.includes(index) ? (inner[index] ?? value) : value));
  };
  /** 1 inside the ROI constraints, more outside, at the last evaluation. */
  const outside = (): number =>
    constraints.roi === undefined ? 1 : 1 + computeRoiDistance(source, constraints.roi);
  const lossAt = (parameters: Float64Array): number => source.evaluate(parameters).loss * outside();
  const inSampleWeight = options.in_sample_weight ?? IN_SAMPLE_WEIGHT;
  const startUnit = toUnit(box, start);
  const prior = createPrior(config, box, { free, weight: options.prior_weight ?? PRIOR_WEIGHT });
  const partsAt = (point: Float64Array): LossParts => {
    const at = parametersAt(point);
    const unit = toUnit(box, at);
    return {
      errors: computeScaledErrors(source, inSampleWeight),
      factor: prior.factor(at),
      slope: Float64Array.from(free, (index) => prior.slope(unit, index)),
    };
  };
  return {
    source,
    box,
    start,
    startPoint: Float64Array.from(free, (index) => startUnit[index] ?? 0),
    groups: [...Map.groupBy(free.keys(), (at) => findParameterGroup(free[at] ?? 0)).values()],
    objective: (point) => {
      const at = parametersAt(point);
      const { loss, inSample } = source.evaluate(at);
      const blend = (loss + inSampleWeight * inSample) / (1 + inSampleWeight);
      return blend * outside() * prior.factor(at);
    },
    parts: constraints.roi === undefined ? partsAt : null,
    lossAt,
    parametersAt,
    startInside: free.every((index) => isInside(box, start, index)),
    rounded: (point) => roundParameters(parametersAt(point), box, free),
  };
}

function isInside({ low, high }: Box, parameters: Float64Array, index: number): boolean {
  const value = parameters[index] ?? 0;
  return value >= (low[index] ?? 0) && value <= (high[index] ?? 0);
}

/** Three parameters a channel, then the penalty. */
function findParameterGroup(parameter: number): number {
  return Math.floor(parameter / TRANSFORM_PARAMETERS.length);
}

function setFreeParameters(
  free: readonly number[],
  point: Float64Array,
  onto: Float64Array,
): Float64Array {
  const unit = onto.slice();
  for (const [at, index] of free.entries()) unit[index] = point[at] ?? 0;
  return unit;
}

function listFreeIndices(around: Box, box: Box, only: readonly string[] | undefined): number[] {
  const unknown = only?.find((path) => !around.paths.includes(path));
  if (unknown !== undefined) {
    throw new ModelError("bounds_invalid", `Search: "${unknown}" is not a tunable path`, {
      path: unknown,
    });
  }
  return box.paths.flatMap((path, index) =>
    (box.low[index] ?? 0) < (box.high[index] ?? 0) && (only === undefined || only.includes(path))
      ? [index]
      : [],
  );
}

/** Half-life ranges as decay ranges: θ = ½^(1/h). */
function createConstrainedBox(
  config: ModelConfig,
  bounds: SearchBounds | undefined,
  constraints: SearchConstraints,
): Box {
  const box = resolveBox(config, bounds);
  const perWeek = countPeriodsPerWeek(config);
  for (const [name, [shortest, longest]] of Object.entries(constraints.half_life_weeks ?? {})) {
    const index = box.paths.indexOf(`hyperparameters.${name}.decay`);
    const decay = (weeks: number): number => (weeks > 0 ? 0.5 ** (1 / (weeks * perWeek)) : 0);
    const low = Math.max(box.low[index] ?? 0, decay(shortest));
    const high = Math.min(box.high[index] ?? 0, decay(longest));
    if (index < 0 || low > high) {
      throw new ModelError(
        "bounds_invalid",
        `Constraint half_life_weeks.${name}: no decay in the allowed range gives ${shortest} to ${longest} weeks`,
        { channel: name, shortest, longest },
      );
    }
    box.low[index] = low;
    box.high[index] = high;
  }
  for (const name of Object.keys(constraints.roi ?? {})) {
    if (config.channels.some((channel) => channel.name === name)) continue;
    throw new ModelError("bounds_invalid", `Constraint roi.${name}: no such channel`, {
      channel: name,
    });
  }
  return box;
}

/** Σ over channels of the relative distance of ROI from its range, at the last evaluation. */
function computeRoiDistance(source: Objective, ranges: Readonly<Record<string, Range>>): number {
  const channels = source.engines[0]?.problem.dataset.channels ?? [];
  let distance = 0;
  for (const [index, channel] of channels.entries()) {
    const range = ranges[channel.name];
    if (range === undefined) continue;
    const roi = computeLastFoldRoi(source, index);
    const [low, high] = range;
    const scale = Math.max(Math.abs(low), Math.abs(high), 1e-9);
    if (roi === null) continue;
    distance += Math.max(0, low - roi, roi - high) / scale;
  }
  return distance;
}

/** ROI over the training rows with the coefficients of the last fold. */
function computeLastFoldRoi(source: Objective, channel: number): number | null {
  let effect = 0;
  let spend = 0;
  for (const engine of source.engines) {
    const { problem, rows, block, fixed } = engine;
    const fold = engine.folds.at(-1);
    const at = (fixed + channel) * rows;
    const beta = fold?.beta[channel] ?? 0;
    for (let row = 0; row < rows; row += 1) {
      effect += beta * (block[at + row] ?? 0) * (problem.weights[row] ?? 1);
    }
    spend += sum(problem.dataset.channels[channel]?.spend ?? [], 0, rows);
  }
  return spend > 0 ? effect / spend : null;
}

interface Prior {
  readonly factor: (parameters: Float64Array) => number;
  /** Slope of the factor by the unit coordinate of one parameter. */
  readonly slope: (unit: Float64Array, index: number) => number;
}

function createPrior(
  config: ModelConfig,
  box: Box,
  { free, weight }: { free: readonly number[]; weight: number },
): Prior {
  const typical = config.channels.flatMap((channel) => {
    const { decay, alpha, gamma } = createDefaultTransform(
      channel.media_type,
      countPeriodsPerWeek(config),
    );
    return [decay, alpha, gamma];
  });
  const centre = toUnit(box, Float64Array.from([...typical, TYPICAL_PENALTY]));
  const share = free.length === 0 ? 0 : weight / free.length;
  return {
    factor(parameters) {
      const unit = toUnit(box, parameters);
      let squares = 0;
      for (const index of free) squares += ((unit[index] ?? 0) - (centre[index] ?? 0)) ** 2;
      return 1 + share * squares;
    },
    slope: (unit, index) => 2 * share * ((unit[index] ?? 0) - (centre[index] ?? 0)),
  };
}

function roundParameters(
  parameters: Float64Array,
  box: Box,
  free: readonly number[],
): Float64Array {
  return parameters.map((value, index) =>
    free.includes(index)
      ? clamp(Number(value.toPrecision(DIGITS)), box.low[index] ?? value, box.high[index] ?? value)
      : value,
  );
}
