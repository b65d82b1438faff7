/**
 * Whole sessions over worker processes on Kafka and Redis while something is broken, and what has to
 * be true afterwards: no session lost, no history record lost, doubled or out of order, every chain
 * and seal valid offline, every history equal to the undisturbed one, every snapshot at its head.
 *
 * I1. A fault counts only when sessions were running; one that met none is reported as a failure.
 * I2. Checks read the history once more from the start when all is over, with means of their own.
 * I3. Where a session has not ended, what a person would ask for is printed while workers still run:
 *     lag, what open transactions hide, what the session waits for, the last failures.
 */
import { randomBytes } from "node:crypto";
import { verifySeal } from "../../guard/clearance.ts";
import { systemClock } from "../../infra/clock.ts";
import type { KafkaSettings } from "../../infra/kafka-client.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { createMemoryLog } from "../../infra/log-memory.ts";
import { createMemorySnapshots } from "../../infra/snapshot-memory.ts";
import { createRedisSnapshots } from "../../infra/snapshot-redis.ts";
import {
  historyDigest,
  historyEntry,
  manifestOf,
  verifyExport,
  type HistoryEntry,
} from "../../session/audit.ts";
import type { EventData } from "../../schemas/event.ts";
import type { EventLog, SnapshotStore } from "../../session/ports.ts";
import { Fleet } from "./fleet.ts";
import { LIMITS } from "./given.ts";
import { COMPLAINTS_SHOWN, describeStanding } from "./standing-sessions.ts";
import { eventsOf, request, startSystem, TEST_KEYS, until } from "./system.ts";

const PARTITIONS = 12;
const POLL_MS = 250;

/** A size of a test from the environment, for runs larger than those of every day. */
export function size(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}

export interface Plan {
  /** First words of the line that tells the figures. */
  readonly name: string;
  readonly sessions: number;
  readonly iterations: number;
  readonly workers: number;
  /** Mean time an agent thinks, milliseconds: sessions last as long as the faults. */
  readonly agentMs: number;
  readonly minutes: number;
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  /** Breaks things; sessions have been asked for. */
  disturb(field: Field): Promise<void>;
  /** Further checks when all sessions have ended and workers still run. */
  after?(field: Field): Promise<readonly string[]>;
}

/** What a disturbance acts on. */
export interface Field {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly fleet: Fleet;
  readonly kafka: KafkaSettings;
  /** Sessions that have not ended, as far as is known. */
  open(): number;
  /** Waits until this share of the sessions' events may have happened: so many records of history. */
  reached(records: number): Promise<void>;
  /** Breaks something, and notes how many sessions were open. */
  readonly fault: (what: string, cause: () => Promise<unknown>) => Promise<void>;
}

export interface Outcome {
  readonly faults: readonly string[];
  readonly figures: string;
}

/** Runs a plan and prints its figures. */
export async function runUnderFaults(plan: Plan): Promise<Outcome> {
  const limits = {
    ...LIMITS,
    max_iterations: plan.iterations,
    patience: plan.iterations,
    agent_timeout_s: 3_600,
  };
  const expected = await undisturbed(limits);
  const prefix = `chaos-${randomBytes(4).toString("hex")}.`;
  const kafka = { brokers: plan.brokers, prefix, partitions: PARTITIONS };
  const log = createKafkaLog(kafka, systemClock);
  await surely(() => log.ensureTopics());
  const snapshots = createRedisSnapshots({ url: plan.redisUrl, prefix, partitions: PARTITIONS });
  const fleet = new Fleet({
    environment: {
      KAFKA_BROKERS: plan.brokers.join(","),
      REDIS_URL: plan.redisUrl,
      MMM_PREFIX: prefix,
      MMM_PARTITIONS: String(PARTITIONS),
      MMM_AGENT_MS: String(plan.agentMs),
    },
    size: plan.workers,
  });
  const names = Array.from({ length: plan.sessions }, (_, index) => `session-${index}`);
  const follower = follow(log);
  const noted = new Map<string, number[]>();
  const faults: string[] = [];
  const open = () => names.filter((name) => !follower.sealed.has(name)).length;
  const field: Field = {
    log,
    snapshots,
    fleet,
    kafka,
    open,
    reached: async (records) => {
      while (follower.records() < records && open() > 0) await systemClock.sleep(POLL_MS / 5);
    },
    fault: async (what, cause) => {
      const running = open();
      if (running === 0) faults.push(`${what}: no session was running`);
      noted.set(what, [...(noted.get(what) ?? []), running]);
      await cause();
    },
  };
  const started = Date.now();
  try {
    await fleet.start();
    await Promise.all(names.map((name) => surely(() => request(log, name, { limits }))));
    await plan.disturb(field);
    const late = started + plan.minutes * 60_000;
    while (open() > 0 && Date.now() < late) await systemClock.sleep(POLL_MS);
    const took = Date.now() - started;
    const unfinished = names.filter((name) => !follower.sealed.has(name));
    if (unfinished.length > 0) faults.push(...(await describeStanding(field, unfinished)));
    if (plan.after !== undefined) faults.push(...(await plan.after(field)));
    faults.push(...deathsOf(fleet));
    await fleet.stop();
    const found = await histories(log);
    faults.push(...(await faultsOf({ found, names, expected, snapshots })));
    const figures = figuresOf(plan, { found, noted, faults, fleet, took });
    process.stdout.write(`${[figures, ...faults].join("\n")}\n`);
    return { faults, figures };
  } finally {
    follower.stop();
    await fleet.stop();
    await snapshots.close();
    await log.close();
  }
}

