/**
 * What starting a command costs: `npm run bench:start [-- --runs 9]`.
 *
 * Processor time (user and system, until exit) and largest memory of a fresh process for each command,
 * medians with smallest and largest, all commands in turn in each round. The first round, which fills
 * the compile cache, is not counted. The export of 100 records is of a session with scripted agents;
 * the state of the `status` is made by one on the shipped example.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../infra/clock.ts";
import { createMemoryLog } from "../infra/memory/log.ts";
import { createMemorySnapshots } from "../infra/memory/snapshots.ts";
import { createManifest } from "../session/audit.ts";
import { request, requestData, startSystem, until } from "../test/support/system.ts";
import { median, spread } from "./measure.ts";

const { values: options } = parseArgs({ options: { runs: { type: "string", default: "9" } } });
const runs = Number(options.runs);
const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;
const ROOT = new URL("..", import.meta.url).pathname;
const RECORDS = 100;
/** Exit code of `mmm audit verify` where no keys are at hand. */
const NOT_VERIFIED = 38;

/** Writes what the process took to the file in MMM_BENCH_START, as the last thing it does. */
const PROBE = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from "node:fs";
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    const { maxRSS } = process.resourceUsage();
    writeFileSync(process.env.MMM_BENCH_START, JSON.stringify({ s: (user + system) / 1e6, mb: maxRSS / 1e3 }));
  });`)}`;

const folder = mkdtempSync(join(tmpdir(), "mmm-start-"));
try {
  const state = join(folder, "state");
  runSession(state);
  const records = await writeLongHistory(join(folder, "kept.ndjson"));
  const cases: readonly { name: string; words: readonly string[]; limit: string }[] = [
    { name: "--version", words: ["--version"], limit: "0.2 s, 90 MB" },
    { name: "--help", words: ["--help"], limit: "" },
    {
      name: `audit verify, ${records} records`,
      words: ["audit", "verify", join(folder, "kept.ndjson")],
      limit: "0.6 s",
    },
    { name: "status, SQLite", words: ["status", "--state-dir", state], limit: "0.7 s" },
  ];
  const seen = cases.map(() => ({ s: [] as number[], mb: [] as number[] }));
  for (let round = 0; round <= runs; round += 1) {
    for (const [at, { words }] of cases.entries()) {
      const took = measure(words);
      if (round === 0) continue;
      seen[at]?.s.push(took.s);
      seen[at]?.mb.push(took.mb);
    }
  }
  for (const [at, { name, limit }] of cases.entries()) {
    const { s = [], mb = [] } = seen[at] ?? {};
    const seconds = `${median(s).toFixed(2)} s (${spread(s, 2)})`;
    const megabytes = `${median(mb).toFixed(0)} MB (${spread(mb, 0)})`;
    console.log(
      `${name.padEnd(28)}${seconds.padEnd(22)}${megabytes.padEnd(20)}limit: ${limit || "–"}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(words: readonly string[]): { readonly s: number; readonly mb: number } {
  const file = join(folder, "took.json");
  const { status, stderr } = spawnSync(process.execPath, ["--import", PROBE, MAIN, ...words], {
    cwd: ROOT,
    env: { ...process.env, MMM_BENCH_START: file },
    encoding: "utf8",
  });
  if (status !== 0 && status !== NOT_VERIFIED)
    throw new Error(`mmm ${words.join(" ")} ended with ${status}: ${stderr}`);
  return JSON.parse(readFileSync(file, "utf8")) as { s: number; mb: number };
}

/** The export of a session with RECORDS records or more, whose keys are not here; says how many. */
async function writeLongHistory(file: string): Promise<number> {
  const log = createMemoryLog({ partitions: 1, clock: systemClock });
  const system = await startSystem({ log, snapshots: createMemorySnapshots() });
  await request(log, "s1", {
    limits: { ...requestData().limits, max_iterations: 16, patience: 100 },
  });
  const entries = await until(log, "s1", "SessionSealed", 60);
  await system.stop();
  if (entries.length < RECORDS) throw new Error(`${entries.length} records are too few`);
  const lines = [...entries.map(({ line }) => line), { manifest: createManifest("s1", entries) }];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return entries.length;
}

/** One session on the shipped example. */
function runSession(state: string): void {
  const words = ["run", "--state-dir", state, "--output", folder, "--no-report"];
  const request = ["--baseline-config", "examples/baseline_model.json"];
  const context = ["--business-context", "examples/business_context.json"];
  const done = spawnSync(process.execPath, [MAIN, ...words, ...request, ...context], {
    cwd: ROOT,
    env: { ...process.env, MMM_GUARD_SEMANTICS: "lexicon", MMM_ROUTER: "rules" },
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(done.stderr);
}
