/**
 * Claude behind the language-model port: the one file that knows the Anthropic SDK.
 *
 * Owns: the wire form of a request and of an answer, which failure means what. Not: retries, limits,
 * budgets (`claude-attempts.ts`, `claude-gate.ts`, consumers/claude-*.ts).
 *
 * I1. One call, one HTTP request: the SDK's own retries are off.
 * I2. No message of an error holds the key, whatever the server answered.
 * I3. A refusal, a cut answer or an empty one is an answer with its usage, not an error.
 * I4. The SDK logs nothing; its traces hold metadata only.
 * I5. `create` with our own parse, not `parse`: the latter loses usage and stop reason on bad JSON.
 */
import Anthropic, {
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from "@anthropic-ai/sdk";
import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import { describeError, MmmError, type ErrorCode } from "../../schemas/errors.ts";
import type {
  Block,
  CallOptions,
  Completion,
  JsonSchema,
  LanguageModel,
  ModelRequest,
  ModelUsage,
  StopReason,
} from "../../session/language-model.ts";

export interface ClaudeOptions {
  /** Null with a gateway that adds the key itself. */
  readonly apiKey: string | null;
  /** Null = the API's own address. */
  readonly baseUrl: string | null;
  /** Answers come as server-sent events: long ones are not cut by proxies in between. */
  readonly stream: boolean;
  readonly cacheTtl: "5m" | "1h";
}

/** What is sent as key where a gateway adds its own. */
const NO_KEY = "added-by-gateway";

/** A language model that asks Claude. */
export function createClaude(options: ClaudeOptions): LanguageModel {
  const client = new Anthropic({
    apiKey: options.apiKey ?? NO_KEY,
    ...(options.baseUrl === null ? {} : { baseURL: options.baseUrl }),
    maxRetries: 0,
    logLevel: "off",
    openTelemetry: { traces: { contentMode: "metadata_only" } },
  });
  return {
    async complete(request, call) {
      try {
        return parseCompletion(
          await sendModelRequest(client, buildMessageBody(request, options), call, options.stream),
        );
      } catch (error) {
        call.signal.throwIfAborted();
        throw toClaudeError(error, options.apiKey);
      }
    },
  };
}

type Body = Anthropic.MessageCreateParamsNonStreaming;

async function sendModelRequest(
  client: Anthropic,
  body: Body,
  call: CallOptions,
  stream: boolean,
): Promise<Anthropic.Message> {
  const options = {
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]),
    timeout: call.timeoutMs,
    openTelemetry: { conversationId: call.conversation },
  };
  if (stream) return client.messages.stream(body, options).finalMessage();
  return client.messages.create(body, options);
}

function buildMessageBody(request: ModelRequest, options: ClaudeOptions): Body {
  const cached = { type: "ephemeral", ttl: options.cacheTtl } as const;
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    system: [{ type: "text", text: request.system, cache_control: cached }],
    messages: request.turns.map((turn) => ({
      role: turn.role,
      content: turn.content.map(toWireBlock),
    })),
    output_config: {
      effort: request.effort,
      format: { type: "json_schema", schema: toSchemaSubset(request.answer) },
    },
    ...(request.tools.length === 0
      ? {}
      : {
          cache_control: cached,
          tools: request.tools.map(({ name, description, input }) => ({
            name,
            description,
            strict: true,
            input_schema: toSchemaSubset(input) as Anthropic.Tool.InputSchema,
          })),
          tool_choice: { type: request.toolsAllowed ? ("auto" as const) : ("none" as const) },
        }),
  };
}

/** The part of JSON Schema that decoding can be held to; bounds become words. */
function toSchemaSubset(schema: JsonSchema): Record<string, unknown> {
  return transformJSONSchema(schema as Parameters<typeof transformJSONSchema>[0]);
}

function toWireBlock(block: Block): Anthropic.ContentBlockParam {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "tool_use":
      return { type: "tool_use", id: block.id, name: block.name, input: block.input as object };
    case "tool_result":
      return {
        type: "tool_result",
        tool_use_id: block.id,
        content: block.text,
        is_error: block.failed,
      };
    case "opaque":
      return block.value as Anthropic.ContentBlockParam;
  }
}

const STOPS: Readonly<Record<string, StopReason>> = {
  end_turn: "end",
  stop_sequence: "end",
  tool_use: "tool_use",
  max_tokens: "cut",
  refusal: "refusal",
  model_context_window_exceeded: "context_full",
};

/** Reads an answer as a gateway may send it: what is not there counts as nothing. */
function parseCompletion(message: Anthropic.Message): Completion {
  if (typeof message !== "object" || message === null || !Array.isArray(message.content)) {
    throw new MmmError("reasoner_failed", "the answer is no message of the Messages API");
  }
  const reason = message.stop_reason ?? "";
  return {
    content: message.content.map(fromWireBlock),
    stop: STOPS[reason] ?? "other",
    stopDetail: message.stop_details?.category ?? (reason === "" ? null : reason),
    model: message.model,
    usage: parseUsage(message.usage),
    requestId: (message as { _request_id?: string | null })._request_id ?? null,
  };
}

function fromWireBlock(block: Anthropic.ContentBlock): Block {
  if (block.type === "text") return { type: "text", text: block.text };
  if (block.type === "tool_use") {
    return { type: "tool_use", id: block.id, name: block.name, input: block.input };
  }
  return { type: "opaque", value: block };
}

function parseUsage(usage: Anthropic.Usage | undefined): ModelUsage {
  const written = usage?.cache_creation_input_tokens ?? 0;
  const hour = usage?.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    input: usage?.input_tokens ?? 0,
    output: usage?.output_tokens ?? 0,
    cacheRead: usage?.cache_read_input_tokens ?? 0,
    cacheWrite5m: Math.max(0, written - hour),
    cacheWrite1h: hour,
  };
}

/** HTTP status -> code; 5xx not listed are `reasoner_unavailable`, the rest `reasoner_failed`. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  408: "timeout",
  409: "reasoner_unavailable",
  429: "overloaded",
  529: "overloaded",
};

function toClaudeError(error: unknown, key: string | null): MmmError {
  if (error instanceof MmmError) return error;
  const text = withoutKey(describeError(error), key).slice(0, 300);
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) {
    return new MmmError("timeout", "Claude did not answer in time");
  }
  if (!(error instanceof APIError)) {
    // Bodies that are no JSON, streams that break off: the connection's fault, as far as known.
    return new MmmError("reasoner_unavailable", `Claude's answer could not be read: ${text}`);
  }
  const { status } = error;
  if (status === undefined) {
    return new MmmError("reasoner_unavailable", `Claude cannot be reached: ${text}`);
  }
  const code = CODES[status] ?? (status >= 500 ? "reasoner_unavailable" : "reasoner_failed");
  const data = { status, retryAfterMs: readRetryAfterMs(error.headers), type: error.type };
  return new MmmError(code, `Claude answered ${status}: ${text}`, { data });
}

/** Milliseconds that the server asks to wait; null where it does not say. */
function readRetryAfterMs(headers: Headers | undefined): number | null {
  const ms = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers?.get("retry-after") ?? null;
  if (value === null) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  const until = Date.parse(value) - Date.now();
  return Number.isFinite(until) ? Math.max(0, until) : null;
}

function withoutKey(text: string, key: string | null): string {
  return key === null || key === "" ? text : text.replaceAll(key, "[key]");
}
