/**
 * How fast one session is answered over HTTP while many callers ask: `GET /v1/sessions/{id}` at a
 * fixed rate against a store of many sessions, logged in with a token, by a generator in a process of
 * its own (bench/api/load.ts).
 *
 * `node bench/api.ts [requests per second] [stored sessions] [seconds] [sqlite|redis]`
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi } from "../api/app.ts";
import { API_SETTINGS } from "../api/http/settings.ts";
import { loadCardKey } from "../app/card-key.ts";
import { systemClock } from "../infra/clock.ts";
import { createMemoryLog } from "../infra/memory/log.ts";
import { createRedisSnapshots } from "../infra/redis/snapshots.ts";
import { openSqliteState } from "../infra/sqlite/state.ts";
import { toCanonicalJson } from "../schemas/canonical.ts";
import { deriveSessionId } from "../schemas/event.ts";
import type { EventLog, StateStore } from "../session/ports.ts";
import { stateOfFields } from "../session/stages.ts";
import { createSessionState } from "../session/state.ts";
import { toSessionSummary } from "../session/summary.ts";
import { AUDIENCE, createSigner, ISSUER, tokenOf } from "../test/api/tokens.ts";
import { startRedis } from "../test/support/servers/redis-server.ts";
import { BASELINE_TEXT, CONTEXT_TEXT } from "../test/support/system.ts";
import { runLoad } from "./api/load.ts";

const [rateText = "500", storedText = "10000", secondsText = "20", kind = "sqlite"] =
  process.argv.slice(2);
const [rate, stored, seconds] = [rateText, storedText, secondsText].map(Number) as [
  number,
  number,
  number,
];
const PARTITIONS = 12;

const nameOf = (index: number): string => deriveSessionId(`bench-${index}`);

interface Opened {
  readonly log: EventLog;
  readonly snapshots: StateStore;
  close(): Promise<void>;
}

async function openSqlite(folder: string): Promise<Opened> {
  const opened = openSqliteState(folder, { clock: systemClock, partitions: PARTITIONS });
  await opened.log.ensureTopics();
  return opened;
}

async function openRedis(): Promise<Opened> {
  const redis = await startRedis();
  const snapshots = createRedisSnapshots({ url: redis.url, partitions: PARTITIONS });
  const close = async (): Promise<void> => {
    await snapshots.close();
    await redis.stop();
  };
  return { log: createMemoryLog({ partitions: PARTITIONS, clock: systemClock }), snapshots, close };
}

/** Finished sessions with states of the usual size. */
async function fill({ log, snapshots }: Opened): Promise<void> {
  for (let start = 0; start < stored; start += 500) {
    const batch = Array.from({ length: Math.min(500, stored - start) }, (_, offset) => {
      const session = nameOf(start + offset);
      const state = stateOfFields({
        ...createSessionState(session, `unit-${offset % 20}`, "2026-01-05T10:00:00.000Z"),
        status: "completed",
        stopped_because: "all iterations used",
        baseline_text: BASELINE_TEXT,
        context_text: CONTEXT_TEXT,
        seen: Array.from({ length: 100 }, (_unused, at) => String(at).padStart(12, "0")),
      });
      const summary = toSessionSummary(state);
      const text = toCanonicalJson(state);
      const partition = log.partitionOf(session);
      return { session, partition, offset: 1, seq: 1, head: "", state: text, summary };
    });
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const own = batch.filter((one) => one.partition === partition);
      await snapshots.save(own, { partition, offset: 1, historyOffset: 1 });
    }
  }
}

/** Runs in a process of its own, so that asking does not slow down answering. */
async function serve(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-bench-api-"));
  const opened = kind === "redis" ? await openRedis() : await openSqlite(folder);
  await fill(opened);
  const signer = await createSigner();
  const jwt = { issuer: ISSUER, audience: AUDIENCE, keys: [signer.jwk] };
  const limits = { requests_per_minute: 10_000_000 };
  const api = await startApi({
    log: opened.log,
    snapshots: opened.snapshots,
    values: opened.snapshots,
    clock: systemClock,
    settings: API_SETTINGS.parse({ port: 0, jwt, limits }),
    version: "bench",
    groupPrefix: "bench",
    prepare: () => Promise.reject(new Error("nothing is started here")),
    report: async () => null,
    metrics: async () => ({ type: "text/plain", text: "" }),
    storeData: async () => {},
    sweepData: async () => {},
    secret: new Uint8Array(32).fill(7),
    checkProposal: async () => null,
    cardKey: loadCardKey(folder),
    askRole: null,
    failed: (where, error) => console.error(where, error),
  });
  const token = await tokenOf(signer, { units: "all" });
  process.send?.({ url: api.url, token });
  let before = process.cpuUsage();
  process.on("message", (message) => {
    if (message === "begin") before = process.cpuUsage();
    else if (message === "measure") process.send?.(process.cpuUsage(before));
    else {
      void (async () => {
        await api.close();
        await opened.close();
        rmSync(folder, { recursive: true, force: true });
        process.exit(0);
      })();
    }
  });
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

const SHOWN = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999, max: 1 };

function shown(sorted: readonly number[]): string {
  const parts = Object.entries(SHOWN).map(
    ([name, share]) => `${name} ${quantile(sorted, share)} ms`,
  );
  return parts.join("  ");
}

async function main(): Promise<void> {
  const child = fork(new URL(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, BENCH_API_SERVER: "1" },
  });
  const told = <T>(): Promise<T> =>
    new Promise((resolve) => child.once("message", (message) => resolve(message as T)));
  const { url, token } = await told<{ url: string; token: string }>();
  const plan = {
    url,
    headers: { authorization: `Bearer ${token}` },
    perSecond: rate,
    pathOf: (n: number) => `/v1/sessions/${nameOf((n * 7_919) % stored)}`,
  };
  // Two seconds to warm up: code compiled, connections open; most sessions are asked for anew after.
  await runLoad({ ...plan, count: rate * 2 });
  child.send("begin");
  const { latencies, delays, wrong } = await runLoad({ ...plan, count: rate * seconds });
  child.send("measure");
  const { user, system } = await told<NodeJS.CpuUsage>();
  console.log(`GET /v1/sessions/{id}: ${rate}/s for ${seconds} s, ${stored} stored, ${kind}`);
  console.log(`answered after   ${shown(latencies)}`);
  console.log(`of which sending ${shown(delays)}`);
  console.log(`${latencies.length} answers, ${wrong} wrong`);
  console.log(
    `server: ${((user + system) / 1_000 / (rate * seconds)).toFixed(3)} ms of CPU an answer`,
  );
  child.send("stop");
  await new Promise((resolve) => child.once("exit", resolve));
}

if (process.env["BENCH_API_SERVER"] === "1") await serve();
else await main();
