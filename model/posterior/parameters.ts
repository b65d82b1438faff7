/**
 * The sampled vector and what it means.
 *
 *   θ = [share, spread, noise, (level), then per channel: roi, decay, slope, half, (buildup)]
 * Every entry is standard normal a priori (non-centred), so log prior = −½ Σ θ².
 *   media share   S = logistic(logit(median) + sd θ)
 *   spread        τ = median e^{sd θ};   φ_c = softplus(offset + τ θ_c)
 *   share of a channel   p_c = S φ_c w_c / Σ_j φ_j w_j;   ROI_c = p_c / w_c in `describeRoiUnit`
 * The total share is sampled itself, since that is what the data know best; ROI is relative to it.
 */

import { exp, log, logistic, logit, power, softplus } from "./arithmetic.ts";
import type { PosteriorInputs } from "./inputs.ts";

export interface Layout {
  readonly dimension: number;
  /** Position of the level's entry, −1 without one. */
  readonly level: number;
  /** Position of the first channel's entries. */
  readonly first: number;
  /** Entries per channel. */
  readonly width: number;
  readonly buildup: boolean;
  readonly names: readonly string[];
}

export const SHARE = 0;
export const SPREAD = 1;
export const NOISE = 2;

/** Where each parameter stands. */
export function layOutParameters(inputs: PosteriorInputs): Layout {
  const hasLevel = inputs.linear.modes.length > 0;
  const buildup = inputs.profile.carryover === "delayed";
  const own = ["roi", "decay", "slope", "half_saturation", ...(buildup ? ["buildup"] : [])];
  const shared = ["media_share", "roi_spread", "noise", ...(hasLevel ? ["level"] : [])];
  const names = [
    ...shared,
    ...inputs.channels.flatMap(({ name }) => own.map((parameter) => `${name}.${parameter}`)),
  ];
  return {
    dimension: names.length,
    level: hasLevel ? 3 : -1,
    first: shared.length,
    width: own.length,
    buildup,
    names,
  };
}

/** One channel's parameters in natural units. */
export interface ChannelValues {
  /** Share of the target over the training rows. */
  share: number;
  decay: number;
  /** decay^(lagMax + 1). */
  cut: number;
  buildup: number;
  slope: number;
  /** ln of half-saturation in mean exposures. */
  half: number;
  /** ∂ ln φ / ∂θ_roi and ∂ ln φ / ∂ ln τ. */
  relativeByRoi: number;
  relativeBySpread: number;
}

export interface Values {
  share: number;
  spread: number;
  noise: number;
  level: number;
  readonly channels: ChannelValues[];
}

/** Natural values of a vector. */
export function readValues(inputs: PosteriorInputs, layout: Layout, theta: Float64Array): Values {
  const { priors } = inputs;
  const at = (index: number): number => theta[index] as number;
  const spread = priors.roi_spread.median * exp(priors.roi_spread.sd_log * at(SPREAD));
  const share = logistic(
    logit(priors.media_share.median) + priors.media_share.sd_logit * at(SHARE),
  );
  const channels = inputs.channels.map((_, c) => readChannel(inputs, layout, { theta, c, spread }));
  let total = 0;
  for (const [c, one] of channels.entries()) {
    one.share *= inputs.channels[c]?.spendShare ?? 0;
    total += one.share;
  }
  for (const one of channels) one.share *= share / total;
  return {
    share,
    spread,
    noise: inputs.noiseScale * priors.noise.median * exp(priors.noise.sd_log * at(NOISE)),
    level: layout.level < 0 ? 0 : inputs.levelMiddle * exp(priors.level.sd_log * at(layout.level)),
    channels,
  };
}

/** `share` is still φ_c here. */
function readChannel(
  inputs: PosteriorInputs,
  layout: Layout,
  { theta, c, spread }: { theta: Float64Array; c: number; spread: number },
): ChannelValues {
  const { priors } = inputs;
  const channel = inputs.channels[c];
  if (channel === undefined) throw new RangeError(`no channel ${c}`);
  const first = layout.first + c * layout.width;
  const z = (offset: number): number => theta[first + offset] as number;
  const u = priors.roi_spread.offset + spread * z(0);
  const relative = softplus(u);
  const steep = relative > 0 ? logistic(u) / relative : 1;
  const decay = logistic(channel.decayMiddle + channel.decaySpread * z(1));
  const slow = priors.buildup;
  return {
    share: relative,
    decay,
    cut: power(decay, inputs.lagMax + 1),
    buildup: layout.buildup ? logistic(logit(slow.median) + slow.sd_logit * z(4)) : 0,
    slope: priors.slope.median * exp(priors.slope.sd_log * z(2)),
    half: log(priors.half_saturation.median) + priors.half_saturation.sd_log * z(3),
    relativeByRoi: spread * steep,
    relativeBySpread: spread * z(0) * steep,
  };
}
