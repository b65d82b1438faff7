/**
 * An outside program run once: text in on stdin, text out on stdout, with limits.
 *
 * Owns: starting, feeding, limiting, ending. Not: what the texts mean.
 *
 * I1. No shell: the command is a list, passed as it is.
 * I2. The program's environment is `PATH`, `HOME`, `LANG`, `TMPDIR` and what is named in
 *     `environment`; no secret of ours reaches it unasked.
 * I3. Whatever happens, the program and its children are ended before the promise settles: SIGTERM,
 *     then SIGKILL after `GRACE_MS`.
 * I4. Output over its limit ends the program; stderr keeps its last `stderrBytesMax` bytes.
 */
import { spawn, type ChildProcess } from "node:child_process";

export interface ProcessLimits {
  readonly timeoutMs: number;
  readonly stdoutBytesMax: number;
  readonly stderrBytesMax: number;
  readonly signal: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

export type ProcessEnd = "exit" | "signal" | "timeout" | "output_limit" | "aborted" | "not_started";

export interface ProcessRun {
  readonly end: ProcessEnd;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not start, or the signal that ended it. */
  readonly detail: string;
}

const GRACE_MS = 2000;
const PASSED_ON = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"];

/** Runs a command to its end; never rejects. */
export function runProcess(
  command: readonly string[],
  input: string,
  limits: ProcessLimits,
): Promise<ProcessRun> {
  const [program, ...args] = command;
  if (program === undefined || limits.signal.aborted) {
    const end = program === undefined ? "not_started" : "aborted";
    return Promise.resolve({ end, exitCode: null, stdout: "", stderr: "", detail: "no command" });
  }
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...selectEnvironment(), ...limits.environment },
      detached: true,
      ...(limits.folder === undefined ? {} : { cwd: limits.folder }),
    });
    watchProcess(child, input, limits, resolve);
  });
}

function watchProcess(
  child: ChildProcess,
  input: string,
  limits: ProcessLimits,
  resolve: (run: ProcessRun) => void,
): void {
  const out = createOutputCollector(limits.stdoutBytesMax);
  const errors = createOutputCollector(limits.stderrBytesMax);
  let end: ProcessEnd | null = null;
  let detail = "";
  let killer: NodeJS.Timeout | undefined;
  const stop = (reason: ProcessEnd): void => {
    if (end !== null) return;
    end = reason;
    endGroup(child, "SIGTERM");
    killer = setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS);
  };
  const timer = setTimeout(() => stop("timeout"), limits.timeoutMs);
  const abort = (): void => stop("aborted");
  limits.signal.addEventListener("abort", abort, { once: true });
  child.stdout?.on("data", (chunk: Buffer) => {
    if (!out.add(chunk)) stop("output_limit");
  });
  child.stderr?.on("data", (chunk: Buffer) => errors.addLast(chunk));
  child.once("error", (error) => {
    end ??= "not_started";
    detail = error.message;
    if (child.pid === undefined) finish(null, null);
  });
  child.once("close", finish);
  child.stdin?.on("error", () => {
    // A program that does not read its input to the end may still answer.
  });
  child.stdin?.end(input);

  function finish(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(timer);
    clearTimeout(killer);
    limits.signal.removeEventListener("abort", abort);
    endGroup(child, "SIGKILL");
    resolve({
      end: end ?? (signal === null ? "exit" : "signal"),
      exitCode: code,
      stdout: out.text(),
      stderr: errors.text(),
      detail: detail === "" ? (signal ?? "") : detail,
    });
  }
}

function selectEnvironment(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Signals the program and whatever it started. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already: that is what was wanted.
  }
}

interface Collector {
  /** False when the limit is passed; what came before is kept. */
  add(chunk: Buffer): boolean;
  /** Keeps the last bytes instead. */
  addLast(chunk: Buffer): void;
  text(): string;
}

function createOutputCollector(bytesMax: number): Collector {
  let kept: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      size += chunk.length;
      if (size > bytesMax) return false;
      kept.push(chunk);
      return true;
    },
    addLast(chunk) {
      const all = Buffer.concat([...kept, chunk]);
      kept = [all.subarray(Math.max(0, all.length - bytesMax))];
    },
    text: () => Buffer.concat(kept).toString("utf8"),
  };
}
