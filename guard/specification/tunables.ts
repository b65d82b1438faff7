/**
 * The numbers of a configuration that may be tuned: their places, ranges and how to change them.
 *
 * I1. Everything else of a configuration is its methodology; `computeMethodologyDigest` covers exactly that.
 * I2. Ranges are in the unit of the configuration: decay per data period, so a daily model's range is
 *     the weekly one to the power 1/7.
 * I3. Nothing here changes its arguments.
 */
import { countPeriods } from "../../model/calendar.ts";
import type { ModelConfig } from "../../model/config.ts";
import { countPeriodsPerWeek } from "../../model/config.ts";
import {
  TRANSFORM_PARAMETERS,
  type TransformParameter,
  convertWeeklyDecay,
} from "../../model/media-types.ts";
import { computeDigest } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Constraint } from "../../schemas/parts.ts";
import type { Field, Specification, TunableEntry } from "./specification.ts";

export const TRAINING_PARAMETERS = ["l2_penalty", "learning_rate", "refinement_steps"] as const;

export interface TunableBound {
  /** Inclusive ends of what can be cleared. */
  readonly min: number;
  readonly max: number;
  /** Inclusive ends of what published work finds; within min … max. */
  readonly softMin: number;
  readonly softMax: number;
  readonly unit: string;
  readonly integer: boolean;
  readonly field: Field;
}

/** A value to be set at a tunable path. */
export interface Setting {
  readonly path: string;
  readonly to: number;
}

/** Every tunable number of a configuration, by path, in a fixed order. */
export function readTunableValues(config: ModelConfig): Map<string, number> {
  const values = new Map<string, number>();
  for (const channel of config.channels) {
    const own = config.hyperparameters[channel.name];
    if (own === undefined) continue;
    for (const name of TRANSFORM_PARAMETERS) {
      values.set(`hyperparameters.${channel.name}.${name}`, own[name]);
    }
  }
  for (const name of TRAINING_PARAMETERS) values.set(`training.${name}`, config.training[name]);
  return values;
}

/** The range of every tunable number of this configuration. */
export function computeTunableBounds(
  config: ModelConfig,
  spec: Specification,
): ReadonlyMap<string, TunableBound> {
  const bounds = new Map<string, TunableBound>();
  const add = (path: string, pattern: string, mediaType: MediaType | null): void => {
    const entry = spec.tunable.find((candidate) => candidate.path === pattern);
    if (entry !== undefined) bounds.set(path, computeTunableBound(entry, config, spec, mediaType));
  };
  for (const channel of config.channels) {
    for (const name of TRANSFORM_PARAMETERS) {
      const path = `hyperparameters.${channel.name}.${name}`;
      add(path, `hyperparameters.*.${name}`, channel.media_type);
    }
  }
  for (const name of TRAINING_PARAMETERS) add(`training.${name}`, `training.${name}`, null);
  return bounds;
}

type MediaType = ModelConfig["channels"][number]["media_type"];

function computeTunableBound(
  entry: TunableEntry,
  config: ModelConfig,
  spec: Specification,
  mediaType: MediaType | null,
): TunableBound {
  const { unit, integer, field } = entry;
  if (entry.range !== "media_type") {
    const { hard, soft } = entry.range;
    return { min: hard[0], max: hard[1], softMin: soft[0], softMax: soft[1], unit, integer, field };
  }
  const { hard, soft } = spec.decay_per_week[mediaType ?? "other"];
  const periods = countPeriodsPerWeek(config);
  return {
    min: convertWeeklyDecay(hard[0], periods),
    max: convertWeeklyDecay(hard[1], periods),
    softMin: convertWeeklyDecay(soft[0], periods),
    softMax: convertWeeklyDecay(soft[1], periods),
    unit: `${unit} (${PERIOD_NAMES[config.data.frequency]})`,
    integer,
    field,
  };
}

const PERIOD_NAMES = { daily: "day", weekly: "week", monthly: "month" } as const;

/**
 * Ranges for a search: the hard ones, cut to where one channel alone cannot fail the signature, and
 * to a session's constraints. A constraint outside the range leaves the nearest end.
 */
export function computeSearchBounds(
  config: ModelConfig,
  spec: Specification,
  constraints: readonly Constraint[] = [],
): ReadonlyMap<string, TunableBound> {
  const bounds = new Map(computeTunableBounds(config, spec));
  const lagMax = countPeriods(config.adstock.max_lag_weeks, countPeriodsPerWeek(config));
  const flattest = spec.signature.kernel_flatness_max ** (1 / Math.max(1, lagMax));
  for (const [path, bound] of bounds) {
    if (path.endsWith(".decay") && path.startsWith("hyperparameters.")) {
      bounds.set(path, limitBound(bound, bound.min, flattest));
    }
  }
  for (const constraint of constraints) {
    const bound = bounds.get(constraint.path);
    if (bound === undefined) continue;
    bounds.set(constraint.path, limitBound(bound, constraint.min, constraint.max));
  }
  return bounds;
}

function limitBound(bound: TunableBound, low: number, high: number): TunableBound {
  const within = (value: number): number => Math.min(bound.max, Math.max(bound.min, value));
  const min = within(low);
  const max = Math.max(min, within(high));
  const soft = (value: number): number => Math.min(max, Math.max(min, value));
  return { ...bound, min, max, softMin: soft(bound.softMin), softMax: soft(bound.softMax) };
}

/**
 * The configuration with some tunable numbers set.
 * @throws MmmError `config_invalid` for a path that is not a tunable number of this configuration
 */
export function applyChanges(config: ModelConfig, changes: readonly Setting[]): ModelConfig {
  const hyperparameters = { ...config.hyperparameters };
  let { training } = config;
  for (const { path, to } of changes) {
    const [section, first = "", second = "", more] = path.split(".");
    const values = Object.hasOwn(hyperparameters, first) ? hyperparameters[first] : undefined;
    const known = values !== undefined && Object.hasOwn(values, second) && more === undefined;
    if (section === "hyperparameters" && known) {
      const fresh = values === config.hyperparameters[first] ? { ...values } : values;
      fresh[second as TransformParameter] = to;
      hyperparameters[first] = fresh;
    } else if (section === "training" && Object.hasOwn(training, first) && second === "") {
      training = { ...training, [first]: to };
    } else {
      throw new MmmError("config_invalid", `${path} is not a tunable number of this model`);
    }
  }
  return { ...config, hyperparameters, training };
}

/** SHA-256 of everything in a configuration but its tunable numbers. */
export function computeMethodologyDigest(config: ModelConfig): string {
  const { hyperparameters: _numbers, training: _more, ...methodology } = config;
  return computeDigest(methodology);
}
