/**
 * Log posterior density of the sampled vector with its gradient; level and linear part integrated
 * out exactly (`linear-part.ts`), parameters as in `parameters.ts`.
 *
 *   contribution_ct = p_c N s_ct / T_c,  T_c = Σ_t ω_t s_ct,  s = Hill(carried exposure)
 *   log p = −½ Σ_j G log(1+κ²λ_j) − ½ log|Z'V⁻¹Z| − (N−k) log σ − r'e/(2σ²) − ½ θ'θ + factors
 *   r = y − Σ_c contribution_c,  e = V⁻¹(r − Zγ̂)
 * Factors: lift tests and ROI statements of `calibration`, Gaussian, each on its own rows.
 *
 * 1. The gradient is analytic; tests compare it with central differences.
 * 2. Deterministic: no host function but square root.
 */

import type { ChannelInput, PosteriorInputs } from "./inputs.ts";
import { Workspace } from "./kernels.ts";
import { LinearSolver, solverFloats } from "./linear-solver.ts";
import type { MediaColumn } from "./media-column.ts";
import { columnFloats, createMediaColumn, passBack, updateColumn } from "./media-column.ts";
import type { ChannelValues, Layout, Values } from "./parameters.ts";
import { NOISE, SHARE, SPREAD, layOutParameters, readValues } from "./parameters.ts";

export interface Density {
  readonly layout: Layout;
  /** Log density (without its constant); writes the gradient when one is given. */
  evaluate(theta: Float64Array, gradient: Float64Array | null): number;
  /** What was computed for the vector last evaluated; `error` is e, so that target − e is the fit. */
  readonly last: () => {
    readonly values: Values;
    readonly media: readonly MediaColumn[];
    readonly error: Float64Array;
  };
}

/** Prepares the arrays once; the density may then be evaluated at any vector. */
export function createDensity(inputs: PosteriorInputs): Density {
  const layout = layOutParameters(inputs);
  const size = inputs.geos * inputs.width;
  const space = new Workspace(
    size + inputs.channels.length * columnFloats(inputs) + solverFloats(inputs.linear),
  );
  const media = inputs.channels.map((channel) => createMediaColumn(inputs, channel, space));
  const solver = new LinearSolver(inputs.linear, space);
  const rest = space.floats(size);
  let values: Values | null = null;
  return {
    layout,
    last: () => {
      if (values === null) throw new RangeError("nothing has been evaluated yet");
      return { values, media, error: solver.error };
    },
    evaluate: (theta, gradient) => {
      const now = readValues(inputs, layout, theta);
      values = now;
      rest.set(inputs.target);
      for (const [c, column] of media.entries()) {
        updateColumn(inputs, column, now.channels[c] as ChannelValues);
        const { saturated, coefficient } = column;
        space.kernels.addRows(rest.byteOffset, saturated.byteOffset, -coefficient, size);
      }
      const square = solver.solve(rest, now.level);
      const logNoise = inputs.priors.noise.sd_log * (theta[NOISE] as number);
      const precision = 1 / (now.noise * now.noise);
      let value =
        -0.5 * solver.logDeterminant - solver.freedom * logNoise - 0.5 * precision * square;
      for (const z of theta) value -= 0.5 * z * z;
      if (gradient !== null) {
        startGradient(inputs, { layout, theta, values: now, gradient }, { solver, square });
      }
      const shares = new Float64Array(media.length);
      for (const [c, column] of media.entries()) {
        const channel = inputs.channels[c] as ChannelInput;
        const statements = weighFactors(inputs, channel, column);
        value += statements.value;
        if (gradient === null) continue;
        shares[c] = passBack(inputs, {
          column,
          error: solver.error,
          precision,
          channel: now.channels[c] as ChannelValues,
          slopes: gradient.subarray(layout.first + c * layout.width + 1),
          lifts: statements.lifts,
        });
        shares[c] = (shares[c] ?? 0) + statements.byShare;
      }
      if (gradient !== null) {
        finishShares(inputs, { layout, values: now, gradient }, shares);
      }
      return value;
    },
  };
}

interface GradientContext {
  readonly layout: Layout;
  readonly values: Values;
  readonly gradient: Float64Array;
}

/** Prior, noise and level. */
function startGradient(
  inputs: PosteriorInputs,
  { layout, theta, values, gradient }: GradientContext & { theta: Float64Array },
  { solver, square }: { solver: LinearSolver; square: number },
): void {
  for (let i = 0; i < theta.length; i += 1) gradient[i] = -(theta[i] as number);
  const precision = 1 / (values.noise * values.noise);
  const { noise, level } = inputs.priors;
  gradient[NOISE] =
    (gradient[NOISE] as number) + noise.sd_log * (precision * square - solver.freedom);
  if (layout.level < 0) return;
  const slope = -0.5 * solver.determinantSlope - 0.5 * precision * solver.squareSlope;
  gradient[layout.level] = (gradient[layout.level] as number) + level.sd_log * slope;
}

/** From ∂L/∂ ln p_c to share, spread and each channel's ROI. */
function finishShares(
  inputs: PosteriorInputs,
  { layout, values, gradient }: GradientContext,
  shares: Float64Array,
): void {
  let all = 0;
  for (const share of shares) all += share;
  const { media_share: prior, roi_spread: spreadPrior } = inputs.priors;
  gradient[SHARE] = (gradient[SHARE] as number) + prior.sd_logit * (1 - values.share) * all;
  let bySpread = 0;
  for (const [c, channel] of values.channels.entries()) {
    const byRelative = (shares[c] ?? 0) - (channel.share / values.share) * all;
    const at = layout.first + c * layout.width;
    gradient[at] = (gradient[at] as number) + channel.relativeByRoi * byRelative;
    bySpread += channel.relativeBySpread * byRelative;
  }
  gradient[SPREAD] = (gradient[SPREAD] as number) + spreadPrior.sd_log * bySpread;
}

interface Statements {
  readonly value: number;
  /** ∂/∂ ln p of the ROI statements. */
  readonly byShare: number;
  /** Per lift test: ∂/∂ effect, where effect = Σ ω s coefficient / N over its rows. */
  readonly lifts: readonly number[];
}

const NO_STATEMENTS: Statements = { value: 0, byShare: 0, lifts: [] };

function weighFactors(
  inputs: PosteriorInputs,
  channel: ChannelInput,
  column: MediaColumn,
): Statements {
  if (channel.lifts.length + channel.rois.length === 0) return NO_STATEMENTS;
  let value = 0;
  let byShare = 0;
  const roi = column.share / channel.spendShare;
  for (const statement of channel.rois) {
    const gap = (statement.roi - roi) / statement.sd;
    value -= 0.5 * gap * gap;
    byShare += (gap / statement.sd) * roi;
  }
  const lifts = channel.lifts.map((test) => {
    const effect = (column.coefficient / inputs.rows) * sumWeighted(inputs, column, test);
    const gap = (test.effect - effect) / test.standardError;
    value -= 0.5 * gap * gap;
    return gap / test.standardError;
  });
  return { value, byShare, lifts };
}

function sumWeighted(
  { geos, width, geoWeights }: PosteriorInputs,
  { saturated }: MediaColumn,
  { from, to, days }: { from: number; to: number; days: readonly number[] },
): number {
  let sum = 0;
  for (let geo = 0; geo < geos; geo += 1) {
    let own = 0;
    for (let t = from; t < to; t += 1) {
      own += (days[t - from] as number) * (saturated[geo * width + t] as number);
    }
    sum += own * (geoWeights[geo] as number);
  }
  return sum;
}
