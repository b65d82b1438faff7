/**
 * The `posterior` section of a model configuration: form and priors that an owner pins.
 *
 * Owns: which entries of the priors (`posterior/priors.ts`) may be replaced, and their form. An entry is
 * replaced whole and says where it comes from. Not: who may replace one (the guard: nobody in a session).
 */

import { z } from "zod";
import { MEDIA_TYPES } from "./media-types.ts";
import { DEFAULT_PRIORS } from "./posterior/priors.ts";

const SOURCE = z.string().min(1).max(500);
const SPREAD = z.number().min(1e-3).max(10);
const POSITIVE = z.number().min(1e-6).max(1e6);
const SHARE = z
  .number()
  .min(1e-6)
  .max(1 - 1e-6);
const LOG_NORMAL = z.strictObject({ median: POSITIVE, sd_log: SPREAD, source: SOURCE });
const LOGIT_NORMAL = z.strictObject({ median: SHARE, sd_logit: SPREAD, source: SOURCE });

const PRIORS = z.strictObject({
  media_share: LOGIT_NORMAL.optional(),
  roi_spread: z
    .strictObject({
      median: POSITIVE,
      sd_log: SPREAD,
      source: SOURCE,
      offset: z.number().min(-10).max(10).default(DEFAULT_PRIORS.roi_spread.offset),
    })
    .optional(),
  decay: z
    .strictObject({
      median: z
        .partialRecord(z.enum(MEDIA_TYPES), SHARE)
        .transform((own) => ({ ...DEFAULT_PRIORS.decay.median, ...own })),
      sd_logit: SPREAD,
      source: SOURCE,
    })
    .optional(),
  buildup: LOGIT_NORMAL.optional(),
  slope: LOG_NORMAL.optional(),
  half_saturation: LOG_NORMAL.optional(),
  level: LOG_NORMAL.optional(),
  noise: LOG_NORMAL.optional(),
});

export const POSTERIOR_SETTINGS = z.strictObject({
  /** `delayed`: the geometric carryover may build up first. Absent = `geometric`. */
  carryover: z.enum(["geometric", "delayed"]).optional(),
  priors: PRIORS.optional(),
});
