/**
 * Scale, embedded: many sessions open at once, a few of them active. Memory of an open session, cost
 * and latency of an active one, and the time to recover after SIGKILL.
 *
 * `node bench/loop/scale.ts [--open 100,10000] [--active 100] [--json]`
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState, type SqliteState } from "../../infra/sqlite/state.ts";
import { PARTITIONS } from "../backends.ts";
import { startLoop, type LoopSystem } from "./loop-system.ts";
import { inFlight, quantile } from "../measure.ts";

const { values } = parseArgs({
  options: {
    open: { type: "string", default: "100,10000" },
    active: { type: "string", default: "100" },
    folder: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const ITERATIONS = 5;

async function start(folder: string): Promise<{ state: SqliteState; system: LoopSystem }> {
  const state = openSqliteState(folder, { clock: systemClock, partitions: PARTITIONS });
  await state.log.ensureTopics();
  return { state, system: await startLoop({ ...state, iterations: ITERATIONS }) };
}

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

interface ScaleRow {
  readonly open: number;
  readonly bytesPerSession: number;
  readonly cpuMsPerActive: number;
  readonly p50: number;
  readonly p99: number;
  readonly recoveryMs: number;
}

async function row(open: number): Promise<ScaleRow> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-scale-"));
  const { state, system } = await start(folder);
  await inFlight(20, 10, (index) => system.session(1_000_000 + index));
  const empty = heap();
  await inFlight(open, 100, (index) => system.park(index + 1));
  const bytesPerSession = (heap() - empty) / open;
  const active = Number(values.active);
  const before = process.cpuUsage();
  const ms = await inFlight(active, active, (index) => system.session(index + 1));
  const { user, system: kernel } = process.cpuUsage(before);
  await system.stop();
  await state.close();
  const recoveryMs = await recovery(folder);
  rmSync(folder, { recursive: true, force: true });
  return {
    open,
    bytesPerSession,
    cpuMsPerActive: (user + kernel) / 1000 / active,
    p50: quantile(ms, 0.5),
    p99: quantile(ms, 0.99),
    recoveryMs,
  };
}

/** Kills a process in the middle of its work; from a new one's start to its first sealed session. */
async function recovery(folder: string): Promise<number> {
  const args = [fileURLToPath(import.meta.url), "--folder", folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const started = performance.now();
  const { state, system } = await start(folder);
  await system.session(5_000_000);
  const took = performance.now() - started;
  await system.stop();
  await state.close();
  return took;
}

/** The child: works until it is killed. */
async function work(folder: string): Promise<void> {
  const { system } = await start(folder);
  process.stdout.write("working\n");
  await inFlight(100_000, 50, (index) => system.session(6_000_000 + index));
}

if (values.folder !== undefined) await work(values.folder);
else {
  for (const open of values.open.split(",").map(Number)) {
    const found = await row(open);
    const text = values.json
      ? JSON.stringify({ scale: found })
      : `${open} open: ${(found.bytesPerSession / 1024).toFixed(1)} KiB of heap each; ` +
        `${values.active} active of ${ITERATIONS} iterations: ${found.cpuMsPerActive.toFixed(1)} ms of CPU each, ` +
        `p50 ${found.p50.toFixed(0)} ms, p99 ${found.p99.toFixed(0)} ms; ` +
        `${found.recoveryMs.toFixed(0)} ms from a start after SIGKILL to the first sealed session`;
    process.stdout.write(`${text}\n`);
  }
}
