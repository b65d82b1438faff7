/**
 * The governed loop, embedded: sessions of 20 iterations with instant agents and trainer, every
 * event durable (SQLite, WAL, synchronous=FULL). Prints sessions/s and latencies at 1, 50 and 500
 * concurrent sessions.
 *
 * `node bench/governed-loop.ts [--rounds 5] [--widths 1,50,500] [--sessions N] [--json]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../infra/clock.ts";
import { openSqliteState } from "../infra/sqlite-state.ts";
import { startLoop } from "./loop-system.ts";
import { inFlight, median, quantile, spread } from "./measure.ts";

const ITERATIONS = 20;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    widths: { type: "string", default: "1,50,500" },
    sessions: { type: "string" },
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

let seed = 1;

async function round(width: number, sessions: number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-bench-"));
  const state = openSqliteState(folder, { clock: systemClock, partitions: 12 });
  await state.log.ensureTopics();
  const system = await startLoop({ ...state, iterations: ITERATIONS });
  const first = seed;
  seed += sessions;
  const started = performance.now();
  const before = process.cpuUsage();
  const ms = await inFlight(sessions, width, (index) => system.session(first + index));
  const seconds = (performance.now() - started) / 1000;
  const { user, system: kernel } = process.cpuUsage(before);
  await system.stop();
  await state.close();
  rmSync(folder, { recursive: true, force: true });
  return { perSecond: sessions / seconds, ms, cpuMs: (user + kernel) / 1000 / sessions };
}

const rows: LoopRow[] = [];
await round(10, 20);
for (const width of values.widths.split(",").map(Number)) {
  const sessions = Number(values.sessions ?? Math.max(20, Math.min(500, width * 4)));
  const found: Round[] = [];
  for (let index = 0; index < Number(values.rounds); index += 1) {
    found.push(await round(width, sessions));
  }
  const row: LoopRow = {
    width,
    sessions,
    perSecond: found.map((one) => one.perSecond),
    cpuMs: found.map((one) => one.cpuMs),
    p50: found.map((one) => quantile(one.ms, 0.5)),
    p99: found.map((one) => quantile(one.ms, 0.99)),
  };
  rows.push(row);
  if (!values.json) {
    process.stdout.write(
      `embedded, ${width} concurrent: ${median(row.perSecond).toFixed(1)} sessions/s ` +
        `(${spread(row.perSecond)}), p50 ${median(row.p50).toFixed(0)} ms, ` +
        `p99 ${median(row.p99).toFixed(0)} ms, ${median(row.cpuMs).toFixed(1)} ms of CPU each, ${sessions} sessions a round\n`,
    );
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ governed_loop_embedded: rows })}\n`);
