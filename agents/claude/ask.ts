/**
 * One question to Claude and what comes of it: a checked answer or a named failure.
 *
 * I1. An answer counts only when it is JSON of the schema and passes our own rules; one repair round
 *     shows the complaints, after which it is a failure. Nothing is ever filled in.
 * I2. Refused, cut, empty and malformed answers are failures with their cost.
 * I3. Tools are bounded in turns, tokens and seconds, counted from what is stored, so that a
 *     repeated step comes to the same turns; when a bound is met the next turn has to answer.
 * I4. Cancellation and failures of our own store are thrown; all else is an outcome.
 */
import { z } from "zod";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { ReasonerNote } from "../../schemas/parts.ts";
import {
  countInputTokens,
  type Block,
  type Completion,
  type JsonSchema,
  type ModelRequest,
  type ToolDeclaration,
  type Turn,
} from "../../session/language-model.ts";
import { readAnswer } from "./answer.ts";
import type { Asker, CallRecord, Paid } from "./paid-calls.ts";
import { toUsd } from "./prices.ts";
import type { Rendered } from "./prompts.ts";
import type { ClaudeSettings, Thinker } from "./settings.ts";

export interface Toolbox {
  readonly tools: readonly ToolDeclaration[];
  /** Result as text; what it throws is told to the model. */
  run(name: string, input: unknown): string;
  readonly limits: ClaudeSettings["tools"];
}

export interface Question<T> {
  readonly role: Thinker;
  readonly asker: Omit<Asker, "role" | "promptDigest">;
  readonly prompt: Rendered;
  readonly schema: z.ZodType<T>;
  /** Complaints of our own rules, for the repair round; none = accepted. */
  readonly check?: (answer: T) => readonly string[];
  readonly toolbox?: Toolbox;
}

export const FAILURES = [
  "refusal",
  "cut",
  "context_full",
  "empty",
  "malformed",
  "rejected",
  "unavailable",
  "circuit_open",
  "bad_request",
  "budget_exhausted",
  "offline",
] as const;
export type FailureKind = (typeof FAILURES)[number];

export type Outcome<T> =
  | { readonly answer: T; readonly failure: null; readonly note: ReasonerNote }
  | {
      readonly answer: null;
      readonly failure: { readonly kind: FailureKind; readonly detail: string };
      /** What was spent before it failed. */
      readonly note: ReasonerNote;
    };

/** The port behind every use of Claude here. */
export interface Claude {
  ask<T>(question: Question<T>): Promise<Outcome<T>>;
}

/** The schema of an answer as JSON Schema. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema);
}

const REPAIRS_MAX = 1;

/**
 * The port over paid requests. `stepMs` bounds a whole question, its waiting included, so that an
 * answer does not come when nobody waits for it any more.
 */
export function createClaudeAsk(
  paid: Paid,
  roles: ClaudeSettings["roles"],
  stepMs: number,
): Claude {
  return {
    async ask(question) {
      const { asker, prompt, role } = question;
      const conversation = new Conversation(prompt, roles[role].model);
      const late = AbortSignal.timeout(stepMs);
      const signal = AbortSignal.any([asker.signal, late]);
      try {
        const bounded = { ...question, asker: { ...asker, signal } };
        return await runConversation(paid, roles[role], bounded, conversation);
      } catch (error) {
        asker.signal.throwIfAborted();
        if (late.aborted) {
          return conversation.failed("unavailable", `no answer within ${stepMs / 1000} s`);
        }
        const kind = error instanceof MmmError ? classifyFailure(error) : null;
        if (kind === null) throw error;
        return conversation.failed(kind, describeError(error));
      }
    },
  };
}

/** Kind of a failure that an outcome tells of; null for what has to be thrown. */
function classifyFailure(error: MmmError): FailureKind | null {
  if (error.code === "budget_exhausted") return "budget_exhausted";
  if (error.data["offline"] === true) return "offline";
  if (error.data["circuit"] === "open") return "circuit_open";
  if (error.code === "reasoner_failed") return "bad_request";
  const passing = ["timeout", "overloaded", "reasoner_unavailable"];
  return passing.includes(error.code) ? "unavailable" : null;
}

