/**
 * What happens to a task from some moment on, as updates of the protocol.
 *
 * I1. A state in which a session ends or waits for a person is not told before the snapshot says so
 *     too.
 */
import type { HistoryEntry } from "../../session/audit.ts";
import { evolve } from "../../session/evolve.ts";
import type { SessionState } from "../../session/state.ts";
import { isSettled, isTerminal } from "./handler.ts";
import type { StreamResponse, Task } from "./sdk.ts";
import { parseProposalTaskId } from "./proposal-task.ts";
import { createArtifacts, describeEventForTask, createTaskStatus } from "./session-task.ts";
import { waitForSnapshot, loadProposal, getTaskSeq, type TaskTools } from "./task-load.ts";
import type { Caller, Until } from "./task-source.ts";

const IDLE_MS = 15_000;

interface Following {
  readonly caller: Caller;
  readonly until: Until;
}

/** What a history entry tells somebody who watches the session's task; state is the one after it. */
export function createTaskUpdates(
  entry: HistoryEntry,
  state: SessionState,
  contextId: string,
): readonly StreamResponse[] {
  const said = selectUpdateText(entry.event, state);
  if (said === null) return [];
  const over = entry.event.type === "SessionCompleted";
  const status = createTaskStatus(state, contextId, said);
  const metadata = { seq: entry.line.seq };
  const value = { taskId: state.session, contextId, status, metadata };
  return [
    ...(over ? createArtifactUpdates(state, contextId) : []),
    { payload: { $case: "statusUpdate", value } },
  ];
}

/** Folds the history from its start, so that every status is the one of its own moment. */
export async function* followSession(
  tools: TaskTools,
  task: Task,
  { caller, until }: Following,
): AsyncGenerator<StreamResponse, void, undefined> {
  const { id, contextId } = task;
  const { signal } = caller;
  const seen = getTaskSeq(task);
  let state: SessionState | null = null;
  for await (const entry of tools.hub.follow({ session: id, after: 0, signal, idleMs: IDLE_MS })) {
    if (entry === null) continue;
    const { seq } = entry.line;
    state = evolve(state, entry.event);
    if (seq <= seen) continue;
    const over = entry.event.type === "SessionCompleted";
    const waits = state.status === "waiting";
    if (over || waits) await waitForSnapshot(tools, { session: id, seq }, caller);
    yield* createTaskUpdates(entry, state, contextId);
    if (over || (waits && until === "settled")) return;
  }
}

function selectUpdateText(
  event: Parameters<typeof describeEventForTask>[0],
  state: SessionState,
): string | null {
  if (event.type === "SessionCompleted") return event.data.reason;
  return state.status === "waiting" ? "" : describeEventForTask(event);
}

function createArtifactUpdates(state: SessionState, contextId: string): StreamResponse[] {
  const more = { append: false, lastChunk: true, metadata: undefined };
  return createArtifacts(state).map((artifact) => {
    const value = { taskId: state.session, contextId, artifact, ...more };
    return { payload: { $case: "artifactUpdate", value } };
  });
}

/** Follows what becomes of a proposal. */
export async function* followProposal(
  tools: TaskTools,
  task: Task,
  { caller, until }: Following,
): AsyncGenerator<StreamResponse, void, undefined> {
  const session = parseProposalTaskId(task.id)?.session ?? "";
  let last = task;
  const options = { session, after: getTaskSeq(task), signal: caller.signal, idleMs: IDLE_MS };
  for await (const entry of tools.hub.follow(options)) {
    if (entry === null) continue;
    const now = await loadProposal(tools, task.id, session);
    if (now === null || now.status?.message?.messageId === last.status?.message?.messageId)
      continue;
    last = now;
    const metadata = { seq: entry.line.seq };
    const value = { taskId: now.id, contextId: now.contextId, status: now.status, metadata };
    yield { payload: { $case: "statusUpdate", value } };
    if (until === "settled" ? isSettled(now) : isTerminal(now)) return;
  }
}
