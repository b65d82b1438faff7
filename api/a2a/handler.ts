/**
 * The operations of A2A 1.0 over a task source: what both transports dispatch to.
 *
 * I1. No state of its own: what a task is, is asked of the source, so any replica answers.
 * I2. Each operation on a task asks for its scope; sending asks in the source, by what the message is.
 * I3. A send, blocking or streaming, ends at the first state in which the task ends or needs input; a
 *     subscription lasts until the task ends, so that who watches sees somebody else's answer too.
 */
import {
  A2AError,
  PushNotificationNotSupportedError,
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  TaskState,
  UnsupportedOperationError,
  type A2ARequestHandler,
  type AgentCard,
  type Message,
  type SendMessageRequest,
  type ServerCallContext,
  type StreamResponse,
  type Task,
} from "./sdk.ts";
import { requireScope, type Scope } from "../http/principal.ts";
import { withoutSecrets, type PushConfigs } from "./push-configs.ts";
import type { Caller, TaskSource } from "./task-source.ts";

/** Key under which the transports put the caller into the SDK's call context. */
export const CALLER = "mmm.caller";

export interface HandlerParts {
  readonly source: TaskSource;
  /** Signed card. */
  readonly card: () => Promise<AgentCard>;
  /** Null when push notifications are off. */
  readonly push: PushConfigs | null;
}

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);

export function isTerminal(task: Task): boolean {
  return TERMINAL.has(getTaskState(task));
}

/** True when nothing happens before somebody does something. */
export function isSettled(task: Task): boolean {
  return isTerminal(task) || getTaskState(task) === TaskState.TASK_STATE_INPUT_REQUIRED;
}

function getTaskState(task: Task): TaskState {
  return task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED;
}

const PAGE_DEFAULT = 50;
const PAGE_MAX = 100;

export function createA2aHandler(parts: HandlerParts): A2ARequestHandler {
  const { source } = parts;

  async function load(id: string, caller: Caller, scope: Scope = "read"): Promise<Task> {
    requireScope(caller.principal, scope);
    if (id.trim() === "") throw new RequestMalformedError("the task's id is missing");
    const task = await source.load(id, caller);
    if (task === null) throw new TaskNotFoundError(`Task not found: ${id.slice(0, 200)}`);
    return task;
  }

  return {
    getAgentCard: parts.card,
    getAuthenticatedExtendedAgentCard: parts.card,
    sendMessage: (params, context) => sendToSource(parts, params, getCaller(context)),
    sendMessageStream: (params, context) => sendStream(parts, params, getCaller(context)),
    getTask: async (params, context) =>
      withHistory(await load(params.id, getCaller(context)), params.historyLength),
    listTasks: (params, context) => listTaskPage(source, params, getCaller(context)),
    cancelTask: async (params, context) => {
      const caller = getCaller(context);
      const task = await load(params.id, caller, "operate");
      if (getTaskState(task) === TaskState.TASK_STATE_CANCELED) return task;
      const cancelled = isTerminal(task) ? null : await source.cancel(task, caller);
      if (cancelled === null) throw new TaskNotCancelableError(`Task not cancelable: ${task.id}`);
      return cancelled;
    },
    async *resubscribe(params, context) {
      const caller = getCaller(context);
      const task = await load(params.id, caller);
      if (isTerminal(task)) {
        throw new UnsupportedOperationError(`Task ${task.id} is in a terminal state`);
      }
      yield { payload: { $case: "task", value: task } };
      yield* source.follow(task, caller, "ended");
    },
    ...pushOperations(parts, load),
  };
}

/** The caller that the transport put into the context. */
function getCaller(context: ServerCallContext): Caller {
  const caller = context.state.get(CALLER) as Caller | undefined;
  if (caller === undefined) throw new A2AError("the call has no caller");
  return { ...caller, tenant: context.tenant ?? caller.tenant };
}

async function sendToSource(
  { source, push }: HandlerParts,
  params: SendMessageRequest,
  caller: Caller,
): Promise<Message | Task> {
  const sent = await source.send(requireMessage(params), caller);
  if (sent.kind === "message") return sent.message;
  const { configuration } = params;
  const wanted = configuration?.taskPushNotificationConfig;
  if (wanted !== undefined) await requirePush(push).save(sent.task.id, wanted);
  const waits = configuration?.returnImmediately !== true && !isSettled(sent.task);
  const task = waits ? await waitUntilSettled(source, sent.task, caller) : sent.task;
  return withHistory(task, configuration?.historyLength);
}

async function waitUntilSettled(source: TaskSource, task: Task, caller: Caller): Promise<Task> {
  let last = task;
  for await (const { payload } of source.follow(task, caller, "settled")) {
    if (payload?.$case === "task") last = payload.value;
    if (payload?.$case === "statusUpdate") last = { ...last, status: payload.value.status };
  }
  const stored = await source.load(task.id, caller);
  return stored !== null && isSettled(stored) ? stored : last;
}

