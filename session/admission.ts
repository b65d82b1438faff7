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
import { findPinnedData } from "./stages.ts";
import {
  BASELINE_ITEM,
  isOver,
  PENDING_MAX,
  formatProposalId,
  type SessionState,
  type WaitFor,
} from "./state.ts";

/** Why the session does not admit this event; null when it does. */
export function findRefusalReason(
  state: SessionState,
  event: Recorded,
  checks: Checks,
): string | null {
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
  ProposalRouted: (state, data) => checkAwaited(state, "routing", deriveProposalId(data)),
  ProposalMade: (state, data) =>
    checkAwaited(state, "answer", deriveProposalId(data)) ??
    checkSame("the proposal's id", data.proposal, deriveProposalId(data)) ??
    checkSame("the author", data.author, state.work_item?.role) ??
    checkSame("a role that proposes", data.author, "data_scientist"),
  AgentAnswered: (state, data) =>
    checkAwaited(state, "answer", deriveProposalId(data)) ??
    checkSame("the role", data.role, state.work_item?.role),
  AgentFailed: checkFailure,
  ProposalCleared: (state, data) =>
    checkAwaited(state, "verdict", data.proposal) ?? checkDigests(state, data),
  ProposalVetoed: (state, data) => checkAwaited(state, "verdict", data.proposal),
  GuardFailed: (state, data) => checkAwaited(state, "verdict", data.proposal),
  RejectionExplained: (state, data) => checkAwaited(state, "explanation", data.proposal),
  ModelTrained: (state, data) =>
    checkAwaited(state, "training", data.proposal) ??
    checkSame("the configuration", data.config_digest, state.work_item?.candidate?.config_digest),
  TrainingRefused: (state, data) => checkAwaited(state, "training", data.proposal),
  TrainingFailed: (state, data) => checkAwaited(state, "training", data.proposal),
  BusinessReviewed: (state, data) => checkAwaited(state, "review", data.proposal),
  HumanDecided: (state, data) =>
    state.wait?.for === "person" && state.wait.key === data.escalation
      ? checkChoice(data.choice)
      : "late, repeated or unknown",
  DeadlinePassed: (state, data) =>
    state.wait !== null && state.wait.key === data.deadline && state.wait.for === data.waited_for
      ? null
      : "the wait is over",
  LockedTestEvaluated: (state) => checkAwaited(state, "locked_test", state.accepted?.config_digest),
  LockedTestRefused: (state) => checkAwaited(state, "locked_test", state.accepted?.config_digest),
  DeploymentDecided: (state) => checkAwaited(state, "approval", state.accepted?.config_digest),
};

/** Since version 2 a model of other data than the session's is refused, and a text that comes when
 * tuning is over is refused, not kept for nobody. */
export const CHECKS_V2: Checks = {
  ...CHECKS_V1,
  ModelTrained: (state, data) =>
    CHECKS_V1.ModelTrained?.(state, data) ??
    checkSame("the data", data.data_digest, findPinnedData(state) ?? data.data_digest),
  ProposalSubmitted: (state, data) =>
    state.stopped_because === null
      ? (CHECKS_V1.ProposalSubmitted?.(state, data) ?? null)
      : `tuning is over: ${state.stopped_because}`,
};

/** A failure belongs to one attempt at one task, review or approval; a late one is not another's. */
function checkFailure(state: SessionState, data: EventData<"AgentFailed">): string | null {
  if (state.wait?.for === "approval") {
    return (
      checkSame("the role", data.role, "stakeholder") ?? checkSame("the task", data.work_item, "")
    );
  }
  if (state.wait?.for === "review") {
    return (
      checkAwaited(state, "review", deriveProposalId(data)) ??
      checkSame("the role", data.role, "business_analyst")
    );
  }
  return (
    checkAwaited(state, "answer", deriveProposalId(data)) ??
    checkSame("the role", data.role, state.work_item?.role)
  );
}

function deriveProposalId(data: { work_item: string; attempt: number }): string {
  return formatProposalId(data.work_item, data.attempt);
}

function checkAwaited(state: SessionState, what: WaitFor, key: string | undefined): string | null {
  if (state.wait === null) return "nothing is awaited";
  if (state.wait.for !== what) return `${what} is not awaited, ${state.wait.for} is`;
  return checkSame("what is awaited", state.wait.key, key);
}

/** What is wanted may not exist: then nothing given fits. */
function checkSame(what: string, given: string, wanted: string | null | undefined): string | null {
  return given === wanted ? null : `${what} does not fit`;
}

function checkChoice(choice: string): string | null {
  return ["resume", "keep_current", "abort"].includes(choice) ? null : "no such choice";
}

function checkDigests(state: SessionState, data: EventData<"ProposalCleared">): string | null {
  if (state.work_item?.id === BASELINE_ITEM) return null;
  return (
    checkSame("the base configuration", data.base_digest, state.accepted?.config_digest) ??
    checkSame("the methodology", data.methodology_digest, state.baseline?.methodology_digest) ??
    checkSame("the specification", data.spec_digest, state.spec_digest)
  );
}
