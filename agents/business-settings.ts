/**
 * The `business` section of the settings: benchmarks and thresholds that the Business Analyst and
 * the Stakeholder hold a model against.
 *
 * Owns: the schema, the defaults and where each default comes from. Not: what the business itself
 * knows (`business-context.ts`, which wins) and ranges of parameters (the guard's specification).
 *
 * I1. Every group of figures names its source; a finding repeats it.
 * I2. ROI benchmarks are **profit** per unit of spend; `benchmarks.ts` turns them into the units of
 *     the model's target.
 */
import { z } from "zod";
import { MEDIA_TYPES } from "../model/media-types.ts";

const SOURCE = z.string().min(1).max(500);
const SHARE = z.number().min(0).max(1);
const RANGE = z
  .tuple([z.number().nonnegative(), z.number().positive()])
  .refine(([low, high]) => low <= high, { message: "the lower end is above the upper end" });
const BY_MEDIA_TYPE = z.partialRecord(z.enum(MEDIA_TYPES), z.number().positive());

const ROI = z.strictObject({
  /** Short-term profit per unit of spend (13 weeks or less), by media type. */
  profit_short_term: BY_MEDIA_TYPE.default({
    tv: 1.82,
    bvod: 1.66,
    video: 1.76,
    radio: 2.47,
    print: 2.74,
    ooh: 1.19,
    cinema: 1.19,
    social: 1.62,
    display: 1.5,
    search: 2.29,
    direct: 1.87,
    other: 1.87,
  }),
  source: SOURCE.default(
    "Profit Ability 2 (Thinkbox 2024, UK), short-term profit ROI; all media where the medium is not listed",
  ),
  /** A return below benchmark / factor or above benchmark × factor is a warning. */
  warn_factor: z.number().gt(1).default(3),
  /** Revenue return outside this band is implausible. */
  implausible: RANGE.default([0.5, 20]),
  implausible_source: SOURCE.default("Meridian's ImplausibleROI check: 0.5 to 20"),
});

const CARRYOVER = z.strictObject({
  /** Weeks until half of the effect has happened, by media type. */
  half_life_weeks: z.partialRecord(z.enum(MEDIA_TYPES), RANGE).default({
    tv: [0.5, 6],
    bvod: [0.4, 4],
    video: [0.3, 2.5],
    radio: [0.3, 2],
    print: [0.3, 2],
    ooh: [0.3, 3.1],
    cinema: [0.3, 3.1],
    social: [0, 1.4],
    display: [0, 1.4],
    search: [0, 1],
    direct: [0, 1.4],
    other: [0, 6],
  }),
  source: SOURCE.default(
    "Robyn analysts' guide (weekly decay by medium), widened where practice disagrees",
  ),
  /** Weeks until 90 % of the effect has happened. */
  duration_90_weeks_max: z.number().positive().default(22),
  duration_source: SOURCE.default("Leone (1995): total duration of six to nine months at most"),
});

const ATTRIBUTION = z.strictObject({
  /** Share of the target that is not due to media. */
  baseline_share: z.tuple([SHARE, SHARE]).default([0.25, 0.7]),
  baseline_source: SOURCE.default("Stella's MMM checklist: baseline of 25 to 70 % of sales"),
  /** Effect share over spend share: outside 1/factor … factor the split is a warning. */
  effect_to_spend_factor: z.number().gt(1).default(3),
  effect_to_spend_source: SOURCE.default(
    "Robyn's DECOMP.RSSD compares the two; factor by judgement",
  ),
});

const FIT = z.strictObject({
  r2_min: z.number().lte(1).default(0.8),
  r2_suspicious: z.number().lte(1).default(0.98),
  r2_source: SOURCE.default("Robyn analysts' guide: below 0.8 improve; above 0.98 by judgement"),
  /** Validated MAPE, or wMAPE where MAPE is undefined: above it, worth a remark. */
  error_good: z.number().positive().default(0.1),
  /** Above it, a warning. */
  error_accept: z.number().positive().default(0.15),
  /** On new weeks, above it, reason enough to roll back. */
  error_reject: z.number().positive().default(0.2),
  error_source: SOURCE.default("Stella's MMM checklist: below 15 % out of sample"),
  roi_variation_accept: z.number().positive().default(0.15),
  roi_variation_source: SOURCE.default("judgement: no published cut-off"),
});

const MONITORING = z.strictObject({
  window_weeks: z.int().min(1).max(52).default(8),
  /** Error on new weeks over the validated error. */
  warn_factor: z.number().gt(1).default(1.25),
  rollback_factor: z.number().gt(1).default(1.5),
  /** |Σ(y − ŷ)| / Σ|y| on new weeks. */
  bias_warn: z.number().positive().default(0.05),
  bias_rollback: z.number().positive().default(0.1),
  /** Cumulative standardised error per √n: the 5 % and 1 % points of |Brownian motion|'s maximum. */
  cusum_warn: z.number().positive().default(2.24),
  cusum_rollback: z.number().positive().default(2.81),
  /** Relative change of a channel's ROI after a refit. */
  roi_shift_warn: z.number().positive().default(0.25),
  roi_shift_rollback: z.number().positive().default(0.5),
  /** Largest new exposure over the largest trained. */
  spend_range_warn: z.number().positive().default(1.2),
  spend_range_rollback: z.number().positive().default(1.5),
  next_review_weeks: z.int().min(1).max(52).default(13),
});

/** Schema of the section; `{}` parses to the defaults. */
export const BUSINESS_SETTINGS = z.strictObject({
  roi: ROI.prefault({}),
  carryover: CARRYOVER.prefault({}),
  attribution: ATTRIBUTION.prefault({}),
  fit: FIT.prefault({}),
  monitoring: MONITORING.prefault({}),
});

export type BusinessSettings = z.infer<typeof BUSINESS_SETTINGS>;
