/**
 * The governed loop: sessions of 20 iterations with instant agents and trainer, every event durable.
 * Embedded (SQLite, WAL, synchronous=FULL) or on Kafka and Redis, in one process. Prints sessions/s
 * and latencies at 1, 50 and 500 concurrent sessions.
 *
 * `node bench/loop/governed-loop.ts [--backend embedded|kafka] [--threads 1] [--partitions 12]
 *   [--rounds 5] [--widths 1,50,500] [--sessions N] [--json]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Backends, embedded, kafkaAndRedis } from "../backends.ts";
import { startLoop, type LoopSystem } from "./loop-system.ts";
import { inFlight, median, quantile, spread } from "../measure.ts";
import { startThreads } from "./threaded-loop.ts";

const ITERATIONS = 20;
/** Sessions of each thread before anything is measured: a server's code has been compiled long ago. */
const WARM = 50;

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "embedded" },
    partitions: { type: "string", default: "12" },
    rounds: { type: "string", default: "5" },
    widths: { type: "string", default: "1,50,500" },
    sessions: { type: "string" },
    threads: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

export interface LoopRow {
  readonly width: number;
  readonly sessions: number;
  readonly perSecond: readonly number[];
  /** Processor time of a session, milliseconds. */
  readonly cpuMs: readonly number[];
  readonly p50: readonly number[];
  readonly p99: readonly number[];
}

interface Round {
  readonly perSecond: number;
  readonly ms: readonly number[];
  readonly cpuMs: number;
}

const threads = Number(values.threads);
const name = threads > 1 ? `embedded, ${threads} threads` : undefined;
let seed = 1;

async function round(backends: Backends, width: number, sessions: number): Promise<Round> {
  const { system, close } = await open(backends);
  const first = seed;
  seed += sessions;
  const started = performance.now();
  const before = process.cpuUsage();
  const ms = await inFlight(sessions, width, (index) => system.session(first + index));
  const seconds = (performance.now() - started) / 1000;
  const { user, system: kernel } = process.cpuUsage(before);
  await close();
  return { perSecond: sessions / seconds, ms, cpuMs: (user + kernel) / 1000 / sessions };
}

interface Opened {
  readonly system: Pick<LoopSystem, "session" | "stop">;
  readonly close: () => Promise<void>;
}

/** Threads stay, as those of a server do; without them each round has a system of its own. */
let standing: Opened | null = null;

async function open(from: Backends): Promise<Opened> {
  if (threads > 1) return (standing ??= await openThreads());
  const backend = await from.open();
  const system = await startLoop({ ...backend, iterations: ITERATIONS });
  const close = async (): Promise<void> => {
    await system.stop();
    await backend.close();
  };
  return { system, close };
}

async function openThreads(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-bench-"));
  const partitions = Number(values.partitions);
  const system = await startThreads({ folder, threads, partitions, iterations: ITERATIONS });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = () => system.stop().then(remove);
  return { system: { session: (one) => system.session(one), stop }, close: async () => {} };
}

async function closeThreads(): Promise<void> {
  await standing?.system.stop();
}

const backends =
  values.backend === "kafka"
    ? await kafkaAndRedis(Number(values.partitions))
    : embedded(Number(values.partitions));
const rows: LoopRow[] = [];
try {
  await round(backends, 25, WARM * threads);
  for (const width of values.widths.split(",").map(Number)) rows.push(await measured(width));
} finally {
  await closeThreads();
  await backends.close();
}
if (values.json) {
  process.stdout.write(`${JSON.stringify({ governed_loop: name ?? backends.name, rows })}\n`);
}

async function measured(width: number): Promise<LoopRow> {
  const sessions = Number(values.sessions ?? Math.max(20, Math.min(500, width * 4)));
  const found: Round[] = [];
  for (let index = 0; index < Number(values.rounds); index += 1) {
    found.push(await round(backends, width, sessions));
  }
  const row: LoopRow = {
    width,
    sessions,
    perSecond: found.map((one) => one.perSecond),
    cpuMs: found.map((one) => one.cpuMs),
    p50: found.map((one) => quantile(one.ms, 0.5)),
    p99: found.map((one) => quantile(one.ms, 0.99)),
  };
  if (!values.json) {
    process.stdout.write(
      `${name ?? backends.name}, ${width} concurrent: ${median(row.perSecond).toFixed(1)} sessions/s ` +
        `(${spread(row.perSecond)}), p50 ${median(row.p50).toFixed(0)} ms, ` +
        `p99 ${median(row.p99).toFixed(0)} ms, ${median(row.cpuMs).toFixed(1)} ms of CPU each, ` +
        `${sessions} sessions a round\n`,
    );
  }
  return row;
}
