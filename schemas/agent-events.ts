/**
 * Events that agents, router, guard and trainer answer with.
 *
 * I1. What an agent wrote is carried as text (`raw`, `text`) and is data to everyone else.
 * I2. A verdict names the digests it is about; a signature is in `clearance` alone, so that history
 *     digests can leave it out.
 */
import {
  AUTHOR,
  CHANGE,
  CHANNEL_RESULT,
  CONSTRAINT,
  FINDING,
  METRICS,
  REASONER_NOTE,
  ROLE,
  STRINGS,
  VIOLATION,
} from "./parts.ts";
import { TASK_STATED } from "./session-events.ts";

const ROLE_SCORE = {
  type: "record",
  name: "RoleScore",
  fields: [
    { name: "role", type: ROLE },
    { name: "score", type: "double" },
  ],
} as const;

const ROUTING_FIELDS = [
  { name: "source", type: "string", doc: "pinned, model, rules or person" },
  { name: "confidence", type: ["null", "double"] },
  { name: "scores", type: { type: "array", items: ROLE_SCORE } },
  { name: "threshold", type: ["null", "double"] },
  { name: "model_digest", type: ["null", "string"] },
  { name: "reason", type: "string" },
] as const;

export const PROPOSAL_ROUTED = {
  type: "record",
  name: "ProposalRouted",
  fields: [
    { name: "work_item", type: "string" },
    { name: "attempt", type: "int" },
    { name: "role", type: ["null", ROLE], doc: "null = a person has to look" },
    { name: "alternatives", type: { type: "array", items: ROLE }, doc: "best first, authorised" },
    ...ROUTING_FIELDS,
  ],
} as const;

export const TASK_ASSIGNED = {
  type: "record",
  name: "TaskAssigned",
  doc: "A stated task on the chosen agent's topic.",
  fields: [...TASK_STATED.fields, { name: "role", type: ROLE }],
} as const;

export const PROPOSAL_MADE = {
  type: "record",
  name: "ProposalMade",
  fields: [
    { name: "work_item", type: "string" },
    { name: "attempt", type: "int" },
    { name: "proposal", type: "string" },
    { name: "author", type: AUTHOR },
    { name: "raw", type: "string", doc: "untrusted JSON text: changes or config, and reasoning" },
    { name: "search_score", type: ["null", "double"], doc: "of the agent's own search, [0,1]" },
    { name: "evaluations", type: "int" },
    { name: "reasoner", type: REASONER_NOTE },
  ],
} as const;

export const AGENT_ANSWERED = {
  type: "record",
  name: "AgentAnswered",
  doc: "An answer that is not a configuration: constraints, advice, or a rejection with citations.",
  fields: [
    { name: "work_item", type: "string" },
    { name: "attempt", type: "int" },
    { name: "role", type: ROLE },
    { name: "kind", type: "string", doc: "constraints, advice or rejection" },
    { name: "text", type: "string" },
    { name: "constraints", type: { type: "array", items: CONSTRAINT } },
    { name: "citations", type: STRINGS, doc: "keys of the fixed bibliography" },
    { name: "reasoner", type: REASONER_NOTE },
  ],
} as const;

export const AGENT_FAILED = {
  type: "record",
  name: "AgentFailed",
  fields: [
    { name: "work_item", type: "string" },
    { name: "attempt", type: "int" },
    { name: "role", type: ROLE },
    { name: "code", type: "string" },
    { name: "message", type: "string" },
    { name: "reasoner", type: REASONER_NOTE },
  ],
} as const;

const LAYER_VERDICT = {
  type: "record",
  name: "LayerVerdict",
  fields: [
    { name: "layer", type: "string" },
    { name: "verdict", type: "string", doc: "cleared, vetoed or skipped" },
    { name: "detail", type: "string" },
  ],
} as const;

export const PROPOSAL_CLEARED = {
  type: "record",
  name: "ProposalCleared",
  fields: [
    { name: "proposal", type: "string" },
    { name: "content_digest", type: "string" },
    { name: "config", type: "string", doc: "the whole resulting configuration, canonical JSON" },
    { name: "config_digest", type: "string" },
    { name: "base_digest", type: "string" },
    { name: "methodology_digest", type: "string" },
    { name: "spec_digest", type: "string" },
    { name: "changes", type: { type: "array", items: CHANGE } },
    { name: "layers", type: { type: "array", items: LAYER_VERDICT } },
    { name: "clearance", type: "string", doc: "Ed25519 compact JWS" },
  ],
} as const;

export const PROPOSAL_VETOED = {
  type: "record",
  name: "ProposalVetoed",
  fields: [
    { name: "proposal", type: "string" },
    { name: "work_item", type: "string" },
    { name: "content_digest", type: "string" },
    { name: "spec_digest", type: "string" },
    { name: "layer", type: "string" },
    { name: "violations", type: { type: "array", items: VIOLATION } },
  ],
} as const;

export const GUARD_FAILED = {
  type: "record",
  name: "GuardFailed",
  doc: "The guard could not judge a proposal: a fault of the system, no word on the methodology.",
  fields: [
    { name: "proposal", type: "string" },
    { name: "work_item", type: "string" },
    { name: "code", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;

export const REJECTION_EXPLAINED = {
  type: "record",
  name: "RejectionExplained",
  fields: [
    { name: "proposal", type: "string" },
    { name: "text", type: "string" },
    { name: "citations", type: STRINGS },
    { name: "permitted", type: "string", doc: "the nearest permitted tuning" },
    { name: "reasoner", type: REASONER_NOTE },
  ],
} as const;

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
    { name: "solver_score", type: "double" },
    { name: "roi_stability", type: ["null", "double"] },
    { name: "findings", type: { type: "array", items: FINDING } },
    { name: "detail", type: "string", doc: "further diagnostics, JSON" },
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

export const REVIEW_REQUESTED = {
  type: "record",
  name: "ReviewRequested",
  fields: [
    { name: "proposal", type: "string" },
    { name: "work_item", type: "string" },
    { name: "timeout_s", type: "int" },
  ],
} as const;

export const BUSINESS_REVIEWED = {
  type: "record",
  name: "BusinessReviewed",
  fields: [
    { name: "proposal", type: "string" },
    { name: "verdict", type: "string", doc: "approve, warn or critical" },
    { name: "findings", type: { type: "array", items: FINDING } },
    { name: "constraints", type: { type: "array", items: CONSTRAINT } },
    { name: "summary", type: "string" },
    { name: "reasoner", type: REASONER_NOTE },
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