/** The history digest of the same session on the memory log, undisturbed. */
async function undisturbed(limits: EventData<"SessionRequested">["limits"]): Promise<string> {
  const log = createMemoryLog({ partitions: 4, clock: systemClock });
  const system = await startSystem({ log, snapshots: createMemorySnapshots() });
  await request(log, "calm", { limits });
  const entries = await until(log, "calm", "SessionSealed", 60);
  await system.stop();
  return historyDigest(eventsOf(entries));
}

/** Does something until it succeeds; what is done twice counts once. */
export async function surely<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries > 100) throw error;
      await systemClock.sleep(POLL_MS);
    }
  }
}

interface Follower {
  readonly sealed: ReadonlySet<string>;
  records(): number;
  stop(): void;
}

/** Follows `history`; begins anew when brokers are away for longer than a reader waits. */
function follow(log: EventLog): Follower {
  const halt = new AbortController();
  const sealed = new Set<string>();
  let records = 0;
  void (async () => {
    while (!halt.signal.aborted) {
      let seen = 0;
      try {
        const all = { topic: "history", follow: true, signal: halt.signal };
        for await (const record of log.read(all)) {
          seen += 1;
          records = Math.max(records, seen);
          if (record.headers["ce_type"] === "mmm.SessionSealed") sealed.add(record.key);
        }
      } catch {
        await systemClock.sleep(POLL_MS, halt.signal);
      }
    }
  })();
  return { sealed, records: () => records, stop: () => halt.abort() };
}

async function histories(log: EventLog): Promise<Map<string, HistoryEntry[]>> {
  const found = new Map<string, HistoryEntry[]>();
  for await (const record of log.read({ topic: "history" })) {
    const of = found.get(record.key) ?? [];
    of.push(historyEntry(record));
    found.set(record.key, of);
  }
  return found;
}

interface Ended {
  readonly found: ReadonlyMap<string, readonly HistoryEntry[]>;
  readonly names: readonly string[];
  readonly expected: string;
  readonly snapshots: SnapshotStore;
}

async function faultsOf({ found, names, expected, snapshots }: Ended): Promise<string[]> {
  const faults: string[] = [];
  for (const name of names) {
    const entries = found.get(name) ?? [];
    faults.push(...historyFaults(name, entries, expected));
    const kept = await snapshots.load(name);
    const head = entries.at(-1)?.line.hash;
    if (kept === null || kept.head !== head) faults.push(`${name}: snapshot differs`);
  }
  const strangers = [...found.keys()].filter((name) => !names.includes(name));
  return [...faults, ...strangers.map((name) => `${name} has a history nobody asked for`)];
}

/** What is wrong with one session's history. */
function historyFaults(
  session: string,
  entries: readonly HistoryEntry[],
  expected: string,
): string[] {
  const lines = [...entries.map(({ line }) => line), { manifest: manifestOf(session, entries) }];
  const report = verifyExport(lines);
  const { fault: broken } = report;
  const found = broken === null ? [] : [`${session} seq ${broken.seq}: ${broken.reason}`];
  if (report.seal === null) found.push(`${session} is not finished (${entries.length} records)`);
  else if (historyDigest(eventsOf(entries)) !== expected) found.push(`${session} ended otherwise`);
  else found.push(...sealFaults(session, report.seal, entries));
  return found;
}

/** The seal is the coordinator's and names the record before it. */
function sealFaults(session: string, seal: string, entries: readonly HistoryEntry[]): string[] {
  const before = entries.at(-2)?.line;
  try {
    const sealed = verifySeal(seal, TEST_KEYS.coordinator, session);
    const fits = sealed.seq === before?.seq && sealed.head === before.hash;
    return fits ? [] : [`${session}: the seal is of another head`];
  } catch (error) {
    return [`${session}: ${String(error)}`];
  }
}

function deathsOf(fleet: Fleet): string[] {
  if (fleet.deaths === 0) return [];
  const last = fleet.complaints.slice(-COMPLAINTS_SHOWN).join(" | ");
  return [`${fleet.deaths} workers ended by themselves: ${last}`];
}

interface Figures {
  readonly found: ReadonlyMap<string, readonly HistoryEntry[]>;
  /** What was broken -> the sessions that were open each time. */
  readonly noted: ReadonlyMap<string, readonly number[]>;
  readonly faults: readonly string[];
  readonly fleet: Fleet;
  readonly took: number;
}

function figuresOf(plan: Plan, { found, noted, faults, fleet, took }: Figures): string {
  const records = [...found.values()].reduce((sum, entries) => sum + entries.length, 0);
  const moves = Object.entries({
    SIGKILLs: fleet.kills,
    restarts: fleet.restarts,
    joins: fleet.joins,
    leaves: fleet.leaves,
  }).filter(([, times]) => times > 0);
  return [
    `${plan.name}: ${plan.sessions} sessions × ${plan.iterations} iterations`,
    `${plan.workers} workers`,
    ...moves.map(([name, times]) => `${times} ${name}`),
    ...[...noted].map(([what, open]) => `${open.length} ${what} (${open.at(-1)} open or more)`),
    `${records} history records`,
    `${faults.length} faults`,
    `${(took / 1000).toFixed(1)} s`,
  ].join(", ");
}
