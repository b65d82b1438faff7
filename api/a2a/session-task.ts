/**
 * A session as an A2A task: a pure reading of its state.
 *
 * I1. Equal states give equal tasks; the sequence number they stand for is in the metadata.
 * I2. An open escalation is input-required, with everything a decision needs in its message.
 */
import type { Recorded } from "../../schemas/event.ts";
import type { SessionState, Status } from "../../session/state.ts";
import { toSessionSummary } from "../../session/summary.ts";
import { summarizeState } from "../sessions/view.ts";
import {
  createAgentMessage,
  createDataPart,
  createTextPart,
  TaskState,
  type Artifact,
  type Message,
  type Task,
  type TaskStatus,
} from "./sdk.ts";

/** Task states of a session's statuses; `log` is a session nobody asked for. */
export const TASK_STATES: Readonly<Record<Status | "queued", TaskState>> = {
  queued: TaskState.TASK_STATE_SUBMITTED,
  log: TaskState.TASK_STATE_SUBMITTED,
  running: TaskState.TASK_STATE_WORKING,
  waiting: TaskState.TASK_STATE_INPUT_REQUIRED,
  completed: TaskState.TASK_STATE_COMPLETED,
  aborted: TaskState.TASK_STATE_CANCELED,
  cancelled: TaskState.TASK_STATE_CANCELED,
  failed: TaskState.TASK_STATE_FAILED,
};

export interface TaskFacts {
  readonly contextId: string;
  readonly seq: number;
  /** The client's messages, oldest first. */
  readonly messages: readonly Message[];
}

/** The task of a session that is in a snapshot. */
export function createSessionTask(state: SessionState, facts: TaskFacts): Task {
  const { contextId, seq, messages } = facts;
  const summary = toSessionSummary(state);
  return {
    id: state.session,
    contextId,
    status: createTaskStatus(
      state,
      contextId,
      state.status === "waiting" ? null : describePhase(state),
    ),
    artifacts: createArtifacts(state),
    history: [...messages],
    metadata: {
      kind: "session",
      seq,
      business_unit: state.business_unit,
      phase: summary.phase,
      iteration: state.iteration,
      requested_by: state.requested_by,
      baseline_loss: summary.baseline_loss,
      best_loss: summary.best_loss,
    },
  };
}

/** The task of a session that still waits in the intake. */
export function createQueuedTask(
  waiting: { readonly session: string; readonly business_unit: string; readonly since: string },
  facts: TaskFacts,
): Task {
  const state = TaskState.TASK_STATE_SUBMITTED;
  return {
    id: waiting.session,
    contextId: facts.contextId,
    status: { state, message: undefined, timestamp: waiting.since },
    artifacts: [],
    history: [...facts.messages],
    metadata: { kind: "session", seq: 0, business_unit: waiting.business_unit },
  };
}

/** Status of a session; `text` says what just happened, null = what it waits for. */
export function createTaskStatus(
  state: SessionState,
  contextId: string,
  text: string | null,
): TaskStatus {
  const parts =
    state.status === "waiting"
      ? createEscalationParts(state)
      : text === null
        ? []
        : [createTextPart(text)];
  const about = { taskId: state.session, contextId, parts };
  const messageId = `${state.session}/${state.updated}`;
  return {
    state: TASK_STATES[state.status],
    message: parts.length === 0 ? undefined : createAgentMessage({ messageId, ...about }),
    timestamp: state.updated,
  };
}

function describePhase(state: SessionState): string {
  if (state.stopped_because !== null && state.decision !== null) {
    return `${state.stopped_because}; decision: ${state.decision}`;
  }
  return state.stopped_because ?? `${toSessionSummary(state).phase}, iteration ${state.iteration}`;
}

function createEscalationParts(state: SessionState) {
  const item = state.work_item;
  const escalation = state.wait?.key ?? "";
  const options = ["resume", "keep_current", "abort"];
  return [
    createTextPart(
      `A person has to decide (${escalation}). Answer with one of ${options.join(", ")}, ` +
        'and a reason: a data part {"choice", "reason", "instruction"?}, or a text that starts with it.',
    ),
    createDataPart({
      escalation,
      options,
      iteration: state.iteration,
      asked: item?.text ?? null,
      proposed: item?.raw ?? null,
      violations: item?.violations ?? [],
      feedback: item?.feedback ?? [],
    }),
  ];
}

/** What the session has come to so far: the configuration in force, and the result at its end. */
export function createArtifacts(state: SessionState): Artifact[] {
  const found: Artifact[] = [];
  const { accepted, baseline } = state;
  if (accepted !== null && accepted !== baseline) {
    found.push(
      createSessionArtifact("configuration", "configuration in force", JSON.parse(accepted.config)),
    );
  }
  if (state.status === "completed") {
    found.push(
      createSessionArtifact("result", "what the session came to", {
        decision: state.decision,
        deployment: summarizeState(state),
        stopped_because: state.stopped_because,
        iterations: state.iteration,
        methodology: {
          digest_start: baseline?.methodology_digest ?? null,
          digest_end: accepted?.methodology_digest ?? null,
          unchanged: baseline?.methodology_digest === accepted?.methodology_digest,
        },
        config_digest: accepted?.config_digest ?? null,
        validation: {
          baseline: baseline?.trained?.validation ?? null,
          final: accepted?.trained?.validation ?? null,
        },
        locked_test: state.locked_test,
        counts: state.counters,
      }),
    );
  }
  return found;
}

function createSessionArtifact(artifactId: string, name: string, value: unknown): Artifact {
  return {
    artifactId,
    name,
    description: "",
    parts: [createDataPart(value)],
    metadata: undefined,
    extensions: [],
  };
}

/** What an event means to somebody who watches; null for those that only lead to the next. */
export function describeEventForTask(event: Recorded): string | null {
  switch (event.type) {
    case "SessionStarted":
      return "the session has started; the baseline is being judged";
    case "ModelTrained":
      return `proposal ${event.data.proposal} was trained, loss ${event.data.loss.toPrecision(4)}`;
    case "TaskStated":
      return `iteration ${event.data.iteration}, attempt ${event.data.attempt}: ${event.data.kind}`;
    case "ProposalVetoed":
      return `proposal ${event.data.proposal} was vetoed by the ${event.data.layer} layer`;
    case "BusinessReviewed":
      return `the Business Analyst says ${event.data.verdict} to ${event.data.proposal}`;
    case "ProposalRejected":
      return `proposal ${event.data.proposal} was refused (${event.data.count}), next: ${event.data.next}`;
    case "IterationCompleted":
      return `iteration ${event.data.iteration}: ${event.data.outcome}`;
    case "HumanDecided":
      return `${event.data.decided_by} decided: ${event.data.choice}`;
    case "ApprovalRequested":
      return "the Stakeholder is asked to decide on deployment";
    case "DeploymentDecided":
      return event.data.budget_use === null
        ? `deployment: ${event.data.decision}`
        : `deployment: ${event.data.decision} (forecasts ${event.data.forecast_use ?? "–"}, budget ${event.data.budget_use})`;
    default:
      return null;
  }
}
