/** A2A over JSON-RPC, the agent card and its public key. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { toA2aError, createInvalidRequest, isHttpRefusal, formatRpcError } from "./errors.ts";
import { CALLER } from "./handler.ts";
import { checkParams } from "./params.ts";
import {
  AgentCard,
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
  type A2ARequestHandler,
} from "./sdk.ts";
import type { CardKey } from "./card.ts";
import type { Answer, RawCall, Route } from "../http/route.ts";
import { route } from "../http/route.ts";
import type { Caller } from "./task-source.ts";

const FAILURE = "mmm.failure";

/** The SDK's call context of a request. */
export function createCallContext(call: RawCall, tenant: string | null): ServerCallContext {
  const caller: Caller = { principal: call.principal, signal: call.signal, tenant };
  const version = call.headers["a2a-version"];
  return new ServerCallContext({
    state: new Map<string, unknown>([[CALLER, caller]]),
    ...(version === undefined || version === "" ? {} : { requestedVersion: version }),
  });
}

/**
 * The handler with every error turned into one of the protocol; refusals by login or rate are left
 * in the context, since a transport of the SDK would swallow them.
 */
export function convertErrors(handler: A2ARequestHandler): A2ARequestHandler {
  const fail = (context: ServerCallContext | undefined, error: unknown): never => {
    if (isHttpRefusal(error)) context?.state.set(FAILURE, error);
    throw toA2aError(error);
  };
  async function* stream(source: AsyncIterable<unknown>, context: ServerCallContext) {
    try {
      yield* source;
    } catch (error) {
      fail(context, error);
    }
  }
  const wrapped = Object.entries(handler).map(([name, method]) => [
    name,
    (params: never, context: ServerCallContext) => {
      const result = (method as (p: never, c: ServerCallContext) => unknown)(params, context);
      if (result instanceof Promise) return result.catch((error: unknown) => fail(context, error));
      return stream(result as AsyncIterable<unknown>, context);
    },
  ]);
  return Object.fromEntries(wrapped) as A2ARequestHandler;
}

/** Throws the refusal that a transport of the SDK has swallowed, if there was one. */
export function rethrowRefusal(context: ServerCallContext): void {
  const refusal = context.state.get(FAILURE);
  if (refusal !== undefined) throw refusal as Error;
}

export function createRpcRoute(handler: A2ARequestHandler): Route {
  const rpc = new JsonRpcTransportHandler(handler);
  return {
    method: "POST",
    path: "/a2a",
    name: "a2aJsonRpc",
    summary: "A2A 1.0 over JSON-RPC",
    scope: "any",
    errors: "a2a-jsonrpc",
    hidden: true,
    params: null,
    query: null,
    body: null,
    handle: (call) => answerRpc(rpc, handler, call),
  };
}

type Id = string | number | null;

async function answerRpc(
  rpc: JsonRpcTransportHandler,
  handler: A2ARequestHandler,
  call: RawCall,
): Promise<Answer> {
  const request = REQUEST.safeParse(call.body);
  if (!request.success) return { status: 200, json: createInvalidRequest(getRequestId(call.body)) };
  const { id = null, method, params } = request.data;
  const context = createCallContext(call, null);
  try {
    validateVersion(context.requestedVersion, await handler.getAgentCard(), "JSONRPC");
    checkParams(method, params);
  } catch (error) {
    return { status: 200, json: formatRpcError(error, id).json };
  }
  const result = await rpc.handle(call.body as Record<string, unknown>, context);
  rethrowRefusal(context);
  if (!(Symbol.asyncIterator in result)) return { status: 200, json: result };
  return streamAnswer(result, context, (error) => formatRpcError(error, id).json);
}

const REQUEST = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string().max(200), z.int(), z.null()]).optional(),
  method: z.string().min(1).max(100),
  params: z.record(z.string(), z.unknown()).optional(),
});

function getRequestId(body: unknown): Id {
  const id = (body as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** Server-sent events of a stream; an error before the first one is a plain answer. */
export async function streamAnswer(
  source: AsyncIterable<unknown>,
  context: ServerCallContext,
  failed: (error: unknown) => unknown,
): Promise<Answer> {
  const events = source[Symbol.asyncIterator]();
  let first: IteratorResult<unknown>;
  try {
    first = await events.next();
  } catch (error) {
    rethrowRefusal(context);
    return { status: 200, json: failed(error) };
  }
  return {
    status: 200,
    type: "text/event-stream",
    stream: formatServerSentEvents(first, events, failed),
  };
}

async function* formatServerSentEvents(
  first: IteratorResult<unknown>,
  events: AsyncIterator<unknown>,
  failed: (error: unknown) => unknown,
): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await events.next()) {
      yield `data: ${JSON.stringify(next.value)}\n\n`;
    }
  } catch (error) {
    yield `event: error\ndata: ${JSON.stringify(failed(error))}\n\n`;
  } finally {
    await events.return?.();
  }
}

interface ServedCard {
  readonly card: () => Promise<AgentCard>;
  readonly key: CardKey;
  /** Since when the card is as it is. */
  readonly since: Date;
}

/** The card at its well-known place, cacheable, and the key that its signature verifies with. */
export function createCardRoutes({ card, key, since }: ServedCard): readonly Route[] {
  const caching = { "cache-control": "public, max-age=3600", "last-modified": since.toUTCString() };
  return [
    route({
      method: "GET",
      path: "/.well-known/agent-card.json",
      name: "getAgentCard",
      summary: "The agent card, signed",
      scope: "open",
      answers: { 200: { about: "the card" }, 304: { about: "unchanged" } },
      handle: async ({ headers }): Promise<Answer> => {
        const text = JSON.stringify(AgentCard.toJSON(await card()));
        const etag = `W/"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;
        const kept = { etag, ...caching };
        const known = headers["if-none-match"]?.split(",").map((tag) => tag.trim());
        if (known?.includes(etag) === true) return { status: 304, headers: kept };
        return { status: 200, text, type: "application/json", headers: kept };
      },
    }),
    route({
      method: "GET",
      path: "/.well-known/jwks.json",
      name: "getCardKeys",
      summary: "The key that the card is signed with",
      scope: "open",
      answers: { 200: { about: "a JWK set" } },
      handle: async () => ({ status: 200, json: { keys: [key.publicJwk] } }),
    }),
  ];
}
