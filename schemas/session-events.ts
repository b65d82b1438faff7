/**
 * Events about a session as a whole: its request, its work items, people's decisions, its end.
 *
 * I1. No payload holds a clock reading, a session id or a partition: those live in the envelope, so
 *     that equal sessions have equal payloads wherever and whenever they run.
 * I2. A field that joins a published schema has a default that says what was true before it: what
 *     equals the default is not there for digests (schemas/written-data.ts).
 */
import { AUTHOR, CONSTRAINT, LIMITS, METRICS, ROLE, STRINGS, VIOLATION } from "./parts.ts";

export const SESSION_REQUESTED = {
  type: "record",
  name: "SessionRequested",
  fields: [
    { name: "baseline", type: "string", doc: "baseline_model.json as given" },
    { name: "business_context", type: "string", doc: "business_context.json as given" },
    { name: "business_unit", type: "string" },
    { name: "limits", type: LIMITS },
    { name: "seed", type: "long" },
    { name: "requested_by", type: "string" },
    { name: "parent_session", type: ["null", "string"], doc: "of a fork" },
    { name: "parent_seq", type: ["null", "long"] },
    {
      name: "lineage",
      type: { type: "array", items: "string" },
      doc: "content digests refused before the fork, one per refusal",
    },
    {
      name: "pinned_baseline",
      type: "string",
      default: "",
      doc: "of a fork: what drift is measured from, the baseline of its lineage",
    },
    { name: "data_digest", type: "string", default: "", doc: "SHA-256 of the data set's text" },
  ],
} as const;

export const SESSION_STARTED = {
  type: "record",
  name: "SessionStarted",
  fields: [
    { name: "baseline_digest", type: "string", doc: "SHA-256 of the text as given" },
    { name: "logic_version", type: "int", default: 1, doc: "of the rules that decide it" },
    {
      name: "data_digest",
      type: "string",
      default: "",
      doc: "of the data it is trained on; empty: what its baseline was trained on",
    },
  ],
} as const;

