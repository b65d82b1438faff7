/**
 * The real consumers on any log and store, with scripted agents and an instant trainer: what is
 * tested is the way of events, not the engine.
 */
import { readFileSync } from "node:fs";
import type { AgentTools } from "../../consumers/agent-task.ts";
import { createBusinessAnalyst } from "../../consumers/business-analyst.ts";
import { runConsumer, type Running } from "../../consumers/loop/run-consumer.ts";
import type { Consumer } from "../../consumers/loop/consumer.ts";
import { runCoordinator } from "../../consumers/coordinator/coordinator.ts";
import { createDataScientist } from "../../consumers/data-scientist.ts";
import { createGuard } from "../../consumers/guard.ts";
import { createVerdictRequest, type VerdictRequestTools } from "../../consumers/guard-question.ts";
import type { Observer } from "../../consumers/loop/observer.ts";
import type { Reasoners } from "../../agents/reasoners.ts";
import { createResearchPersona } from "../../consumers/research-persona.ts";
import { createRouter } from "../../consumers/router.ts";
import { createStakeholder } from "../../consumers/stakeholder.ts";
import { createTrainer, type Training } from "../../consumers/trainer/trainer.ts";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import { judge } from "../../guard/judge.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { systemClock } from "../../infra/clock.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import type { EventData, EventType, Recorded } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { sendToInbox } from "../../producers/request.ts";
import { toHistoryEntry, type HistoryEntry } from "../../session/audit.ts";
import type { EventLog, SnapshotStore } from "../../session/ports.ts";
import { LIMITS, metrics } from "./given.ts";

export const TEST_KEYS: Keys = {
  coordinator: createKeyRing(deriveSigningKey(new Uint8Array(32).fill(1))),
  guard: createKeyRing(deriveSigningKey(new Uint8Array(32).fill(2))),
};

export const BASELINE_TEXT = readFileSync(
  new URL("../../examples/baseline_model.json", import.meta.url),
  "utf8",
);
export const CONTEXT_TEXT = readFileSync(
  new URL("../../examples/business_context.json", import.meta.url),
  "utf8",
);

/** A loss that falls as tv's decay nears 0.6: what the scripted Data Scientist aims at. */
export function scriptedLoss(config: {
  hyperparameters: Record<string, { decay: number }>;
}): number {
  return 0.1 + Math.abs((config.hyperparameters["tv"]?.decay ?? 0) - 0.6);
}

/** Trains at once; the loss follows from the configuration alone. */
export const instantTraining: Training = {
  name: "instant",
  train: async (config) => {
    const loss = scriptedLoss(config);
    return {
      data_digest: computeSha256("data"),
      validation: metrics(loss),
      in_sample: metrics(loss),
      loss,
      channels: [],
      baseline_share: 0.6,
      solver_score: 1,
      roi_stability: 0.9,
      findings: [],
      detail: "{}",
    };
  },
  lockedTest: async () => ({
    baseline: metrics(0.2),
    final: metrics(0.15),
    weeks: 13,
    contradicts: false,
    comparisons: [],
    rule: "scripted",
  }),
};

/** Agents that answer at once: tv's decay moves a step towards 0.6 each time. */
export const scriptedReasoners: Reasoners = {
  propose: async ({ base, task }) => {
    const from = base.hyperparameters["tv"]?.decay ?? 0.5;
    const to = Number((from + (0.6 - from) / 2).toFixed(6));
    return {
      changes: [{ path: "hyperparameters.tv.decay", to }],
      reasoning: `Attempt ${task.attempt}: tv carries over longer than assumed.`,
      searchScore: 0.5,
      evaluations: 1,
      note: BUILTIN_REASONER,
    };
  },
  review: async () => ({
    verdict: "approve",
    findings: [],
    constraints: [],
    summary: "plausible",
    note: BUILTIN_REASONER,
  }),
  advise: async ({ role }) => ({
    kind:
      role === "business_analyst"
        ? "constraints"
        : role === "research_persona"
          ? "rejection"
          : "advice",
    text: `the ${role} has looked`,
    constraints: [],
    citations: role === "research_persona" ? ["jin_2017"] : [],
    note: BUILTIN_REASONER,
  }),
  explain: async ({ violations }) => ({
    text: `rejected: ${violations[0]?.code ?? ""}`,
    citations: ["jin_2017"],
    permitted: "tune within the ranges",
    note: BUILTIN_REASONER,
  }),
  decide: async () => ({
    decision: "approve",
    rationale: "",
    conditions: [],
    success_criteria: [],
    monitoring: [],
    rollback: "",
    next_review_weeks: 4,
    forecast_use: null,
    budget_use: null,
    grounds: null,
    note: BUILTIN_REASONER,
  }),
};

export interface SystemOptions {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly reasoners?: Partial<Reasoners>;
  readonly training?: Training;
  readonly judges?: readonly SemanticJudge[];
  readonly observed?: VerdictRequestTools["observed"];
  readonly observer?: Observer;
  /** The rings of this process; TEST_KEYS where left out. */
  readonly keys?: Keys;
  /** How long a session is left alone before it may be called stranded. */
  readonly quietMs?: number;
  /** Consumer names to leave out. */
  readonly without?: readonly string[];
  readonly route?: Parameters<typeof createRouter>[0]["route"];
}