async function* sendStream(
  { source, push }: HandlerParts,
  params: SendMessageRequest,
  caller: Caller,
): AsyncGenerator<StreamResponse, void, undefined> {
  const sent = await source.send(requireMessage(params), caller);
  if (sent.kind === "message") {
    yield { payload: { $case: "message", value: sent.message } };
    return;
  }
  const wanted = params.configuration?.taskPushNotificationConfig;
  if (wanted !== undefined) await requirePush(push).save(sent.task.id, wanted);
  const value = withHistory(sent.task, params.configuration?.historyLength);
  yield { payload: { $case: "task", value } };
  if (!isSettled(sent.task)) yield* source.follow(sent.task, caller, "settled");
}

function requireMessage(params: SendMessageRequest): Message {
  const { message } = params;
  if (message === undefined) throw new RequestMalformedError("message is required");
  if (message.messageId === "") throw new RequestMalformedError("message.messageId is required");
  return message;
}

function withHistory(task: Task, length: number | undefined): Task {
  if (length === undefined) return task;
  if (!Number.isInteger(length) || length < 0) {
    throw new RequestMalformedError("historyLength must be 0 or more");
  }
  return { ...task, history: length === 0 ? [] : task.history.slice(-length) };
}

type ListParams = Parameters<A2ARequestHandler["listTasks"]>[0];

async function listTaskPage(source: TaskSource, params: ListParams, caller: Caller) {
  requireScope(caller.principal, "read");
  const size = params.pageSize ?? PAGE_DEFAULT;
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX) {
    throw new RequestMalformedError(`pageSize must be between 1 and ${PAGE_MAX}`);
  }
  const all = await source.list(parseTaskFilter(params), caller);
  const start = findPageStart(all, params.pageToken);
  const found = all.slice(start, start + size);
  const page = found.map((task) => {
    const kept = withHistory(task, params.historyLength);
    return params.includeArtifacts === true ? kept : { ...kept, artifacts: [] };
  });
  const last = found.at(-1);
  const next = start + size < all.length && last !== undefined ? encodeCursor(last) : "";
  return { tasks: page, nextPageToken: next, pageSize: page.length, totalSize: all.length };
}

/** A cursor names the last task of a page by what tasks are sorted by. */
function encodeCursor(task: Task): string {
  const text = `${task.status?.timestamp ?? ""} ${task.id}`;
  return Buffer.from(text, "utf8").toString("base64url");
}

/** Place of the first task behind the cursor, whatever has changed since. */
function findPageStart(all: readonly Task[], token: string): number {
  if (token === "") return 0;
  const [time, id] = Buffer.from(token, "base64url").toString("utf8").split(" ");
  if (time === undefined || id === undefined || id === "") {
    throw new RequestMalformedError("pageToken is not one of ours");
  }
  const behind = all.findIndex((task) => {
    const own = task.status?.timestamp ?? "";
    return own < time || (own === time && task.id > id);
  });
  return behind === -1 ? all.length : behind;
}

function parseTaskFilter(params: ListParams) {
  const state = params.status;
  if (state === TaskState.UNRECOGNIZED) throw new RequestMalformedError("status is not a state");
  const since = params.statusTimestampAfter;
  if (since !== undefined && Number.isNaN(Date.parse(since))) {
    throw new RequestMalformedError("statusTimestampAfter must be an ISO 8601 time");
  }
  return {
    contextId: params.contextId === "" ? null : params.contextId,
    state: state === undefined || state === TaskState.TASK_STATE_UNSPECIFIED ? null : state,
    since: since === undefined ? null : new Date(since).toISOString(),
  };
}

function requirePush(push: PushConfigs | null): PushConfigs {
  if (push === null) throw new PushNotificationNotSupportedError();
  return push;
}

type PushOperations = Pick<
  A2ARequestHandler,
  | "createTaskPushNotificationConfig"
  | "getTaskPushNotificationConfig"
  | "listTaskPushNotificationConfigs"
  | "deleteTaskPushNotificationConfig"
>;

function pushOperations(
  { push }: HandlerParts,
  load: (id: string, caller: Caller) => Promise<Task>,
): PushOperations {
  const own = async (taskId: string, context: ServerCallContext): Promise<PushConfigs> => {
    const configs = requirePush(push);
    await load(taskId, getCaller(context));
    return configs;
  };
  return {
    createTaskPushNotificationConfig: async (params, context) =>
      (await own(params.taskId, context)).save(params.taskId, params),
    getTaskPushNotificationConfig: async (params, context) => {
      const all = await (await own(params.taskId, context)).list(params.taskId);
      const found = all.find((config) => config.id === params.id);
      if (found !== undefined) return withoutSecrets(found);
      throw new TaskNotFoundError(`no push notification config ${params.id.slice(0, 200)}`);
    },
    listTaskPushNotificationConfigs: async (params, context) => ({
      configs: (await (await own(params.taskId, context)).list(params.taskId)).map(withoutSecrets),
      nextPageToken: "",
    }),
    deleteTaskPushNotificationConfig: async (params, context) => {
      await (await own(params.taskId, context)).remove(params.taskId, params.id);
    },
  };
}
