/** The copy-paste calls of the documentation, against a server as a user starts it. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { scratch, startMmm } from "../support/mmm.ts";

const run = promisify(execFile);

async function serve() {
  const args = ["serve", "--state-dir", scratch(), "--port", "0", "--data-root", "examples"];
  const { child, exited, said } = startMmm(args);
  let url: string | undefined;
  while (url === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    url = /serving on (http:\S+)/.exec(said())?.[1];
    expect(child.exitCode).toBeNull();
  }
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
  };
  return { url, stop };
}

/** The commands of the README's block that starts a session, as they stand there. */
function readmeCalls(): string[] {
  const readme = readFileSync("README.md", "utf8");
  const section = readme.slice(readme.indexOf("## Over HTTP and A2A"));
  const block = [...section.matchAll(/```bash\n([\s\S]*?)```/g)][1]?.[1] ?? "";
  return block.split(/\n(?=curl|npx)/).map((call) => call.trim());
}

describe("the README's calls", () => {
  it("start a session, tail it, and let another agent do both", async () => {
    const { url, stop } = await serve();
    const calls = readmeCalls();
    expect(calls).toHaveLength(3);
    const shell = (call: string, session = "") =>
      run("bash", [
        "-c",
        call.replaceAll("http://127.0.0.1:8080", url).replaceAll("SESSION", session),
      ]);
    const started = await shell(calls[0] ?? "");
    const { session } = JSON.parse(started.stdout) as { session: string };
    const tailed = await shell(calls[1] ?? "", session);
    expect(tailed.stdout).toContain("event: SessionSealed");
    const agent = await shell(calls[2] ?? "");
    expect(agent.stdout).toContain("TASK_STATE_COMPLETED");
    await stop();
  }, 120_000);
});

describe("the examples of the API", () => {
  it("start, stream and tail a session", async () => {
    const { url, stop } = await serve();
    const shell = await run("bash", ["examples/api/start-session.sh", url]);
    expect(shell.stdout).toContain("event: SessionSealed");
    expect(shell.stdout).toContain('"decision"');
    const session = /^session (\S+)/m.exec(shell.stdout)?.[1] ?? "";
    const tail = await run(process.execPath, ["examples/api/tail-history.ts", url, session]);
    const lines = tail.stdout.trim().split("\n");
    expect(lines[0]).toBe("1\tSessionRequested");
    expect(lines.at(-1)).toBe(`${lines.length}\tSessionSealed`);
    const agent = await run(process.execPath, ["examples/api/a2a-client.ts", url]);
    expect(agent.stdout).toMatch(/^task [0-9a-f-]{36}$/m);
    expect(agent.stdout).toContain("artifact result: what the session came to");
    expect(agent.stdout).toContain("TASK_STATE_COMPLETED");
    await stop();
  }, 120_000);
});
