/** Completion scripts: made from the commands there are, and taken by the shells that are here. */
import { spawnSync } from "node:child_process";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { formatCompletion, listCompletedCommands } from "../../../cli/output/completion.ts";
import { COMMANDS } from "../../../cli/program.ts";
import type { Shell } from "../../../cli/shell.ts";

const shell: Shell = {
  out: () => {},
  err: () => {},
  status: () => {},
  terminal: false,
  environment: {},
  signal: new AbortController().signal,
};

async function listAll() {
  const full = new Command("mmm");
  for (const { load } of COMMANDS) (await load())(full, shell);
  return listCompletedCommands(full);
}

/** What bash offers after a line. */
function complete(script: string, words: readonly string[]): string[] {
  const line = words.map((word) => JSON.stringify(word)).join(" ");
  const { stdout } = spawnSync(
    "bash",
    [
      "--norc",
      "-c",
      `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _mmm_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    { encoding: "utf8" },
  );
  return stdout.split("\n").filter((word) => word !== "");
}

describe("a completion script", () => {
  it("knows every command and its options", async () => {
    const commands = await listAll();
    for (const { name } of COMMANDS) expect(commands.map(({ path }) => path)).toContain(name);
    for (const name of ["bash", "zsh", "fish"] as const) {
      const script = formatCompletion(name, commands);
      expect(script).toContain("allocate");
      expect(script).toMatch(name === "fish" ? /-l baseline-config/ : /--baseline-config/);
    }
  });

  it("completes commands, members of groups and options in bash", async () => {
    const script = formatCompletion("bash", await listAll());
    expect(complete(script, ["mmm", "rep"])).toEqual(expect.arrayContaining(["replay", "report"]));
    expect(complete(script, ["mmm", "history", "sh"])).toEqual(["show"]);
    expect(complete(script, ["mmm", "history", "export", "--for"])).toEqual(["--format"]);
    expect(complete(script, ["mmm", "run", "--base"])).toEqual(["--baseline-config"]);
    expect(complete(script, ["mmm", "report", "--session", "la"])).toEqual(["latest"]);
  });

  it.each(["zsh", "fish"] as const)("is a text that %s reads, where it is here", async (name) => {
    const script = formatCompletion(name, await listAll());
    const { status, error, stderr } = spawnSync(name, ["-n"], { input: script, encoding: "utf8" });
    if (error === undefined) expect(status, stderr).toBe(0);
    else expect(script.length).toBeGreaterThan(1_000);
  });
});
