/**
 * Where the posterior finds a forecast's carryover and saturation plausible: the region that tuning
 * keeps to.
 *
 * Per channel, the central `PLAUSIBLE_MASS` of the draws of
 *   decay   the posterior's own
 *   alpha   its Hill slope
 *   gamma   its half-saturation, from mean exposures to the forecast's scale (the largest adstocked
 *           exposure of the first window) at the medium's typical decay; national data only
 *
 * 1. low ≤ high; a channel without spend, or a figure that does not translate, has no range.
 */

import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import type { PlausibleRegion } from "./effect-summary.ts";
import { fitForecast } from "./forecast.ts";
import type { Range } from "./media-types.ts";
import { computeMean, computeQuantile } from "./numbers.ts";
import type { Draws } from "./posterior/draws.ts";
import { readDraw } from "./posterior/draws.ts";
import type { PosteriorInputs } from "./posterior/inputs.ts";
import { layOutParameters, readValues } from "./posterior/parameters.ts";

export const PLAUSIBLE_MASS = 0.98;

/** A parameter outside its plausible range. */
export interface Implausible {
  readonly path: string;
  readonly value: number;
  readonly range: Range;
}

/** The region of a methodology's posterior. */
export function findPlausibleRegion(
  dataset: Dataset,
  methodology: ModelConfig,
  { inputs, draws }: { inputs: PosteriorInputs; draws: Draws },
): PlausibleRegion {
  const layout = layOutParameters(inputs);
  const rows = inputs.channels.map(() => ({
    decay: new Float64Array(draws.count),
    alpha: new Float64Array(draws.count),
    half: new Float64Array(draws.count),
  }));
  const theta = new Float64Array(draws.names.length);
  for (let draw = 0; draw < draws.count; draw += 1) {
    readDraw(draws, draw, theta);
    for (const [at, values] of readValues(inputs, layout, theta).channels.entries()) {
      const row = rows[at];
      if (row === undefined) continue;
      row.decay[draw] = values.decay;
      row.alpha[draw] = values.slope;
      row.half[draw] = Math.exp(values.half);
    }
  }
  const scales = inputs.geos === 1 ? measureScales(dataset, methodology) : [];
  const ranges = inputs.channels.flatMap(({ name, index }, at): [string, Range][] => {
    const row = rows[at];
    const path = `hyperparameters.${name}`;
    const scale = scales[index] ?? null;
    if (row === undefined) return [];
    const gamma = scale === null ? null : row.half.map((half) => half * scale);
    return [
      [`${path}.decay`, centralRange(row.decay)],
      [`${path}.alpha`, centralRange(row.alpha)],
      ...(gamma === null ? [] : [[`${path}.gamma`, centralRange(gamma)] as [string, Range]]),
    ];
  });
  return { mass: PLAUSIBLE_MASS, ranges: Object.fromEntries(ranges) };
}

/** Rounded outwards, so that a figure printed from the range lies in it. */
function centralRange(values: Float64Array): Range {
  const tail = (1 - PLAUSIBLE_MASS) / 2;
  const low = Number((computeQuantile(values, tail) * (1 - 5e-4)).toPrecision(4));
  return [low, Number((computeQuantile(values, 1 - tail) * (1 + 5e-4)).toPrecision(4))];
}

/** Mean by largest adstocked exposure of the first window; null where it has none. */
function measureScales(dataset: Dataset, methodology: ModelConfig): (number | null)[] {
  const [fit] = fitForecast(dataset, methodology).fits;
  if (fit === undefined) return [];
  const firstRows = fit.problem.settings.scaleEnds[0] ?? fit.trainRows;
  return fit.adstocked.map((column) => {
    const largest = column.subarray(0, firstRows).reduce((most, value) => Math.max(most, value), 0);
    return largest > 0 ? computeMean(column.subarray(0, fit.trainRows)) / largest : null;
  });
}

/**
 * Parameters that lie outside their plausible range, and further out than the baseline's own: what
 * an owner started with is nobody's proposal.
 */
export function listImplausible(
  config: ModelConfig,
  baseline: ModelConfig,
  { ranges }: PlausibleRegion,
): Implausible[] {
  return Object.entries(ranges).flatMap(([path, range]) => {
    const value = readTransform(config, path);
    const was = readTransform(baseline, path);
    if (value === null || was === null || beyond(value, range) <= beyond(was, range)) return [];
    return [{ path, value, range }];
  });
}

/** How far outside; 0 within. */
function beyond(value: number, [low, high]: Range): number {
  return Math.max(0, low - value, value - high);
}

function readTransform(config: ModelConfig, path: string): number | null {
  const [, channel = "", parameter = ""] = path.split(".");
  const own = Object.hasOwn(config.hyperparameters, channel)
    ? config.hyperparameters[channel]
    : null;
  if (parameter !== "decay" && parameter !== "alpha" && parameter !== "gamma") return null;
  return own?.[parameter] ?? null;
}
