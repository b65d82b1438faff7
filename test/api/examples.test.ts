/** The copy-paste calls of the documentation, against a server as a user starts it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { scratch, startMmm } from "../support/mmm.ts";

const run = promisify(execFile);

describe("the examples of the API", () => {
  it("start, stream and tail a session", async () => {
    const args = ["serve", "--state-dir", scratch(), "--port", "0", "--data-root", "examples"];
    const { child, exited, said } = startMmm(args);
    let url: string | undefined;
    while (url === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      url = /serving on (http:\S+)/.exec(said())?.[1];
      expect(child.exitCode).toBeNull();
    }
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
    child.kill("SIGTERM");
    await exited;
  }, 120_000);
});
