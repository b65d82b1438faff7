/**
 * One channel's media column and the way back from its error to its parameters.
 *
 *   a_t = norm(d) v_t,  l = ln a,  s = 1/(1 + e^{S(K − l)}),  T = Σ ω s,  coefficient b = p N/T
 * With G_t = ∂L/∂contribution_t and ρ = ΣGs/T, h_t = b(G_t − ρω_t) s_t(1 − s_t):
 *   ∂L/∂ ln p = b ΣGs,  ∂L/∂S = Σ h(l − K),  ∂L/∂K = −S Σ h,  ∂L/∂d = S Σ h a'/a
 */

import type { ChannelInput, PosteriorInputs } from "./inputs.ts";
import type { Kernels, Workspace } from "./kernels.ts";
import type { ChannelValues } from "./parameters.ts";

export interface MediaColumn {
  readonly channel: ChannelInput;
  readonly kernels: Kernels;
  readonly exposure: Float64Array;
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
  /** G where lift tests add to it, and the four sums of `sumSlopes`. */
  readonly factors: Float64Array;
  readonly sums: Float64Array;
}

const ARRAYS = 6;

/** Floats that one column takes. */
export function columnFloats(inputs: PosteriorInputs): number {
  return inputs.geos * (ARRAYS * inputs.width + inputs.periodsAll) + 16;
}

/** Arrays for one channel. */
export function createMediaColumn(
  inputs: PosteriorInputs,
  channel: ChannelInput,
  space: Workspace,
): MediaColumn {
  const array = (): Float64Array => space.floats(inputs.geos * inputs.width);
  const exposure = space.floats(channel.exposure.length);
  exposure.set(channel.exposure);
  return {
    channel,
    kernels: space.kernels,
    exposure,
    value: array(),
    byDecay: array(),
    byBuildup: array(),
    logs: array(),
    saturated: array(),
    factors: array(),
    sums: space.floats(4),
    share: 0,
    coefficient: 0,
    total: 0,
  };
}

/** Carryover, saturation and coefficient at the given values. */
export function updateColumn(
  inputs: PosteriorInputs,
  column: MediaColumn,
  values: ChannelValues,
): void {
  const { width, geos } = inputs;
  const { kernels, value, logs, saturated } = column;
  carryAll(inputs, column, values);
  const scale = (1 - values.decay) / (1 - values.cut);
  kernels.relativeLogs(value.byteOffset, logs.byteOffset, geos * width, scale);
  kernels.saturate(logs.byteOffset, saturated.byteOffset, geos * width, values.slope, values.half);
  let total = 0;
  for (let geo = 0; geo < geos; geo += 1) {
    const own = kernels.sumRows(saturated.byteOffset + 8 * geo * width, width);
    total += own * (inputs.geoWeights[geo] as number);
  }
  column.total = total;
  column.share = values.share;
  column.coefficient = total > 0 ? (values.share * inputs.rows) / total : 0;
}

function carryAll(
  { geos, width, periods, periodsAll, lagMax }: PosteriorInputs,
  { kernels, exposure, value, byDecay, byBuildup }: MediaColumn,
  { decay, cut, buildup }: ChannelValues,
): void {
  const cutSlope = decay > 0 ? ((lagMax + 1) * cut) / decay : 0;
  for (let geo = 0; geo < geos; geo += 1) {
    const to = 8 * geo * width;
    kernels.carryOver(
      exposure.byteOffset + 8 * geo * periodsAll,
      value.byteOffset + to,
      byDecay.byteOffset + to,
      byBuildup.byteOffset + to,
      periods,
      lagMax + 1,
      decay,
      cut,
      cutSlope,
      buildup,
    );
  }
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
  const { column, channel, slopes } = context;
  const { kernels, saturated, sums } = column;
  const plain = context.lifts.length === 0;
  const factors = plain ? context.error : weighLifts(inputs, context);
  const by = plain ? context.precision : 1;
  const along = by * kernels.dotRows(factors.byteOffset, saturated.byteOffset, factors.length);
  sumGeos(inputs, column, { factors, by, mean: column.total > 0 ? along / column.total : 0 });
  const [h = 0, byLog = 0, byDecay = 0, byBuildup = 0] = sums;
  const { priors } = inputs;
  const { decay, cut, slope, buildup } = channel;
  const norm = decay > 0 ? -1 / (1 - decay) + ((inputs.lagMax + 1) * cut) / (decay * (1 - cut)) : 0;
  const b = column.coefficient;
  const add = (index: number, value: number): void => {
    slopes[index] = (slopes[index] as number) + b * value;
  };
  add(0, slope * (byDecay + norm * h) * decay * (1 - decay) * column.channel.decaySpread);
  add(1, (byLog - channel.half * h) * slope * priors.slope.sd_log);
  add(2, -slope * h * priors.half_saturation.sd_log);
  if (inputs.profile.carryover === "delayed") {
    add(3, slope * byBuildup * buildup * (1 - buildup) * priors.buildup.sd_logit);
  }
  return b * along;
}

/** G with the lift tests' parts. */
function weighLifts(inputs: PosteriorInputs, { column, ...context }: BackContext): Float64Array {
  const { factors, channel } = column;
  for (let row = 0; row < factors.length; row += 1) {
    factors[row] = context.precision * (context.error[row] as number);
  }
  for (const [at, test] of channel.lifts.entries()) {
    for (let geo = 0; geo < inputs.geos; geo += 1) {
      const weight =
        ((context.lifts[at] as number) * (inputs.geoWeights[geo] as number)) / inputs.rows;
      for (let t = test.from; t < test.to; t += 1) {
        const row = geo * inputs.width + t;
        factors[row] = (factors[row] as number) + weight * (test.days[t - test.from] as number);
      }
    }
  }
  return factors;
}

function sumGeos(
  { geos, width, geoWeights }: PosteriorInputs,
  column: MediaColumn,
  { factors, by, mean }: { factors: Float64Array; by: number; mean: number },
): void {
  const { kernels, saturated, logs, value, byDecay, byBuildup, sums } = column;
  sums.fill(0);
  for (let geo = 0; geo < geos; geo += 1) {
    const at = 8 * geo * width;
    kernels.sumSlopes(
      factors.byteOffset + at,
      saturated.byteOffset + at,
      logs.byteOffset + at,
      value.byteOffset + at,
      byDecay.byteOffset + at,
      byBuildup.byteOffset + at,
      by,
      mean * (geoWeights[geo] as number),
      width,
      sums.byteOffset,
    );
  }
}
