/**
 * What follows from each event, given the state after it: the phase machine of a session.
 *
 * I1. One row per event type; a type without a row leads to nothing.
 * I2. Every path ends in exactly one wait or in SessionCompleted.
 */
import { computeSha256 } from "../schemas/canonical.ts";
import { BUILTIN_REASONER } from "../schemas/parts.ts";
import type { Event, EventData } from "../schemas/event.ts";
import { completeSession, escalateToPerson, rejectAttempt } from "./endings.ts";
import { measureGain } from "./gain.ts";
import type { Circumstances, Reaction, Reactions, Rules } from "./rules.ts";
import { requireClosing, requireItem, requireTrained, requireTuning } from "./stages.ts";
import { chooseNextStep, createNextAttempt } from "./tasks.ts";
import {
  BASELINE_ITEM,
  formatProposalId,
  type ClosingSession,
  type SessionState,
  type TuningSession,
  type WaitFor,
  type WorkItem,
} from "./state.ts";

export const REACTIONS: Reactions = {
  SessionRequested: (state, data, { rules }) => [
    {
      type: "SessionStarted",
      data: {
        baseline_digest: computeSha256(data.baseline),
        logic_version: rules.version,
        data_digest: data.data_digest,
      },
    },
    proposeBaseline(state),
  ],
  SessionCancelled: (state, data) => [
    completeSession(state, "cancelled", `cancelled by ${data.by}: ${data.reason}`),
  ],
  ProposalRouted: (state, data) =>
    data.role === null
      ? [escalateToPerson(requireTuning(state), `no agent was sure enough: ${data.reason}`)]
      : [],
  AgentAnswered: (state, data) => handleAnswer(requireTuning(state), data),
  AgentFailed: (state, data) =>
    state.stage === "closing"
      ? [completeSession(state, "failed", `the ${data.role} failed: ${data.message}`)]
      : [rejectAttempt(requireTuning(state), "system", `${data.role} failed: ${data.message}`)],
  ProposalCleared: (state, data) =>
    data.config_digest === state.accepted?.config_digest
      ? [completeIteration(requireTuning(state), "not_improved")]
      : [
          {
            type: "TrainingRequested",
            data: { proposal: data.proposal, config_digest: data.config_digest, seed: state.seed },
          },
        ],
  GuardFailed: (state, data) => [
    completeSession(state, "failed", `the guard could not judge: ${data.reason}`),
  ],
  RejectionExplained: (state, data) => handleVeto(state, data.text),
  ProposalRejected: (state, data) => escalateRejection(requireTuning(state), data),
  ModelTrained: (state, data, { rules }) => afterTraining(requireTuning(state), data, rules),
  TrainingRefused: (state, data) => handleTrainingFault(state, `training refused: ${data.reason}`),
  TrainingFailed: (state, data) => handleTrainingFault(state, `training failed: ${data.reason}`),
  BusinessReviewed: (state, data) => reviewed(requireTuning(state), data),
  IterationCompleted: (state, _data, { rules }) => chooseNextStep(requireTuning(state), rules),
  HumanDecided: (state, data) => handleDecision(requireTuning(state), data.choice, data.reason),
  DeadlinePassed: handleDeadline,
  LockedTestEvaluated: (state) => [createApprovalRequest(requireClosing(state))],
  LockedTestRefused: (state, data) => [
    completeSession(state, "failed", `locked test: ${data.reason}`),
  ],
  DeploymentDecided: (state, data) => [
    completeSession(
      state,
      "completed",
      `${requireClosing(state).stopped_because}; deployment: ${data.decision}`,
    ),
  ],
};

/** Code of a locked test that was refused because no weeks are locked. */
export const NO_LOCKED_WEEKS = "no_locked_weeks";

/**
 * Faults of what the session stands on: no other proposal and no person mends them, so they climb no
 * ladder.
 */
