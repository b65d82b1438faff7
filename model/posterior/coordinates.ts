/**
 * The coordinates in which the sampler moves. θ of `parameters.ts` is standard normal before the data
 * are seen; what data know is each channel's share p_c of the target, of which θ's entries are curved
 * functions of each other: trajectories in θ need short steps and diverge. In
 *
 *   η:  v_c with softplus(v_c) w_c = M₀ p_c in place of the channel's `roi`,
 *       m = ln(Σ_j φ_j w_j/(S M₀)) in place of `media_share`, everything else as in θ
 * a well measured effect is one coordinate, in which it is linear, and a weak one keeps the shape of its
 * prior (centred parametrisation: Papaspiliopoulos, Roberts & Sköld 2007). Back, with s = softplus(v_c):
 *   φ_c = s e^m,  u_c = ln(e^{φ_c} − 1),  θ_c = (u_c − offset)/τ,  S = Σ s w / M₀
 *   ln |∂θ/∂η| = Σ_c ln(k(φ_c) s'/s) − C ln τ − ln(1 − S) + constant,  k(φ) = φ/(1 − e^{−φ}) = ∂u/∂ln φ
 * M₀ is Σ φ w/S at the prior's medians, so that m is about 0.
 *
 * 1. The density over η is that over θ times the Jacobian: the draws, given back in θ, have the same law.
 * 2. fromTheta ∘ toTheta is the identity to rounding.
 * 3. Where S would be 1 or more the density is 0: `evaluate` gives NaN or −Infinity.
 */

import { exp, expMinusOne, log, logistic, logit, softplus } from "./arithmetic.ts";
import type { Density } from "./density.ts";
import type { PosteriorInputs } from "./inputs.ts";
import { SHARE, SPREAD } from "./parameters.ts";

/** A log density with its gradient, as the sampler sees it. */
export interface Coordinates {
  readonly dimension: number;
  /** Log density (without its constant) over η; writes the gradient. */
  evaluate(eta: Float64Array, gradient: Float64Array): number;
  toTheta(eta: Float64Array, theta: Float64Array): void;
  fromTheta(theta: Float64Array, eta: Float64Array): void;
}

/** The density over η. */
export function centreShares(inputs: PosteriorInputs, density: Density): Coordinates {
  const { dimension, first, width } = density.layout;
  const theta = new Float64Array(dimension);
  const byTheta = new Float64Array(dimension);
  const weights = inputs.channels.map(({ spendShare }) => spendShare);
  const { media_share: share, roi_spread: spread } = inputs.priors;
  const middle = softplus(spread.offset) / share.median;
  const scale = { inputs, first, width, weights, middle };
  return {
    dimension,
    toTheta: (eta, to) => readTheta(scale, eta, to),
    fromTheta: (from, eta) => writeEta(scale, from, eta),
    evaluate: (eta, gradient) => {
      readTheta(scale, eta, theta);
      const value = density.evaluate(theta, byTheta);
      return value + pullBack(scale, { eta, theta, byTheta }, gradient);
    },
  };
}

interface Scale {
  readonly inputs: PosteriorInputs;
  /** Position of the first channel's `roi` and the distance to the next. */
  readonly first: number;
  readonly width: number;
  readonly weights: readonly number[];
  /** M₀. */
  readonly middle: number;
}

function readTheta(scale: Scale, eta: Float64Array, theta: Float64Array): void {
  const { first, width, weights, middle } = scale;
  const { media_share: share, roi_spread: spread } = scale.inputs.priors;
  const steepness = readSpread(scale, eta);
  const common = exp(eta[SHARE] as number);
  theta.set(eta);
  let total = 0;
  for (const [c, weight] of weights.entries()) {
    const at = first + c * width;
    const own = softplus(eta[at] as number);
    const relative = own * common;
    total += own * weight;
    theta[at] = (relative + log(-expMinusOne(-relative)) - spread.offset) / steepness;
  }
  theta[SHARE] = (logit(total / middle) - logit(share.median)) / share.sd_logit;
}

function readSpread({ inputs }: Scale, vector: Float64Array): number {
  const { median, sd_log } = inputs.priors.roi_spread;
  return median * exp(sd_log * (vector[SPREAD] as number));
}

interface Slopes {
  readonly eta: Float64Array;
  readonly theta: Float64Array;
  readonly byTheta: Float64Array;
}

/** Writes the gradient over η; returns ln |∂θ/∂η|. */
function pullBack(scale: Scale, { eta, theta, byTheta }: Slopes, gradient: Float64Array): number {
  const { first, width, weights, middle } = scale;
  const { media_share: share, roi_spread: spread } = scale.inputs.priors;
  const steepness = readSpread(scale, eta);
  const common = exp(eta[SHARE] as number);
  gradient.set(byTheta);
  let jacobian = -weights.length * spread.sd_log * (theta[SPREAD] as number);
  let bySpread = -weights.length;
  let byCommon = 0;
  let total = 0;
  for (const [c, weight] of weights.entries()) {
    const at = first + c * width;
    const own = softplus(eta[at] as number);
    const rise = logistic(eta[at] as number);
    const relative = own * common;
    const left = exp(-relative);
    const k = relative / -expMinusOne(-relative);
    const slope = byTheta[at] as number;
    // ∂/∂ ln φ_c of the density and of ln k(φ_c).
    const along = (slope * k) / steepness + 1 - k * left;
    jacobian += log((k * rise) / own);
    byCommon += along;
    bySpread -= slope * (theta[at] as number);
    gradient[at] = (along - 1) * (rise / own) + 1 - rise;
    total += own * weight;
  }
  const all = total / middle;
  jacobian -= log(1 - all);
  const byAll = ((byTheta[SHARE] as number) / (share.sd_logit * all) + 1) / (1 - all);
  for (const [c, weight] of weights.entries()) {
    const at = first + c * width;
    gradient[at] =
      (gradient[at] as number) + (byAll * weight * logistic(eta[at] as number)) / middle;
  }
  gradient[SHARE] = byCommon;
  gradient[SPREAD] = (byTheta[SPREAD] as number) + spread.sd_log * bySpread;
  return jacobian;
}

function writeEta(scale: Scale, theta: Float64Array, eta: Float64Array): void {
  const { first, width, weights, middle } = scale;
  const { media_share: share, roi_spread: spread } = scale.inputs.priors;
  const steepness = readSpread(scale, theta);
  eta.set(theta);
  let total = 0;
  for (const [c, weight] of weights.entries()) {
    const relative = softplus(spread.offset + steepness * (theta[first + c * width] as number));
    total += relative * weight;
    eta[first + c * width] = relative;
  }
  const all = logistic(logit(share.median) + share.sd_logit * (theta[SHARE] as number));
  eta[SHARE] = log(total / (all * middle));
  for (const c of weights.keys()) {
    const own = (eta[first + c * width] as number) * exp(-(eta[SHARE] as number));
    eta[first + c * width] = own + log(-expMinusOne(-own));
  }
}
