/**
 * The port between the A2A protocol and what its tasks are: sessions and proposals, or the scripted
 * tasks of the conformance profile.
 */
import type { Message, StreamResponse, Task, TaskState } from "./sdk.ts";
import type { Principal } from "../http/principal.ts";

export interface Caller {
  readonly principal: Principal;
  /** A business unit, or null for all of the caller's. */
  readonly tenant: string | null;
  readonly signal: AbortSignal;
}

/** What a message led to: a direct answer, or a task. */
export type Sent =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "task"; readonly task: Task };

export interface TaskFilter {
  readonly contextId: string | null;
  readonly state: TaskState | null;
  /** RFC 3339; tasks whose status changed at or after. */
  readonly since: string | null;
}

/** Where a stream ends: at the task's end, or also where it waits for input. */
export type Until = "ended" | "settled";

export interface TaskSource {
  /** Takes a message once per caller, tenant and messageId. */
  send(message: Message, caller: Caller): Promise<Sent>;
  /** Null for a task that does not exist for this caller. */
  load(id: string, caller: Caller): Promise<Task | null>;
  /** Newest change first. */
  list(filter: TaskFilter, caller: Caller): Promise<readonly Task[]>;
  /** What happens after `task`, up to the first state of the kind. */
  follow(task: Task, caller: Caller, until: Until): AsyncIterable<StreamResponse>;
  /** The task after it was asked to end; null where it has ended otherwise. */
  cancel(task: Task, caller: Caller): Promise<Task | null>;
}
