/**
 * `evolve`: state after one more history event. Pure and total over the events that history holds.
 *
 * I1. Replaying a history gives the state that wrote it, on any machine, at any time.
 * I2. No decision is taken here; what follows from a state is `decide`'s.
 */
import type { Event, EventData, EventType, Recorded } from "../schemas/event.ts";
import type { Role } from "../schemas/parts.ts";
import { isTrained, stateOfFields } from "./stages.ts";
import { addUsage, keepDeployment, keepLockedTest } from "./summary.ts";
import { createBaselineItem, updateWorkItem, createWorkItem } from "./work-item.ts";
import {
  BASELINE_ITEM,
  CONSTRAINTS_MAX,
  createSessionState,
  formatProposalId,
  SEEN_MAX,
  toSeenKey,
  type EndStatus,
  type SessionState,
  type StateFields,
  type TrainedCandidate,
  type Wait,
} from "./state.ts";

type Change = Partial<StateFields>;
type Fold<T extends EventType> = (state: SessionState, data: EventData<T>, time: number) => Change;
type Folds = { readonly [T in EventType]?: Fold<T> };

/** State after `event`; the first event of a session makes it. */
export function evolve(state: SessionState | null, event: Recorded): SessionState {
  const { envelope } = event;
  const before =
    state ?? createSessionState(envelope.session, envelope.business_unit, envelope.time);
  const fold = FOLDS[event.type] as Fold<EventType> | undefined;
  const change = fold?.(before, event.data as never, parseMilliseconds(envelope.time)) ?? {};
  const grown = before.seen.concat(listSeenKeys(event));
  const seen = grown.length > SEEN_MAX ? grown.slice(-SEEN_MAX) : grown;
  const updated = envelope.time > before.updated ? envelope.time : before.updated;
  return stateOfFields({ ...before, ...change, seen, updated });
}

/** A refused event was dealt with, too: refusing it again would be counting it twice. */
function listSeenKeys({ type, envelope }: Recorded): readonly string[] {
  const refuses = type === "OutcomeRefused" || type === "DecisionRefused";
  return refuses ? [toSeenKey(envelope.cause), toSeenKey(envelope.id)] : [toSeenKey(envelope.id)];
}

const FOLDS: Folds = {
  SessionRequested: (_state, data) => ({
    requested_by: data.requested_by,
    status: "running",
    seed: data.seed,
    limits: data.limits,
    baseline_text: data.baseline,
    pinned_text: data.pinned_baseline,
    context_text: data.business_context,
    refusals: countDigests(data.lineage),
  }),
  SessionStarted: (_state, data) => ({
    logic_version: data.logic_version,
    data_digest: data.data_digest === "" ? null : data.data_digest,
  }),
  ProposalSubmitted: (state, data) => ({
    pending: [...state.pending, { submitted_by: data.submitted_by, text: data.text }],
  }),
  TaskStated: (state, data, time) => ({
    iteration: data.iteration,
    pending:
      data.kind === "free_text" && data.attempt === 1 ? state.pending.slice(1) : state.pending,
    status: "running",
    work_item: createWorkItem(state, data),
    wait: createWait(
      "routing",
      formatProposalId(data.work_item, data.attempt),
      time,
      data.timeout_s,
    ),
  }),
  ProposalRouted: (state, data, time) => ({
    work_item: updateWorkItem(state, {
      role: parseRole(data.role),
      alternatives: data.alternatives.filter(isRole),
    }),
    wait: data.role === null ? null : createAgentWait(state, "answer", data, time),
  }),
  ProposalMade: (state, data, time) => ({
    work_item: {
      ...(state.work_item ?? createBaselineItem(state)),
      originator: parseRole(data.author),
      raw: data.raw,
      search_score: data.search_score,
      candidate: null,
      violations: [],
    },
    wait: createWait("verdict", data.proposal, time, readAgentTimeout(state)),
    counters: addUsage(state, data.reasoner, {
      proposals: state.counters.proposals + 1,
      evaluations: state.counters.evaluations + data.evaluations,
    }),
  }),
  AgentAnswered: (state, data) => ({
    wait: null,
    constraints: [...state.constraints, ...data.constraints].slice(-CONSTRAINTS_MAX),
    counters: addUsage(state, data.reasoner, {}),
  }),
  AgentFailed: (state, data) => ({ wait: null, counters: addUsage(state, data.reasoner, {}) }),
  ProposalCleared: (state, data) => ({
    wait: null,
    work_item: updateWorkItem(state, {
      content_digest: data.content_digest,
      candidate: {
        proposal: data.proposal,
        config: data.config,
        config_digest: data.config_digest,
        methodology_digest: data.methodology_digest,
        clearance: data.clearance,
        changes: data.changes,
        trained: null,
      },
    }),
    spec_digest: data.spec_digest,
  }),
  ProposalVetoed: (state, data, time) => ({
    work_item: updateWorkItem(state, {
      content_digest: data.content_digest,
      violations: data.violations,
    }),
    wait: createWait("explanation", data.proposal, time, readAgentTimeout(state)),
    counters: { ...state.counters, vetoes: state.counters.vetoes + 1 },
  }),
  GuardFailed: () => ({ wait: null }),
  RejectionExplained: (state, data) => ({
    wait: null,
    counters: addUsage(state, data.reasoner, {}),
  }),
  ProposalRejected: (state, data) => ({
    work_item: updateWorkItem(state, {
      rejections: data.count,
      feedback: [...(state.work_item?.feedback ?? []), data.reason].slice(-10),
      candidate: null,
    }),
    refusals: { ...state.refusals, [data.content_digest]: data.count },
    counters: { ...state.counters, rejections: state.counters.rejections + 1 },
  }),
  TrainingRequested: (state, data, time) => ({
    wait: createWait("training", data.proposal, time, readAgentTimeout(state)),
  }),
  ModelTrained: (state, data) => applyModelTrained(state, data),
  TrainingRefused: () => ({ wait: null }),
  TrainingFailed: () => ({ wait: null }),
  ReviewRequested: (_state, data, time) => ({
    wait: createWait("review", data.proposal, time, data.timeout_s),
  }),
  BusinessReviewed: (state, data) => ({
    wait: null,
    constraints: [...state.constraints, ...data.constraints].slice(-CONSTRAINTS_MAX),
    counters: addUsage(state, data.reasoner, {}),
  }),
  IterationCompleted: (state, data) => ({
    accepted: data.outcome === "accepted" ? readTrainedCandidate(state) : state.accepted,
    no_improvement: data.outcome === "accepted" ? 0 : state.no_improvement + 1,
    convergence: data.convergence,
    work_item: null,
    wait: null,
    status: "running",
  }),
  EscalationRaised: (state, data, time) => ({
    status: "waiting",
    wait: createWait("person", data.escalation, time, data.timeout_s),
    counters: { ...state.counters, escalations: state.counters.escalations + 1 },
  }),
  HumanDecided: (state, data) => ({
    wait: null,
    status: "running",
    work_item: updateWorkItem(state, { instruction: data.instruction }),
  }),
  DeadlinePassed: () => ({ wait: null, status: "running" }),
  OutcomeRefused: (state) => ({
    counters: { ...state.counters, refused_outcomes: state.counters.refused_outcomes + 1 },
  }),
  LockedTestRequested: (state, data, time) => ({
    wait: createWait("locked_test", data.final_digest, time, readAgentTimeout(state)),
    stopped_because: data.stopped_because,
    work_item: null,
  }),
  LockedTestEvaluated: (_state, data) => ({ wait: null, locked_test: keepLockedTest(data) }),
  LockedTestRefused: () => ({ wait: null }),
  ApprovalRequested: (_state, data, time) => ({
    stopped_because: data.stopped_because,
    wait: createWait("approval", data.final_digest, time, data.timeout_s),
  }),
  DeploymentDecided: (state, data) => ({
    wait: null,
    decision: data.decision,
    deployment: keepDeployment(data),
    counters: addUsage(state, data.reasoner, {}),
  }),
  SessionCompleted: (_state, data) => ({
    status: data.status as EndStatus,
    stopped_because: data.reason,
    wait: null,
    work_item: null,
  }),
};

