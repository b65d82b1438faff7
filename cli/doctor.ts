/** `mmm doctor`: what this machine offers and what is missing, each with the remedy. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { assertWritable } from "../infra/files.ts";
import { makePrivateFolder } from "../infra/private-files.ts";
import { errorText } from "../schemas/errors.ts";
import { openJudges } from "./guard-judges.ts";
import { openFor } from "./open.ts";
import { isClaudeOn } from "./claude.ts";
import { settingsOf } from "./command-settings.ts";
import { withCommon, type CommonOptions, type Shell } from "./shell.ts";
import { table } from "./table.ts";

interface Check {
  readonly name: string;
  readonly state: "ok" | "note" | "bad";
  readonly detail: string;
}

export function addDoctorCommand(program: Command, shell: Shell): void {
  withCommon(program.command("doctor"))
    .description("check Node, settings, state folder, keys, log, snapshots and guard")
    .addHelpText("after", "\nExample:\n  mmm doctor --state-dir .mmm")
    .action(async (options: CommonOptions) => doctor(shell, options));
}

async function doctor(shell: Shell, options: CommonOptions): Promise<void> {
  const checks: Check[] = [];
  const attempt = async (name: string, call: () => Promise<string> | string) => {
    try {
      checks.push({ name, state: "ok", detail: await call() });
    } catch (error) {
      checks.push({ name, state: "bad", detail: errorText(error) });
    }
  };
  await attempt("Node", () => process.version);
  await attempt("settings", () => {
    const settings = settingsOf(shell, options);
    return `log ${settings.log.kind}, snapshots ${settings.snapshots.kind}`;
  });
  await attempt("state folder", () => {
    makePrivateFolder(options.stateDir);
    assertWritable(options.stateDir);
    return existsSync(join(options.stateDir, "state.sqlite")) ? "in use" : "empty";
  });
  await attempt("log", async () => {
    const app = await openFor(shell, options);
    try {
      const records = (await app.log.describe())
        .flatMap((topic) => topic.ranges)
        .reduce((sum, range) => sum + range.high - range.low, 0);
      return `${app.log.partitions} partitions, ${records} records`;
    } finally {
      await app.close();
    }
  });
  await attempt("guard", async () => {
    const settings = settingsOf(shell, options);
    const { environment, signal } = shell;
    const opened = await openJudges({ settings, environment, signal, snapshots: null });
    try {
      const names = opened.judges.map(({ name }) => name).join(", ");
      return `judges: ${names}; embeddings: ${opened.encoder ?? "none (guard.semantics: lexicon)"}`;
    } finally {
      await opened.close();
    }
  });
  await attempt("Claude", () => {
    const { reasoning, claude } = settingsOf(shell, options).agents;
    if (isClaudeOn(reasoning, shell.environment)) return `on, ${claude.roles.data_scientist.model}`;
    return "off (built-in reasoning): no ANTHROPIC_API_KEY, or agents.reasoning is builtin";
  });
  if (options.json === true) shell.out(JSON.stringify(checks));
  else
    shell.out(
      table(
        ["check", "", "detail"],
        checks.map((row) => [row.name, row.state, row.detail]),
      ),
    );
  if (checks.some((check) => check.state === "bad")) process.exitCode = 1;
}
