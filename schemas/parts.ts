/**
 * Records that several events share: metrics, results per channel, findings, violations, limits.
 *
 * I1. Figures carry their unit in the name or in `doc`; shares are fractions, errors as MAPE are
 *     fractions too (0.12 is 12 %).
 * I2. A figure that is undefined is null, never NaN and never a stand-in.
 */
import type { TypeOf } from "./avro.ts";

export const ROLE = {
  type: "enum",
  name: "Role",
  symbols: ["UNKNOWN", "data_scientist", "business_analyst", "stakeholder", "research_persona"],
  default: "UNKNOWN",
} as const;

export const AUTHOR = {
  type: "enum",
  name: "Author",
  symbols: [
    "UNKNOWN",
    "data_scientist",
    "business_analyst",
    "stakeholder",
    "research_persona",
    "person",
    "system",
  ],
  default: "UNKNOWN",
} as const;

const strings = { type: "array", items: "string" } as const;

export const METRICS = {
  type: "record",
  name: "Metrics",
  fields: [
    { name: "mape", type: ["null", "double"], doc: "fraction; null where the target has zeros" },
    { name: "wmape", type: ["null", "double"], doc: "fraction; null where the target is all zero" },
    { name: "smape", type: "double", doc: "fraction" },
    { name: "mase", type: ["null", "double"], doc: "against seasonal naive" },
    { name: "r2", type: ["null", "double"] },
    { name: "adj_r2", type: ["null", "double"] },
    { name: "mae", type: "double", doc: "in units of the target" },
    { name: "rmse", type: "double", doc: "in units of the target" },
    { name: "nrmse", type: ["null", "double"], doc: "RMSE over the range of the target" },
  ],
} as const;

export const CHANNEL_RESULT = {
  type: "record",
  name: "ChannelResult",
  fields: [
    { name: "channel", type: "string" },
    { name: "media_type", type: "string" },
    { name: "decay", type: "double", doc: "per period of the data" },
    { name: "alpha", type: "double" },
    { name: "gamma", type: "double" },
    { name: "coefficient", type: "double" },
    { name: "contribution_share", type: "double", doc: "of the fitted target" },
    { name: "effect_share", type: "double", doc: "of all media contributions" },
    { name: "spend_share", type: "double" },
    { name: "roi", type: ["null", "double"], doc: "target units per unit of spend" },
    { name: "roi_low", type: ["null", "double"], doc: "5 % quantile" },
    { name: "roi_high", type: ["null", "double"], doc: "95 % quantile" },
    { name: "mroi", type: ["null", "double"], doc: "of the next 1 % of spend" },
    { name: "half_life_weeks", type: "double" },
    { name: "duration_90_weeks", type: "double" },
  ],
} as const;

export const FINDING = {
  type: "record",
  name: "Finding",
  fields: [
    { name: "code", type: "string" },
    {
      name: "severity",
      type: {
        type: "enum",
        name: "Severity",
        symbols: ["UNKNOWN", "info", "warning", "critical"],
        default: "UNKNOWN",
      },
    },
    { name: "channel", type: ["null", "string"] },
    { name: "figure", type: ["null", "double"] },
    { name: "bound", type: ["null", "string"], doc: "the bound the figure was held against" },
    { name: "message", type: "string" },
    { name: "source", type: ["null", "string"], doc: "where the bound comes from" },
  ],
} as const;

export const VIOLATION = {
  type: "record",
  name: "Violation",
  fields: [
    { name: "code", type: "string" },
    {
      name: "layer",
      type: {
        type: "enum",
        name: "Layer",
        symbols: ["UNKNOWN", "rules", "signature", "semantics", "system"],
        default: "UNKNOWN",
      },
    },
    { name: "path", type: "string", doc: "the place in the proposal, escaped; empty = whole" },
    { name: "message", type: "string" },
    { name: "evidence", type: "string", doc: "escaped and length-capped quote or figure" },
  ],
} as const;

export const CONSTRAINT = {
  type: "record",
  name: "Constraint",
  doc: "A narrower range for one tunable path; it can never widen the specification's.",
  fields: [
    { name: "path", type: "string" },
    { name: "min", type: "double" },
    { name: "max", type: "double" },
    { name: "reason", type: "string" },
  ],
} as const;

export const CHANGE = {
  type: "record",
  name: "Change",
  fields: [
    { name: "path", type: "string" },
    { name: "from", type: "double" },
    { name: "to", type: "double" },
  ],
} as const;

export const LIMITS = {
  type: "record",
  name: "Limits",
  fields: [
    { name: "max_iterations", type: "int" },
    { name: "convergence_threshold", type: "double" },
    { name: "patience", type: "int", doc: "iterations without improvement before the end" },
    { name: "evaluations_per_iteration", type: "int" },
    { name: "agent_timeout_s", type: "int" },
    { name: "person_timeout_s", type: "int" },
    { name: "person_default", type: "string", doc: "keep_current or abort" },
  ],
} as const;

export const REASONER_NOTE = {
  type: "record",
  name: "ReasonerNote",
  doc: "How an answer came about.",
  fields: [
    { name: "kind", type: "string", doc: "builtin or claude or a2a" },
    { name: "model", type: ["null", "string"] },
    { name: "prompt_digest", type: ["null", "string"] },
    { name: "input_tokens", type: "long" },
    { name: "output_tokens", type: "long" },
    { name: "cost_usd", type: "double" },
    { name: "fallback", type: ["null", "string"], doc: "why built-in reasoning stood in" },
  ],
} as const;

export const STRINGS = strings;

export type Role = Exclude<TypeOf<typeof ROLE>, "UNKNOWN">;
export type Author = TypeOf<typeof AUTHOR>;
export type Metrics = TypeOf<typeof METRICS>;
export type ChannelResult = TypeOf<typeof CHANNEL_RESULT>;
export type Finding = TypeOf<typeof FINDING>;
export type Violation = TypeOf<typeof VIOLATION>;
export type Constraint = TypeOf<typeof CONSTRAINT>;
export type Change = TypeOf<typeof CHANGE>;
export type Limits = TypeOf<typeof LIMITS>;
export type ReasonerNote = TypeOf<typeof REASONER_NOTE>;

export const ROLES: readonly Role[] = [
  "data_scientist",
  "business_analyst",
  "stakeholder",
  "research_persona",
];

/** The note of an answer that no model was asked for. */
export const BUILTIN_REASONER: ReasonerNote = {
  kind: "builtin",
  model: null,
  prompt_digest: null,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
  fallback: null,
};
