/**
 * What each kept draw says in the units of the data: contributions, curves, returns, carryover.
 *
 *   curve_c(k) = p_c Y Σ ω s_c(k) / T_c  with all exposure × k: odds of s grow by k^S
 *   mROI = ROI · S Σ ω s(1 − s) / T
 * Half-life: when half of an exposure's effect is past, from the truncated weights themselves; between
 * whole periods what is left falls geometrically, so a plain geometric carryover has ln ½ / ln d.
 *
 * 1. curve(1) is the contribution; curve(0) is 0.
 */

import { measureDuration } from "../transform/effect-duration.ts";
import { power } from "./arithmetic.ts";
import type { Density } from "./density.ts";
import { createDensity } from "./density.ts";
import type { Draws } from "./draws.ts";
import { readDraw } from "./draws.ts";
import type { PosteriorInputs } from "./inputs.ts";
import type { MediaColumn } from "./media-column.ts";
import type { ChannelValues } from "./parameters.ts";

/** 0, 0.1 … 2 times today's spend. */
export const MULTIPLIERS: readonly number[] = Array.from({ length: 21 }, (_, step) => step / 10);

export interface ChannelResponses {
  readonly name: string;
  readonly spend: number;
  /** One value per draw. */
  readonly contribution: Float64Array;
  readonly roi: Float64Array;
  readonly mroi: Float64Array;
  readonly halfLifeWeeks: Float64Array;
  /** draw · MULTIPLIERS.length + step, target units over the training rows. */
  readonly curves: Float64Array;
  /** Posterior mean contribution per period, geos added up. */
  readonly weekly: Float64Array;
}

export interface Responses {
  readonly count: number;
  readonly targetTotal: number;
  readonly channels: readonly ChannelResponses[];
  /** All channels' contribution, one value per draw. */
  readonly mediaTotal: Float64Array;
  /** Target minus media, one value per draw. */
  readonly baselineTotal: Float64Array;
  /** Posterior means per period, geos added up. */
  readonly weeklyBaseline: Float64Array;
  readonly weeklyFitted: Float64Array;
}

/** Evaluates every kept draw once. */
export function computeResponses(
  inputs: PosteriorInputs,
  draws: Draws,
  density: Density = createDensity(inputs),
): Responses {
  const { count } = draws;
  const channels = inputs.channels.map(({ name, spend }) =>
    emptyResponses(inputs, count, { name, spend }),
  );
  const mediaTotal = new Float64Array(count);
  const weeklyFitted = new Float64Array(inputs.periods);
  const theta = new Float64Array(draws.names.length);
  for (let draw = 0; draw < count; draw += 1) {
    readDraw(draws, draw, theta);
    density.evaluate(theta, null);
    const { values, media, error } = density.last();
    for (const [c, column] of media.entries()) {
      const to = channels[c] as ChannelResponses;
      recordChannel(inputs, { to, column, values: values.channels[c] as ChannelValues }, draw);
      mediaTotal[draw] = (mediaTotal[draw] as number) + (to.contribution[draw] as number);
    }
    addByPeriod(
      inputs,
      weeklyFitted,
      (row) => ((inputs.target[row] as number) - (error[row] as number)) / count,
    );
  }
  const weeklyBaseline = weeklyFitted.slice();
  for (const { weekly } of channels) {
    for (const [t, value] of weekly.entries())
      weeklyBaseline[t] = (weeklyBaseline[t] as number) - value;
  }
  return {
    count,
    targetTotal: inputs.targetTotal,
    channels,
    mediaTotal,
    baselineTotal: mediaTotal.map((media) => inputs.targetTotal - media),
    weeklyBaseline,
    weeklyFitted,
  };
}

function emptyResponses(
  inputs: PosteriorInputs,
  count: number,
  named: { name: string; spend: number },
): ChannelResponses {
  return {
    ...named,
    contribution: new Float64Array(count),
    roi: new Float64Array(count),
    mroi: new Float64Array(count),
    halfLifeWeeks: new Float64Array(count),
    curves: new Float64Array(count * MULTIPLIERS.length),
    weekly: new Float64Array(inputs.periods),
  };
}

/** to_t += Σ_geos mean_g · of(row). */
function addByPeriod(
  { geos, periods, width, geoMeans }: PosteriorInputs,
  to: Float64Array,
  of: (row: number) => number,
): void {
  for (let geo = 0; geo < geos; geo += 1) {
    const size = geoMeans[geo] as number;
    for (let t = 0; t < periods; t += 1) {
      to[t] = (to[t] as number) + size * of(geo * width + t);
    }
  }
}

function recordChannel(
  inputs: PosteriorInputs,
  { to, column, values }: { to: ChannelResponses; column: MediaColumn; values: ChannelValues },
  draw: number,
): void {
  const contribution = values.share * inputs.targetTotal;
  const roi = contribution / to.spend;
  to.contribution[draw] = contribution;
  to.roi[draw] = roi;
  to.halfLifeWeeks[draw] = halfLife(values, inputs.lagMax) / inputs.periodsPerWeek;
  let steep = 0;
  const totals = new Float64Array(MULTIPLIERS.length);
  const powers = MULTIPLIERS.map((multiplier) => power(multiplier, values.slope));
  for (let row = 0; row < column.saturated.length; row += 1) {
    const s = column.saturated[row] as number;
    if (!(s > 0)) continue;
    const weight = inputs.geoWeights[Math.floor(row / inputs.width)] as number;
    steep += weight * s * (1 - s);
    const rest = 1 - s;
    for (let step = 0; step < totals.length; step += 1) {
      const odds = (powers[step] as number) * s;
      totals[step] = (totals[step] as number) + (weight * odds) / (odds + rest);
    }
  }
  to.mroi[draw] = (roi * values.slope * steep) / column.total;
  for (const [step, total] of totals.entries()) {
    to.curves[draw * totals.length + step] = (contribution * total) / column.total;
  }
  const by = column.coefficient / to.contribution.length;
  addByPeriod(inputs, to.weekly, (row) => by * (column.saturated[row] as number));
}

/** Periods until half of the effect of one period's exposure is past. */
export function halfLife(
  { decay, buildup }: Pick<ChannelValues, "decay" | "buildup">,
  lagMax: number,
): number {
  const weights: number[] = [];
  let carried = 0;
  let weight = 1;
  for (let lag = 0; lag <= 4 * lagMax + 8; lag += 1) {
    carried = (1 - buildup) * (lag <= lagMax ? weight : 0) + buildup * carried;
    weights.push(carried);
    weight *= decay;
  }
  return measureDuration(weights, 0.5);
}
