/**
 * Routes on a socket: the only file that knows the web framework.
 *
 * Owns: authentication before anything else is looked at, rate and size limits, time-outs, security
 * headers, the form of errors. Not: what a route does.
 *
 * I1. A request reaches its handler only with a known caller who has the route's scope.
 * I2. Without keys only loopback names are answered and no foreign page's requests, so that no web
 *     page can use the server of who looks at it.
 * I3. Every answer has a body in the form of its route, errors too; no stack ever leaves.
 */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { MmmError } from "../../schemas/errors.ts";
import type { Authenticator } from "./authenticate.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { requireLocal } from "./loopback.ts";
import { createErrorBody, toProductError, type ErrorForms } from "./error-body.ts";
import { requireScope, type Principal } from "./principal.ts";
import { retryAfter, getHttpStatus } from "./problem.ts";
import { createRefusalFinder } from "./method-refusal.ts";
import { type Answer, type Headers, type Route, UPLOAD_TYPES } from "./route.ts";
import type { ApiSettings } from "./settings.ts";
import { createStreamCounter, abortWhenGone, type StreamCounter } from "./stream-counter.ts";

export interface ServerParts {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly settings: ApiSettings;
  /** Forms of errors besides problem documents. */
  readonly errorForms?: ErrorForms;
  /** Told of every answer: route name, status, milliseconds. */
  readonly observe?: (route: string, status: number, ms: number) => void;
}

export interface ApiServer {
  /** Resolves with the address it listens on, such as `http://127.0.0.1:8080`. */
  listen(host: string, port: number): Promise<string>;
  /** Ends streams, finishes what is in hand, stops listening. */
  close(): Promise<void>;
}

declare module "fastify" {
  interface FastifyContextConfig {
    row?: Route;
  }
}

interface Running {
  readonly parts: ServerParts;
  readonly stopping: AbortController;
  readonly principals: WeakMap<FastifyRequest, Principal>;
  readonly streams: StreamCounter;
  readonly limits: Limiters;
  readonly security: Readonly<Record<string, string>>;
}

interface Limiters {
  /** Throws 429 when the caller asked too often. */
  caller(request: FastifyRequest): Promise<void>;
  /** Counts a refused log-in; throws 429 when the address had too many. Who logs in is not held up. */
  address(request: FastifyRequest): Promise<void>;
}

