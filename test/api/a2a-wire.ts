/** A2A by hand, over both transports, so that tests see what is on the wire. */
import { randomUUID } from "node:crypto";
import { call, readEvents, type Said } from "./api-harness.ts";

export const VERSION = { "a2a-version": "1.0" };

export interface WireTask {
  readonly id: string;
  readonly contextId: string;
  readonly status: {
    readonly state: string;
    readonly timestamp?: string;
    readonly message?: { readonly parts: readonly { text?: string; data?: unknown }[] };
  };
  readonly artifacts?: readonly { readonly artifactId: string; readonly parts: unknown[] }[];
  readonly history?: readonly { readonly messageId: string }[];
  readonly metadata?: Record<string, unknown>;
}

export interface Sending {
  readonly parts?: readonly unknown[];
  readonly messageId?: string;
  readonly taskId?: string;
  readonly contextId?: string;
  readonly referenceTaskIds?: readonly string[];
  readonly role?: string;
}

export function messageOf(sending: Sending): Record<string, unknown> {
  return { messageId: randomUUID(), role: "ROLE_USER", parts: [{ text: "hello" }], ...sending };
}

export async function rpc(
  url: string,
  method: string,
  params: unknown,
  headers: Record<string, string> = {},
): Promise<Said> {
  return call(`${url}/a2a`, {
    body: { jsonrpc: "2.0", id: 7, method, params },
    headers: { ...VERSION, ...headers },
  });
}

export function errorCode(said: Said): number | null {
  const error = said.json["error"] as { code: number } | undefined;
  return error?.code ?? null;
}

/** Both transports behind one face: what a caller gets, or the name of the error. */
export interface Transport {
  readonly name: string;
  send(url: string, sending: Sending, more?: SendMore): Promise<Outcome>;
  stream(url: string, sending: Sending, more?: SendMore): Promise<Record<string, unknown>[]>;
  get(url: string, id: string, query?: Record<string, number>): Promise<Outcome>;
  list(url: string, query?: Record<string, string | number | boolean>): Promise<Outcome>;
  cancel(url: string, id: string): Promise<Outcome>;
  subscribe(url: string, id: string): Promise<Record<string, unknown>[] | string>;
}

export interface SendMore {
  readonly configuration?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly tenant?: string;
}

export interface Outcome {
  /** Reason of the error, such as TASK_NOT_FOUND; null when there is none. */
  readonly error: string | null;
  readonly result: Record<string, unknown>;
}

function outcomeOf(said: Said, result: unknown): Outcome {
  const error = said.json["error"] as
    | { data?: { reason?: string }[]; details?: { reason?: string }[]; code: number }
    | undefined;
  if (error === undefined) return { error: null, result: result as Record<string, unknown> };
  const reason = error.data?.[0]?.reason ?? error.details?.[0]?.reason;
  return { error: reason ?? String(error.code), result: {} };
}

const JSON_RPC: Transport = {
  name: "JSON-RPC",
  send: async (url, sending, more = {}) => {
    const { configuration, tenant } = more;
    const params = { message: messageOf(sending), configuration, tenant };
    const said = await rpc(url, "SendMessage", params, more.headers);
    return outcomeOf(said, said.json["result"]);
  },
  stream: async (url, sending, more = {}) => {
    const { configuration, tenant } = more;
    const params = { message: messageOf(sending), configuration, tenant };
    return rpcStream(url, "SendStreamingMessage", params, more.headers);
  },
  get: async (url, id, query = {}) => {
    const said = await rpc(url, "GetTask", { id, ...query });
    return outcomeOf(said, said.json["result"]);
  },
  list: async (url, query = {}) => {
    const said = await rpc(url, "ListTasks", query);
    return outcomeOf(said, said.json["result"]);
  },
  cancel: async (url, id) => {
    const said = await rpc(url, "CancelTask", { id });
    return outcomeOf(said, said.json["result"]);
  },
  subscribe: async (url, id) => rpcStream(url, "SubscribeToTask", { id }),
};

async function rpcStream(
  url: string,
  method: string,
  params: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${url}/a2a`, {
    method: "POST",
    headers: { "content-type": "application/json", ...VERSION, ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, method, params }),
  });
  if (!(response.headers.get("content-type") ?? "").includes("event-stream")) {
    return [(await response.json()) as Record<string, unknown>];
  }
  const events = await readEvents(response);
  return events.map(({ data }) => data["result"] as Record<string, unknown>);
}

const HTTP_JSON: Transport = {
  name: "HTTP+JSON",
  send: async (url, sending, more = {}) => {
    const body = { message: messageOf(sending), configuration: more.configuration };
    const said = await http(url, "/message:send", { body, ...more });
    return outcomeOf(said, said.json);
  },
  stream: async (url, sending, more = {}) => {
    const body = { message: messageOf(sending), configuration: more.configuration };
    return httpStream(url, "/message:stream", body);
  },
  get: async (url, id, query = {}) => {
    const said = await http(url, `/tasks/${id}${queryOf(query)}`);
    return outcomeOf(said, said.json);
  },
  list: async (url, query = {}) => {
    const said = await http(url, `/tasks${queryOf(query)}`);
    return outcomeOf(said, said.json);
  },
  cancel: async (url, id) => {
    const said = await http(url, `/tasks/${id}:cancel`, { body: {} });
    return outcomeOf(said, said.json);
  },
  subscribe: async (url, id) => httpStream(url, `/tasks/${id}:subscribe`, {}),
};

function queryOf(query: Readonly<Record<string, string | number | boolean>>): string {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return text === "" ? "" : `?${text}`;
}

export async function http(
  url: string,
  path: string,
  more: { body?: unknown; headers?: Record<string, string>; tenant?: string; method?: string } = {},
): Promise<Said> {
  const prefix = more.tenant === undefined ? "" : `/${more.tenant}`;
  return call(`${url}/a2a/v1${prefix}${path}`, {
    headers: { ...VERSION, ...more.headers },
    ...(more.method === undefined ? {} : { method: more.method }),
    ...(more.body === undefined ? {} : { body: more.body }),
  });
}

async function httpStream(
  url: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${url}/a2a/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/a2a+json", ...VERSION },
    body: JSON.stringify(body),
  });
  if (!(response.headers.get("content-type") ?? "").includes("event-stream")) {
    return [(await response.json()) as Record<string, unknown>];
  }
  return (await readEvents(response)).map(({ data }) => data);
}

export const TRANSPORTS: readonly Transport[] = [JSON_RPC, HTTP_JSON];
