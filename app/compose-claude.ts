/**
 * Claude wired from settings and environment: on or off, client, limits, budgets, stored answers.
 *
 * I1. Off means: no client is made, nothing can be sent.
 * I2. The key goes from the environment into the client and into the list of secrets to strike out,
 *     nowhere else.
 */
import { randomUUID } from "node:crypto";
import { createClaudeAsk, type Claude } from "../agents/claude/ask.ts";
import { createBudgets } from "../agents/claude/budget.ts";
import { createClaudeJudge } from "../agents/claude/judge.ts";
import { createPaid } from "../agents/claude/paid-calls.ts";
import { loadPrompts } from "../agents/claude/prompts.ts";
import { withClaude } from "../agents/claude/reasoners.ts";
import type { ClaudeSettings } from "../agents/claude/settings.ts";
import type { LoadData } from "../agents/data-source.ts";
import type { Reasoners } from "../agents/reasoners.ts";
import type { SemanticJudge } from "../guard/words/judges.ts";
import type { Specification } from "../guard/specification/specification.ts";
import { createClaude } from "../infra/claude/claude.ts";
import { withAttempts } from "../infra/claude/attempts.ts";
import { createBreaker } from "../infra/claude/breaker.ts";
import { createGate } from "../infra/claude/gate.ts";
import { createModelMetrics, runInAgentSpan } from "../infra/telemetry/model-telemetry.ts";
import { MmmError } from "../schemas/errors.ts";
import type { LanguageModel, ModelObserver } from "../session/language-model.ts";
import type { Clock, KeyValueStore, SnapshotStore } from "../session/ports.ts";
import type { Settings } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ClaudeParts {
  readonly settings: Settings["agents"];
  readonly environment: Environment;
  readonly snapshots: SnapshotStore;
  readonly values: KeyValueStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observer: ModelObserver;
  readonly spec: Specification;
  readonly load: LoadData;
  /** False for replay and forks: stored answers only, built-in reasoning where none fits. */
  readonly callOut: boolean;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

export interface ClaudeWiring {
  readonly wrap: (builtin: Reasoners) => Reasoners;
  /** To be asked after the judges that need no network. */
  readonly judges: readonly SemanticJudge[];
}

const OFF: ClaudeWiring = { wrap: (builtin) => builtin, judges: [] };

/** Whether the agents think with Claude: by setting, or by a key or gateway in the environment. */
export function isClaudeOn(reasoning: Settings["agents"]["reasoning"], from: Environment): boolean {
  const known = toNonEmpty(from["ANTHROPIC_API_KEY"]) ?? toNonEmpty(from["ANTHROPIC_BASE_URL"]);
  if (reasoning === "builtin") return false;
  if (known !== null) return true;
  if (reasoning === "auto") return false;
  throw new MmmError(
    "settings_invalid",
    "agents.reasoning is claude, but neither ANTHROPIC_API_KEY nor ANTHROPIC_BASE_URL is set; set one or choose builtin",
  );
}

/** What is wrapped around the built-in agents, and the judge for the guard. */
export function buildClaudeWiring(wanted: ClaudeParts): ClaudeWiring {
  if (!isClaudeOn(wanted.settings.reasoning, wanted.environment)) return OFF;
  const parts = { ...wanted, observer: mergeModelObservers(wanted.observer, createModelMetrics()) };
  const settings = parts.settings.claude;
  const claude = wrapClaudeInSpans(createMeteredClaude(parts, settings), settings);
  const prompts = loadPrompts();
  const { spec, load, observer, signal } = parts;
  // Where nothing may be sent the judge could only refuse; the local judges stand alone there.
  const judged = settings.guard_judge && parts.callOut;
  return {
    wrap: (builtin) => withClaude(builtin, { claude, prompts, settings, spec, load, observer }),
    judges: judged ? [createClaudeJudge({ claude, prompts, settings, signal })] : [],
  };
}

/** Tells several observers. */
function mergeModelObservers(...observers: readonly ModelObserver[]): ModelObserver {
  return {
    answered: (call) => observers.forEach((one) => one.answered(call)),
    attemptFailed: (call) => observers.forEach((one) => one.attemptFailed(call)),
    fellBack: (call) => observers.forEach((one) => one.fellBack(call)),
    answeredFromStore: (call) => observers.forEach((one) => one.answeredFromStore(call)),
  };
}

/** A span around every question. */
function wrapClaudeInSpans(claude: Claude, { roles }: ClaudeSettings): Claude {
  return {
    ask: (question) => {
      const { role, asker } = question;
      const span = { role, model: roles[role].model, session: asker.session };
      return runInAgentSpan(
        span,
        () => claude.ask(question),
        ({ failure, note }) => ({
          inputTokens: note.input_tokens,
          outputTokens: note.output_tokens,
          costUsd: note.cost_usd,
          failure: failure?.kind ?? null,
        }),
      );
    },
  };
}

function createMeteredClaude(parts: ClaudeParts, settings: ClaudeSettings): Claude {
  const { snapshots, values, clock, observer, callOut, environment } = parts;
  const writer = randomUUID();
  const paid = createPaid({
    model: createRetryingModel(parts, settings),
    store: values,
    budgets: createBudgets(settings.budgets, {
      store: values,
      snapshots,
      writer,
      now: () => clock.now(),
      holdMs: 2 * settings.total_timeout_s * 1000,
    }),
    prices: settings.prices,
    clock,
    observer,
    writer,
    secrets: collectSecrets(environment),
    callOut,
    attemptMs: settings.attempt_timeout_s * 1000,
  });
  return createClaudeAsk(paid, settings.roles, settings.step_timeout_s * 1000);
}

function createRetryingModel(parts: ClaudeParts, settings: ClaudeSettings): LanguageModel {
  const { environment, clock, random, observer } = parts;
  const client = createClaude({
    apiKey: toNonEmpty(environment["ANTHROPIC_API_KEY"]),
    baseUrl: toNonEmpty(environment["ANTHROPIC_BASE_URL"]),
    stream: settings.stream,
    cacheTtl: settings.cache_ttl,
  });
  const gate = createGate({
    concurrency: settings.concurrency,
    tokensPerMinute: settings.tokens_per_minute,
    clock,
  });
  const breaker = createBreaker({
    failures: settings.breaker_failures,
    cooldownMs: settings.breaker_cooldown_s * 1000,
    clock,
  });
  return withAttempts(
    client,
    {
      attemptsMax: settings.attempts_max,
      attemptMs: settings.attempt_timeout_s * 1000,
      totalMs: settings.total_timeout_s * 1000,
      backoffMs: settings.backoff_ms,
      backoffMsMax: settings.backoff_ms_max,
    },
    { gate, breaker, clock, random, observer },
  );
}

/** Values of variables that hold secrets, to be struck out wherever they show up. */
export function collectSecrets(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    /(?:KEY|TOKEN|SECRET|PASSWORD)$/.test(name) && value !== undefined && value.length >= 8
      ? [value]
      : [],
  );
}

function toNonEmpty(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}
