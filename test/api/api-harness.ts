/** A running API over real sockets, on a log in memory, with the scripted system behind it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll } from "vitest";
import type { CardKey } from "../../api/a2a/card.ts";
import type { ApiTools } from "../../api/tools.ts";
import { startApi, type RunningApi } from "../../api/app.ts";
import { API_SETTINGS, type ApiSettings } from "../../api/http/settings.ts";
import { systemClock } from "../../infra/clock.ts";
import { createMemoryLog } from "../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../infra/memory/snapshots.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import type { EventLog, StateStore } from "../../session/ports.ts";
import {
  BASELINE_TEXT,
  CONTEXT_TEXT,
  requestData,
  startSystem,
  type SystemOptions,
} from "../support/system.ts";

export const CARD_KEY: CardKey = (() => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: "jwk" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return {
    kid: "test",
    privateKey: createPrivateKey(pem),
    publicJwk: { kty, crv, x, kid: "test" },
  };
})();

export interface HarnessOptions extends Partial<Omit<SystemOptions, "log" | "snapshots">> {
  /** The `api` section; unset fields have their defaults, the port is any. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly tools?: Partial<ApiTools>;
  /** False: no consumers, so that nothing moves. */
  readonly system?: boolean;
  readonly log?: EventLog;
  readonly snapshots?: StateStore;
}

export interface Harness {
  readonly api: RunningApi;
  readonly url: string;
  readonly log: EventLog;
  readonly snapshots: StateStore;
  readonly failures: unknown[];
  readonly close: () => Promise<void>;
}

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const log = options.log ?? createMemoryLog({ partitions: 4, clock: systemClock });
  const snapshots = options.snapshots ?? createMemorySnapshots();
  const failures: unknown[] = [];
  const system =
    options.system === false ? null : await startSystem({ ...options, log, snapshots });
  const settings: ApiSettings = API_SETTINGS.parse({ port: 0, ...options.settings });
  const api = await startApi(toolsFor({ log, snapshots, settings, failures }, options.tools));
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await api.close();
      await system?.stop();
    })();
    return closed;
  };
  afterAll(close);
  return { api, url: api.url, log, snapshots, failures, close };
}

interface Around {
  readonly log: EventLog;
  readonly snapshots: StateStore;
  readonly settings: ApiSettings;
  readonly failures: unknown[];
}

function toolsFor(around: Around, more: Partial<ApiTools> = {}): ApiTools {
  const { log, snapshots, settings, failures } = around;
  return {
    log,
    snapshots,
    values: snapshots,
    settings,
    clock: systemClock,
    version: "1.2.3",
    groupPrefix: "test",
    prepare: async (request) => {
      const unit = request.business_context.business_unit;
      const { requested_by: _by, ...data } = requestData({
        baseline: toCanonicalJson(request.baseline),
        business_context: toCanonicalJson(request.business_context),
        business_unit: unit,
        seed: request.seed,
      });
      const given = Object.entries(request.limits).filter(([, value]) => value !== undefined);
      return { ...data, limits: { ...data.limits, ...Object.fromEntries(given) } };
    },
    report: async (entries, format) => ({
      type: "text/plain",
      text: `${format} ${entries.length}`,
    }),
    metrics: async () => ({ type: "text/plain; version=0.0.4", text: "up 1\n" }),
    storeData: async () => {},
    sweepData: async () => {},
    secret: new Uint8Array(32).fill(7),
    checkProposal: async () => ({ verdict: "cleared" }),
    cardKey: CARD_KEY,
    askRole: null,
    failed: (where, error) => void failures.push([where, error]),
    ...more,
  };
}

/** A body for POST /v1/sessions. */
export function startBody(unit = "emea", more: Record<string, unknown> = {}) {
  return {
    baseline: JSON.parse(BASELINE_TEXT) as Record<string, unknown>,
    business_context: { ...(JSON.parse(CONTEXT_TEXT) as object), business_unit: unit },
    ...more,
  };
}

export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** One request with a JSON body; the answer's body parsed where it is JSON. */
export async function call(
  url: string,
  init: {
    method?: string;
    body?: unknown;
    headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Said> {
  const text = init.body === undefined ? undefined : JSON.stringify(init.body);
  const response = await fetch(url, {
    method: init.method ?? (text === undefined ? "GET" : "POST"),
    headers: {
      ...(text === undefined ? {} : { "content-type": "application/json" }),
      ...init.headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const body = await response.text();
  const isJson = /application\/(\w+\+)?json/.test(response.headers.get("content-type") ?? "");
  const json = (isJson && body !== "" ? JSON.parse(body) : { text: body }) as Record<
    string,
    unknown
  >;
  return { status: response.status, headers: response.headers, json };
}

/** Starts a session and gives its id. */
export async function startSession(url: string, unit = "emea", more = {}): Promise<string> {
  const said = await call(`${url}/v1/sessions`, { body: startBody(unit, more) });
  if (said.status !== 202) throw new Error(JSON.stringify(said.json));
  return String(said.json["session"]);
}

/** Asks again until the session's status is one of these. */
export async function untilStatus(
  url: string,
  session: string,
  statuses: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 800; tries += 1) {
    const { json } = await call(`${url}/v1/sessions/${session}`, { headers });
    if (statuses.includes(json["status"] as string)) return json;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`session ${session} never became ${statuses.join(" or ")}`);
}

/** Parsed server-sent events of a response, until it ends or `enough` says so. */
export async function readEvents(
  response: Response,
  enough: (event: ServerEvent) => boolean = () => false,
): Promise<ServerEvent[]> {
  const found: ServerEvent[] = [];
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const event = eventOf(text.slice(0, end));
      text = text.slice(end + 2);
      if (event === null) continue;
      found.push(event);
      if (enough(event)) return found;
    }
  }
  return found;
}

export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

function eventOf(block: string): ServerEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  const data = fields.get("data");
  if (data === undefined) return null;
  return {
    id: fields.get("id") ?? "",
    event: fields.get("event") ?? "",
    data: JSON.parse(data) as Record<string, unknown>,
  };
}
