/**
 * Counters and gauges in Prometheus's form. The only file that knows the metrics library.
 *
 * I1. Labels are names from fixed sets (consumers, event types, codes, models): never a session, a
 *     text or a key.
 * I2. Lag is measured when it is asked for; a scrape that cannot reach the log says so in a gauge.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { MmmError } from "../../schemas/errors.ts";
import type { ModelObserver } from "../../session/language-model.ts";
import type { GroupLag, UnstableRange } from "../../session/ports.ts";

const HANDLED_MS = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 5_000, 30_000, 120_000];
const COMMIT_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

export interface Metrics {
  readonly observer: {
    handled(consumer: string, type: string, ms: number): void;
    failed(consumer: string, error: unknown): void;
    parked(consumer: string, session: string, error: unknown): void;
    deadLettered(consumer: string, record: { readonly topic: string }, error: unknown): void;
    committed(partition: number, records: number, written: number, ms: number): void;
    retaken(partition: number, records: number, written: number): void;
    rebuilt(partition: number, sessions: number, why: string): void;
    stranded(session: string, waitsFor: string): void;
  };
  readonly models: ModelObserver;
  readonly routes: {
    routed(source: string, confidence: number | null): void;
    shadow(agreement: number): void;
  };
  /** Milliseconds since the last record that got done; null before the first. */
  idleMs(): number | null;
  text(): Promise<{ readonly type: string; readonly text: string }>;
}

export interface MetricsOptions {
  readonly now: () => number;
  /** Lag of each consumer's partitions, by consumer. */
  readonly lags: () => Promise<readonly { consumer: string; lag: readonly GroupLag[] }[]>;
  /** What transactions that have not ended hide from readers. */
  readonly unstable: () => Promise<readonly UnstableRange[]>;
}

