/**
 * The port to a language model: one request, one answer. Claude implements it; anything that can
 * return text of a given JSON schema and call tools may.
 *
 * Owns: the neutral form of a request and of an answer. Not: retries, budgets, stored answers, prompts.
 *
 * I1. A request is plain JSON and holds no secret, no clock reading and no chance: its digest names
 *     it for ever.
 * I2. An answer reports the tokens that it cost, whatever its outcome.
 * I3. `complete` makes exactly one attempt. It rejects with an `MmmError`: `timeout`, `overloaded`
 *     or `reasoner_unavailable` when a later attempt may help, else `reasoner_failed`.
 */

/** JSON Schema of an answer or of a tool's input. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type Effort = "low" | "medium" | "high";

export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  readonly input: JsonSchema;
}

export type Block =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
    }
  | {
      readonly type: "tool_result";
      readonly id: string;
      readonly text: string;
      readonly failed: boolean;
    }
  /** What only the provider understands, such as signed thinking; passed back as it came. */
  | { readonly type: "opaque"; readonly value: unknown };

export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

export interface ModelRequest {
  readonly model: string;
  /** The part that never changes between requests of a role; cached by the provider. */
  readonly system: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolDeclaration[];
  /** False: the tools stay declared but may no longer be called. */
  readonly toolsAllowed: boolean;
  /** The answer's schema. */
  readonly answer: JsonSchema;
  readonly maxTokens: number;
  readonly effort: Effort;
}

export interface ModelUsage {
  /** Tokens read that were neither read from nor written to a cache. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** Why the model stopped; "cut" is the output limit, "other" anything not known. */
export type StopReason = "end" | "tool_use" | "cut" | "refusal" | "context_full" | "other";

export interface Completion {
  readonly content: readonly Block[];
  readonly stop: StopReason;
  /** The provider's words for the stop, such as a refusal's category. */
  readonly stopDetail: string | null;
  readonly model: string;
  readonly usage: ModelUsage;
  readonly requestId: string | null;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** For this attempt. */
  readonly timeoutMs: number;
  /** Links traces of one session; never sent. */
  readonly conversation: string;
}

export interface LanguageModel {
  complete(request: ModelRequest, options: CallOptions): Promise<Completion>;
}

export const NO_USAGE: ModelUsage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
};

/** All tokens a request cost, cached ones included. */
export function countTokens(usage: ModelUsage): number {
  return countInputTokens(usage) + usage.output;
}

/** Tokens read, from a cache or not, and written to it. */
export function countInputTokens(usage: ModelUsage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/** What calls tell the outside: counters, never content. */
export interface ModelObserver {
  /** One paid answer. */
  answered(call: {
    readonly role: string;
    readonly model: string;
    readonly usage: ModelUsage;
    readonly costUsd: number;
    readonly ms: number;
  }): void;
  /** One attempt that failed, and whether another follows. */
  attemptFailed(call: {
    readonly model: string;
    readonly code: string;
    readonly again: boolean;
  }): void;
  /** Built-in reasoning stood in. */
  fellBack(call: { readonly role: string; readonly reason: string }): void;
  /** An answer was found in the store and not paid for. */
  answeredFromStore(call: { readonly role: string; readonly model: string }): void;
}

export const SILENT_MODEL_OBSERVER: ModelObserver = {
  answered: () => {},
  attemptFailed: () => {},
  fellBack: () => {},
  answeredFromStore: () => {},
};
