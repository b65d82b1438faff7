/**
 * What is known of one session: a fold of its history and nothing else.
 *
 * I1. JSON-safe: the state is stored, compared and restored as canonical JSON.
 * I2. A session waits for at most one thing at a time (`wait`), so its history does not depend on
 *     how consumers interleave.
 * I3. Times come from envelopes; nothing here reads a clock.
 * I4. What a stage cannot have is not in its type; `session/stages.ts` makes no other states.
 */
import type { EventData } from "../schemas/event.ts";
import type { Author, Constraint, Limits, Metrics, Role, Violation } from "../schemas/parts.ts";

/** What the session waits for. */
export type WaitFor =
  | "verdict"
  | "explanation"
  | "training"
  | "routing"
  | "answer"
  | "review"
  | "person"
  | "locked_test"
  | "approval";

export interface Wait {
  readonly for: WaitFor;
  /** Names the wait in DeadlinePassed and tells a late outcome from the awaited one. */
  readonly key: string;
  /** Milliseconds since 1970, null = no limit. */
  readonly deadline: number | null;
}

/** How a session may end. */
export type EndStatus = "completed" | "aborted" | "cancelled" | "failed";

/** "log" = only the name is known. */
export type Status = "running" | "waiting" | EndStatus | "log";

/** A cleared configuration and what training it gave. */
export interface Candidate {
  readonly proposal: string;
  readonly config: string;
  readonly config_digest: string;
  readonly methodology_digest: string;
  readonly clearance: string;
  readonly changes: EventData<"ProposalCleared">["changes"];
  readonly trained: EventData<"ModelTrained"> | null;
}

/** A candidate with its model: what may be a baseline or be in force. */
export interface TrainedCandidate extends Candidate {
  readonly trained: EventData<"ModelTrained">;
}

/** One unit of work: an iteration's task with all its attempts. */
export interface WorkItem {
  readonly id: string;
  readonly kind: "tune" | "free_text";
  readonly author: Author;
  readonly text: string;
  readonly attempt: number;
  readonly rejections: number;
  readonly feedback: readonly string[];
  readonly instruction: string | null;
  /** Who the router or the ladder chose for the present attempt. */
  readonly role: Role | null;
  /** Authorised roles by the router's scores, best first. */
  readonly alternatives: readonly Role[];
  /** Who made the last proposal: where a first rejection goes back to. */
  readonly originator: Role | null;
  readonly raw: string | null;
  readonly content_digest: string | null;
  readonly violations: readonly Violation[];
  readonly candidate: Candidate | null;
  readonly search_score: number | null;
}

export interface PendingProposal {
  readonly submitted_by: string;
  readonly text: string;
}