/** Milliseconds since 1970 of an RFC 3339 time in UTC, without a clock. */
function parseMilliseconds(time: string): number {
  // oxlint-disable-next-line no-restricted-globals -- parsing reads no clock
  return Date.parse(time);
}

function createWait(what: Wait["for"], key: string, time: number, seconds: number): Wait {
  return { for: what, key, deadline: seconds > 0 ? time + seconds * 1000 : null };
}

function createAgentWait(
  state: SessionState,
  what: Wait["for"],
  data: { work_item: string; attempt: number },
  time: number,
): Wait {
  return createWait(
    what,
    formatProposalId(data.work_item, data.attempt),
    time,
    readAgentTimeout(state),
  );
}

function readAgentTimeout(state: SessionState): number {
  return state.limits?.agent_timeout_s ?? 0;
}

function isRole(role: Role | "UNKNOWN"): role is Role {
  return role !== "UNKNOWN";
}

function parseRole(author: string | null): Role | null {
  const roles = ["data_scientist", "business_analyst", "stakeholder", "research_persona"];
  return author !== null && roles.includes(author) ? (author as Role) : null;
}

function applyModelTrained(state: SessionState, data: EventData<"ModelTrained">): Change {
  const candidate = state.work_item?.candidate ?? null;
  if (candidate === null) return { wait: null };
  const done: TrainedCandidate = { ...candidate, trained: data };
  if (state.work_item?.id !== BASELINE_ITEM) {
    return { wait: null, work_item: updateWorkItem(state, { candidate: done }) };
  }
  return { wait: null, work_item: null, baseline: done, accepted: done };
}

/** What an accepted iteration puts in force. */
function readTrainedCandidate(state: SessionState): TrainedCandidate | null {
  const candidate = state.work_item?.candidate ?? null;
  return candidate !== null && isTrained(candidate) ? candidate : state.accepted;
}

function countDigests(digests: readonly string[]): Record<string, number> {
  const groups = Map.groupBy(digests, (digest) => digest);
  return Object.fromEntries([...groups].map(([digest, all]) => [digest, all.length]));
}

/** All state after a history, from nothing. */
export function replay(events: Iterable<Recorded<Event>>): SessionState | null {
  return [...events].reduce<SessionState | null>(evolve, null);
}
