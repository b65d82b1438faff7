/**
 * What a message does: starts a session, proposes, decides, or asks a role.
 *
 * I1. A message counts once per caller, tenant and messageId: its outcome is remembered in the
 *     snapshot store, and every act it leads to has an id that follows from it.
 */
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { isSettled, isTerminal } from "./handler.ts";
import {
  createAgentMessage,
  createDataPart,
  RequestMalformedError,
  SendMessageRequest,
  TaskNotFoundError,
  UnsupportedOperationError,
  type Message,
  type Task,
} from "./sdk.ts";
import { appendToStoredList } from "../sessions/append-only-list.ts";
import { requireScope } from "../http/principal.ts";
import { parseProposalTaskId, formatProposalTaskId } from "./proposal-task.ts";
import { waitForSnapshot, loadTask, getTaskSeq, type TaskTools } from "./task-load.ts";
import {
  parseEscalationAnswer,
  parseProposalText,
  parseRoleQuestion,
  parseStartRequest,
  type RoleQuestion,
} from "./task-messages.ts";
import type { Caller, Sent } from "./task-source.ts";

/** How long an answer to an escalation waits to see itself recorded. */
const SETTLE_MS = 5_000;

export interface SourceTools extends TaskTools {
  /** How long a message is recognised when it comes again. */
  readonly markMs: number;
  /** A role's answer, computed by this server; null where no role is served. */
  readonly askRole: ((question: RoleQuestion, caller: Caller) => Promise<unknown>) | null;
}

/** What is remembered of a message. */
interface Outcome {
  readonly digest: string;
  readonly task: string | null;
  readonly answer: unknown;
}

/** Takes a message; one that was taken before gives the same again. */
export async function sendOnce(
  tools: SourceTools,
  message: Message,
  caller: Caller,
): Promise<Sent> {
  const name = `message/${caller.tenant ?? ""}/${caller.principal.id}/${message.messageId}`;
  const digest = computeSha256(
    toCanonicalJson(SendMessageRequest.toJSON(createSendRequest(message))),
  );
  const before = await tools.values.get(name);
  if (before !== null)
    return repeatOutcome(tools, JSON.parse(before) as Outcome, { digest, caller });
  const outcome = await performMessage(tools, message, caller);
  const mark = JSON.stringify({ digest, ...outcome });
  const until = tools.clock.now() + tools.markMs;
  const stored = await tools.values.putIfAbsent(name, mark, until);
  return repeatOutcome(tools, JSON.parse(stored) as Outcome, { digest, caller });
}

function createSendRequest(message: Message): SendMessageRequest {
  return { tenant: "", message, configuration: undefined, metadata: undefined };
}

async function repeatOutcome(
  tools: SourceTools,
  outcome: Outcome,
  { digest, caller }: { digest: string; caller: Caller },
): Promise<Sent> {
  if (outcome.digest !== digest) {
    throw new RequestMalformedError("this messageId was used for another message");
  }
  if (outcome.task === null) return { kind: "message", message: outcome.answer as Message };
  const task = await loadTask(tools, outcome.task, caller);
  if (task === null) throw new TaskNotFoundError(`Task not found: ${outcome.task}`);
  return { kind: "task", task };
}

type Acted = Omit<Outcome, "digest">;

async function performMessage(
  tools: SourceTools,
  message: Message,
  caller: Caller,
): Promise<Acted> {
  const question = parseRoleQuestion(message);
  if (question !== null) return askRole(tools, { message, question, caller });
  if (message.taskId !== "") return updateTask(tools, message, caller);
  const about = message.referenceTaskIds[0];
  if (about !== undefined) return proposeTo(tools, { session: about, message, caller });
  requireScope(caller.principal, "start");
  const request = parseStartRequest(message);
  if (caller.tenant !== null && request.business_context.business_unit !== caller.tenant) {
    throw new RequestMalformedError("business_unit and tenant are not the same");
  }
  const key = `a2a/${caller.tenant ?? ""}/${message.messageId}`;
  const { session } = await tools.sessions.start({ principal: caller.principal, key }, request);
  await storeMessage(tools, { taskId: session, message, contextId: message.contextId || session });
  return { task: session, answer: null };
}

