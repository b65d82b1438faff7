/**
 * What each channel did: contributions, return on spend, response to more or less spend, carryover.
 *
 *   contribution_ct = β_c s_ct,   ROI_c = Σ_t contribution_ct / Σ_t spend_ct
 *   mROI_c = [f_c(1.01) − f_c(1)] / (0.01 Σ spend),   f_c(k) = Σ_t β_c Hill(k a_t / m)
 * (ROAS and mROAS of Jin et al. 2017, §4, with the effect after the window left out). Scaling all
 * spend by k scales the adstocked exposure by k since adstock is linear; m stays.
 *
 * Half-life and 90 % duration come from the weights up to the longest lag (`effect-duration.ts`).
 *
 * 1. Finite or null: null where there is no spend to divide by.
 * 2. Σ_c contribution + baseline = fitted, row by row.
 */

import type { WindowFit } from "./fit.ts";
import { toFiniteOrNull, sum } from "../numbers.ts";
import { computeEffectDuration } from "../transform/effect-duration.ts";
import { computeAdstockNorm } from "../transform/transform.ts";

const MARGINAL_STEP = 0.01;

/** Contribution of a channel in each row of the fit, target units. */
export function computeContributionRows(fit: WindowFit, channel: number): Float64Array {
  const beta = fit.beta[channel] ?? 0;
  const { weights } = fit.problem;
  const column = fit.media[channel] ?? new Float64Array(fit.rows);
  return column.map((value, row) => beta * value * (weights[row] ?? 1));
}

/** Total response of a channel over the training rows if all its exposure were × `multiplier`. */
export function computeResponseAt(fit: WindowFit, channel: number, multiplier: number): number {
  const beta = fit.beta[channel] ?? 0;
  if (beta === 0 || multiplier === 0) return 0;
  const alpha = fit.parameters[channel * 3 + 1] ?? 1;
  const column = fit.media[channel];
  const { weights } = fit.problem;
  const scale = multiplier ** alpha;
  let total = 0;
  for (let row = 0; row < fit.trainRows; row += 1) {
    const s = column?.[row] ?? 0;
    if (s <= 0) continue;
    // s = q/(q + γ^α) with q = r^α, so q/γ^α = s/(1 − s) and scaling r by k scales q by k^α.
    const odds = s < 1 ? (scale * s) / (1 - s) : Infinity;
    total += (weights[row] ?? 1) * (odds === Infinity ? 1 : odds / (1 + odds));
  }
  return beta * total;
}

export interface ChannelAttribution {
  readonly spend: number;
  readonly contribution: number;
  readonly roi: number | null;
  readonly mroi: number | null;
  /** Share of the channel's contribution due to the same period's exposure. */
  readonly immediate_share: number | null;
  readonly half_life_weeks: number;
  readonly duration_90_weeks: number;
  /** Mean of s over the rows with exposure: 0 = far from saturation, 1 = saturated. */
  readonly mean_saturation: number | null;
}

/** The channel's totals over the training rows of all fits (several when geos are fitted apart). */
export function computeChannelAttribution(
  fits: readonly WindowFit[],
  channel: number,
): ChannelAttribution {
  let spend = 0;
  let contribution = 0;
  let more = 0;
  const tally: Tally = { immediate: 0, effect: 0, saturation: 0, active: 0 };
  for (const fit of fits) {
    const data = fit.problem.dataset.channels[channel];
    if (data !== undefined) spend += sum(data.spend, 0, fit.trainRows);
    contribution += computeResponseAt(fit, channel, 1);
    more += computeResponseAt(fit, channel, 1 + MARGINAL_STEP);
    addTally(fit, channel, tally);
  }
  const decay = fits[0]?.parameters[channel * 3] ?? 0;
  const periodsPerWeek = fits[0]?.problem.dataset.periodsPerWeek ?? 1;
  const lagMax = fits[0]?.problem.settings.lagMax ?? 0;
  return {
    spend,
    contribution,
    roi: toFiniteOrNull(contribution / spend),
    mroi: toFiniteOrNull((more - contribution) / (MARGINAL_STEP * spend)),
    immediate_share: toFiniteOrNull(tally.immediate / tally.effect),
    half_life_weeks: computeEffectDuration(decay, 0.5, lagMax) / periodsPerWeek,
    duration_90_weeks: computeEffectDuration(decay, 0.1, lagMax) / periodsPerWeek,
    mean_saturation: toFiniteOrNull(tally.saturation / tally.active),
  };
}

interface Tally {
  immediate: number;
  effect: number;
  saturation: number;
  active: number;
}

/** Each row's effect is split in proportion to the adstock's parts: N x_t of a_t is immediate. */
function addTally(fit: WindowFit, channel: number, tally: Tally): void {
  const norm = computeAdstockNorm(fit.parameters[channel * 3] ?? 0, fit.problem.settings);
  const exposure = fit.problem.exposures[channel];
  const adstocked = fit.adstocked[channel];
  const column = fit.media[channel];
  for (let row = 0; row < fit.trainRows; row += 1) {
    const s = column?.[row] ?? 0;
    const a = adstocked?.[row] ?? 0;
    const x = exposure?.[row] ?? 0;
    if (a > 0) {
      const effect = s * (fit.problem.weights[row] ?? 1);
      tally.immediate += effect * Math.min(1, (norm * x) / a);
      tally.effect += effect;
    }
    if (x > 0) {
      tally.saturation += s;
      tally.active += 1;
    }
  }
}