/** Turns so far and what they cost. */
class Conversation {
  readonly turns: Turn[] = [];
  readonly #prompt: Rendered;
  #model: string;
  #inputTokens = 0;
  #outputTokens = 0;
  #nanos = 0;
  #ms = 0;

  constructor(prompt: Rendered, model: string) {
    this.#prompt = prompt;
    this.#model = model;
    this.turns.push({ role: "user", content: [{ type: "text", text: prompt.task }] });
  }

  book(record: CallRecord): void {
    const { usage } = record.completion;
    this.#model = record.model;
    this.#inputTokens += countInputTokens(usage);
    this.#outputTokens += usage.output;
    this.#nanos += record.cost_nanos;
    this.#ms += record.ms;
  }

  get tokens(): number {
    return this.#inputTokens + this.#outputTokens;
  }

  get seconds(): number {
    return this.#ms / 1000;
  }

  get note(): ReasonerNote {
    return {
      kind: "claude",
      model: this.#model,
      prompt_digest: this.#prompt.digest,
      input_tokens: this.#inputTokens,
      output_tokens: this.#outputTokens,
      cost_usd: toUsd(this.#nanos),
      fallback: null,
    };
  }

  failed<T>(kind: FailureKind, detail: string): Outcome<T> {
    return { answer: null, failure: { kind, detail }, note: this.note };
  }
}

async function runConversation<T>(
  paid: Paid,
  thinker: ClaudeSettings["roles"][Thinker],
  question: Question<T>,
  conversation: Conversation,
): Promise<Outcome<T>> {
  const { role, asker, prompt, schema, toolbox } = question;
  const answer = toJsonSchema(schema);
  let repairs = 0;
  for (let turn = 1; ; turn += 1) {
    const request: ModelRequest = {
      model: thinker.model,
      system: prompt.system,
      turns: conversation.turns,
      tools: toolbox?.tools ?? [],
      toolsAllowed: toolbox !== undefined && mayUseTools(toolbox.limits, turn, conversation),
      answer,
      maxTokens: thinker.max_tokens,
      effort: thinker.effort,
    };
    const record = await paid({ ...asker, role, promptDigest: prompt.digest }, request);
    conversation.book(record);
    const { completion } = record;
    conversation.turns.push({ role: "assistant", content: completion.content });
    const stopped = stopFailure(completion);
    if (stopped !== null) return conversation.failed(stopped, completion.stopDetail ?? stopped);
    if (completion.stop === "tool_use") {
      if (toolbox === undefined || !request.toolsAllowed) {
        return conversation.failed("malformed", "a tool was called where none is allowed");
      }
      conversation.turns.push(runRequestedTools(toolbox, completion));
      continue;
    }
    const read = readAnswer(question, completion.content);
    if (read.complaint === null) {
      return { answer: read.answer, failure: null, note: conversation.note };
    }
    if (read.complaint.kind === "empty" || repairs >= REPAIRS_MAX) {
      return conversation.failed(read.complaint.kind, read.complaint.detail);
    }
    repairs += 1;
    conversation.turns.push(createComplaintTurn(read.complaint.detail));
  }
}

function mayUseTools(limits: ClaudeSettings["tools"], turn: number, so: Conversation): boolean {
  return turn < limits.turns && so.tokens < limits.tokens && so.seconds < limits.seconds;
}

function stopFailure(completion: Completion): FailureKind | null {
  switch (completion.stop) {
    case "refusal":
      return "refusal";
    case "cut":
      return "cut";
    case "context_full":
      return "context_full";
    case "other":
      return "malformed";
    case "end":
    case "tool_use":
      return null;
  }
}

function runRequestedTools(toolbox: Toolbox, completion: Completion): Turn {
  const content = completion.content.flatMap((block): Block[] => {
    if (block.type !== "tool_use") return [];
    const { id } = block;
    try {
      return [
        { type: "tool_result", id, text: toolbox.run(block.name, block.input), failed: false },
      ];
    } catch (error) {
      return [{ type: "tool_result", id, text: describeError(error).slice(0, 500), failed: true }];
    }
  });
  return { role: "user", content };
}

function createComplaintTurn(detail: string): Turn {
  const text = `Your answer was not accepted: ${detail.slice(0, 2000)}. Answer once more, whole and corrected.`;
  return { role: "user", content: [{ type: "text", text }] };
}