const SYSTEM_FAULTS: ReadonlySet<string> = new Set([
  "data_changed",
  "data_invalid",
  "encoder_unavailable",
  "settings_invalid",
  "state_damaged",
]);

type Faulty = "AgentFailed" | "TrainingFailed" | "TrainingRefused";

/** Ends the session where the fault is the system's, naming the cause; else as before. */
function endOnSystemFault<T extends Faulty>(
  describe: (data: EventData<T>) => { readonly code: string; readonly text: string },
  otherwise: Reaction<T> | undefined,
): Reaction<T> {
  return (state, data, at) => {
    const { code, text } = describe(data);
    if (SYSTEM_FAULTS.has(code)) return [completeSession(state, "failed", text)];
    return otherwise?.(state, data, at) ?? [];
  };
}

/**
 * Since version 2 a configuration that locks no weeks comes to a decision, which says so, and a fault
 * of the system ends the session with its cause instead of refusing a proposal.
 */
export const REACTIONS_V2: Reactions = {
  ...REACTIONS,
  AgentFailed: endOnSystemFault(
    ({ code, role, message }) => ({ code, text: `the ${role} cannot work: ${message}` }),
    REACTIONS.AgentFailed,
  ),
  TrainingFailed: endOnSystemFault(
    ({ code, reason }) => ({ code, text: `training failed: ${reason}` }),
    REACTIONS.TrainingFailed,
  ),
  TrainingRefused: endOnSystemFault(
    ({ code, reason }) => ({ code, text: `training refused: ${reason}` }),
    REACTIONS.TrainingRefused,
  ),
  LockedTestRefused: (state, data, at) =>
    data.code === NO_LOCKED_WEEKS
      ? [createApprovalRequest(requireClosing(state))]
      : (REACTIONS.LockedTestRefused?.(state, data, at) ?? []),
};

function proposeBaseline(state: SessionState): Event {
  return {
    type: "ProposalMade",
    data: {
      work_item: BASELINE_ITEM,
      attempt: 1,
      proposal: formatProposalId(BASELINE_ITEM, 1),
      author: "system",
      raw: `{"config":${state.baseline_text},"reasoning":"The baseline of this session."}`,
      search_score: null,
      evaluations: 0,
      reasoner: BUILTIN_REASONER,
    },
  };
}

function handleAnswer(state: TuningSession, data: EventData<"AgentAnswered">): readonly Event[] {
  if (data.kind === "constraints") return [createNextAttempt(state, { pinned: "data_scientist" })];
  if (data.kind === "rejection") return [rejectAttempt(state, data.role, data.text)];
  return [completeIteration(state, "answered")];
}

function handleVeto(state: SessionState, text: string): readonly Event[] {
  if (state.stage === "baseline") {
    return [completeSession(state, "failed", `the baseline was vetoed: ${text}`)];
  }
  return [rejectAttempt(requireTuning(state), "research_persona", text)];
}

function handleTrainingFault(state: SessionState, reason: string): readonly Event[] {
  if (state.stage === "baseline") return [completeSession(state, "failed", reason)];
  return [rejectAttempt(requireTuning(state), "system", reason)];
}

/** The baseline's model starts the tuning; a candidate's is looked at first. */
function afterTraining(
  state: TuningSession,
  { proposal }: EventData<"ModelTrained">,
  rules: Rules,
): readonly Event[] {
  if (state.work_item === null) return chooseNextStep(state, rules);
  const { id: work_item } = state.work_item;
  const data = { proposal, work_item, timeout_s: state.limits.agent_timeout_s };
  return [{ type: "ReviewRequested", data }];
}

function reviewed(state: TuningSession, data: EventData<"BusinessReviewed">): readonly Event[] {
  if (data.verdict === "critical") return [rejectAttempt(state, "business_analyst", data.summary)];
  return [completeIteration(state, isImproved(state) ? "accepted" : "not_improved")];
}

