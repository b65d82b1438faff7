/** One command from arguments to exit code: signals, one line for an error. */
import { CommanderError } from "commander";
import { ERROR_CODES, describeError, MmmError } from "../schemas/errors.ts";
import { createProgram } from "./program.ts";
import type { Shell } from "./shell.ts";

/** Runs the command that the process was started with; resolves with its exit code. */
export async function runCommandLine(): Promise<number> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(ERROR_CODES.interrupted.exit);
      stop.abort();
    });
  }
  // Whoever reads no further, as `head` does, has what was wanted.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  const shell = processShell(stop.signal);
  try {
    const program = await createProgram(shell, process.argv.slice(2));
    await program.parseAsync(process.argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return chooseExitCode(error, shell);
  }
}

function chooseExitCode(error: unknown, shell: Shell): number {
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

/** One line from the person at the terminal. */
async function askAtTerminal(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

function processShell(signal: AbortSignal): Shell {
  // A dumb terminal cannot write over a line. Nothing is coloured, so NO_COLOR changes nothing.
  const terminal = process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${terminal ? "\r\x1b[2K" : ""}${line}\n`),
    status: (line) => void (terminal && process.stderr.write(`\r\x1b[2K${line}`)),
    terminal,
    ...(terminal && process.stdin.isTTY === true ? { ask: askAtTerminal } : {}),
    environment: process.env,
    signal,
  };
}
