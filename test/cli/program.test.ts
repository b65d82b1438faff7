/** The table of commands: the help as if all were loaded, and only what is asked for is. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS, createProgram } from "../../cli/program.ts";
import type { Shell } from "../../cli/shell.ts";
import { scratch } from "../support/mmm.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

const shell: Shell = {
  out: () => {},
  err: () => {},
  status: () => {},
  terminal: false,
  environment: {},
  signal: new AbortController().signal,
};

/** Writes the modules that a process loaded to the file in MODULES. */
const SPY = `
import { registerHooks } from "node:module";
import { writeFileSync } from "node:fs";
const seen = [];
registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context); } });
process.on("exit", () => writeFileSync(process.env.MODULES, JSON.stringify(seen)));
`;

/** What a command loads: packages by name, files of ours by path. */
function loadedBy(words: readonly string[]): { packages: Set<string>; own: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "mmm-modules-"));
  const [spy, file] = [join(folder, "spy.mjs"), join(folder, "modules.json")];
  writeFileSync(spy, SPY);
  const { status, stderr } = spawnSync(process.execPath, ["--import", spy, MAIN, ...words], {
    env: { ...process.env, MODULES: file },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const urls = JSON.parse(readFileSync(file, "utf8")) as string[];
  const packages = urls.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
  const root = new URL("../../", import.meta.url).href;
  return {
    packages: new Set(packages.filter((name) => name !== undefined)),
    own: urls.filter((url) => url.startsWith(root) && !url.includes("/node_modules/")),
  };
}

describe("the help", () => {
  it("says of every command what the command says of itself, in the table's order", async () => {
    const full = new Command("mmm");
    for (const { load } of COMMANDS) (await load())(full, shell);
    const said = full.commands.map((command) => ({
      name: command.name(),
      about: command.description(),
      leaf: command.options.length > 0,
    }));
    expect(COMMANDS.map(({ name, about, leaf }) => ({ name, about, leaf }))).toEqual(said);
    const listed = await createProgram(shell, ["--help"]);
    expect(listed.commands.map((command) => command.name())).toEqual(said.map(({ name }) => name));
  });

  it.each(COMMANDS.map(({ name }) => [name]))("of %s comes from its own file", async (name) => {
    const [plain, asked] = [
      await createProgram(shell, [name]),
      await createProgram(shell, ["help", name]),
    ];
    const help = (program: Command) =>
      program.commands.find((command) => command.name() === name)?.helpInformation();
    expect(help(plain)).toBe(help(asked));
    expect(help(plain)).toMatch(/--state-dir|Commands:|--[a-z]/);
  });
});

describe("a start", () => {
  it("for the version or the help loads no command, and no package but the parser", () => {
    for (const words of [["--version"], ["--help"]]) {
      const { packages, own } = loadedBy(words);
      expect([...packages]).toEqual(["commander"]);
      expect(own.length).toBeLessThan(10);
    }
  });

  it("of a look at a state on SQLite loads no other adapter, no agent and no encoder", () => {
    const state = join(scratch(), "state");
    const made = spawnSync(process.execPath, [MAIN, "topics", "create", "--state-dir", state]);
    expect(made.status, String(made.stderr)).toBe(0);
    const { packages, own } = loadedBy(["status", "--state-dir", state]);
    for (const name of ["kafkajs", "ioredis", "@anthropic-ai/sdk", "onnxruntime-node"]) {
      expect([...packages]).not.toContain(name);
    }
    expect(
      own.filter((url) => /\/(?:router\/encoder|infra\/kafka|guard\/judge)/.test(url)),
    ).toEqual([]);
  });
});