/** A server that is not listening yet. */
export async function createServer(parts: ServerParts): Promise<ApiServer> {
  const { settings } = parts;
  const app = Fastify({
    logger: false,
    bodyLimit: settings.limits.body_bytes,
    trustProxy: settings.trusted_proxies.length === 0 ? false : [...settings.trusted_proxies],
    requestTimeout: settings.limits.request_timeout_ms,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 400 },
    http: {
      headersTimeout: settings.limits.request_timeout_ms,
      connectionsCheckingInterval: Math.min(5_000, settings.limits.request_timeout_ms),
      maxHeaderSize: 16_384,
    },
  });
  const principals = new WeakMap<FastifyRequest, Principal>();
  const limits = await addPlugins(app, settings, principals);
  const security = await readSecurityHeaders();
  const stopping = new AbortController();
  const streams = createStreamCounter(settings.limits.streams_per_caller);
  const running: Running = { parts, stopping, principals, streams, limits, security };
  addParsers(app, settings);
  addHooks(app, running);
  for (const row of parts.routes) addRoute(app, running, row);
  return {
    listen: async (host, port) => {
      await app.listen({ host, port });
      const { port: bound } = app.server.address() as AddressInfo;
      return `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
    },
    close: async () => {
      stopping.abort();
      await app.close();
    },
  };
}

async function addPlugins(
  app: FastifyInstance,
  settings: ApiSettings,
  principals: WeakMap<FastifyRequest, Principal>,
): Promise<Limiters> {
  if (settings.cors_origins.length > 0) {
    await app.register(cors, {
      origin: [...settings.cors_origins],
      allowedHeaders: ["authorization", "content-type", "idempotency-key", "last-event-id"],
      methods: ["GET", "POST"],
    });
  }
  await app.register(rateLimit, { global: false, cache: 10_000 });
  const callers = app.createRateLimit({
    max: settings.limits.requests_per_minute,
    timeWindow: 60_000,
    keyGenerator: (request) => principals.get(request)?.id ?? request.ip,
  });
  const addresses = app.createRateLimit({
    max: settings.limits.failures_per_minute,
    timeWindow: 60_000,
    keyGenerator: (request) => `failed/${request.ip}`,
  });
  return {
    caller: async (request) => refuseExcess(await callers(request)),
    address: async (request) => refuseExcess(await addresses(request)),
  };
}

/** What the library sets on an answer. It is the same on every one, so it is asked once. */
async function readSecurityHeaders(): Promise<Readonly<Record<string, string>>> {
  const probe = Fastify();
  probe.get("/", async () => "");
  const before = (await probe.inject("/")).headers;
  await probe.close();
  const shielded = Fastify();
  await shielded.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } },
  });
  shielded.get("/", async () => "");
  const after = (await shielded.inject("/")).headers;
  await shielded.close();
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) =>
      name in before || typeof value !== "string" ? [] : [[name, value]],
    ),
  );
}

function refuseExcess(limit: { isAllowed: boolean; isExceeded?: boolean; ttlInSeconds?: number }) {
  if (limit.isAllowed || limit.isExceeded !== true) return;
  throw new MmmError("overloaded", "too many requests; wait and try again", {
    data: { http: 429, retry_after_s: limit.ttlInSeconds ?? 60 },
  });
}

function addParsers(app: FastifyInstance, settings: ApiSettings): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ["application/json", "application/a2a+json"],
    { parseAs: "string" },
    async (_request: FastifyRequest, body: string) =>
      body === "" ? undefined : parseBoundedJson(body),
  );
  app.addContentTypeParser(
    [...UPLOAD_TYPES],
    { parseAs: "buffer", bodyLimit: settings.limits.upload_bytes },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
}

function addHooks(app: FastifyInstance, running: Running): void {
  const { parts, principals, limits } = running;
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(running.security).header("x-request-id", request.id);
    if (parts.authenticator.open) requireLocal(request.headers, parts.settings.cors_origins);
    const row = request.routeOptions.config.row;
    if (row === undefined || row.scope === "open") return;
    const principal = await identify(parts.authenticator, request, limits);
    principals.set(request, principal);
    await limits.caller(request);
    if (row.scope !== "any") requireScope(principal, row.scope);
  });
  app.addHook("onResponse", async (request, reply) => {
    const name = request.routeOptions.config.row?.name ?? "unknown";
    parts.observe?.(name, reply.statusCode, reply.elapsedTime);
  });
  const refusal = createRefusalFinder(parts.routes);
  app.setNotFoundHandler((request, reply) => {
    const { error, allow } = refusal(request.method, request.url);
    if (allow !== "") reply.header("allow", allow);
    sendError(running, { request, reply }, error);
  });
  app.setErrorHandler((error, request, reply) => {
    sendError(running, { request, reply }, toProductError(error));
  });
}

async function identify(
  authenticator: Authenticator,
  request: FastifyRequest,
  limits: Limiters,
): Promise<Principal> {
  const apiKey = request.headers["x-api-key"];
  try {
    return await authenticator.identify({
      authorization: request.headers.authorization,
      apiKey: typeof apiKey === "string" ? apiKey : undefined,
      changes: request.method !== "GET",
    });
  } catch (error) {
    if (getHttpStatus(error) === 401) await limits.address(request);
    throw error;
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function sendError(running: Running, { request, reply }: Exchange, error: unknown): void {
  const style = request.routeOptions.config.row?.errors ?? "problem";
  const instance = `urn:uuid:${request.id}`;
  const after = retryAfter(error);
  if (after !== null) reply.header("retry-after", String(after));
  if (getHttpStatus(error) === 401)
    reply.header("www-authenticate", 'Bearer realm="mmm-optimizer"');
  const body = createErrorBody(error, { style, instance, forms: running.parts.errorForms });
  void reply.code(body.status).type(body.type).send(JSON.stringify(body.json));
}

function addRoute(app: FastifyInstance, running: Running, row: Route): void {
  const url = row.path.replaceAll(":", "::").replaceAll(/\{(\w+)\}/g, ":$1");
  app.route({
    method: row.method,
    url,
    config: { row },
    ...(row.upload === undefined ? {} : { bodyLimit: row.upload.bytesMax }),
    handler: async (request, reply) => {
      const principal = running.principals.get(request) as Principal;
      let signal: AbortSignal | null = null;
      const answer = await row.handle({
        params: request.params,
        query: request.query,
        body: request.body,
        headers: request.headers as Headers,
        principal,
        get signal() {
          signal ??= abortWhenGone(reply.raw, running.stopping.signal);
          return signal;
        },
      });
      return sendAnswer(running, { request, reply }, answer);
    },
  });
}

function sendAnswer(running: Running, { request, reply }: Exchange, answer: Answer): FastifyReply {
  reply.code(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value);
  if ("json" in answer) {
    if (reply.getHeader("content-type") === undefined) reply.type("application/json");
    return reply.send(JSON.stringify(answer.json));
  }
  if ("text" in answer) return reply.type(answer.type).send(answer.text);
  if (!("stream" in answer)) return reply.send();
  const caller = running.principals.get(request)?.id ?? request.ip;
  reply.raw.once("close", running.streams.hold(caller));
  reply.type(answer.type).header("cache-control", "no-cache").header("x-accel-buffering", "no");
  return reply.send(Readable.from(answer.stream, { objectMode: false }));
}