/** Collects what goes wrong; a test looks at it. */
export interface Faults extends Observer {
  readonly failures: unknown[];
  readonly deadLetters: string[];
}

export function collectFaults(): Faults {
  const failures: unknown[] = [];
  const deadLetters: string[] = [];
  return {
    failures,
    deadLetters,
    handled: () => {},
    committed: () => {},
    retaken: (partition, _records, written) =>
      void failures.push(`partition ${partition}: ${written} history records were made again`),
    rebuilt: (partition, _sessions, why) =>
      void failures.push(`partition ${partition} was made again from history: ${why}`),
    stranded: (session, waitsFor) => void failures.push(`${session} waits for ${waitsFor} in vain`),
    failed: (_consumer, error) => void failures.push(error),
    parked: (consumer, session, error) => void failures.push({ consumer, session, error }),
    deadLettered: (consumer, record) => void deadLetters.push(`${consumer}/${record.topic}`),
  };
}

/** Starts all consumers. */
export async function startSystem(options: SystemOptions): Promise<Running> {
  const { log, snapshots, without = [] } = options;
  const observer = options.observer ?? collectFaults();
  const shared = { log, clock: systemClock, observer, groupPrefix: "test" };
  const running: Running[] = [];
  if (!without.includes("coordinator")) {
    running.push(
      await runCoordinator({
        ...shared,
        snapshots,
        keys: options.keys ?? TEST_KEYS,
        snapshotEveryMs: 20,
        checkEveryMs: 2_000,
        ...(options.quietMs === undefined ? {} : { quietMs: options.quietMs }),
      }),
    );
  }
  for (const consumer of consumersOf(options)) {
    if (without.includes(consumer.name)) continue;
    running.push(await runConsumer(consumer, { ...shared, random: () => 0.5 }));
  }
  return {
    ended: Promise.race(running.map((part) => part.ended)),
    stop: async () => {
      for (const part of running.toReversed()) await part.stop();
    },
  };
}

function consumersOf(options: SystemOptions): readonly Consumer[] {
  const spec = SPECIFICATION_SHIPPED;
  const keys = options.keys ?? TEST_KEYS;
  const agents: AgentTools = {
    reasoners: { ...scriptedReasoners, ...options.reasoners },
    spec,
    coordinatorKeys: keys.coordinator,
  };
  return [
    createRouter({ route: options.route ?? pinnedOrDataScientist }),
    createDataScientist(agents),
    createGuard({
      judge: createVerdictRequest({
        spec,
        judge: (input) => judge(input, options.judges ?? []),
        ...(options.observed === undefined ? {} : { observed: options.observed }),
      }),
      specDigest: spec.digest,
      guardKeys: keys.guard,
      coordinatorKeys: keys.coordinator,
    }),
    createTrainer({
      training: options.training ?? instantTraining,
      guardKeys: keys.guard,
      specDigest: spec.digest,
    }),
    createBusinessAnalyst(agents),
    createStakeholder(agents),
    createResearchPersona(agents),
  ];
}

const pinnedOrDataScientist: Parameters<typeof createRouter>[0]["route"] = async (task) => ({
  role: task.pinned ?? "data_scientist",
  alternatives: ["business_analyst"],
  source: task.pinned === null ? "rules" : "pinned",
  confidence: null,
  scores: [],
  threshold: null,
  model_digest: null,
  reason: "scripted",
});

/** A request for the shipped example. */
export function requestData(
  more: Partial<EventData<"SessionRequested">> = {},
): EventData<"SessionRequested"> {
  return {
    baseline: BASELINE_TEXT,
    business_context: CONTEXT_TEXT,
    business_unit: "emea",
    limits: LIMITS,
    seed: 7,
    requested_by: "test",
    parent_session: null,
    parent_seq: null,
    lineage: [],
    pinned_baseline: "",
    data_digest: "",
    ...more,
  };
}

/** Puts a request on the inbox. */
export async function request(
  log: EventLog,
  session: string,
  more: Partial<EventData<"SessionRequested">> = {},
): Promise<void> {
  const data = requestData(more);
  await sendToInbox(log, inputOf(session, "request"), { type: "SessionRequested", data });
}

export function inputOf(session: string, key: string) {
  const time = new Date().toISOString();
  return { session, businessUnit: "emea", producer: "test", key, time };
}

/** Reads a session's history until an event of this type has come. */
export async function until(
  log: EventLog,
  session: string,
  type: EventType = "SessionSealed",
  seconds = 20,
): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  const signal = AbortSignal.timeout(seconds * 1000);
  for await (const record of log.read({ topic: "history", key: session, follow: true, signal })) {
    const entry = toHistoryEntry(record);
    entries.push(entry);
    if (entry.event.type === type) return entries;
  }
  const seen = entries.map((entry) => entry.event.type).join(" ");
  throw new Error(`no ${type} of ${session} in ${seconds} s; so far: ${seen}`);
}

export function eventsOf(entries: readonly HistoryEntry[]): readonly Recorded[] {
  return entries.map((entry) => entry.event);
}