interface RoleAsk {
  readonly message: Message;
  readonly question: RoleQuestion;
  readonly caller: Caller;
}

async function askRole(tools: SourceTools, ask: RoleAsk): Promise<Acted> {
  const { message, question, caller } = ask;
  requireScope(caller.principal, "start");
  if (tools.askRole === null) throw new UnsupportedOperationError("no role is served here");
  const value = await tools.askRole(question, caller);
  const answer = createAgentMessage({
    messageId: `${message.messageId}/answer`,
    taskId: "",
    contextId: message.contextId || message.messageId,
    parts: [createDataPart(value)],
  });
  return { task: null, answer };
}

/** A message on an existing task: a decision where one is open, else a proposal to the session. */
async function updateTask(tools: SourceTools, message: Message, caller: Caller): Promise<Acted> {
  const task = await loadTask(tools, message.taskId, caller);
  if (task === null) throw new TaskNotFoundError(`Task not found: ${message.taskId}`);
  if (message.contextId !== "" && message.contextId !== task.contextId) {
    throw new RequestMalformedError("contextId is not the task's");
  }
  if (isTerminal(task) || parseProposalTaskId(task.id) !== null) {
    throw new UnsupportedOperationError(`Task ${task.id} takes no further messages`);
  }
  const { principal } = caller;
  if (isSettled(task)) {
    requireScope(principal, "decide");
    const answer = parseEscalationAnswer(message);
    const open = (await tools.sessions.snapshot(principal, task.id))?.summary.open_escalation;
    const decision = { ...answer, escalation: answer.escalation ?? open ?? "" };
    await tools.sessions.decide({ principal, key: message.messageId }, task.id, decision);
    await waitForDecision(tools, task, caller);
  } else {
    requireScope(principal, "start");
    const key = `a2a/${message.messageId}`;
    await tools.sessions.propose({ principal, key }, task.id, parseProposalText(message));
  }
  await storeMessage(tools, { taskId: task.id, message, contextId: task.contextId });
  return { task: task.id, answer: null };
}

/** Until the decision is in the snapshot, so that the task no longer says that it waits. */
async function waitForDecision(tools: SourceTools, task: Task, caller: Caller): Promise<void> {
  const options = { session: task.id, after: getTaskSeq(task), signal: caller.signal };
  for await (const entry of tools.hub.follow({ ...options, idleMs: SETTLE_MS })) {
    if (entry === null) return;
    const { type } = entry.event;
    if (type !== "HumanDecided" && type !== "DecisionRefused") continue;
    return waitForSnapshot(tools, { session: task.id, seq: entry.line.seq }, caller);
  }
}

interface ProposeTo {
  readonly session: string;
  readonly message: Message;
  readonly caller: Caller;
}

async function proposeTo(tools: SourceTools, to: ProposeTo): Promise<Acted> {
  const { session, message, caller } = to;
  requireScope(caller.principal, "start");
  const task = await loadTask(tools, session, caller);
  if (task === null) throw new TaskNotFoundError(`Task not found: ${session}`);
  const key = `a2a/${message.messageId}`;
  const text = parseProposalText(message);
  const event = await tools.sessions.propose({ principal: caller.principal, key }, session, text);
  const taskId = formatProposalTaskId(session, event);
  await storeMessage(tools, { taskId, message, contextId: message.contextId || task.contextId });
  return { task: taskId, answer: null };
}

interface Note {
  readonly taskId: string;
  readonly contextId: string;
  readonly message: Message;
}

/** Remembers the context of a task and the client's messages (bulky data parts left out). */
async function storeMessage(
  tools: SourceTools,
  { taskId, contextId, message }: Note,
): Promise<void> {
  await tools.values.putIfAbsent(`context-of/${taskId}`, contextId);
  await appendToStoredList(tools.values, { name: `context/${contextId}`, entry: taskId });
  const parts = message.parts.filter(({ content }) => content?.$case === "text");
  const kept = { ...message, parts, taskId, contextId };
  await appendToStoredList(tools.values, {
    name: `messages/${taskId}`,
    entry: JSON.stringify(kept),
  });
}
