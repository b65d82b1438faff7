/**
 * Many sessions at once on a slow, faulty stand-in of the Messages API: does the time follow from
 * the concurrency limit alone, and does memory stay flat?
 *
 * `node --expose-gc bench/claude.ts [sessions] [concurrency] [latency ms] [share of errors]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../infra/clock.ts";
import { openSqliteState } from "../infra/sqlite/state.ts";
import { createSeededRandom } from "../router/classifier/random.ts";
import { plainAnswer, startClaudeSystem, ledgerEnd } from "../test/support/claude/system.ts";
import { LIMITS } from "../test/support/given.ts";
import { fails, startMessagesApi } from "../test/support/claude/messages-api.ts";
import { collectFaults, CONTEXT_TEXT, request } from "../test/support/system.ts";

const [sessions = 100, concurrency = 16, latencyMs = 2000, errorShare = 0.05] = process.argv
  .slice(2)
  .map(Number);

const random = createSeededRandom(7);
let failed = 0;
let sentTokens = 0;
const api = await startMessagesApi(async (asked) => {
  const faulty = random() < errorShare;
  await systemClock.sleep(latencyMs);
  if (faulty) {
    failed += 1;
    return fails(asked.index % 2 === 0 ? 529 : 500);
  }
  sentTokens += 120;
  return plainAnswer(asked);
});

const folder = mkdtempSync(join(tmpdir(), "mmm-bench-claude-"));
const state = openSqliteState(folder, { partitions: 12, clock: systemClock });
await state.log.ensureTopics();
const observer = collectFaults();
const system = await startClaudeSystem({
  ...state,
  api,
  observer,
  claude: {
    concurrency,
    attempt_timeout_s: 60,
    total_timeout_s: 180,
    backoff_ms: 500,
    backoff_ms_max: 20_000,
  },
});

const heap: number[] = [];
const sample = setInterval(() => {
  globalThis.gc?.();
  heap.push(process.memoryUsage().heapUsed / 2 ** 20);
}, 2000);

const started = performance.now();
const names = Array.from({ length: sessions }, (_, index) => `b${index}`);
const limits = { ...LIMITS, max_iterations: 1, agent_timeout_s: 0 };
for (const name of names) {
  const context = { ...(JSON.parse(CONTEXT_TEXT) as object), objective: `Goal of ${name}.` };
  await request(state.log, name, { limits, business_context: JSON.stringify(context) });
}
const isOver = (status: string) => !["running", "waiting", "log"].includes(status);
let rows = await state.snapshots.list({});
while (rows.length < sessions || !rows.every(({ status }) => isOver(status))) {
  await systemClock.sleep(250);
  rows = await state.snapshots.list({});
}
const seconds = (performance.now() - started) / 1000;
clearInterval(sample);
await system.stop();

let booked = 0;
for (const name of names) booked += (await ledgerEnd(state.snapshots, name))?.spent.tokens ?? 0;
const completed = rows.filter(({ status }) => status === "completed").length;
const implied = (api.asked.length * latencyMs) / 1000 / concurrency;
const third = Math.max(1, Math.floor(heap.length / 3));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
process.stdout.write(
  `${JSON.stringify(
    {
      sessions,
      completed,
      requests: api.asked.length,
      failed,
      open_max: api.openMax,
      seconds: Number(seconds.toFixed(1)),
      implied_seconds: Number(implied.toFixed(1)),
      ratio: Number((seconds / implied).toFixed(3)),
      tokens_sent: sentTokens,
      tokens_booked: booked,
      heap_mib_first_third: Number(mean(heap.slice(0, third)).toFixed(1)),
      heap_mib_last_third: Number(mean(heap.slice(-third)).toFixed(1)),
      faults: observer.failures.length,
    },
    null,
    2,
  )}\n`,
);
await state.close();
await api.close();
rmSync(folder, { recursive: true, force: true });
