/**
 * Tasks for the protocol's public compatibility kit: what happens follows from the messageId's
 * prefix. For loopback alone; nothing here touches sessions.
 *
 * I1. The handler and both transports are the product's own; only the source of tasks is scripted.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../session/ports.ts";
import { isSettled, isTerminal } from "./handler.ts";
import {
  createAgentMessage,
  createDataPart,
  RequestMalformedError,
  TaskNotFoundError,
  TaskState,
  createTextPart,
  UnsupportedOperationError,
  type Artifact,
  type Message,
  type Part,
  type StreamResponse,
  type Task,
} from "./sdk.ts";
import { compareNewestFirst } from "./task-list.ts";
import type { Sent, TaskFilter, TaskSource, Until } from "./task-source.ts";

/** One thing that happens to a task, after a pause. */
type Step =
  | { readonly state: TaskState; readonly text?: string; readonly afterMs?: number }
  | { readonly artifact: Artifact; readonly append?: boolean; readonly last?: boolean };

const { TASK_STATE_COMPLETED: DONE, TASK_STATE_WORKING: WORKING } = TaskState;

function createScriptedArtifact(parts: readonly Part[], artifactId = "artifact-1"): Artifact {
  return {
    artifactId,
    name: "artifact",
    description: "",
    parts: [...parts],
    metadata: undefined,
    extensions: [],
  };
}

function createFilePart(content: Part["content"]): Part {
  return { content, mediaType: "text/plain", filename: "output.txt", metadata: undefined };
}

const RAW = { $case: "raw", value: Buffer.from("Hello from TCK") } as const;
const URL_PART = { $case: "url", value: "https://example.com/output.txt" } as const;

function createStreamScript(text: string): readonly Step[] {
  return [
    { state: WORKING },
    { artifact: createScriptedArtifact([createTextPart(text)]) },
    { state: DONE },
  ];
}

function createFinishedScript(part: Part): readonly Step[] {
  return [{ artifact: createScriptedArtifact([part]) }, { state: DONE }];
}

/** Scripts by prefix of the messageId, with the words that the kit's scenarios name. */
const SCRIPTS: readonly (readonly [string, readonly Step[]])[] = [
  ["tck-complete-task", [{ state: DONE, text: "Hello from TCK" }]],
  ["tck-artifact-text", createFinishedScript(createTextPart("Generated text content"))],
  ["tck-artifact-file-url", createFinishedScript(createFilePart(URL_PART))],
  ["tck-artifact-file", createFinishedScript(createFilePart(RAW))],
  ["tck-artifact-data", createFinishedScript(createDataPart({ key: "value", count: 42 }))],
  ["tck-input-required", [{ state: TaskState.TASK_STATE_INPUT_REQUIRED, text: "More, please" }]],
  ["tck-reject-task", [{ state: TaskState.TASK_STATE_REJECTED, text: "rejected" }]],
  ["tck-stream-artifact-text", createStreamScript("Streamed text content")],
  [
    "tck-stream-artifact-file",
    [
      { state: WORKING },
      { artifact: createScriptedArtifact([createFilePart(RAW)]) },
      { state: DONE },
    ],
  ],
  [
    "tck-stream-artifact-chunked",
    [
      { state: WORKING },
      { artifact: createScriptedArtifact([createTextPart("chunk-1 ")]), last: false },
      { artifact: createScriptedArtifact([createTextPart("chunk-2")]), append: true },
      { state: DONE },
    ],
  ],
  ["tck-stream-001", createStreamScript("Stream hello from TCK")],
  ["tck-stream-002", [{ state: DONE }]],
  ["tck-stream-003", createStreamScript("Stream task lifecycle")],
  ["tck-stream-ordering-001", createStreamScript("Ordered output")],
  ["test-resubscribe-message-id", [{ state: WORKING }, { state: DONE, afterMs: 4_000 }]],
];

const DEFAULT: readonly Step[] = [{ state: DONE, text: "Hello from TCK" }];

interface Scripted {
  task: Task;
  readonly owner: string;
  /** Updates so far, in order; a listener reads on from its own place. */
  readonly updates: StreamResponse[];
  changed: () => void;
  next: Promise<void>;
}

interface World {
  readonly clock: Clock;
  readonly tasks: Map<string, Scripted>;
}

export function createScriptedTasks(clock: Clock): TaskSource {
  const world: World = { clock, tasks: new Map() };
  const { tasks } = world;
  return {
    send: async (message, { principal }) => receiveMessage(world, message, principal.id),
    load: async (id, { principal }) => {
      const found = tasks.get(id);
      return found?.owner === principal.id ? structuredClone(found.task) : null;
    },
    list: async (filter, { principal }) => select([...tasks.values()], principal.id, filter),
    follow: (task, { signal }, until) =>
      followScriptedTask(tasks.get(task.id), task, { signal, until }),
    cancel: async (task) => {
      const found = tasks.get(task.id);
      if (found === undefined || isTerminal(found.task)) return null;
      apply(world, found, { state: TaskState.TASK_STATE_CANCELED });
      return structuredClone(found.task);
    },
  };
}

/** Every message is taken anew: the kit sends one messageId for many tasks. */
function receiveMessage(world: World, message: Message, owner: string): Sent {
  return message.taskId === ""
    ? openScriptedTask(world, message, owner)
    : continueScriptedTask(world, message, owner);
}