export const SESSION_CANCELLED = {
  type: "record",
  name: "SessionCancelled",
  fields: [
    { name: "by", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;

export const PROPOSAL_SUBMITTED = {
  type: "record",
  name: "ProposalSubmitted",
  doc: "Anyone's text for a running session; it waits for the next iteration.",
  fields: [
    { name: "submitted_by", type: "string" },
    { name: "text", type: "string" },
  ],
} as const;

export const TASK_STATED = {
  type: "record",
  name: "TaskStated",
  doc: "The coordinator's words for one attempt at a work item; the router chooses who takes it.",
  fields: [
    { name: "work_item", type: "string" },
    { name: "iteration", type: "int" },
    { name: "attempt", type: "int" },
    { name: "kind", type: "string", doc: "tune or free_text" },
    { name: "author", type: AUTHOR },
    { name: "text", type: "string" },
    { name: "pinned", type: ["null", ROLE] },
    { name: "excluded", type: { type: "array", items: ROLE } },
    { name: "feedback", type: STRINGS, doc: "why earlier attempts were refused, escaped" },
    { name: "constraints", type: { type: "array", items: CONSTRAINT } },
    { name: "instruction", type: ["null", "string"], doc: "a person's, after an escalation" },
    { name: "base_digest", type: "string", doc: "of the accepted configuration" },
    { name: "seed", type: "long" },
    { name: "evaluations", type: "int" },
    { name: "timeout_s", type: "int" },
  ],
} as const;

export const PROPOSAL_REJECTED = {
  type: "record",
  name: "ProposalRejected",
  doc: "A refusal counted against its work item and its content, and what follows from it.",
  fields: [
    { name: "work_item", type: "string" },
    { name: "proposal", type: "string" },
    { name: "content_digest", type: "string", doc: "of the normalised proposal" },
    { name: "count", type: "int", doc: "refusals of this work item or this content so far" },
    { name: "by", type: AUTHOR },
    { name: "reason", type: "string" },
    { name: "next", type: "string", doc: "originator, alternative or person" },
  ],
} as const;

export const ESCALATION_RAISED = {
  type: "record",
  name: "EscalationRaised",
  doc: "Everything a person needs on one screen.",
  fields: [
    { name: "escalation", type: "string" },
    { name: "work_item", type: "string" },
    { name: "iteration", type: "int" },
    { name: "reason", type: "string" },
    { name: "proposed", type: "string", doc: "escaped and length-capped" },
    { name: "violations", type: { type: "array", items: VIOLATION } },
    { name: "feedback", type: STRINGS },
    { name: "options", type: STRINGS },
    { name: "default_choice", type: "string" },
    { name: "timeout_s", type: "int" },
  ],
} as const;

export const HUMAN_DECIDED = {
  type: "record",
  name: "HumanDecided",
  fields: [
    { name: "escalation", type: "string" },
    { name: "choice", type: "string", doc: "resume, keep_current or abort" },
    { name: "instruction", type: ["null", "string"] },
    { name: "decided_by", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;

export const DECISION_REFUSED = {
  type: "record",
  name: "DecisionRefused",
  fields: [
    { name: "escalation", type: "string" },
    { name: "decided_by", type: "string" },
    { name: "reason", type: "string", doc: "late, repeated or unknown" },
  ],
} as const;

export const DEADLINE_PASSED = {
  type: "record",
  name: "DeadlinePassed",
  doc: "A limit of the session's own state ran out: an agent's time or a person's.",
  fields: [
    { name: "deadline", type: "string", doc: "the key of the wait that ended" },
    { name: "waited_for", type: "string" },
  ],
} as const;

export const OUTCOME_REFUSED = {
  type: "record",
  name: "OutcomeRefused",
  doc: "An outcome that the session did not wait for, or whose signatures do not fit.",
  fields: [
    { name: "event_type", type: "string" },
    { name: "event_id", type: "string" },
    { name: "code", type: "string" },
    { name: "reason", type: "string" },
  ],
} as const;

export const ITERATION_COMPLETED = {
  type: "record",
  name: "IterationCompleted",
  fields: [
    { name: "iteration", type: "int" },
    { name: "work_item", type: "string" },
    { name: "outcome", type: "string", doc: "accepted, not_improved, rejected, answered, failed" },
    { name: "proposal", type: ["null", "string"] },
    { name: "loss", type: ["null", "double"] },
    { name: "best_loss", type: "double" },
    { name: "convergence", type: "double" },
    { name: "accepted_digest", type: "string", doc: "of the configuration now in force" },
    { name: "methodology_digest", type: "string" },
  ],
} as const;

export const LOCKED_TEST_REQUESTED = {
  type: "record",
  name: "LockedTestRequested",
  fields: [
    { name: "final_digest", type: "string" },
    { name: "baseline_digest", type: "string" },
    { name: "stopped_because", type: "string" },
  ],
} as const;

export const APPROVAL_REQUESTED = {
  type: "record",
  name: "ApprovalRequested",
  fields: [
    { name: "final_digest", type: "string" },
    { name: "stopped_because", type: "string" },
    { name: "iterations", type: "int" },
    { name: "proposals_tried", type: "int" },
    { name: "evaluations", type: "long" },
    { name: "baseline", type: METRICS },
    { name: "final", type: METRICS },
    { name: "timeout_s", type: "int" },
  ],
} as const;

export const SESSION_COMPLETED = {
  type: "record",
  name: "SessionCompleted",
  fields: [
    { name: "status", type: "string", doc: "completed, aborted, cancelled or failed" },
    { name: "reason", type: "string" },
    { name: "methodology_digest_start", type: ["null", "string"] },
    { name: "methodology_digest_end", type: ["null", "string"] },
    { name: "final_digest", type: ["null", "string"] },
    { name: "iterations", type: "int" },
    { name: "proposals_tried", type: "int" },
    { name: "vetoes", type: "int" },
    { name: "rejections", type: "int" },
    { name: "escalations", type: "int" },
    { name: "evaluations", type: "long" },
  ],
} as const;

export const SESSION_SEALED = {
  type: "record",
  name: "SessionSealed",
  doc: "The signed head of the chain: a cut tail or a rewritten chain no longer fits it.",
  fields: [{ name: "seal", type: "string", doc: "signed {session, seq, head}" }],
} as const;

export const OPERATOR_ACTED = {
  type: "record",
  name: "OperatorActed",
  doc: "What an operator did outside sessions: a redrive, a promotion, a monitoring alarm.",
  fields: [
    { name: "action", type: "string" },
    { name: "subject", type: "string" },
    { name: "by", type: "string" },
    { name: "detail", type: "string", doc: "JSON" },
  ],
} as const;
