/**
 * What commands print to and start from: one document or lines on stdout, everything else on stderr.
 *
 * I1. With --json stdout holds JSON alone.
 * I2. Colour only on a terminal that wants it.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import Table from "cli-table3";
import { createChoiceParser } from "./options.ts";
import { loadSettings, type Settings } from "../app/settings.ts";

export interface Shell {
  /** A line on stdout. */
  out(line: string): void;
  /** A line on stderr. */
  err(line: string): void;
  /** Overwrites the status line of a terminal; nothing elsewhere. */
  status(line: string): void;
  readonly terminal: boolean;
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
    .option("--settings <file>", "settings file (default: config/settings.yaml where it exists)")
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

/** Settings of a command: the named file, else config/settings.yaml here, else the shipped one. */
export function loadCommandSettings(
  shell: Shell,
  options: Pick<CommonOptions, "settings" | "log" | "snapshot">,
): Settings {
  const shipped = fileURLToPath(new URL("../config/settings.yaml", import.meta.url));
  const here = "config/settings.yaml";
  const path = options.settings ?? [here, shipped].find((file) => existsSync(file)) ?? null;
  const { log, snapshot } = options;
  return loadSettings(path, {
    ...shell.environment,
    ...(log === undefined ? {} : { MMM_LOG: log }),
    ...(snapshot === undefined ? {} : { MMM_SNAPSHOTS: snapshot }),
  });
}

/** A table without frame for at most 100 columns; numbers should come as text. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = Object.fromEntries(
    [
      ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
      ["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
    ]
      .flat()
      .map((name) => [name, ""]),
  );
  const made = new Table({
    head: [...head],
    chars: { ...none, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  for (const row of rows) made.push([...row]);
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}
