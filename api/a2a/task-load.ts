/**
 * Tasks as they are now: read from snapshot, intake and history for one caller.
 *
 * I1. A task of another business unit, or outside the tenant, does not exist for the caller.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { Clock, KeyValueStore } from "../../session/ports.ts";
import type { Message, Task } from "./sdk.ts";
import type { HistoryHub } from "../sessions/history-hub.ts";
import { readStoredList } from "../sessions/append-only-list.ts";
import { parseProposalTaskId, createProposalTask } from "./proposal-task.ts";
import { createQueuedTask, createSessionTask } from "./session-task.ts";
import { parseSnapshotState } from "../sessions/view.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Caller } from "./task-source.ts";

export interface TaskTools {
  readonly sessions: Sessions;
  readonly values: Pick<KeyValueStore, "get" | "putIfAbsent">;
  readonly hub: HistoryHub;
  readonly clock: Clock;
}

const HISTORY_MAX = 100_000;

async function loadTaskFacts(tools: TaskTools, taskId: string, fallback: string) {
  const contextId = (await tools.values.get(`context-of/${taskId}`)) ?? fallback;
  const noted = await readStoredList(tools.values, `messages/${taskId}`);
  return { contextId, messages: noted.map((text) => JSON.parse(text) as Message) };
}

/** The task, or null where there is none for this caller. */
export async function loadTask(tools: TaskTools, id: string, caller: Caller): Promise<Task | null> {
  const proposal = parseProposalTaskId(id);
  const session = proposal?.session ?? id;
  try {
    const snapshot = await tools.sessions.snapshot(caller.principal, session);
    const view = snapshot?.summary ?? tools.sessions.waiting(caller.principal, session);
    // Between the two questions it was admitted and is in a snapshot now.
    if (view === null) return await loadTask(tools, id, caller);
    if (caller.tenant !== null && view.business_unit !== caller.tenant) return null;
    if (proposal !== null) return await loadProposal(tools, id, session);
    const facts = await loadTaskFacts(tools, id, session);
    if (snapshot !== null)
      return createSessionTask(parseSnapshotState(snapshot), { ...facts, seq: snapshot.seq });
    return "since" in view ? createQueuedTask(view, { ...facts, seq: 0 }) : null;
  } catch (error) {
    if (error instanceof MmmError && error.code === "not_found") return null;
    throw error;
  }
}

/** A proposal's task from its session's history. */
export async function loadProposal(
  tools: TaskTools,
  id: string,
  session: string,
): Promise<Task | null> {
  const entries = await tools.hub.page(session, 1, HISTORY_MAX);
  const facts = await loadTaskFacts(tools, id, session);
  const event = parseProposalTaskId(id)?.event;
  const known = facts.messages.length > 0 || entries.some(({ line }) => line.id === event);
  return known ? createProposalTask(entries, id, facts) : null;
}

/** History sequence number that a task stands for. */
export function getTaskSeq(task: Task): number {
  return Number(task.metadata?.["seq"] ?? 0);
}

const CATCH_UP_MS = 25;
const CATCH_UP_TRIES = 120;

/** Until the snapshot has caught up with the history, so that who asks next sees it too. */
export async function waitForSnapshot(
  tools: TaskTools,
  at: { readonly session: string; readonly seq: number },
  { principal, signal }: Caller,
): Promise<void> {
  for (let tries = 0; tries < CATCH_UP_TRIES && !signal.aborted; tries += 1) {
    const found = await tools.sessions.snapshot(principal, at.session);
    if ((found?.seq ?? 0) >= at.seq) return;
    await tools.clock.sleep(CATCH_UP_MS, signal);
  }
}
