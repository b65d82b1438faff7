/** Tasks of a caller, newest change first: sessions by state, or all tasks of one context. */
import type { KeyValueStore } from "../../session/ports.ts";
import type { Task } from "./sdk.ts";
import { readStoredList } from "../sessions/append-only-list.ts";
import { TASK_STATES } from "./session-task.ts";
import { TaskState, type TaskStatus } from "./sdk.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Caller, TaskFilter } from "./task-source.ts";

interface ListTools {
  readonly sessions: Sessions;
  readonly values: Pick<KeyValueStore, "get" | "putIfAbsent">;
}

const TASKS_MAX = 100_000;

/** Tasks in outline: status and metadata; their artifacts are had by asking for one. */
export async function listCallerTasks(
  tools: ListTools,
  filter: TaskFilter,
  caller: Caller,
): Promise<readonly Task[]> {
  const wanted =
    filter.contextId === null ? null : await readContextTaskIds(tools, filter.contextId);
  const rows = [
    ...listQueuedTasks(tools, caller),
    ...(await listSessionTasks(tools, filter, caller)),
  ];
  const kept = rows.filter(
    (task) =>
      (wanted === null || wanted.has(task.id)) &&
      (filter.state === null || task.status?.state === filter.state) &&
      (filter.since === null || (task.status?.timestamp ?? "") >= filter.since),
  );
  const sorted = kept.toSorted(compareNewestFirst);
  for (const task of sorted.slice(0, 200)) {
    task.contextId = (await tools.values.get(`context-of/${task.id}`)) ?? task.contextId;
  }
  return sorted;
}

async function readContextTaskIds(
  tools: ListTools,
  contextId: string,
): Promise<ReadonlySet<string>> {
  return new Set([contextId, ...(await readStoredList(tools.values, `context/${contextId}`))]);
}

function listQueuedTasks({ sessions }: ListTools, { principal, tenant }: Caller): Task[] {
  return sessions
    .queued(principal)
    .filter((row) => tenant === null || row.business_unit === tenant)
    .map((row) =>
      createTaskOutline(row.session, {
        state: TaskState.TASK_STATE_SUBMITTED,
        message: undefined,
        timestamp: row.since,
      }),
    );
}

async function listSessionTasks(
  { sessions }: ListTools,
  filter: TaskFilter,
  { principal, tenant }: Caller,
): Promise<Task[]> {
  const found: Task[] = [];
  let after: string | null = null;
  do {
    const page = await sessions.list(principal, {
      limit: 200,
      ...(tenant === null ? {} : { business_unit: tenant }),
      ...(filter.since === null ? {} : { since: filter.since }),
      ...(after === null ? {} : { after }),
    });
    for (const row of page.sessions) {
      const state = TASK_STATES[row.status as keyof typeof TASK_STATES];
      found.push(
        createTaskOutline(row.session, { state, message: undefined, timestamp: row.updated }),
      );
    }
    after = page.next;
  } while (after !== null && found.length < TASKS_MAX);
  return found;
}

function createTaskOutline(id: string, status: TaskStatus): Task {
  return { id, contextId: id, status, artifacts: [], history: [], metadata: { kind: "session" } };
}

/** Order of task lists: last change descending, then id. */
export function compareNewestFirst(a: Task, b: Task): number {
  const left = a.status?.timestamp ?? "";
  const right = b.status?.timestamp ?? "";
  return left === right ? (a.id < b.id ? -1 : 1) : left < right ? 1 : -1;
}
