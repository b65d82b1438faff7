/**
 * One channel's media column and the way back from its error to its parameters.
 *
 *   a_t = norm(d) v_t,  l = ln a,  s = 1/(1 + e^{S(K − l)}),  T = Σ ω s,  coefficient b = p N/T
 * With G_t = ∂L/∂contribution_t and ρ = ΣGs/T, h_t = b(G_t − ρω_t) s_t(1 − s_t):
 *   ∂L/∂ ln p = b ΣGs,  ∂L/∂S = Σ h(l − K),  ∂L/∂K = −S Σ h,  ∂L/∂d = S Σ h a'/a
 */

import type { ChannelInput, PosteriorInputs } from "./inputs.ts";
import { carryOver, saturate, takeLogs } from "./media-loops.ts";
import type { ChannelValues } from "./parameters.ts";

export interface MediaColumn {
  readonly channel: ChannelInput;
  /** v, ∂v/∂d, ∂v/∂B. */
  readonly value: Float64Array;
  readonly byDecay: Float64Array;
  readonly byBuildup: Float64Array;
  readonly logs: Float64Array;
  readonly saturated: Float64Array;
  share: number;
  /** p N / T. */
  coefficient: number;
  /** T. */
  total: number;
  readonly factors: Float64Array;
}

/** Arrays for one channel. */
export function createMediaColumn(inputs: PosteriorInputs, channel: ChannelInput): MediaColumn {
  const array = (): Float64Array => new Float64Array(inputs.rows);
  return {
    channel,
    value: array(),
    byDecay: array(),
    byBuildup: array(),
    logs: array(),
    saturated: array(),
    share: 0,
    coefficient: 0,
    total: 0,
    factors: array(),
  };
}

/** Carryover, saturation and coefficient at the given values. */
export function updateColumn(
  inputs: PosteriorInputs,
  column: MediaColumn,
  values: ChannelValues,
): void {
  const { periods, periodsAll, geos, lagMax } = inputs;
  const { decay, cut, buildup } = values;
  const form = { decay, cut, buildup, lagMax, periods, geos, stride: periodsAll };
  carryOver(column.channel.exposure, form, column);
  takeLogs(column.value, (1 - decay) / (1 - cut), column.logs);
  saturate(column.logs, values.slope, values.half, column.saturated);
  let total = 0;
  for (let geo = 0; geo < geos; geo += 1) {
    let own = 0;
    for (let t = 0; t < periods; t += 1) own += column.saturated[geo * periods + t] as number;
    total += own * (inputs.geoWeights[geo] as number);
  }
  column.total = total;
  column.share = values.share;
  column.coefficient = total > 0 ? (values.share * inputs.rows) / total : 0;
}

export interface BackContext {
  readonly column: MediaColumn;
  /** e of `linear-solver.ts`. */
  readonly error: Float64Array;
  readonly precision: number;
  readonly channel: ChannelValues;
  /** Gradient entries after the channel's ROI: decay, slope, half, (buildup). */
  readonly slopes: Float64Array;
  /** ∂L/∂effect per lift test. */
  readonly lifts: readonly number[];
}

/** Adds to the channel's own slopes; returns ∂L/∂ ln p. */
export function passBack(inputs: PosteriorInputs, context: BackContext): number {
  const { column, error, precision, channel } = context;
  const { saturated, factors } = column;
  for (let row = 0; row < factors.length; row += 1) {
    factors[row] = precision * (error[row] as number);
  }
  for (const [at, by] of context.lifts.entries()) addLift(inputs, column, { at, by });
  let along = 0;
  for (let row = 0; row < factors.length; row += 1) {
    along += (factors[row] as number) * (saturated[row] as number);
  }
  const sums = sumSlopes(inputs, column, along / column.total);
  const { priors } = inputs;
  const { decay, cut, slope, buildup } = channel;
  const norm = decay > 0 ? -1 / (1 - decay) + ((inputs.lagMax + 1) * cut) / (decay * (1 - cut)) : 0;
  const b = column.coefficient;
  const add = (index: number, value: number): void => {
    context.slopes[index] = (context.slopes[index] as number) + value;
  };
  add(
    0,
    b *
      slope *
      (sums.byDecay + norm * sums.plain) *
      decay *
      (1 - decay) *
      column.channel.decaySpread,
  );
  add(1, b * (sums.byLog - channel.half * sums.plain) * slope * priors.slope.sd_log);
  add(2, -b * slope * sums.plain * priors.half_saturation.sd_log);
  if (inputs.profile.carryover === "delayed") {
    add(3, b * slope * sums.byBuildup * buildup * (1 - buildup) * priors.buildup.sd_logit);
  }
  return b * along;
}

function addLift(
  inputs: PosteriorInputs,
  { channel, factors }: MediaColumn,
  { at, by }: { at: number; by: number },
): void {
  const test = channel.lifts[at];
  if (test === undefined) return;
  for (let geo = 0; geo < inputs.geos; geo += 1) {
    const weight = (by * (inputs.geoWeights[geo] as number)) / inputs.rows;
    for (let t = test.from; t < test.to; t += 1) {
      const row = geo * inputs.periods + t;
      factors[row] = (factors[row] as number) + weight;
    }
  }
}

interface SlopeSums {
  plain: number;
  byLog: number;
  byDecay: number;
  byBuildup: number;
}

/** Σ h/b times 1, l, v'/v and ∂v/∂B / v. */
function sumSlopes(inputs: PosteriorInputs, column: MediaColumn, mean: number): SlopeSums {
  const { factors, saturated, logs, value, byDecay, byBuildup } = column;
  const sums = { plain: 0, byLog: 0, byDecay: 0, byBuildup: 0 };
  for (let geo = 0; geo < inputs.geos; geo += 1) {
    const level = mean * (inputs.geoWeights[geo] as number);
    const end = (geo + 1) * inputs.periods;
    for (let row = geo * inputs.periods; row < end; row += 1) {
      const s = saturated[row] as number;
      const v = value[row] as number;
      if (!(v > 0)) continue;
      const h = ((factors[row] as number) - level) * s * (1 - s);
      const perValue = h / v;
      sums.plain += h;
      sums.byLog += h * (logs[row] as number);
      sums.byDecay += perValue * (byDecay[row] as number);
      sums.byBuildup += perValue * (byBuildup[row] as number);
    }
  }
  return sums;
}
