/**
 * A local stand-in of the Messages API: a real socket that the real SDK talks to. It answers as a
 * script says and keeps what it was asked.
 *
 * What it proves is plumbing; nothing that it answers says anything about a model's judgement.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came. */
export interface Asked {
  readonly index: number;
  readonly authorization: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: MessagesBody;
}

export interface MessagesBody {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly system: readonly { readonly text: string; readonly cache_control?: unknown }[];
  readonly messages: readonly {
    readonly role: string;
    readonly content: readonly Record<string, unknown>[];
  }[];
  readonly tools?: readonly { readonly name: string }[];
  readonly tool_choice?: { readonly type: string };
  readonly output_config: {
    readonly effort: string;
    readonly format: { readonly schema: unknown };
  };
}

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
}

/** What the stand-in does with one request. */
export type Reply =
  | {
      readonly kind: "message";
      readonly content: readonly object[];
      readonly stop: string;
      readonly usage: Usage;
      readonly stopDetails?: object;
    }
  | {
      readonly kind: "error";
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A body as it is, with status 200. */
  | { readonly kind: "raw"; readonly body: string; readonly contentType?: string }
  /** Breaks the connection, half-way through a body when `after` is given. */
  | { readonly kind: "drop"; readonly after?: string }
  /** Never answers. */
  | { readonly kind: "hang" };

export type Script = (asked: Asked) => Reply | Promise<Reply>;

export interface MessagesApi {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Most requests that were open at once. */
  readonly openMax: number;
  /** Requests whose client went away before an answer. */
  readonly aborted: number;
  script: Script;
  close(): Promise<void>;
}

export const USAGE: Usage = { input_tokens: 100, output_tokens: 20 };

/** A text answer; objects become JSON. */
export function says(answer: unknown, usage: Usage = USAGE): Reply {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return { kind: "message", content: [{ type: "text", text }], stop: "end_turn", usage };
}

export function callsTool(name: string, input: unknown, usage: Usage = USAGE): Reply {
  const content = [
    { type: "thinking", thinking: "", signature: "c2lnbmVk" },
    { type: "tool_use", id: `toolu_${name}`, name, input },
  ];
  return { kind: "message", content, stop: "tool_use", usage };
}

export function refuses(category = "general_harms"): Reply {
  const stopDetails = { type: "refusal", category, explanation: null };
  return { kind: "message", content: [], stop: "refusal", usage: USAGE, stopDetails };
}

export function cutOff(): Reply {
  return {
    kind: "message",
    content: [{ type: "text", text: '{"a":' }],
    stop: "max_tokens",
    usage: USAGE,
  };
}

export function fails(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  const types: Readonly<Record<number, string>> = {
    400: "invalid_request_error",
    401: "authentication_error",
    408: "timeout_error",
    409: "conflict_error",
    429: "rate_limit_error",
    529: "overloaded_error",
  };
  const type = types[status] ?? "api_error";
  return { kind: "error", status, type, message: `scripted ${status}`, headers };
}

/** Starts a stand-in on a free port. */
export async function startMessagesApi(script: Script): Promise<MessagesApi> {
  const asked: Asked[] = [];
  let open = 0;
  let openMax = 0;
  let aborted = 0;
  const server = createServer((request, response) => {
    open += 1;
    openMax = Math.max(openMax, open);
    response.on("close", () => {
      open -= 1;
      if (!response.writableFinished) aborted += 1;
    });
    void take(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    if (request.method !== "POST" || !(request.url ?? "").startsWith("/v1/messages")) {
      response.writeHead(404).end();
      return;
    }
    const body = JSON.parse(text) as MessagesBody;
    const { authorization = "", ...headers } = request.headers;
    const one = { index: asked.length, authorization, headers, body };
    asked.push(one);
    await answer(response, one, await api.script(one));
  }

  server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const api = {
    url: `http://127.0.0.1:${port}`,
    asked,
    get openMax() {
      return openMax;
    },
    get aborted() {
      return aborted;
    },
    script,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return api;
}

async function answer(response: ServerResponse, asked: Asked, reply: Reply): Promise<void> {
  const id = { "request-id": `req_${asked.index}` };
  switch (reply.kind) {
    case "message": {
      if (asked.body.stream === true) return stream(response, asked, reply);
      response.writeHead(200, { "content-type": "application/json", ...id });
      response.end(JSON.stringify(messageOf(asked, reply)));
      return;
    }
    case "error": {
      const { status, type, message, headers } = reply;
      response.writeHead(status, { "content-type": "application/json", ...id, ...headers });
      response.end(JSON.stringify({ type: "error", error: { type, message } }));
      return;
    }
    case "raw":
      response.writeHead(200, { "content-type": reply.contentType ?? "application/json", ...id });
      response.end(reply.body);
      return;
    case "drop":
      if (reply.after !== undefined) {
        response.writeHead(200, { "content-type": "application/json", ...id });
        response.write(reply.after);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      response.destroy();
      return;
    case "hang":
      return;
  }
}

type Message = Extract<Reply, { kind: "message" }>;

function messageOf(asked: Asked, reply: Message) {
  return {
    id: `msg_${asked.index}`,
    type: "message",
    role: "assistant",
    model: asked.body.model,
    content: reply.content,
    stop_reason: reply.stop,
    stop_sequence: null,
    stop_details: reply.stopDetails ?? null,
    usage: { cache_creation: null, service_tier: "standard", ...reply.usage },
  };
}

/** The same message as server-sent events. */
function stream(response: ServerResponse, asked: Asked, reply: Message): void {
  const message = messageOf(asked, reply);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (event: Readonly<Record<string, unknown>>) =>
    response.write(`event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
  const usage = { ...message.usage, output_tokens: 1 };
  send({
    type: "message_start",
    message: { ...message, content: [], stop_reason: null, stop_details: null, usage },
  });
  for (const [index, block] of (reply.content as readonly Record<string, unknown>[]).entries()) {
    for (const event of blockEvents(index, block)) send(event);
  }
  const { stop_reason, stop_sequence, stop_details } = message;
  const delta = { stop_reason, stop_sequence, stop_details };
  send({ type: "message_delta", delta, usage: message.usage });
  send({ type: "message_stop" });
  response.end();
}

function blockEvents(index: number, block: Record<string, unknown>): Record<string, unknown>[] {
  const start = (content_block: object) => ({ type: "content_block_start", index, content_block });
  const delta = (change: object) => ({ type: "content_block_delta", index, delta: change });
  const stop = { type: "content_block_stop", index };
  if (block["type"] === "text") {
    const text = String(block["text"]);
    const half = Math.ceil(text.length / 2);
    const parts = [text.slice(0, half), text.slice(half)];
    const deltas = parts.map((part) => delta({ type: "text_delta", text: part }));
    return [start({ type: "text", text: "", citations: null }), ...deltas, stop];
  }
  if (block["type"] === "tool_use") {
    const partial_json = JSON.stringify(block["input"]);
    const opened = start({ ...block, input: {} });
    return [opened, delta({ type: "input_json_delta", partial_json }), stop];
  }
  return [
    start({ ...block, signature: "" }),
    delta({ type: "signature_delta", signature: block["signature"] }),
    stop,
  ];
}
