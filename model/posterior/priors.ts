/**
 * What is believed before the data are seen: every prior of the posterior in one table, each with
 * its source. An owner replaces single entries with `mergePriors`; nothing else holds a prior.
 *
 * Medians are in natural units; spreads are standard deviations on the scale named by the field
 * (`sd_log`, `sd_logit`).
 *
 * 1. Every spread is positive, every share and decay lies strictly between 0 and 1.
 */

import type { MediaType } from "../media-types.ts";

export interface LogNormalPrior {
  readonly median: number;
  readonly sd_log: number;
  readonly source: string;
}

export interface LogitNormalPrior {
  readonly median: number;
  readonly sd_logit: number;
  readonly source: string;
}

export interface Priors {
  /** Media-driven share of the target over the training rows, 0 … 1. */
  readonly media_share: LogitNormalPrior;
  /**
   * Spread τ of ROI between channels: a channel's ROI relative to the others is
   * softplus(offset + τ z), z standard normal: near-zero effects are possible.
   */
  readonly roi_spread: LogNormalPrior & { readonly offset: number };
  /** Share of an effect that is left after a week, by kind of medium. */
  readonly decay: {
    readonly median: Readonly<Record<MediaType, number>>;
    readonly sd_logit: number;
    readonly source: string;
  };
  /** Build-up B of a delayed carryover per week: 0 = the peak is at once. */
  readonly buildup: LogitNormalPrior;
  /** Hill slope. */
  readonly slope: LogNormalPrior;
  /** Half-saturation in mean adstocked spends of the training rows. */
  readonly half_saturation: LogNormalPrior;
  /** Innovation of the level per week as a multiple of the noise (κ). */
  readonly level: LogNormalPrior;
  /** Noise as a multiple of the residual spread of the linear part alone. */
  readonly noise: LogNormalPrior;
}

export const DEFAULT_PRIORS: Priors = {
  media_share: {
    median: 0.2,
    sd_logit: 1,
    source: "wide: 90 % between 5 % and 57 % of sales",
  },
  roi_spread: {
    median: 1.6,
    sd_log: 0.3,
    offset: -0.3,
    source:
      "as wide as Meridian's LogNormal(0.2, 0.9) for ROI (google/meridian, prior_distribution.py), with room for zero",
  },
  decay: {
    median: {
      tv: 0.55,
      bvod: 0.45,
      video: 0.35,
      radio: 0.25,
      print: 0.25,
      ooh: 0.35,
      cinema: 0.35,
      social: 0.2,
      display: 0.2,
      search: 0.15,
      direct: 0.2,
      other: 0.4,
    },
    sd_logit: 1,
    source: "middles of the ranges of `media-types.ts` (Robyn analysts' guide, widened)",
  },
  buildup: { median: 0.076, sd_logit: 1, source: "most effects peak at once (Jin et al. 2017)" },
  slope: {
    median: 1.1,
    sd_log: 0.35,
    source:
      "Meridian fixes the slope of media at 1; Robyn's range 0.5 to 3 as the outer 90 % and more",
  },
  half_saturation: {
    median: 1.2,
    sd_log: 0.8,
    source: "Meridian: ec ~ TruncatedNormal(0.8, 0.8, 0.1, 10) of median spend",
  },
  level: {
    median: 0.06,
    sd_log: 1.2,
    source: "a level that moves by its own noise over a year or so; Harvey 1989, §4",
  },
  noise: { median: 1, sd_log: 0.7, source: "the linear part's residual as an upper size" },
};

/** The defaults with single entries replaced. */
export function mergePriors(changes: Partial<Priors>): Priors {
  return { ...DEFAULT_PRIORS, ...changes };
}
