/**
 * Events of the trainer: what it is asked to fit, what it answers, the locked test.
 *
 * I1. A signature is in fields of its own (`posterior_signature`), which history digests leave out.
 */
import { CHANNEL_RESULT, FINDING, METRICS } from "./parts.ts";

export const TRAINING_REQUESTED = {
  type: "record",
  name: "TrainingRequested",
  fields: [
    { name: "proposal", type: "string" },
    { name: "config_digest", type: "string" },
    { name: "seed", type: "long" },
  ],
} as const;

export const MODEL_TRAINED = {
  type: "record",
  name: "ModelTrained",
  fields: [
    { name: "proposal", type: "string" },
    { name: "config_digest", type: "string" },
    { name: "data_digest", type: "string" },
    { name: "trainer", type: "string", doc: "builtin or the name of an outside trainer" },
    { name: "validation", type: METRICS, doc: "mean over rolling-origin folds" },
    { name: "in_sample", type: METRICS },
    { name: "loss", type: "double", doc: "the figure that proposals are compared by" },
    { name: "channels", type: { type: "array", items: CHANNEL_RESULT } },
    { name: "baseline_share", type: ["null", "double"] },
    { name: "solver_score", type: "double", doc: "of fit and chains, [0,1]" },
    {
      name: "roi_stability",
      type: ["null", "double"],
      doc: "over refits; null where chains say more",
    },
    { name: "findings", type: { type: "array", items: FINDING } },
    { name: "detail", type: "string", doc: "further diagnostics, JSON" },
    {
      name: "fold_losses",
      type: { type: "array", items: "double" },
      default: [],
      doc: "the loss of each rolling-origin fold, first fold first",
    },
    {
      name: "posterior",
      type: ["null", "string"],
      default: null,
      doc: "the model of record, JSON; with the baseline's training alone, the others have its digest",
    },
    {
      name: "posterior_digest",
      type: ["null", "string"],
      default: null,
      doc: "SHA-256 of its text",
    },
    {
      name: "posterior_signature",
      type: ["null", "string"],
      default: null,
      doc: "Ed25519 compact JWS over the digests of methodology, data, specification and posterior",
    },
  ],
} as const;

export const TRAINING_REFUSED = {
  type: "record",
  name: "TrainingRefused",
  doc: "The trainer found no valid clearance for what it was asked to train.",
  fields: [
    { name: "proposal", type: "string" },
    { name: "code", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;

export const TRAINING_FAILED = {
  type: "record",
  name: "TrainingFailed",
  fields: [
    { name: "proposal", type: "string" },
    { name: "code", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;

const LOCKED_COMPARISON = {
  type: "record",
  name: "LockedComparison",
  doc: "The final forecast of the locked periods, geos added up, against a simpler one.",
  fields: [
    {
      name: "reference",
      type: "string",
      doc: "baseline, last_year, mean or posterior (the predictive median)",
    },
    { name: "error", type: "double", doc: "sum of absolute errors over that of the target" },
    { name: "reference_error", type: "double" },
    {
      name: "t",
      type: "double",
      doc: "Diebold-Mariano with the small-sample factor; above 0: worse",
    },
    { name: "verdict", type: "string", doc: "better, worse or no_difference, one-sided 5 %" },
  ],
} as const;

export const LOCKED_TEST_EVALUATED = {
  type: "record",
  name: "LockedTestEvaluated",
  fields: [
    { name: "baseline", type: METRICS },
    { name: "final", type: METRICS },
    { name: "weeks", type: "int" },
    { name: "contradicts", type: "boolean", doc: "the locked weeks do not bear validation out" },
    { name: "rule", type: "string" },
    {
      name: "comparisons",
      type: { type: "array", items: LOCKED_COMPARISON },
      default: [],
      doc: "of the final forecast with simpler ones; none where the trainer gives no periods",
    },
  ],
} as const;

export const LOCKED_TEST_REFUSED = {
  type: "record",
  name: "LockedTestRefused",
  fields: [
    { name: "code", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;
