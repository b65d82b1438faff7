/**
 * Posterior predictive: what the kept draws expect in the weeks after the training window.
 *
 * Media effects use the given exposures of those weeks, with what is carried over into them; controls
 * and season are the data's. The level falls back to its own training mean by `damping` a week (a
 * level that walks on freely makes long forecasts worse: Gardner & McKenzie 1985 on damped trends),
 * with new innovations, and noise is added.
 *
 * 1. Targets of those weeks influence nothing.
 */

import type { Draws } from "./draws.ts";
import { readDraw } from "./draws.ts";
import type { PosteriorInputs } from "./inputs.ts";
import { Workspace, fillUp } from "./kernels.ts";
import { createLinearSampler } from "./linear-draw.ts";
import type { MediaColumn } from "./media-column.ts";
import { columnFloats, createMediaColumn, updateColumn } from "./media-column.ts";
import { NormalStream } from "./normal-stream.ts";
import type { ChannelValues, Layout } from "./parameters.ts";
import { layOutParameters, readValues } from "./parameters.ts";
import { power } from "./arithmetic.ts";
import type { Interval } from "./summaries.ts";
import { summarizeDraws } from "./summaries.ts";

/** Share of the level's distance from its mean that is left after a week. */
export const LEVEL_DAMPING = 0.9;
const DRAWS_MAX = 400;

export interface ForecastOptions {
  readonly seed: number;
  /** Per week, 0 … 1. */
  readonly damping?: number;
}

/** Intervals per period after the training window, geos added up, in target units. */
export function forecastPosterior(
  inputs: PosteriorInputs,
  draws: Draws,
  options: ForecastOptions,
): Interval[] {
  const ahead = inputs.periodsAll - inputs.periods;
  const count = Math.min(DRAWS_MAX, draws.count);
  const paths = Array.from({ length: ahead }, () => new Float64Array(count));
  const stream = new NormalStream(options.seed);
  const walk = createWalker(inputs);
  const damping = power(options.damping ?? LEVEL_DAMPING, 1 / inputs.periodsPerWeek);
  for (let at = 0; at < count; at += 1) {
    const path = walk(draws, Math.floor((at * draws.count) / count), { stream, damping });
    for (let h = 0; h < ahead; h += 1) (paths[h] as Float64Array)[at] = path[h] as number;
  }
  return paths.map((values) => summarizeDraws(values));
}

type Walker = (
  draws: Draws,
  draw: number,
  context: { readonly stream: NormalStream; readonly damping: number },
) => Float64Array;

/** Predicts one path per draw. */
function createWalker(inputs: PosteriorInputs): Walker {
  const layout = layOutParameters(inputs);
  const whole: PosteriorInputs = {
    ...inputs,
    periods: inputs.periodsAll,
    width: fillUp(inputs.periodsAll),
  };
  const space = new Workspace(inputs.channels.length * columnFloats(whole));
  const media = inputs.channels.map((channel) => createMediaColumn(whole, channel, space));
  const sampleLinear = createLinearSampler(inputs);
  const theta = new Float64Array(layout.dimension);
  return (draws, draw, { stream, damping }) => {
    readDraw(draws, draw, theta);
    const values = evaluateMedia(inputs, { layout, whole, media, theta });
    const path = new Float64Array(inputs.periodsAll - inputs.periods);
    for (let geo = 0; geo < inputs.geos; geo += 1) {
      const effect = sumMedia(whole, media, geo);
      const rest = effect
        .subarray(0, inputs.periods)
        .map((value, t) => (inputs.target[geo * inputs.width + t] as number) - value);
      const { steady, level } = sampleLinear(geo, rest, { ...values, stream });
      addPath(path, { inputs, geo, effect, steady, level, values, stream, damping });
    }
    return path;
  };
}

/** Columns over all periods with the coefficient of the training periods. */
function evaluateMedia(
  inputs: PosteriorInputs,
  context: {
    layout: Layout;
    whole: PosteriorInputs;
    media: readonly MediaColumn[];
    theta: Float64Array;
  },
): { noise: number; level: number } {
  const { whole, media } = context;
  const values = readValues(inputs, context.layout, context.theta);
  for (const [c, column] of media.entries()) {
    const own = values.channels[c] as ChannelValues;
    updateColumn(whole, column, own);
    let total = 0;
    for (let geo = 0; geo < inputs.geos; geo += 1) {
      for (let t = 0; t < inputs.periods; t += 1) {
        const s = column.saturated[geo * whole.width + t] as number;
        total += s * (inputs.geoWeights[geo] as number);
      }
    }
    column.coefficient = total > 0 ? (own.share * inputs.rows) / total : 0;
  }
  return { noise: values.noise, level: values.level };
}

function sumMedia(
  { width, periods }: PosteriorInputs,
  media: readonly MediaColumn[],
  geo: number,
): Float64Array {
  const effect = new Float64Array(periods);
  for (const { saturated, coefficient } of media) {
    for (let t = 0; t < periods; t += 1) {
      effect[t] = (effect[t] as number) + coefficient * (saturated[geo * width + t] as number);
    }
  }
  return effect;
}

interface PathContext {
  readonly inputs: PosteriorInputs;
  readonly geo: number;
  readonly effect: Float64Array;
  readonly steady: Float64Array;
  readonly level: Float64Array;
  readonly values: { readonly noise: number; readonly level: number };
  readonly stream: NormalStream;
  readonly damping: number;
}

function addPath(path: Float64Array, context: PathContext): void {
  const { inputs, geo, values, stream, damping, level } = context;
  const { periods } = inputs;
  const mean = level.reduce((a, b) => a + b, 0) / periods;
  let gap = (level.at(-1) ?? 0) - mean;
  for (let h = 0; h < path.length; h += 1) {
    gap = damping * gap + values.noise * values.level * stream.normal();
    const t = periods + h;
    const value =
      (context.effect[t] as number) +
      (context.steady[t] as number) +
      mean +
      gap +
      values.noise * stream.normal();
    path[h] = (path[h] as number) + value * (inputs.geoMeans[geo] as number);
  }
}
