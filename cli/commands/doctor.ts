/** `mmm doctor`: what this machine offers and what is missing, each with the remedy. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { assertWritable } from "../../infra/files.ts";
import { readBrokerRelease } from "../../infra/kafka/broker-release.ts";
import { makePrivateFolder } from "../../infra/private-files.ts";
import { describeError } from "../../schemas/errors.ts";
import type { UnstableRange } from "../../session/ports.ts";
import { readKafkaSettings } from "../../app/backend.ts";
import { openJudges } from "../../app/guard-judges.ts";
import { openFor } from "../open.ts";
import { isClaudeOn } from "../../app/compose-claude.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";

interface Check {
  readonly name: string;
  readonly state: "ok" | "note" | "bad";
  readonly detail: string;
}

export function addDoctorCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("doctor"))
    .description("check Node, settings, state folder, keys, log, its brokers, snapshots and guard")
    .addHelpText("after", "\nExample:\n  mmm doctor --state-dir .mmm")
    .action(async (options: CommonOptions) => runDoctor(shell, options));
}

async function runDoctor(shell: Shell, options: CommonOptions): Promise<void> {
  const checks: Check[] = [];
  const attempt = async (name: string, call: () => Promise<string> | string) => {
    try {
      checks.push({ name, state: "ok", detail: await call() });
    } catch (error) {
      checks.push({ name, state: "bad", detail: describeError(error) });
    }
  };
  await attempt("Node", () => process.version);
  await attempt("settings", () => {
    const settings = loadCommandSettings(shell, options);
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
  if (checks.at(-1)?.state === "ok") checks.push(...(await lookBehindLog(shell, options)));
  await attempt("guard", async () => {
    const settings = loadCommandSettings(shell, options);
    const { environment, signal } = shell;
    const opened = await openJudges({ settings, environment, signal, stores: null });
    try {
      const names = opened.judges.map(({ name }) => name).join(", ");
      return `judges: ${names}; embeddings: ${opened.encoder ?? "none (guard.semantics: lexicon)"}`;
    } finally {
      await opened.close();
    }
  });
  await attempt("Claude", () => {
    const { reasoning, claude } = loadCommandSettings(shell, options).agents;
    if (isClaudeOn(reasoning, shell.environment)) return `on, ${claude.roles.data_scientist.model}`;
    return "off (built-in reasoning): no ANTHROPIC_API_KEY, or agents.reasoning is builtin";
  });
  report(shell, options, checks);
}

function report(shell: Shell, options: CommonOptions, checks: readonly Check[]): void {
  if (options.json === true) shell.out(JSON.stringify(checks));
  else
    shell.out(
      formatTable(
        ["check", "", "detail"],
        checks.map((row) => [row.name, row.state, row.detail]),
      ),
    );
  if (checks.some((check) => check.state === "bad")) process.exitCode = 1;
}

/** Longer than any transaction may take (log adapters bound theirs by 30 s). */
const UNSTABLE_MS = 60_000;

/** What a log that answers may still have: transactions without an end, brokers with a known fault. */
async function lookBehindLog(shell: Shell, options: CommonOptions): Promise<readonly Check[]> {
  const app = await openFor(shell, options);
  try {
    const checks = (await app.log.listUnstable()).map(createRangeCheck);
    if (checks.length === 0)
      checks.push({ name: "transactions", state: "ok", detail: "all ended" });
    if (app.settings.log.kind !== "kafka") return checks;
    const { settings } = app;
    const told = await readBrokerRelease(
      readKafkaSettings({ settings, environment: shell.environment }),
    );
    const { brokers, line, warning } = told;
    const detail = warning ?? `Kafka ${line}, ${brokers} ${brokers === 1 ? "broker" : "brokers"}`;
    return [...checks, { name: "brokers", state: warning === null ? "ok" : "note", detail }];
  } catch (error) {
    return [{ name: "transactions", state: "bad", detail: describeError(error) }];
  } finally {
    await app.close();
  }
}

function createRangeCheck({ topic, partition, high, end, oldestMs, remedy }: UnstableRange): Check {
  const hides = `${topic}/${partition}: a transaction hides offsets ${high} to ${end - 1}`;
  const age = `${(oldestMs / 1_000).toFixed(1)} s old`;
  if (oldestMs < UNSTABLE_MS)
    return { name: "transactions", state: "note", detail: `${hides}, ${age}` };
  return {
    name: "transactions",
    state: "bad",
    detail: `${hides}, ${age}, and does not end; readers stand there. Remedy: ${remedy}`,
  };
}
