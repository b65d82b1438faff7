/**
 * A free-text proposal as an A2A task: what became of it, read from its session's history.
 *
 * I1. Proposals are taken up in the order in which the history has them: the n-th ProposalSubmitted
 *     is the n-th free-text work item.
 */
import type { HistoryEntry } from "../../session/audit.ts";
import {
  createAgentMessage,
  createDataPart,
  createTextPart,
  TaskState,
  type Artifact,
  type Message,
  type Task,
} from "./sdk.ts";

const SEPARATOR = "~";

/** A proposal's task id: its session and the id of its ProposalSubmitted event. */
export function formatProposalTaskId(session: string, event: string): string {
  return `${session}${SEPARATOR}${event}`;
}

export function parseProposalTaskId(taskId: string): { session: string; event: string } | null {
  const at = taskId.indexOf(SEPARATOR);
  return at < 1 ? null : { session: taskId.slice(0, at), event: taskId.slice(at + 1) };
}

interface Outcome {
  readonly state: TaskState;
  readonly text: string;
  readonly time: string | undefined;
  readonly seq: number;
}

const ENDED: Readonly<Record<string, TaskState>> = {
  accepted: TaskState.TASK_STATE_COMPLETED,
  answered: TaskState.TASK_STATE_COMPLETED,
  not_improved: TaskState.TASK_STATE_COMPLETED,
  rejected: TaskState.TASK_STATE_REJECTED,
  failed: TaskState.TASK_STATE_FAILED,
};

interface ProposalFacts {
  readonly contextId: string;
  readonly messages: readonly Message[];
}

/** The task as the history tells it so far. */
export function createProposalTask(
  entries: readonly HistoryEntry[],
  taskId: string,
  facts: ProposalFacts,
): Task {
  const { contextId, messages } = facts;
  const found = findProposalOutcome(entries, parseProposalTaskId(taskId)?.event ?? "");
  const parts = [createTextPart(found.text)];
  const message = createAgentMessage({
    messageId: `${taskId}/${found.seq}`,
    taskId,
    contextId,
    parts,
  });
  return {
    id: taskId,
    contextId,
    status: { state: found.state, message, timestamp: found.time },
    artifacts: collectAnswers(entries, taskId),
    history: [...messages],
    metadata: { kind: "proposal", seq: entries.at(-1)?.line.seq ?? 0 },
  };
}

/** The work item that took the proposal up; null while it waits. */
function findWorkItem(entries: readonly HistoryEntry[], event: string): string | null {
  const submitted = entries.filter(({ event: { type } }) => type === "ProposalSubmitted");
  const position = submitted.findIndex(({ line }) => line.id === event);
  if (position === -1) return null;
  const taken = entries.flatMap(({ event: stated }) =>
    stated.type === "TaskStated" && stated.data.kind === "free_text" && stated.data.attempt === 1
      ? [stated.data.work_item]
      : [],
  );
  return taken[position] ?? null;
}

function findProposalOutcome(entries: readonly HistoryEntry[], event: string): Outcome {
  const own = entries.find(({ line }) => line.id === event);
  const start = { time: own?.line.time, seq: own?.line.seq ?? 0 };
  const item = findWorkItem(entries, event);
  if (item !== null) return findWorkOutcome(entries, item, start);
  const end = entries.find(({ event: last }) => last.type === "SessionCompleted");
  if (end !== undefined) {
    const text = "the session ended before the proposal was taken up";
    const { time, seq } = end.line;
    return { state: TaskState.TASK_STATE_REJECTED, text, time, seq };
  }
  const text = "waits for the next iteration";
  return { state: TaskState.TASK_STATE_SUBMITTED, text, ...start };
}

function findWorkOutcome(
  entries: readonly HistoryEntry[],
  item: string,
  start: { time: string | undefined; seq: number },
): Outcome {
  let found: Outcome = { state: TaskState.TASK_STATE_WORKING, text: "taken up", ...start };
  for (const { event, line } of entries) {
    const at = { time: line.time, seq: line.seq };
    if (event.type === "EscalationRaised" && event.data.work_item === item) {
      const text = `${event.data.escalation}: answer it on the session's task`;
      found = { state: TaskState.TASK_STATE_INPUT_REQUIRED, text, ...at };
    } else if (event.type === "ProposalRejected" && event.data.work_item === item) {
      found = { state: TaskState.TASK_STATE_WORKING, text: event.data.reason, ...at };
    } else if (event.type === "HumanDecided" && line.seq > found.seq) {
      found = { state: TaskState.TASK_STATE_WORKING, text: event.data.choice, ...at };
    } else if (event.type === "IterationCompleted" && event.data.work_item === item) {
      const state = ENDED[event.data.outcome] ?? TaskState.TASK_STATE_FAILED;
      return { state, text: `the proposal was ${event.data.outcome}`, ...at };
    } else if (event.type === "SessionCompleted") {
      return { state: TaskState.TASK_STATE_FAILED, text: event.data.reason, ...at };
    }
  }
  return found;
}

/** What agents answered to the proposal in words. */
function collectAnswers(entries: readonly HistoryEntry[], taskId: string): Artifact[] {
  const item = findWorkItem(entries, parseProposalTaskId(taskId)?.event ?? "");
  return entries.flatMap(({ event }) =>
    event.type === "AgentAnswered" && event.data.work_item === item
      ? [
          {
            artifactId: `answer-${event.data.attempt}`,
            name: `answer of ${event.data.role}`,
            description: "",
            parts: [createDataPart({ ...event.data, reasoner: undefined })],
            metadata: undefined,
            extensions: [],
          },
        ]
      : [],
  );
}
