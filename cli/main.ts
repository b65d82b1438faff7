#!/usr/bin/env node
/**
 * The command line: parses arguments, runs one command, prints one line for an error and exits with
 * its documented code.
 */
import { Command, CommanderError } from "commander";
import { ERROR_CODES, describeError, MmmError } from "../schemas/errors.ts";
import { addApiKeyCommand } from "./commands/api-key.ts";
import { addAuditCommand } from "./commands/audit.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEscalationsCommand } from "./commands/escalations.ts";
import { addGuardCommand } from "./commands/guard.ts";
import { addHistoryCommand } from "./commands/history.ts";
import { addProposeCommand } from "./commands/propose.ts";
import { addRunCommand } from "./commands/run.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addDeadLettersCommand } from "./commands/dead-letters.ts";
import { addReplayCommand } from "./commands/replay.ts";
import { addSnapshotCommand } from "./commands/snapshot.ts";
import { addSubmitCommand } from "./commands/submit.ts";
import { addWatchCommand } from "./commands/watch.ts";
import { addTopicsCommand } from "./commands/topics.ts";
import { addAllocateCommand } from "./commands/allocate.ts";
import { addReportCommand } from "./commands/report.ts";
import { addMonitorCommand } from "./commands/monitor.ts";
import { addRouterCommand } from "./commands/router.ts";
import type { Shell } from "./shell.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addTranscriptCommand } from "./commands/transcript.ts";
import { addTrainCommand } from "./commands/train.ts";
import { addWorkerCommand } from "./commands/worker.ts";
import { readVersion } from "./version.ts";

const COMMANDS: readonly ((program: Command, shell: Shell) => void)[] = [
  addRunCommand,
  addWorkerCommand,
  addSubmitCommand,
  addWatchCommand,
  addStatusCommand,
  addHistoryCommand,
  addReplayCommand,
  addAuditCommand,
  addEscalationsCommand,
  addProposeCommand,
  addGuardCommand,
  addTrainCommand,
  addSimulateCommand,
  addAllocateCommand,
  addReportCommand,
  addTranscriptCommand,
  addMonitorCommand,
  addRouterCommand,
  addServeCommand,
  addApiKeyCommand,
  addTopicsCommand,
  addDeadLettersCommand,
  addSnapshotCommand,
  addDoctorCommand,
];

/** The documented exit codes, four a line. */
function formatExitCodes(): string {
  const cells = [
    "0 done",
    ...Object.entries(ERROR_CODES).map(([code, { exit }]) => `${exit} ${code}`),
  ];
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += 4) {
    lines.push(
      `  ${cells
        .slice(at, at + 4)
        .map((cell) => cell.padEnd(24))
        .join("")}`.trimEnd(),
    );
  }
  return `\nExit codes:\n${lines.join("\n")}`;
}

async function runProgram(): Promise<number> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(ERROR_CODES.interrupted.exit);
      stop.abort();
    });
  }
  const shell = createProcessShell(stop.signal);
  const program = new Command("mmm")
    .description("Governed tuning of Marketing Mix Models")
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError("(add --help for examples)")
    .addHelpText("after", formatExitCodes());
  for (const add of COMMANDS) add(program, shell);
  try {
    await program.parseAsync(process.argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return reportFailure(error, shell);
  }
}

function reportFailure(error: unknown, shell: Shell): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : ERROR_CODES.usage.exit;
  }
  shell.status("");
  if (error instanceof MmmError) {
    shell.err(`mmm: ${error.message}`);
    return error.exit;
  }
  shell.err(`mmm: internal error: ${describeError(error)}; please report it`);
  if (shell.environment["MMM_LOG_LEVEL"] === "debug" && error instanceof Error) {
    shell.err(error.stack ?? "");
  }
  return ERROR_CODES.internal.exit;
}

function createProcessShell(signal: AbortSignal): Shell {
  const terminal = process.stderr.isTTY === true;
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${terminal ? "\r\x1b[2K" : ""}${line}\n`),
    status: (line) => void (terminal && process.stderr.write(`\r\x1b[2K${line}`)),
    terminal,
    environment: process.env,
    signal,
  };
}

process.exitCode = await runProgram();
