/**
 * A2A over HTTP+JSON: the protocol's paths, with and without a tenant in front.
 *
 * I1. Every route does what its JSON-RPC method does: it calls the same operation.
 */
import { checkParams } from "./params.ts";
import { createCallContext, rethrowRefusal, streamAnswer } from "./routes.ts";
import {
  A2A_CONTENT_TYPE,
  AgentCard,
  ListTaskPushNotificationConfigsResponse,
  ListTasksResponse,
  RequestMalformedError,
  SendMessageRequest,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
  taskStateFromJSON,
  toRestErrorBody,
  UnsupportedOperationError,
  validateVersion,
  type A2ARequestHandler,
  type Message,
  type ServerCallContext,
} from "./sdk.ts";
import type { Answer, Method, RawCall, Route } from "../http/route.ts";

interface Exchange {
  readonly handler: A2ARequestHandler;
  readonly context: ServerCallContext;
  readonly tenant: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Operation = (exchange: Exchange) => Promise<Answer>;

const BASE = "/a2a/v1";
const CONFIGS = "/tasks/{task}/pushNotificationConfigs";

/** Method, path below the interface's address, operation. */
const OPERATIONS: readonly (readonly [Method, string, Operation])[] = [
  ["POST", "/message:send", sendMessage],
  ["POST", "/message:stream", streamMessage],
  ["GET", "/tasks", answerListTasks],
  ["GET", "/tasks/{task}", getTask],
  ["POST", "/tasks/{task}", performTaskVerb],
  ["POST", CONFIGS, createConfig],
  ["GET", CONFIGS, listConfigs],
  ["GET", `${CONFIGS}/{config}`, getConfig],
  ["DELETE", `${CONFIGS}/{config}`, deleteConfig],
  ["GET", "/extendedAgentCard", answerExtendedCard],
];

export function createA2aHttpRoutes(handler: A2ARequestHandler): readonly Route[] {
  return ["", "/{tenant}"].flatMap((prefix) =>
    OPERATIONS.map(([method, path, operation]) => ({
      method,
      path: `${BASE}${prefix}${path}`,
      name: `a2a ${method} ${prefix}${path}`,
      summary: "A2A 1.0 over HTTP+JSON",
      scope: "any" as const,
      errors: "a2a-http" as const,
      hidden: true,
      params: null,
      query: null,
      body: null,
      handle: (call: RawCall) => runOperation(handler, operation, call),
    })),
  );
}

async function runOperation(
  handler: A2ARequestHandler,
  operation: Operation,
  call: RawCall,
): Promise<Answer> {
  const params = call.params as Record<string, string>;
  const query = call.query as Record<string, string>;
  const tenant = params["tenant"] ?? query["tenant"] ?? "";
  const context = createCallContext(call, tenant === "" ? null : tenant);
  validateVersion(context.requestedVersion, await handler.getAgentCard(), "HTTP+JSON");
  try {
    return await operation({ handler, context, tenant, params, query, body: call.body });
  } catch (error) {
    rethrowRefusal(context);
    throw error;
  }
}

function createJsonAnswer(value: unknown, status = 200): Answer {
  return { status, text: JSON.stringify(value), type: A2A_CONTENT_TYPE };
}

function sendRequest({ body, tenant }: Exchange): SendMessageRequest {
  checkParams("SendMessage", body);
  return { ...SendMessageRequest.fromJSON(body), tenant };
}

async function sendMessage(exchange: Exchange): Promise<Answer> {
  const { handler, context } = exchange;
  const sent = await handler.sendMessage(sendRequest(exchange), context);
  return createJsonAnswer(
    isMessage(sent) ? { message: serializeMessage(sent) } : { task: Task.toJSON(sent) },
  );
}

function isMessage(sent: Message | Task): sent is Message {
  return "messageId" in sent;
}

function serializeMessage(message: Message): unknown {
  const value = StreamResponse.toJSON({ payload: { $case: "message", value: message } });
  return (value as { message: unknown }).message;
}

async function streamMessage(exchange: Exchange): Promise<Answer> {
  const { handler, context } = exchange;
  return createStreamAnswer(handler.sendMessageStream(sendRequest(exchange), context), context);
}

async function createStreamAnswer(
  source: AsyncIterable<StreamResponse>,
  context: ServerCallContext,
): Promise<Answer> {
  let early: unknown = null;
  const given = await streamAnswer(serializeStream(source), context, (error) => {
    early ??= error;
    return toRestErrorBody(error, 500);
  });
  if (early !== null && "json" in given) throw early as Error;
  return given;
}

async function* serializeStream(source: AsyncIterable<StreamResponse>): AsyncGenerator<unknown> {
  for await (const event of source) yield StreamResponse.toJSON(event);
}

/** A task's id and the verb behind its last colon. */
function parseIdAndVerb(params: Readonly<Record<string, string>>): { id: string; verb: string } {
  const text = params["task"] ?? "";
  const at = text.lastIndexOf(":");
  return at === -1 ? { id: text, verb: "" } : { id: text.slice(0, at), verb: text.slice(at + 1) };
}

async function getTask(exchange: Exchange): Promise<Answer> {
  const { handler, context, params, query, tenant } = exchange;
  const { id, verb } = parseIdAndVerb(params);
  if (verb === "subscribe") return followTask(exchange, id);
  const historyLength = parseWholeNumber(query, "historyLength");
  const more = historyLength === undefined ? {} : { historyLength };
  return createJsonAnswer(Task.toJSON(await handler.getTask({ id, tenant, ...more }, context)));
}

async function performTaskVerb(exchange: Exchange): Promise<Answer> {
  const { handler, context, params, tenant } = exchange;
  const { id, verb } = parseIdAndVerb(params);
  if (verb === "subscribe") return followTask(exchange, id);
  if (verb !== "cancel") throw new UnsupportedOperationError(`no operation ":${verb}" on a task`);
  const task = await handler.cancelTask({ id, tenant, metadata: undefined }, context);
  return createJsonAnswer(Task.toJSON(task));
}

function followTask({ handler, context, tenant }: Exchange, id: string): Promise<Answer> {
  return createStreamAnswer(handler.resubscribe({ id, tenant }, context), context);
}

async function answerListTasks({ handler, context, query, tenant }: Exchange): Promise<Answer> {
  const pageSize = parseWholeNumber(query, "pageSize");
  const historyLength = parseWholeNumber(query, "historyLength");
  const after = query["statusTimestampAfter"];
  const found = await handler.listTasks(
    {
      tenant,
      contextId: query["contextId"] ?? "",
      status: taskStateFromJSON(query["status"] ?? 0),
      pageToken: query["pageToken"] ?? "",
      includeArtifacts: query["includeArtifacts"] === "true",
      pageSize,
      historyLength,
      statusTimestampAfter: after === undefined || after === "" ? undefined : after,
    },
    context,
  );
  const empty = { tasks: [], nextPageToken: "", pageSize: 0, totalSize: 0 };
  return createJsonAnswer({ ...empty, ...(ListTasksResponse.toJSON(found) as object) });
}

function parseWholeNumber(
  query: Readonly<Record<string, string>>,
  name: string,
): number | undefined {
  const text = query[name];
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RequestMalformedError(`${name} must be a whole number of 0 or more`);
}

async function createConfig({ handler, context, params, body }: Exchange): Promise<Answer> {
  const given = { ...(body as object | undefined), taskId: params["task"] ?? "" };
  checkParams("CreateTaskPushNotificationConfig", given);
  const config = TaskPushNotificationConfig.fromJSON(given);
  const saved = await handler.createTaskPushNotificationConfig(config, context);
  return createJsonAnswer(TaskPushNotificationConfig.toJSON(saved), 201);
}

async function listConfigs({ handler, context, params, tenant }: Exchange): Promise<Answer> {
  const wanted = { taskId: params["task"] ?? "", pageSize: 0, pageToken: "", tenant };
  const found = await handler.listTaskPushNotificationConfigs(wanted, context);
  return createJsonAnswer(ListTaskPushNotificationConfigsResponse.toJSON(found));
}

async function getConfig({ handler, context, params, tenant }: Exchange): Promise<Answer> {
  const wanted = { taskId: params["task"] ?? "", id: params["config"] ?? "", tenant };
  const found = await handler.getTaskPushNotificationConfig(wanted, context);
  return createJsonAnswer(TaskPushNotificationConfig.toJSON(found));
}

async function deleteConfig({ handler, context, params, tenant }: Exchange): Promise<Answer> {
  const wanted = { taskId: params["task"] ?? "", id: params["config"] ?? "", tenant };
  await handler.deleteTaskPushNotificationConfig(wanted, context);
  return { status: 204 };
}

async function answerExtendedCard({ handler, context, tenant }: Exchange): Promise<Answer> {
  return createJsonAnswer(
    AgentCard.toJSON(await handler.getAuthenticatedExtendedAgentCard({ tenant }, context)),
  );
}
