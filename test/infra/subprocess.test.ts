/** Running an outside program: fed, limited, ended with all it started. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProcess, type ProcessLimits } from "../../infra/subprocess.ts";

const NODE = process.execPath;

function limits(more: Partial<ProcessLimits> = {}): ProcessLimits {
  return {
    timeoutMs: 20_000,
    stdoutBytesMax: 100_000,
    stderrBytesMax: 1000,
    signal: new AbortController().signal,
    ...more,
  };
}

function node(script: string, input = "", more: Partial<ProcessLimits> = {}) {
  return runProcess([NODE, "-e", script], input, limits(more));
}

describe("runProcess", () => {
  it("feeds stdin and returns stdout, stderr and the exit code", async () => {
    const script = `process.stdin.on("data", (d) => { process.stdout.write(String(d).toUpperCase()); console.error("note"); process.exitCode = 4; })`;
    const done = await node(script, "hello");
    expect(done).toMatchObject({ end: "exit", exitCode: 4, stdout: "HELLO", stderr: "note\n" });
  });

  it("passes no shell syntax on", async () => {
    const done = await runProcess([NODE, "-p", "process.argv[1]", "$(echo no); *"], "", limits());
    expect(done.stdout).toBe("$(echo no); *\n");
  });

  it("hands on no variable that was not named", async () => {
    process.env["MMM_TEST_SECRET"] = "secret";
    const done = await node("console.log(JSON.stringify(process.env))", "", {
      environment: { GIVEN: "yes" },
    });
    delete process.env["MMM_TEST_SECRET"];
    const seen = JSON.parse(done.stdout) as Record<string, string>;
    expect(seen["GIVEN"]).toBe("yes");
    expect(seen["MMM_TEST_SECRET"]).toBeUndefined();
  });

  it("ends a program that takes too long, and what that started", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mmm-subprocess-"));
    const file = join(folder, "pid");
    const script = `const c = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]); require("node:fs").writeFileSync(${JSON.stringify(file)}, String(c.pid)); setInterval(() => {}, 1000)`;
    const done = await node(script, "", { timeoutMs: 1500 });
    expect(done.end).toBe("timeout");
    const child = Number(readFileSync(file, "utf8"));
    rmSync(folder, { recursive: true });
    await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
  });

  it("ends a program that ignores the polite signal", { timeout: 30_000 }, async () => {
    const script = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)`;
    expect((await node(script, "", { timeoutMs: 1000 })).end).toBe("timeout");
  });

  it("ends a program that floods stdout and keeps the end of stderr", async () => {
    const flood = `setInterval(() => process.stdout.write("x".repeat(50000)), 1)`;
    expect((await node(flood)).end).toBe("output_limit");
    const noisy = `process.stderr.write("a".repeat(5000) + "the end")`;
    const done = await node(noisy);
    expect(done.end).toBe("exit");
    expect(done.stderr).toHaveLength(1000);
    expect(done.stderr.endsWith("the end")).toBe(true);
  });

  it("ends with the signal of its caller", async () => {
    const stop = new AbortController();
    const running = node("setInterval(() => {}, 1000)", "", { signal: stop.signal });
    stop.abort();
    expect((await running).end).toBe("aborted");
  });

  it("says so when the program does not exist", async () => {
    const done = await runProcess(["/no/such/program"], "", limits());
    expect(done.end).toBe("not_started");
    expect(done.detail).toContain("ENOENT");
  });

  it("survives a program that never reads its input", async () => {
    const done = await node("process.exit(0)", "x".repeat(1_000_000));
    expect(done).toMatchObject({ end: "exit", exitCode: 0 });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const state = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2];
    return state !== "Z";
  } catch {
    return false;
  }
}
