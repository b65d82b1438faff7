/** The command line as a user calls it, in a process of its own. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Without the encoder a process starts in a fraction of the time. */
const QUICK = { MMM_ROUTER: "rules", MMM_GUARD_SEMANTICS: "lexicon" };

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `mmm …` to its end. */
export function mmm(args: readonly string[], environment: Record<string, string> = {}): Said {
  const ran = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...QUICK, ...environment },
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** Starts `mmm …`; resolves with its exit code, null when it was killed. */
export function startMmm(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...QUICK, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  }
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, exited, said: () => text };
}

/** A folder of its own, removed at the end of the test file. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "mmm-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const EXAMPLE = [
  "--baseline-config",
  "examples/baseline_model.json",
  "--business-context",
  "examples/business_context.json",
];