export interface Counters {
  readonly proposals: number;
  readonly vetoes: number;
  readonly rejections: number;
  readonly escalations: number;
  readonly evaluations: number;
  readonly refused_outcomes: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

/** What is kept of every session, whatever its stage: null is what it has not, or not yet. */
export interface StateFields {
  readonly session: string;
  readonly business_unit: string;
  readonly requested_by: string;
  readonly started: string;
  readonly updated: string;
  readonly status: Status;
  /** Version of the rules that decide this session. */
  readonly logic_version: number;
  readonly seed: number;
  readonly limits: Limits | null;
  readonly baseline_text: string;
  /** Of a fork: the pinned baseline of its lineage, canonical; "" where it is the session's own. */
  readonly pinned_text: string;
  /** SHA-256 of the data as the session was begun with; null where the request named none. */
  readonly data_digest: string | null;
  readonly context_text: string;
  readonly iteration: number;
  readonly wait: Wait | null;
  readonly work_item: WorkItem | null;
  readonly baseline: TrainedCandidate | null;
  readonly accepted: TrainedCandidate | null;
  readonly spec_digest: string | null;
  readonly pending: readonly PendingProposal[];
  readonly constraints: readonly Constraint[];
  /** Refusals by content digest: a new id, or a fork, does not reset them. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly no_improvement: number;
  readonly convergence: number;
  readonly stopped_because: string | null;
  readonly locked_test: {
    readonly baseline: Metrics;
    readonly final: Metrics;
    readonly contradicts: boolean;
    readonly comparisons: EventData<"LockedTestEvaluated">["comparisons"];
  } | null;
  readonly decision: string | null;
  /** Both uses behind the decision; null before it. */
  readonly deployment: Pick<
    EventData<"DeploymentDecided">,
    "forecast_use" | "budget_use" | "conditions" | "grounds"
  > | null;
  readonly counters: Counters;
  /** First 12 hexadecimal digits of inbox event ids already folded in, newest last. */
  readonly seen: readonly string[];
}

/** Only its name is known: an operator's act was recorded for it. */
export interface NamedSession extends StateFields {
  readonly stage: "named";
  readonly status: "log";
  readonly limits: null;
  readonly wait: null;
  readonly work_item: null;
  readonly baseline: null;
  readonly accepted: null;
  readonly stopped_because: null;
}

/** Its baseline is judged and trained. */
export interface BaselineSession extends StateFields {
  readonly stage: "baseline";
  readonly status: "running";
  readonly limits: Limits;
  readonly baseline: null;
  readonly accepted: null;
  readonly stopped_because: null;
}

/** It tunes, or waits for a person; between two iterations it has no work item. */
export interface TuningSession extends StateFields {
  readonly stage: "tuning";
  readonly status: "running" | "waiting";
  readonly limits: Limits;
  readonly baseline: TrainedCandidate;
  readonly accepted: TrainedCandidate;
  readonly spec_digest: string;
  readonly stopped_because: null;
}

/** Tuning is over: the locked weeks, then the approval. */
export interface ClosingSession extends StateFields {
  readonly stage: "closing";
  readonly status: "running";
  readonly limits: Limits;
  readonly work_item: null;
  readonly baseline: TrainedCandidate;
  readonly accepted: TrainedCandidate;
  readonly spec_digest: string;
  readonly stopped_because: string;
}

/** Nothing more happens to it. */
export interface EndedSession extends StateFields {
  readonly stage: "ended";
  readonly status: EndStatus;
  readonly wait: null;
  readonly work_item: null;
  readonly stopped_because: string;
}

/** A session at one of its stages. `wait` names what it waits for there, in the phases people see. */
export type SessionState =
  | NamedSession
  | BaselineSession
  | TuningSession
  | ClosingSession
  | EndedSession;

export type Stage = SessionState["stage"];

/** Bounds on what a session keeps. */
export const SEEN_MAX = 512;
export const PENDING_MAX = 50;
export const CONSTRAINTS_MAX = 100;
export const REFUSED_OUTCOMES_MAX = 100;

const NO_COUNTS: Counters = {
  proposals: 0,
  vetoes: 0,
  rejections: 0,
  escalations: 0,
  evaluations: 0,
  refused_outcomes: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
};

/** A session of which only the name is known. */
export function createSessionState(
  session: string,
  businessUnit: string,
  time: string,
): NamedSession {
  return {
    stage: "named",
    session,
    business_unit: businessUnit,
    requested_by: "",
    started: time,
    updated: time,
    status: "log",
    logic_version: 1,
    seed: 0,
    limits: null,
    baseline_text: "",
    pinned_text: "",
    data_digest: null,
    context_text: "",
    iteration: 0,
    wait: null,
    work_item: null,
    baseline: null,
    accepted: null,
    spec_digest: null,
    pending: [],
    constraints: [],
    refusals: {},
    no_improvement: 0,
    convergence: 0,
    stopped_because: null,
    locked_test: null,
    decision: null,
    deployment: null,
    counters: NO_COUNTS,
    seen: [],
  };
}

/** The short form under which an event id (a UUID) is remembered: its first 12 digits. */
export function toSeenKey(id: string): string {
  return id.slice(0, 8) + id.slice(9, 13);
}

export function hasSeen(state: SessionState, id: string): boolean {
  return state.seen.includes(toSeenKey(id));
}

/** Statuses of sessions that something may still happen to. */
export const OPEN_STATUSES: readonly Status[] = ["running", "waiting", "log"];

export function isOver(state: SessionState): state is EndedSession {
  return state.stage === "ended";
}

/** The proposal that an attempt at a work item makes. */
export function formatProposalId(workItem: string, attempt: number): string {
  return `${workItem}.${attempt}`;
}

/** Which attempt a proposal's id names; 0 where it names none. */
export function parseAttempt(proposal: string): number {
  return Number(/\.(\d{1,9})$/.exec(proposal)?.[1] ?? 0);
}

/** The work item under which the baseline itself is judged and trained. */
export const BASELINE_ITEM = "w0";

/** The five phases of a session as people see them, by what is being waited for. */
export const PHASES: Readonly<Record<WaitFor, string>> = {
  routing: "technical optimization",
  answer: "technical optimization",
  training: "technical optimization",
  verdict: "methodology validation",
  review: "business validation",
  explanation: "rejection handling",
  person: "rejection handling",
  locked_test: "executive approval",
  approval: "executive approval",
};
