/**
 * Which outcomes a session admits: the one it waits for, with fitting digests, and inputs from
 * people at any time.
 *
 * I1. Closed world: an event without a row here is refused.
 * I2. The methodology never changes: a clearance whose methodology digest differs from the
 *     baseline's, or that starts from another configuration than the accepted one, is refused.
 */
import type { EventData, Recorded } from "../schemas/event.ts";
import type { Check, Checks } from "./rules.ts";
import {
  BASELINE_ITEM,
  isOver,
  PENDING_MAX,
  proposalId,
  type SessionState,
  type WaitFor,
} from "./state.ts";

/** Why the session does not admit this event; null when it does. */
export function refusalReason(state: SessionState, event: Recorded, checks: Checks): string | null {
  const check = checks[event.type] as Check | undefined;
  if (check === undefined) return `a session does not take ${event.type} from outside`;
  if (isOver(state)) return `the session is ${state.status}`;
  return check(state, event.data as never);
}

export const CHECKS_V1: Checks = {
  SessionRequested: () => "the session was requested before",
  SessionCancelled: () => null,
  ProposalSubmitted: (state) =>
    state.pending.length >= PENDING_MAX ? "too many proposals are waiting" : null,
  ProposalRouted: (state, data) => awaited(state, "routing", attemptOf(data)),
  ProposalMade: (state, data) =>
    awaited(state, "answer", attemptOf(data)) ??
    same("the proposal's id", data.proposal, attemptOf(data)) ??
    same("the author", data.author, state.work_item?.role) ??
    same("a role that proposes", data.author, "data_scientist"),
  AgentAnswered: (state, data) =>
    awaited(state, "answer", attemptOf(data)) ?? same("the role", data.role, state.work_item?.role),
  AgentFailed: failed,
  ProposalCleared: (state, data) => awaited(state, "verdict", data.proposal) ?? fits(state, data),
  ProposalVetoed: (state, data) => awaited(state, "verdict", data.proposal),
  RejectionExplained: (state, data) => awaited(state, "explanation", data.proposal),
  ModelTrained: (state, data) =>
    awaited(state, "training", data.proposal) ??
    same("the configuration", data.config_digest, state.work_item?.candidate?.config_digest),
  TrainingRefused: (state, data) => awaited(state, "training", data.proposal),
  TrainingFailed: (state, data) => awaited(state, "training", data.proposal),
  BusinessReviewed: (state, data) => awaited(state, "review", data.proposal),
  HumanDecided: (state, data) =>
    state.wait?.for === "person" && state.wait.key === data.escalation
      ? choiceReason(data.choice)
      : "late, repeated or unknown",
  DeadlinePassed: (state, data) =>
    state.wait !== null && state.wait.key === data.deadline && state.wait.for === data.waited_for
      ? null
      : "the wait is over",
  LockedTestEvaluated: (state) => awaited(state, "locked_test", state.accepted?.config_digest),
  LockedTestRefused: (state) => awaited(state, "locked_test", state.accepted?.config_digest),
  DeploymentDecided: (state) => awaited(state, "approval", state.accepted?.config_digest),
};

/** Since version 2 a text that comes when tuning is over is refused, not kept for nobody. */
export const CHECKS_V2: Checks = {
  ...CHECKS_V1,
  ProposalSubmitted: (state, data) =>
    state.stopped_because === null
      ? (CHECKS_V1.ProposalSubmitted?.(state, data) ?? null)
      : `tuning is over: ${state.stopped_because}`,
};

/** A failure belongs to one attempt at one task, review or approval; a late one is not another's. */
function failed(state: SessionState, data: EventData<"AgentFailed">): string | null {
  if (state.wait?.for === "approval") {
    return same("the role", data.role, "stakeholder") ?? same("the task", data.work_item, "");
  }
  if (state.wait?.for === "review") {
    return (
      awaited(state, "review", attemptOf(data)) ?? same("the role", data.role, "business_analyst")
    );
  }
  return (
    awaited(state, "answer", attemptOf(data)) ?? same("the role", data.role, state.work_item?.role)
  );
}

function attemptOf(data: { work_item: string; attempt: number }): string {
  return proposalId(data.work_item, data.attempt);
}

function awaited(state: SessionState, what: WaitFor, key: string | undefined): string | null {
  if (state.wait === null) return "nothing is awaited";
  if (state.wait.for !== what) return `${what} is not awaited, ${state.wait.for} is`;
  return same("what is awaited", state.wait.key, key);
}

/** What is wanted may not exist: then nothing given fits. */
function same(what: string, given: string, wanted: string | null | undefined): string | null {
  return given === wanted ? null : `${what} does not fit`;
}

function choiceReason(choice: string): string | null {
  return ["resume", "keep_current", "abort"].includes(choice) ? null : "no such choice";
}

function fits(state: SessionState, data: EventData<"ProposalCleared">): string | null {
  if (state.work_item?.id === BASELINE_ITEM) return null;
  return (
    same("the base configuration", data.base_digest, state.accepted?.config_digest) ??
    same("the methodology", data.methodology_digest, state.baseline?.methodology_digest) ??
    same("the specification", data.spec_digest, state.spec_digest)
  );
}
