/**
 * The product's tasks: sessions, proposals to them, and roles that are asked directly.
 *
 * I1. The state of a task is read from snapshot and history; nothing about it is kept here.
 */
import { isTerminal } from "./handler.ts";
import { TaskState, type Task } from "./sdk.ts";
import { parseProposalTaskId } from "./proposal-task.ts";
import { sendOnce, type SourceTools } from "./task-acts.ts";
import { followProposal, followSession } from "./task-follow.ts";
import { listCallerTasks } from "./task-list.ts";
import { loadTask } from "./task-load.ts";
import type { Caller, TaskSource } from "./task-source.ts";

export function createSessionSource(tools: SourceTools): TaskSource {
  return {
    send: (message, caller) => sendOnce(tools, message, caller),
    load: (id, caller) => loadTask(tools, id, caller),
    list: (filter, caller) => listCallerTasks(tools, filter, caller),
    follow: (task, caller, until) =>
      parseProposalTaskId(task.id) === null
        ? followSession(tools, task, { caller, until })
        : followProposal(tools, task, { caller, until }),
    cancel: (task, caller) => cancel(tools, task, caller),
  };
}

/** Asks the session to end and waits until it has; null when it ended otherwise. */
async function cancel(tools: SourceTools, task: Task, caller: Caller): Promise<Task | null> {
  if (parseProposalTaskId(task.id) !== null) return null;
  const act = { principal: caller.principal, key: "cancel" };
  await tools.sessions.cancel(act, task.id, "cancelled by A2A request");
  let now: Task | null = task;
  while (now !== null && !isTerminal(now) && !caller.signal.aborted) {
    for await (const _update of followSession(tools, now, { caller, until: "ended" }));
    now = await loadTask(tools, task.id, caller);
  }
  return now?.status?.state === TaskState.TASK_STATE_CANCELED ? now : null;
}
