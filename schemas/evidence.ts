/**
 * What speaks for or against acting on a model of record, as it travels and is published: flags, the
 * plan that was judged, the experiment to run next.
 *
 * Owns: the form, read strictly. Not: how any of it is found (`model/evidence/`).
 *
 * I1. Sizes and counts are bounded: the text may come from anywhere.
 */
import { z } from "zod";

const NAME = z.string().max(200);
const SENTENCE = z.string().max(2_000);
const FIGURES = z.record(NAME, z.number());

export const FLAG = z.strictObject({
  code: NAME,
  /** Whom it speaks of, the channel in question first; empty for the model as a whole. */
  channels: z.array(NAME).max(200),
  raised: z.boolean(),
  /** Whether it speaks against moving budget when raised; else it informs. */
  stops: z.boolean(),
  value: z.number().nullable(),
  limit: z.number().nullable(),
  figures: FIGURES,
  message: SENTENCE,
});

export const EXPERIMENT = z.strictObject({
  kind: z.literal("geo_lift_test"),
  channel: NAME,
  /** The channel that it cannot be told from; null where its own width is the trouble. */
  rival: NAME.nullable(),
  weeks: z.number(),
  /** Spend to add or withhold over the test, in money of the data, and over the usual spend. */
  spend_change: z.number(),
  spend_change_share: z.number(),
  roi: z.strictObject({ low: z.number(), high: z.number() }),
  roi_sd_now: z.number(),
  roi_se_expected: z.number().nullable(),
  /** Expected gain of the target over the training window's length from the test. */
  worth: z.number(),
  message: SENTENCE,
});

const PLANNED_CHANNEL = z.strictObject({
  channel: NAME,
  spend_before: z.number(),
  spend_after: z.number(),
});

const PLAN = z.strictObject({
  total: z.number(),
  spent: z.number(),
  channels: z.array(PLANNED_CHANNEL).max(200),
  /** Response under the plan less today's, target units over the training window's length. */
  gain: z.strictObject({
    low: z.number(),
    median: z.number(),
    high: z.number(),
    mean: z.number(),
    probability: z.number().min(0).max(1),
    expected_loss: z.number().min(0),
  }),
});

/** Raised flags first, those that stop before those that inform. */
export const EVIDENCE = z.strictObject({
  flags: z.array(FLAG).max(5_000),
  plan: PLAN,
  experiment: EXPERIMENT.nullable(),
});

export type EvidenceFlag = z.infer<typeof FLAG>;
export type EvidenceExperiment = z.infer<typeof EXPERIMENT>;
export type PublishedEvidence = z.infer<typeof EVIDENCE>;

/** The evidence beside a published posterior; null where there is none or it has another form. */
export function findEvidence(posterior: unknown): PublishedEvidence | null {
  const found = z.looseObject({ evidence: EVIDENCE }).safeParse(posterior);
  return found.success ? found.data.evidence : null;
}
