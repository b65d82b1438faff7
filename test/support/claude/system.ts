/** The real consumers with the real Claude client, against a stand-in of the Messages API. */
import { readFileSync } from "node:fs";
import { buildClaudeWiring } from "../../../app/compose-claude.ts";
import { loadSettings } from "../../../app/settings.ts";
import { createDataLoader } from "../../../agents/data-source.ts";
import type { FailureKind } from "../../../agents/claude/ask.ts";
import { nameSessionLedger } from "../../../agents/claude/budget.ts";
import { readLedgerEntries, type Entry } from "../../../agents/claude/ledger.ts";
import type { Running } from "../../../consumers/loop/run-consumer.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { systemClock } from "../../../infra/clock.ts";
import { SILENT_MODEL_OBSERVER, type ModelObserver } from "../../../session/language-model.ts";
import type { StateStore } from "../../../session/ports.ts";
import type { Asked, MessagesApi, Reply, Usage } from "./messages-api.ts";
import { cutOff, fails, refuses, says, USAGE } from "./messages-api.ts";
import { claudeSettings } from "./claude.ts";
import { instantTraining, scriptedReasoners, startSystem, type SystemOptions } from "../system.ts";
import { computeSha256 } from "../../../schemas/canonical.ts";
import type { Training } from "../../../consumers/trainer/trainer.ts";

export const KEY = "sk-ant-api03-never-to-be-seen-0123456789abcdef";

export interface ClaudeSystemOptions extends SystemOptions {
  readonly api: MessagesApi;
  readonly snapshots: StateStore;
  /** The `agents.claude` section; fast pauses by default. */
  readonly claude?: Record<string, unknown>;
  readonly judge?: boolean;
  readonly callOut?: boolean;
  readonly modelObserver?: ModelObserver;
}

const FAST = { backoff_ms: 2, backoff_ms_max: 10, attempt_timeout_s: 5, total_timeout_s: 10 };

export async function startClaudeSystem(options: ClaudeSystemOptions): Promise<Running> {
  const halt = new AbortController();
  const { agents } = loadSettings(null, {});
  const claude = { ...FAST, guard_judge: options.judge ?? false, ...options.claude };
  const wiring = buildClaudeWiring({
    settings: { ...agents, claude: claudeSettings(claude) },
    environment: { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: options.api.url },
    snapshots: options.snapshots,
    values: options.snapshots,
    clock: systemClock,
    random: () => 0.5,
    observer: options.modelObserver ?? SILENT_MODEL_OBSERVER,
    spec: SPECIFICATION_SHIPPED,
    load: loadExample,
    callOut: options.callOut ?? true,
    signal: halt.signal,
  });
  const system = await startSystem({
    training: exampleTraining,
    ...options,
    reasoners: wiring.wrap({ ...scriptedReasoners, ...options.reasoners }),
    judges: wiring.judges,
  });
  return {
    ended: system.ended,
    stop: async () => {
      halt.abort();
      await system.stop();
    },
  };
}

const readExample = (path: string): string => readFileSync(`examples/${path}`, "utf8");

/** Data of the shipped examples. */
export const loadExample = createDataLoader({ read: async (path) => readExample(path) });

/** Trains at once and names the data that the agents load: a session's data are pinned by their digest. */
export const exampleTraining: Training = {
  ...instantTraining,
  train: async (config, job) => ({
    ...(await instantTraining.train(config, job)),
    data_digest: computeSha256(readExample(config.data.path)),
  }),
};

/** A plain, right answer of the role that the system prompt names. */
export function plainAnswer(asked: Asked, usage: Usage = USAGE): Reply {
  return says(ANSWERS[roleOf(asked)], usage);
}

export function roleOf(asked: Asked): keyof typeof ANSWERS {
  const text = asked.body.system[0]?.text ?? "";
  const found = Object.keys(ANSWERS).find((role) => text.startsWith(`You are ${role}`));
  if (found === undefined) throw new Error(`no role in: ${text.slice(0, 80)}`);
  return found;
}

const ANSWERS: Readonly<Record<string, unknown>> = {
  "the Data Scientist": {
    changes: [{ path: "training.l2_penalty", to: 0.1 }],
    reasoning: "The penalty stays where it is.",
  },
  "the Business Analyst": { summary: "Believable.", findings: [], constraints: [] },
  "the Stakeholder": {
    decision: "approve",
    rationale: "The gain holds.",
    conditions: [],
    success_criteria: [],
    next_review_weeks: 8,
  },
  "the Research Persona": { text: "Comparisons over time would be lost.", citations: [] },
  "one layer": { verdict: "cleared", field: "none", passage: "", why: "It tunes numbers." },
};

/** The last entry of a session's ledger: what was spent, and what is still reserved. */
export async function ledgerEnd(store: StateStore, session: string): Promise<Entry | null> {
  let last: Entry | null = null;
  for await (const entry of readLedgerEntries(store, nameSessionLedger(session))) last = entry;
  return last;
}

/** What can go wrong with the API, what it answers then, and what the history calls it. */
export const API_FAULTS: readonly (readonly [string, Reply, FailureKind])[] = [
  ["overloaded", fails(529), "unavailable"],
  ["rate limited", fails(429, { "retry-after-ms": "1" }), "unavailable"],
  ["broken inside", fails(500), "unavailable"],
  ["in conflict", fails(409), "unavailable"],
  ["timed out", fails(408), "unavailable"],
  ["refusing the key", fails(401), "bad_request"],
  ["refusing the request", fails(400), "bad_request"],
  ["hanging up", { kind: "drop" }, "unavailable"],
  ["cut in transit", { kind: "drop", after: '{"id":' }, "unavailable"],
  ["an HTML page", { kind: "raw", body: "<html>", contentType: "text/html" }, "bad_request"],
  ["silent", { kind: "hang" }, "unavailable"],
  ["declining", refuses(), "refusal"],
  ["at its output limit", cutOff(), "cut"],
  ["empty", says(""), "empty"],
  ["not JSON", says("Sure! Here it is."), "malformed"],
  ["of another shape", says({ answer: 42 }), "malformed"],
];
