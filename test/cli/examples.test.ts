/** Every command shows in its help how it is called, and each example is a line that it takes. */
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/program.ts";
import type { Shell } from "../../cli/shell.ts";

const shell: Shell = {
  out: () => {},
  err: () => {},
  status: () => {},
  terminal: false,
  environment: {},
  signal: new AbortController().signal,
};

/** All of the program; what its commands do is left out. */
async function loadProgram(): Promise<Command> {
  const program = new Command("mmm");
  for (const { load } of COMMANDS) (await load())(program, shell);
  return program;
}

function listLeaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(listLeaves);
}

function listAll(command: Command): Command[] {
  return [command, ...command.commands.flatMap(listAll)];
}

/** `router train`. */
function readPath(command: Command): string {
  const above = command.parent;
  return above === null || above.parent === null
    ? command.name()
    : `${readPath(above)} ${command.name()}`;
}

function readHelp(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return text;
}

/**
 * The calls of `mmm` in a help under "Example:" or "Examples:", as words: a continued line is one, what
 * stands in `$(…)` is a call of its own, and what stands behind two blanks explains.
 */
function listExamples(help: string): string[][] {
  const [, after = ""] = help.split(/^Examples?:\n/m);
  return after
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .flatMap((line) => {
      const inner = [...line.matchAll(/\$\(([^)]*)\)/g)].map(([, call = ""]) => call);
      return [...inner, line.trim().replaceAll(/\$\([^)]*\)/g, "X")];
    })
    .map((line) => line.split(/ {2,}/)[0] ?? "")
    .filter((line) => /^(?:[A-Z_]+=\S+ )*mmm /.test(line))
    .map(splitWords);
}

/** The words behind the first `mmm` of a shell line, to its pipe. */
function splitWords(line: string): string[] {
  const [, call = ""] = /\bmmm ((?:"[^"]*"|'[^']*'|[^|&;<>#"'])*)/.exec(line) ?? [];
  return [...call.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ""),
  );
}

/** Path of the command that would run; throws where the words are no call of one. */
async function parseExample(words: readonly string[]): Promise<string> {
  const program = await loadProgram();
  let path = "";
  for (const leaf of listLeaves(program)) {
    leaf.action(() => void (path = readPath(leaf)));
  }
  for (const command of listAll(program)) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  await program.parseAsync([...words], { from: "user" });
  return path;
}

const leaves = listLeaves(await loadProgram());

describe.each(leaves.map((leaf) => [readPath(leaf), listExamples(readHelp(leaf))] as const))(
  "the examples of `mmm %s`",
  (path, examples) => {
    it("are there, parse, and one is of this command", async () => {
      const parsed = await Promise.all(examples.map(parseExample));
      expect(parsed).toContain(path);
    });
  },
);

describe("an example", () => {
  it("that no command takes is found", async () => {
    await expect(parseExample(["status", "--colour"])).rejects.toThrow(/unknown option/);
    await expect(parseExample(["topics", "destroy"])).rejects.toThrow(/unknown command/);
    await expect(parseExample(["propose", "--text", "k"])).rejects.toThrow(/not specified/);
  });

  it("is read to its pipe, with its quoted words whole and without what explains it", () => {
    const help = `x

Examples:
  mmm run \\
    --text "a | b" 'c d' | jq .
  A=$(mmm keys) mmm worker   starts it
  # mmm no

mmm in a sentence`;
    expect(listExamples(help)).toEqual([["run", "--text", "a | b", "c d"], ["keys"], ["worker"]]);
  });
});