/** Metrics of one process, in a registry of their own. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let last: number | null = null;
  const touch = () => {
    last = options.now();
  };
  const measureLag = createLagGauges(registry, options);
  const measureUnstable = createUnstableGauges(registry, options);
  return {
    observer: createLoopObserver(registry, touch),
    models: createModelObserver(registry),
    routes: createRouteObserver(registry),
    idleMs: () => (last === null ? null : options.now() - last),
    text: async () => {
      await Promise.all([measureLag(), measureUnstable()]);
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

function createLoopObserver(register: Registry, touch: () => void): Metrics["observer"] {
  const registers = [register];
  const handled = new Histogram({
    name: "mmm_handled_milliseconds",
    help: "time from taking a record to having published what follows",
    labelNames: ["consumer", "type"],
    buckets: HANDLED_MS,
    registers,
  });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const failures = counter("mmm_failures_total", "failed tries", ["consumer", "code"]);
  const parked = counter("mmm_parked_total", "sessions put aside after many tries", ["consumer"]);
  const dead = counter("mmm_dead_letters_total", "records nobody could take", ["consumer", "code"]);
  const written = counter("mmm_history_records_total", "records written to history", []);
  const retaken = counter("mmm_history_records_made_again_total", "lost and made again", []);
  const rebuilt = counter("mmm_partitions_rebuilt_total", "snapshots made again from history", []);
  const stranded = counter("mmm_stranded_sessions_total", "waits nobody will end", ["waits_for"]);
  const commits = new Histogram({
    name: "mmm_coordinator_commit_milliseconds",
    help: "one transaction of the coordinator",
    buckets: COMMIT_MS,
    registers,
  });
  return {
    handled: (consumer, type, ms) => {
      touch();
      handled.observe({ consumer, type }, ms);
    },
    failed: (consumer, error) => failures.inc({ consumer, code: getErrorCode(error) }),
    parked: (consumer) => parked.inc({ consumer }),
    deadLettered: (consumer, _record, error) => dead.inc({ consumer, code: getErrorCode(error) }),
    committed: (_partition, _records, count, ms) => {
      touch();
      written.inc(count);
      commits.observe(ms);
    },
    retaken: (_partition, _records, count) => retaken.inc(count),
    rebuilt: () => rebuilt.inc(),
    stranded: (_session, waitsFor) => stranded.inc({ waits_for: waitsFor }),
  };
}

function createModelObserver(register: Registry): ModelObserver {
  const registers = [register];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const calls = counter("mmm_model_calls_total", "paid answers", ["role", "model"]);
  const tokens = counter("mmm_model_tokens_total", "tokens", ["role", "model", "direction"]);
  const cost = counter("mmm_model_cost_usd_total", "money spent", ["role", "model"]);
  const failures = counter("mmm_model_failures_total", "failed attempts", ["model", "code"]);
  const fallbacks = counter("mmm_model_fallbacks_total", "built-in stood in", ["role"]);
  const storedAnswers = counter("mmm_model_memo_hits_total", "answers not paid twice", [
    "role",
    "model",
  ]);
  const latency = new Histogram({
    name: "mmm_model_milliseconds",
    help: "one paid answer",
    labelNames: ["role", "model"],
    buckets: HANDLED_MS,
    registers,
  });
  return {
    answered: ({ role, model, usage, costUsd, ms }) => {
      calls.inc({ role, model });
      tokens.inc({ role, model, direction: "in" }, usage.input);
      tokens.inc({ role, model, direction: "out" }, usage.output);
      cost.inc({ role, model }, costUsd);
      latency.observe({ role, model }, ms);
    },
    attemptFailed: ({ model, code }) => failures.inc({ model, code }),
    fellBack: ({ role }) => fallbacks.inc({ role }),
    answeredFromStore: ({ role, model }) => storedAnswers.inc({ role, model }),
  };
}

function createRouteObserver(register: Registry): Metrics["routes"] {
  const registers = [register];
  const routed = new Counter({
    name: "mmm_routed_total",
    help: "texts by what decided",
    labelNames: ["source"],
    registers,
  });
  const confidence = new Histogram({
    name: "mmm_route_confidence",
    help: "confidence of the choice",
    buckets: [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99],
    registers,
  });
  const shadow = new Gauge({
    name: "mmm_router_shadow_agreement",
    help: "share of texts on which the shadow checkpoint says the same",
    registers,
  });
  return {
    routed: (source, sure) => {
      routed.inc({ source });
      if (sure !== null) confidence.observe(sure);
    },
    shadow: (agreement) => shadow.set(agreement),
  };
}

/** Gauges of lag; the function measures anew. */
function createLagGauges(register: Registry, options: MetricsOptions): () => Promise<void> {
  const labelNames = ["consumer", "topic"];
  const gauge = (name: string, help: string, labels: string[]) =>
    new Gauge({ name, help, labelNames: labels, registers: [register] });
  const lag = gauge("mmm_lag_records", "records not done", labelNames);
  const oldest = gauge(
    "mmm_oldest_record_seconds",
    "age of the oldest record not done",
    labelNames,
  );
  const reachable = gauge("mmm_log_reachable", "1 when the log answered", []);
  return async () => {
    try {
      for (const { consumer, lag: rows } of await options.lags()) {
        for (const topic of new Set(rows.map((row) => row.topic))) {
          const own = rows.filter((row) => row.topic === topic);
          const records = own.reduce((sum, row) => sum + row.high - row.committed, 0);
          lag.set({ consumer, topic }, records);
          oldest.set(
            { consumer, topic },
            Math.max(0, ...own.map((row) => row.oldestMs ?? 0)) / 1_000,
          );
        }
      }
      reachable.set(1);
    } catch {
      reachable.set(0);
    }
  };
}

/** Gauges of hidden ranges; the function measures anew. A log that does not answer changes none. */
function createUnstableGauges(register: Registry, options: MetricsOptions): () => Promise<void> {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ["topic"], registers: [register] });
  const records = gauge("mmm_unstable_offsets", "offsets behind an open transaction");
  const oldest = gauge("mmm_unstable_seconds", "age of the oldest open transaction");
  return async () => {
    const found = await options.unstable().catch(() => null);
    if (found === null) return;
    records.reset();
    oldest.reset();
    for (const [topic, ranges] of Map.groupBy(found, (range) => range.topic)) {
      records.set(
        { topic },
        ranges.reduce((sum, { high, end }) => sum + end - high, 0),
      );
      oldest.set({ topic }, Math.max(...ranges.map((range) => range.oldestMs)) / 1_000);
    }
  };
}

function getErrorCode(error: unknown): string {
  return error instanceof MmmError ? error.code : "internal";
}
