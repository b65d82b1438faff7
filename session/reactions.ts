/**
 * What follows from each event, given the state after it: the phase machine of a session.
 *
 * I1. One row per event type; a type without a row leads to nothing.
 * I2. Every path ends in exactly one wait or in SessionCompleted.
 */
import { sha256 } from "../schemas/canonical.ts";
import { BUILTIN_REASONER } from "../schemas/parts.ts";
import type { Event, EventData } from "../schemas/event.ts";
import { completed, escalate, reject } from "./endings.ts";
import type { Circumstances, Reactions, Rules } from "./rules.ts";
import { requireClosing, requireItem, requireTrained, requireTuning } from "./stages.ts";
import { nextStep, restate } from "./tasks.ts";
import {
  BASELINE_ITEM,
  proposalId,
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
      data: { baseline_digest: sha256(data.baseline), logic_version: rules.version },
    },
    baselineProposal(state),
  ],
  SessionCancelled: (state, data) => [
    completed(state, "cancelled", `cancelled by ${data.by}: ${data.reason}`),
  ],
  ProposalRouted: (state, data) =>
    data.role === null
      ? [escalate(requireTuning(state), `no agent was sure enough: ${data.reason}`)]
      : [],
  AgentAnswered: (state, data) => answered(requireTuning(state), data),
  AgentFailed: (state, data) =>
    state.stage === "closing"
      ? [completed(state, "failed", `the ${data.role} failed: ${data.message}`)]
      : [reject(requireTuning(state), "system", `${data.role} failed: ${data.message}`)],
  ProposalCleared: (state, data) =>
    data.config_digest === state.accepted?.config_digest
      ? [iterationEnd(requireTuning(state), "not_improved")]
      : [
          {
            type: "TrainingRequested",
            data: { proposal: data.proposal, config_digest: data.config_digest, seed: state.seed },
          },
        ],
  RejectionExplained: (state, data) => afterVeto(state, data.text),
  ProposalRejected: (state, data) => ladder(requireTuning(state), data),
  ModelTrained: (state, data, { rules }) => afterTraining(requireTuning(state), data, rules),
  TrainingRefused: (state, data) => trainingFault(state, `training refused: ${data.reason}`),
  TrainingFailed: (state, data) => trainingFault(state, `training failed: ${data.reason}`),
  BusinessReviewed: (state, data) => reviewed(requireTuning(state), data),
  IterationCompleted: (state, _data, { rules }) => nextStep(requireTuning(state), rules),
  HumanDecided: (state, data) => decided(requireTuning(state), data.choice, data.reason),
  DeadlinePassed: deadline,
  LockedTestEvaluated: (state) => [approval(requireClosing(state))],
  LockedTestRefused: (state, data) => [completed(state, "failed", `locked test: ${data.reason}`)],
  DeploymentDecided: (state, data) => [
    completed(
      state,
      "completed",
      `${requireClosing(state).stopped_because}; deployment: ${data.decision}`,
    ),
  ],
};

function baselineProposal(state: SessionState): Event {
  return {
    type: "ProposalMade",
    data: {
      work_item: BASELINE_ITEM,
      attempt: 1,
      proposal: proposalId(BASELINE_ITEM, 1),
      author: "system",
      raw: `{"config":${state.baseline_text},"reasoning":"The baseline of this session."}`,
      search_score: null,
      evaluations: 0,
      reasoner: BUILTIN_REASONER,
    },
  };
}

function answered(state: TuningSession, data: EventData<"AgentAnswered">): readonly Event[] {
  if (data.kind === "constraints") return [restate(state, { pinned: "data_scientist" })];
  if (data.kind === "rejection") return [reject(state, data.role, data.text)];
  return [iterationEnd(state, "answered")];
}

function afterVeto(state: SessionState, text: string): readonly Event[] {
  if (state.stage === "baseline") {
    return [completed(state, "failed", `the baseline was vetoed: ${text}`)];
  }
  return [reject(requireTuning(state), "research_persona", text)];
}

function trainingFault(state: SessionState, reason: string): readonly Event[] {
  if (state.stage === "baseline") return [completed(state, "failed", reason)];
  return [reject(requireTuning(state), "system", reason)];
}

/** The baseline's model starts the tuning; a candidate's is looked at first. */
function afterTraining(
  state: TuningSession,
  { proposal }: EventData<"ModelTrained">,
  rules: Rules,
): readonly Event[] {
  if (state.work_item === null) return nextStep(state, rules);
  const { id: work_item } = state.work_item;
  const data = { proposal, work_item, timeout_s: state.limits.agent_timeout_s };
  return [{ type: "ReviewRequested", data }];
}

function reviewed(state: TuningSession, data: EventData<"BusinessReviewed">): readonly Event[] {
  if (data.verdict === "critical") return [reject(state, "business_analyst", data.summary)];
  return [iterationEnd(state, improved(state) ? "accepted" : "not_improved")];
}

/** A person's text goes back to the person; an agent's work climbs the ladder. */
function ladder(state: TuningSession, data: EventData<"ProposalRejected">): readonly Event[] {
  const item = requireItem(state);
  if (data.next === "person") return [escalate(state, data.reason)];
  if (item.author === "person" && data.next === "originator")
    return [iterationEnd(state, "rejected")];
  if (data.next === "alternative") return [restate(state, { pinned: "alternative" })];
  return [restate(state, { pinned: item.originator ?? item.role })];
}

function decided(state: TuningSession, choice: string, reason: string): readonly Event[] {
  if (choice === "abort") return [completed(state, "aborted", reason)];
  if (choice === "resume") return [restate(state, { pinned: "data_scientist" })];
  return [iterationEnd(state, "rejected")];
}

type Late = (state: SessionState, reason: string) => readonly Event[];

const AFTER_DEADLINE: Readonly<Record<WaitFor, Late>> = {
  person: (state) => decidedByDefault(requireTuning(state)),
  explanation: (state) => afterVeto(state, vetoText(state.work_item)),
  review: trainingFault,
  routing: trainingFault,
  answer: trainingFault,
  training: trainingFault,
  verdict: trainingFault,
  locked_test: (state, reason) => [completed(state, "failed", reason)],
  approval: (state, reason) => [completed(state, "failed", reason)],
};

function decidedByDefault(state: TuningSession): readonly Event[] {
  return decided(state, state.limits.person_default, "no decision");
}

function deadline(
  state: SessionState,
  data: EventData<"DeadlinePassed">,
  { before }: Circumstances,
): readonly Event[] {
  const waited = before?.wait?.for;
  return waited === undefined
    ? []
    : AFTER_DEADLINE[waited](state, `${data.waited_for} took too long`);
}

function vetoText(item: WorkItem | null): string {
  const first = item?.violations[0];
  return first === undefined ? "vetoed" : `${first.code}: ${first.message}`;
}

/** Relative improvement below which a change is not worth its risk. */
const IMPROVEMENT_MIN = 1e-4;

function improved(state: TuningSession): boolean {
  const { loss } = requireTrained(requireItem(state)).trained;
  return loss < state.accepted.trained.loss * (1 - IMPROVEMENT_MIN);
}

type Outcome = "accepted" | "not_improved" | "rejected" | "answered";

function iterationEnd(state: TuningSession, outcome: Outcome): Event {
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

function approval(state: ClosingSession): Event {
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
