/**
 * How fast one session is answered over HTTP while many callers ask: `GET /v1/sessions/{id}` at a
 * fixed rate against a store of many sessions, measured from the moment a request was due (so that a
 * slow server cannot hide by being asked less).
 *
 * `node bench/api.ts [requests per second] [stored sessions] [seconds]`
 */
import { Agent, request } from "node:http";
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi } from "../api/app.ts";
import { API_SETTINGS } from "../api/settings.ts";
import { cardKeyOf } from "../cli/card-key.ts";
import { systemClock } from "../infra/clock.ts";
import { openSqliteState } from "../infra/sqlite-state.ts";
import { canonicalJson } from "../schemas/canonical.ts";
import { sessionIdOf } from "../schemas/event.ts";
import { emptyState } from "../session/state.ts";
import { summaryOf } from "../session/summary.ts";
import { BASELINE_TEXT, CONTEXT_TEXT } from "../test/support/system.ts";

const [rate = 500, stored = 10_000, seconds = 10] = process.argv.slice(2).map(Number);

const nameOf = (index: number): string => sessionIdOf(`bench-${index}`);

/** Runs in a process of its own, so that asking does not slow down answering. */
async function serve(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-bench-api-"));
  const opened = openSqliteState(folder, { clock: systemClock, partitions: 12 });
  const { log, snapshots } = opened;
  await log.ensureTopics();
  for (let start = 0; start < stored; start += 500) {
    const batch = Array.from({ length: Math.min(500, stored - start) }, (_, offset) => {
      const session = nameOf(start + offset);
      const state = {
        ...emptyState(session, `unit-${offset % 20}`, "2026-01-05T10:00:00.000Z"),
        status: "completed" as const,
        baseline_text: BASELINE_TEXT,
        context_text: CONTEXT_TEXT,
        seen: Array.from({ length: 100 }, (_unused, at) => String(at).padStart(12, "0")),
      };
      const partition = log.partitionOf(session);
      const summary = summaryOf(state);
      const text = canonicalJson(state);
      return { session, partition, offset: 1, seq: 1, head: "", state: text, summary };
    });
    await snapshots.save(batch, { partition: 0, offset: 1, historyOffset: 1 });
  }
  const api = await startApi({
    log,
    snapshots,
    clock: systemClock,
    settings: API_SETTINGS.parse({ port: 0, limits: { requests_per_minute: 10_000_000 } }),
    version: "bench",
    groupPrefix: "bench",
    prepare: () => Promise.reject(new Error("nothing is started here")),
    report: async () => null,
    metrics: async () => ({ type: "text/plain", text: "" }),
    storeData: async () => {},
    checkProposal: async () => null,
    cardKey: cardKeyOf(folder),
    askRole: null,
    failed: (where, error) => console.error(where, error),
  });
  process.send?.({ url: api.url });
  const before = process.cpuUsage();
  process.once("message", () => {
    void (async () => {
      const { user, system } = process.cpuUsage(before);
      console.log(
        `server: ${((user + system) / 1_000 / (rate * (seconds + 2))).toFixed(3)} ms of CPU an answer`,
      );
      await api.close();
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    })();
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function get(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    })
      .once("error", reject)
      .end();
  });
}

interface Measured {
  readonly latencies: number[];
  readonly wrong: number;
}

async function load(url: string, count: number): Promise<Measured> {
  const latencies: number[] = [];
  let wrong = 0;
  const begun = performance.now();
  const open: Promise<void>[] = [];
  for (let asked = 0; asked < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - begun) * rate) / 1_000) + 1);
    for (; asked < due; asked += 1) {
      const dueAt = begun + (asked * 1_000) / rate;
      const session = nameOf((asked * 7_919) % stored);
      open.push(
        get(`${url}/v1/sessions/${session}`).then((status) => {
          latencies.push(performance.now() - dueAt);
          if (status !== 200) wrong += 1;
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
  return { latencies: latencies.toSorted((a, b) => a - b), wrong };
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

async function main(): Promise<void> {
  const child = fork(new URL(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, BENCH_API_SERVER: "1" },
  });
  const { url } = await new Promise<{ url: string }>((resolve) => {
    child.once("message", (message) => resolve(message as { url: string }));
  });
  await load(url, rate * 2);
  const { latencies, wrong } = await load(url, rate * seconds);
  const shown = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999, max: 1 };
  console.log(`GET /v1/sessions/{id}: ${rate}/s for ${seconds} s, ${stored} stored sessions`);
  console.log(
    Object.entries(shown)
      .map(([name, share]) => `${name} ${quantile(latencies, share)} ms`)
      .join("  "),
  );
  console.log(`${latencies.length} answers, ${wrong} wrong`);
  child.send("stop");
  await new Promise((resolve) => child.once("exit", resolve));
  agent.destroy();
}

if (process.env["BENCH_API_SERVER"] === "1") await serve();
else await main();