/** A person's text goes back to the person; an agent's work climbs the ladder. */
function escalateRejection(
  state: TuningSession,
  data: EventData<"ProposalRejected">,
): readonly Event[] {
  const item = requireItem(state);
  if (data.next === "person") return [escalateToPerson(state, data.reason)];
  if (item.author === "person" && data.next === "originator")
    return [completeIteration(state, "rejected")];
  if (data.next === "alternative") return [createNextAttempt(state, { pinned: "alternative" })];
  return [createNextAttempt(state, { pinned: item.originator ?? item.role })];
}

function handleDecision(state: TuningSession, choice: string, reason: string): readonly Event[] {
  if (choice === "abort") return [completeSession(state, "aborted", reason)];
  if (choice === "resume") return [createNextAttempt(state, { pinned: "data_scientist" })];
  return [completeIteration(state, "rejected")];
}

type Late = (state: SessionState, reason: string) => readonly Event[];

const AFTER_DEADLINE: Readonly<Record<WaitFor, Late>> = {
  person: (state) => decidedByDefault(requireTuning(state)),
  explanation: (state) => handleVeto(state, describeVeto(state.work_item)),
  review: handleTrainingFault,
  routing: handleTrainingFault,
  answer: handleTrainingFault,
  training: handleTrainingFault,
  verdict: handleTrainingFault,
  locked_test: (state, reason) => [completeSession(state, "failed", reason)],
  approval: (state, reason) => [completeSession(state, "failed", reason)],
};

function decidedByDefault(state: TuningSession): readonly Event[] {
  return handleDecision(state, state.limits.person_default, "no decision");
}

function handleDeadline(
  state: SessionState,
  data: EventData<"DeadlinePassed">,
  { before }: Circumstances,
): readonly Event[] {
  const waited = before?.wait?.for;
  return waited === undefined
    ? []
    : AFTER_DEADLINE[waited](state, `${data.waited_for} took too long`);
}

function describeVeto(item: WorkItem | null): string {
  const first = item?.violations[0];
  return first === undefined ? "vetoed" : `${first.code}: ${first.message}`;
}

/** Relative improvement below which a change is not worth its risk. */
const IMPROVEMENT_MIN = 1e-4;

/** Better than the model in force, and beyond the noise between folds where these are known. */
function isImproved(state: TuningSession): boolean {
  const accepted = state.accepted.trained;
  const candidate = requireTrained(requireItem(state)).trained;
  if (candidate.loss >= accepted.loss * (1 - IMPROVEMENT_MIN)) return false;
  const gain = measureGain(accepted, candidate);
  return gain === null || gain.mean > gain.standard_error;
}

type Outcome = "accepted" | "not_improved" | "rejected" | "answered";

function completeIteration(state: TuningSession, outcome: Outcome): Event {
  const item = requireItem(state);
  const { candidate } = item;
  const kept = outcome === "accepted" ? requireTrained(item) : state.accepted;
  const { trained } = kept;
  const scores = [trained.solver_score, trained.roi_stability, item.search_score];
  const known = scores.filter((score) => score !== null);
  return {
    type: "IterationCompleted",
    data: {
      iteration: state.iteration,
      work_item: item.id,
      outcome,
      proposal: candidate?.proposal ?? null,
      loss: candidate?.trained?.loss ?? null,
      best_loss: trained.loss,
      convergence: known.length === 0 ? 0 : Math.min(...known),
      accepted_digest: kept.config_digest,
      methodology_digest: kept.methodology_digest,
    },
  };
}

function createApprovalRequest(state: ClosingSession): Event {
  return {
    type: "ApprovalRequested",
    data: {
      final_digest: state.accepted.config_digest,
      stopped_because: state.stopped_because,
      iterations: state.iteration,
      proposals_tried: state.counters.proposals,
      evaluations: state.counters.evaluations,
      baseline: state.baseline.trained.validation,
      final: state.accepted.trained.validation,
      timeout_s: state.limits.agent_timeout_s,
    },
  };
}
