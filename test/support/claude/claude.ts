/** Claude behind a scripted language model: everything but the socket. */
import { createClaudeAsk } from "../../../agents/claude/ask.ts";
import { createBudgets } from "../../../agents/claude/budget.ts";
import { createPaid, type Asker, type PaidTools } from "../../../agents/claude/paid-calls.ts";
import { CLAUDE_SETTINGS, type ClaudeSettings } from "../../../agents/claude/settings.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import {
  NO_USAGE,
  SILENT_MODEL_OBSERVER,
  type Completion,
  type LanguageModel,
  type ModelRequest,
} from "../../../session/language-model.ts";
import type { StateStore } from "../../../session/ports.ts";

export type Scripted = (request: ModelRequest, index: number) => Completion | Promise<Completion>;

export const USED = { ...NO_USAGE, input: 1000, output: 200 };

/** A completion with one text. */
export function text(answer: unknown, more: Partial<Completion> = {}): Completion {
  const said = typeof answer === "string" ? answer : JSON.stringify(answer);
  return {
    content: [{ type: "text", text: said }],
    stop: "end",
    stopDetail: null,
    model: "claude-sonnet-5-5",
    usage: USED,
    requestId: null,
    ...more,
  };
}

export function scriptedModel(script: Scripted) {
  const requests: ModelRequest[] = [];
  const model: LanguageModel = {
    complete: async (request) => {
      requests.push(structuredClone(request));
      return script(request, requests.length - 1);
    },
  };
  return { model, requests };
}

export interface ClaudeSetup {
  readonly script: Scripted;
  readonly store?: StateStore;
  readonly settings?: Record<string, unknown>;
  readonly writer?: string;
  readonly callOut?: boolean;
  readonly now?: () => number;
  readonly secrets?: readonly string[];
}

export function claudeSettings(more: Record<string, unknown> = {}): ClaudeSettings {
  return CLAUDE_SETTINGS.parse(more);
}

/** `ask`, `paid` and what they were asked. */
export function scriptedClaude(setup: ClaudeSetup) {
  const { model, requests } = scriptedModel(setup.script);
  const store = setup.store ?? createMemorySnapshots();
  const settings = claudeSettings(setup.settings);
  const now = setup.now ?? (() => 1_000);
  const writer = setup.writer ?? "w1";
  const tools: PaidTools = {
    model,
    store,
    budgets: createBudgets(settings.budgets, {
      store,
      snapshots: store,
      writer,
      now,
      holdMs: 60_000,
    }),
    prices: settings.prices,
    clock: { now, sleep: () => Promise.resolve() },
    observer: SILENT_MODEL_OBSERVER,
    writer,
    secrets: setup.secrets ?? [],
    callOut: setup.callOut ?? true,
    attemptMs: 1000,
  };
  const paid = createPaid(tools);
  return {
    claude: createClaudeAsk(paid, settings.roles, settings.step_timeout_s * 1000),
    paid,
    requests,
    store,
    settings,
  };
}

export function asker(more: Partial<Asker> = {}): Asker {
  return {
    role: "stakeholder",
    session: "s1",
    businessUnit: "emea",
    step: "step-1",
    promptDigest: "p",
    signal: new AbortController().signal,
    ...more,
  };
}
