/**
 * What commands print to and start from: one document or lines on stdout, everything else on stderr.
 *
 * I1. With --json stdout holds JSON alone.
 * I2. Nothing is coloured (NO_COLOR holds by itself); a line is written over on a terminal that can.
 */
import type { Command } from "commander";
import { createChoiceParser } from "./options.ts";
import type { Settings } from "../app/settings.ts";

export interface Shell {
  /** A line on stdout. */
  out(line: string): void;
  /** A line on stderr. */
  err(line: string): void;
  /** Overwrites the status line of a terminal; nothing elsewhere. */
  status(line: string): void;
  readonly terminal: boolean;
  /** Puts a question to the person at the terminal; absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly stateDir: string;
  readonly settings?: string;
  readonly log?: Settings["log"]["kind"];
  readonly snapshot?: Settings["snapshots"]["kind"];
}

/** Adds the common options to a command. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "one JSON document (or one per line) on stdout")
    .option("--state-dir <dir>", "folder of log, snapshots and keys", ".mmm")
    .option(
      "--settings <file>",
      "settings file (default: MMM_SETTINGS, else config/settings.yaml here)",
    )
    .option(
      "--log <kind>",
      "sqlite | kafka | memory",
      createChoiceParser("sqlite", "kafka", "memory"),
    )
    .option(
      "--snapshot <kind>",
      "sqlite | redis | memory",
      createChoiceParser("sqlite", "redis", "memory"),
    );
}
