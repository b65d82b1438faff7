/**
 * The closed union of all events, and an event's envelope.
 *
 * I1. An event is something that happened; its name is in the past tense.
 * I2. The union, the codec and the published schemas are made from this one table.
 * I3. An event's id follows from its cause: the same step done twice has the same id.
 */
import { hash } from "node:crypto";
import {
  AGENT_ANSWERED,
  AGENT_FAILED,
  BUSINESS_REVIEWED,
  GUARD_FAILED,
  PROPOSAL_CLEARED,
  PROPOSAL_MADE,
  PROPOSAL_ROUTED,
  PROPOSAL_VETOED,
  REJECTION_EXPLAINED,
  REVIEW_REQUESTED,
  TASK_ASSIGNED,
} from "./agent-events.ts";
import {
  LOCKED_TEST_EVALUATED,
  LOCKED_TEST_REFUSED,
  MODEL_TRAINED,
  TRAINING_FAILED,
  TRAINING_REFUSED,
  TRAINING_REQUESTED,
} from "./training-events.ts";
import type { TypeOf } from "./avro.ts";
import { DEPLOYMENT_DECIDED } from "./deployment-events.ts";
import {
  APPROVAL_REQUESTED,
  DEADLINE_PASSED,
  DECISION_REFUSED,
  ESCALATION_RAISED,
  HUMAN_DECIDED,
  ITERATION_COMPLETED,
  LOCKED_TEST_REQUESTED,
  OPERATOR_ACTED,
  OUTCOME_REFUSED,
  PROPOSAL_REJECTED,
  PROPOSAL_SUBMITTED,
  SESSION_CANCELLED,
  SESSION_COMPLETED,
  SESSION_REQUESTED,
  SESSION_SEALED,
  SESSION_STARTED,
  TASK_STATED,
} from "./session-events.ts";

/** Every event type with its Avro schema. */
export const EVENT_SCHEMAS = {
  SessionRequested: SESSION_REQUESTED,
  SessionStarted: SESSION_STARTED,
  SessionCancelled: SESSION_CANCELLED,
  ProposalSubmitted: PROPOSAL_SUBMITTED,
  TaskStated: TASK_STATED,
  ProposalRouted: PROPOSAL_ROUTED,
  TaskAssigned: TASK_ASSIGNED,
  ProposalMade: PROPOSAL_MADE,
  AgentAnswered: AGENT_ANSWERED,
  AgentFailed: AGENT_FAILED,
  ProposalCleared: PROPOSAL_CLEARED,
  ProposalVetoed: PROPOSAL_VETOED,
  RejectionExplained: REJECTION_EXPLAINED,
  ProposalRejected: PROPOSAL_REJECTED,
  TrainingRequested: TRAINING_REQUESTED,
  ModelTrained: MODEL_TRAINED,
  TrainingRefused: TRAINING_REFUSED,
  TrainingFailed: TRAINING_FAILED,
  ReviewRequested: REVIEW_REQUESTED,
  BusinessReviewed: BUSINESS_REVIEWED,
  IterationCompleted: ITERATION_COMPLETED,
  EscalationRaised: ESCALATION_RAISED,
  HumanDecided: HUMAN_DECIDED,
  DecisionRefused: DECISION_REFUSED,
  DeadlinePassed: DEADLINE_PASSED,
  OutcomeRefused: OUTCOME_REFUSED,
  LockedTestRequested: LOCKED_TEST_REQUESTED,
  LockedTestEvaluated: LOCKED_TEST_EVALUATED,
  LockedTestRefused: LOCKED_TEST_REFUSED,
  ApprovalRequested: APPROVAL_REQUESTED,
  DeploymentDecided: DEPLOYMENT_DECIDED,
  SessionCompleted: SESSION_COMPLETED,
  SessionSealed: SESSION_SEALED,
  OperatorActed: OPERATOR_ACTED,
  GuardFailed: GUARD_FAILED,
} as const;

export type EventType = keyof typeof EVENT_SCHEMAS;
export type EventData<T extends EventType> = TypeOf<(typeof EVENT_SCHEMAS)[T]>;

/** An event without its envelope, as handlers return it. */
export type Event = {
  [T in EventType]: { readonly type: T; readonly data: EventData<T> };
}[EventType];
export type EventOf<T extends EventType> = Extract<Event, { readonly type: T }>;

export const EVENT_TYPES = Object.keys(EVENT_SCHEMAS) as readonly EventType[];

/**
 * What travels beside the payload and is never stored in `history`: the coordinator's signed word
 * on what the work starts from, the configuration to train with its clearance, figures to judge.
 */
export interface Attachments {
  readonly warrant?: string;
  readonly config?: string;
  readonly clearance?: string;
  readonly context?: string;
}

export interface Envelope {
  /** UUIDv5 of cause, producer and index; of the request itself for the first event. */
  readonly id: string;
  readonly session: string;
  readonly business_unit: string;
  /** Id of the event that caused this one; its own id for a first event. */
  readonly cause: string;
  /** Name of the consumer or producer that made it. */
  readonly producer: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** W3C trace context, where the cause had one. */
  readonly traceparent?: string;
}

/** An event as it is read from a topic. */
export type Recorded<E extends Event = Event> = E & {
  readonly envelope: Envelope;
  readonly attachments: Attachments;
};

const NAMESPACE_BYTES = 16;

/** Namespace of all event ids (RFC 9562 UUIDv5 of the name "mmm-optimizer" in the DNS namespace). */
const NAMESPACE = createUuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "mmm-optimizer");

/** UUIDv5 (RFC 9562 §5.5) of a name in a namespace. */
export function createUuidV5(namespace: string, name: string): string {
  const bytes = Buffer.allocUnsafe(NAMESPACE_BYTES + Buffer.byteLength(name));
  bytes.write(namespace.replaceAll("-", ""), "hex");
  bytes.write(name, NAMESPACE_BYTES);
  const hex = hash("sha1", bytes, "hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const last = `${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${last}`;
}

/** The id of the `index`-th event that `producer` makes because of `cause`. */
export function deriveEventId(cause: string, producer: string, index: number): string {
  return createUuidV5(NAMESPACE, `${cause}/${producer}/${index}`);
}

/** A session id that follows from a name a requester chose (an idempotency key, a digest). */
export function deriveSessionId(name: string): string {
  return createUuidV5(NAMESPACE, `session/${name}`);
}

/** Narrows an event to one type. */
export function isEvent<T extends EventType, E extends Event>(
  event: E,
  type: T,
): event is Extract<E, { readonly type: T }> {
  return event.type === type;
}
