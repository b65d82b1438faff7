/**
 * The box a search may move in: a range per parameter, and what a parameter vector looks like in it.
 *
 * Owns: resolving ranges given per channel (or the medium's defaults) to a box over the parameter
 * vector, the unit cube of that box. Not: who may set which range (the guard decides).
 *
 * Ranges are in the unit of the data (`decay` per period). The ridge penalty is on a log scale.
 *
 * 1. low ≤ high for every parameter; a parameter with low = high is fixed.
 * 2. `fromUnit(toUnit(p)) = p` for p inside the box, up to rounding.
 */

import type { ModelConfig } from "../config.ts";
import { countPeriodsPerWeek } from "../config.ts";
import { ModelError } from "../errors.ts";
import type { Finding } from "../findings.ts";
import { toFinding } from "../findings.ts";
import type { Range, TransformParameter } from "../media-types.ts";
import {
  DEFAULT_PENALTY_RANGE,
  TRANSFORM_PARAMETERS,
  createDefaultRanges,
} from "../media-types.ts";
import { clamp } from "../numbers.ts";

export interface SearchBounds {
  /** Ranges per channel name; missing channels or parameters take the medium's defaults. */
  readonly hyperparameters?: Readonly<
    Record<string, Readonly<Partial<Record<TransformParameter, Range>>>>
  >;
  readonly l2_penalty?: Range;
}

export interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Path of each parameter in the configuration. */
  readonly paths: readonly string[];
  readonly logarithmic: readonly boolean[];
}

/** Hard limits of the schema, which no range may exceed. */
const HARD: Readonly<Record<TransformParameter | "l2_penalty", Range>> = {
  decay: [0, 0.999],
  alpha: [0.05, 10],
  gamma: [0.01, 10],
  l2_penalty: [1e-8, 100],
};

/**
 * The box of a configuration's parameter vector.
 *
 * @throws ModelError `bounds_invalid` for a range upside down, out of the hard limits, or for a
 *   channel that is not in the model.
 */
export function resolveBox(config: ModelConfig, bounds: SearchBounds = {}): Box {
  const known = new Set(config.channels.map((channel) => channel.name));
  for (const name of Object.keys(bounds.hyperparameters ?? {})) {
    if (!known.has(name)) {
      throw new ModelError(
        "bounds_invalid",
        `Bounds name channel "${name}", which is not in the model`,
        {
          channel: name,
        },
      );
    }
  }
  const rows: { path: string; range: Range; logarithmic: boolean }[] = [];
  for (const channel of config.channels) {
    const defaults = createDefaultRanges(channel.media_type, countPeriodsPerWeek(config));
    for (const parameter of TRANSFORM_PARAMETERS) {
      const path = `hyperparameters.${channel.name}.${parameter}`;
      const range = bounds.hyperparameters?.[channel.name]?.[parameter] ?? defaults[parameter];
      rows.push({ path, range: checkRange(range, HARD[parameter], path), logarithmic: false });
    }
  }
  const path = "training.l2_penalty";
  const range = checkRange(bounds.l2_penalty ?? DEFAULT_PENALTY_RANGE, HARD.l2_penalty, path);
  rows.push({ path, range, logarithmic: true });
  return {
    low: Float64Array.from(rows, (row) => row.range[0]),
    high: Float64Array.from(rows, (row) => row.range[1]),
    paths: rows.map((row) => row.path),
    logarithmic: rows.map((row) => row.logarithmic),
  };
}

function checkRange(range: Range, hard: Range, path: string): Range {
  const [low, high] = range;
  if (low <= high && low >= hard[0] && high <= hard[1]) return range;
  throw new ModelError(
    "bounds_invalid",
    `Bounds of ${path} are [${low}, ${high}]; they must ascend and lie in [${hard[0]}, ${hard[1]}]`,
    { path, low, high },
  );
}

/** The box made large enough to hold a point, so that a start outside its range is not moved. */
export function includePoint(box: Box, point: Float64Array): Box {
  return {
    ...box,
    low: box.low.map((value, index) => Math.min(value, point[index] ?? value)),
    high: box.high.map((value, index) => Math.max(value, point[index] ?? value)),
  };
}

/** Parameter vector of a point of the unit cube. */
export function fromUnit(box: Box, unit: ArrayLike<number>): Float64Array {
  return box.low.map((low, index) => {
    const high = box.high[index] ?? low;
    const share = clamp(unit[index] ?? 0, 0, 1);
    if (share === 0) return low;
    if (share === 1) return high;
    return box.logarithmic[index] === true
      ? clamp(low * (high / low) ** share, low, high)
      : low + share * (high - low);
  });
}

/** Point of the unit cube of a parameter vector; outside values are brought to the edge. */
export function toUnit(box: Box, parameters: ArrayLike<number>): Float64Array {
  return box.low.map((low, index) => {
    const high = box.high[index] ?? low;
    if (high === low) return 0;
    const value = clamp(parameters[index] ?? low, low, high);
    return box.logarithmic[index] === true
      ? Math.log(value / low) / Math.log(high / low)
      : (value - low) / (high - low);
  });
}

/** Share of a range at its ends within which a parameter counts as lying at the end. */
const EDGE_SHARE = 1e-3;

/** Parameters at or beyond an end of their range: the range may exclude the better value. */
export function boundFindings(box: Box, parameters: ArrayLike<number>): Finding[] {
  return box.paths.flatMap((path, index) => {
    const low = box.low[index] ?? 0;
    const high = box.high[index] ?? 0;
    const value = parameters[index] ?? 0;
    if (low === high) return [];
    const edge = EDGE_SHARE * (high - low);
    const bound = value <= low + edge ? low : value >= high - edge ? high : null;
    if (bound === null) return [];
    const channel = path.split(".")[1];
    return [
      toFinding(
        "parameter_at_bound",
        `${path} = ${value} lies at its bound ${bound}: the range may exclude the better value`,
        {
          ...(path.startsWith("hyperparameters.") && channel !== undefined ? { channel } : {}),
          figure: value,
          bound,
        },
      ),
    ];
  });
}