function copyScriptedTask(world: World, id: string): Sent {
  const found = world.tasks.get(id) as Scripted;
  return { kind: "task", task: structuredClone(found.task) };
}

function openScriptedTask(world: World, message: Message, owner: string): Sent {
  const contextId = message.contextId || randomUUID();
  if (message.messageId.startsWith("tck-message-response")) {
    const parts = [createTextPart("Direct message response")];
    const answer = createAgentMessage({ messageId: randomUUID(), taskId: "", contextId, parts });
    return { kind: "message", message: answer };
  }
  const state = TaskState.TASK_STATE_SUBMITTED;
  const task: Task = {
    id: randomUUID(),
    contextId,
    status: { state, message: undefined, timestamp: formatNow(world) },
    artifacts: [],
    history: [{ ...message, contextId }],
    metadata: undefined,
  };
  const scripted = { task, owner, updates: [], ...createWaiter() };
  world.tasks.set(task.id, scripted);
  const submitted = structuredClone(task);
  startScript(world, scripted, findScript(message));
  return { kind: "task", task: submitted };
}

function continueScriptedTask(world: World, message: Message, owner: string): Sent {
  const found = world.tasks.get(message.taskId);
  if (found === undefined || found.owner !== owner) throw new TaskNotFoundError();
  if (isTerminal(found.task)) throw new UnsupportedOperationError("the task is over");
  if (message.contextId !== "" && message.contextId !== found.task.contextId) {
    throw new RequestMalformedError("contextId is not the task's");
  }
  found.task = { ...found.task, history: [...found.task.history, message] };
  startScript(world, found, findScript(message));
  return copyScriptedTask(world, message.taskId);
}

function startScript(world: World, scripted: Scripted, script: readonly Step[]): void {
  const first = script.findIndex((step) => "state" in step && step.afterMs !== undefined);
  const atOnce = first === -1 ? script : script.slice(0, first);
  for (const step of atOnce) apply(world, scripted, step);
  void runDelayedSteps(world, scripted, script.slice(atOnce.length));
}

async function runDelayedSteps(
  world: World,
  scripted: Scripted,
  script: readonly Step[],
): Promise<void> {
  for (const step of script) {
    if ("state" in step && step.afterMs !== undefined) await world.clock.sleep(step.afterMs);
    if (isTerminal(scripted.task)) return;
    apply(world, scripted, step);
  }
}

function apply(world: World, scripted: Scripted, step: Step): void {
  const { id: taskId, contextId } = scripted.task;
  if ("state" in step) {
    const parts = step.text === undefined ? [] : [createTextPart(step.text)];
    const messageId = randomUUID();
    const message =
      parts.length === 0 ? undefined : createAgentMessage({ messageId, taskId, contextId, parts });
    const status = { state: step.state, message, timestamp: formatNow(world) };
    scripted.task = { ...scripted.task, status };
    const value = { taskId, contextId, status, metadata: undefined };
    scripted.updates.push({ payload: { $case: "statusUpdate", value } });
  } else {
    const { artifact: made, append = false, last = true } = step;
    scripted.task = { ...scripted.task, artifacts: mergeArtifact(scripted.task.artifacts, made) };
    const about = { taskId, contextId, append, lastChunk: last, metadata: undefined };
    const value = { ...about, artifact: made };
    scripted.updates.push({ payload: { $case: "artifactUpdate", value } });
  }
  const { changed } = scripted;
  Object.assign(scripted, createWaiter());
  changed();
}

function formatNow({ clock }: World): string {
  return new Date(clock.now()).toISOString();
}

function createWaiter(): { changed: () => void; next: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { changed: resolve, next: promise };
}

function findScript(message: Message): readonly Step[] {
  return SCRIPTS.find(([prefix]) => message.messageId.startsWith(prefix))?.[1] ?? DEFAULT;
}

function mergeArtifact(known: readonly Artifact[], made: Artifact): Artifact[] {
  const same = known.find(({ artifactId }) => artifactId === made.artifactId);
  if (same === undefined) return [...known, made];
  const parts = [...same.parts, ...made.parts];
  return known.map((one) => (one === same ? { ...one, parts } : one));
}

function select(all: readonly Scripted[], owner: string, filter: TaskFilter): Task[] {
  return all
    .filter((one) => one.owner === owner)
    .map((one) => structuredClone(one.task))
    .filter(({ contextId, status }) => {
      if (filter.contextId !== null && contextId !== filter.contextId) return false;
      if (filter.state !== null && status?.state !== filter.state) return false;
      return filter.since === null || (status?.timestamp ?? "") >= filter.since;
    })
    .toSorted(compareNewestFirst);
}

/** Updates that the given task does not show yet. */
async function* followScriptedTask(
  scripted: Scripted | undefined,
  task: Task,
  { signal, until }: { readonly signal: AbortSignal; readonly until: Until },
): AsyncGenerator<StreamResponse, void, undefined> {
  if (scripted === undefined) return;
  const submitted = task.status?.state === TaskState.TASK_STATE_SUBMITTED;
  let at = submitted ? 0 : scripted.updates.length;
  while (!signal.aborted) {
    const update = scripted.updates[at];
    if (update !== undefined) {
      at += 1;
      yield update;
      continue;
    }
    if (until === "settled" ? isSettled(scripted.task) : isTerminal(scripted.task)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([scripted.next, promise]);
  }
}
