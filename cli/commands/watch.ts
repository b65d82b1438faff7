/** `mmm watch`: what happens, as it happens. */
import type { Command } from "commander";
import { TOPICS } from "../../schemas/topics.ts";
import { toHistoryEntry, type HistoryEntry } from "../../session/audit.ts";
import { findSessionId } from "../../app/sessions/find-session.ts";
import { createProgress } from "../output/progress.ts";
import { openFor } from "../open.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";

export interface WatchOptions extends CommonOptions {
  readonly session?: string;
}

export function addWatchCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("watch"))
    .description("follow one session to its end, or all of them until Ctrl-C")
    .option("--session <id>", "session id, its first letters, or latest")
    .addHelpText("after", "\nExamples:\n  mmm watch --session 5f0c…\n  mmm watch --json | jq .type")
    .action(async (options: WatchOptions) => watchHistory(shell, options));
}

/** Prints events as they come; one session ends with its seal. */
export async function watchHistory(shell: Shell, options: WatchOptions): Promise<void> {
  const app = await openFor(shell, options);
  const print = createEntryPrinter(shell, options);
  try {
    const session =
      options.session === undefined
        ? undefined
        : await findSessionId(app.snapshots, options.session);
    const records = app.log.read({
      topic: TOPICS.history.topic,
      follow: true,
      signal: shell.signal,
      ...(session === undefined ? {} : { key: session }),
    });
    for await (const record of records) {
      const entry = toHistoryEntry(record);
      print(entry);
      if (session !== undefined && entry.event.type === "SessionSealed") break;
    }
  } finally {
    await app.close();
  }
}

function createEntryPrinter(shell: Shell, options: WatchOptions): (entry: HistoryEntry) => void {
  if (options.json === true) return ({ line }) => shell.out(JSON.stringify(line));
  if (options.session !== undefined) return createProgress(shell);
  return ({ line }) =>
    shell.out(
      `${line.time.slice(11, 19)} ${line.session} ${String(line.seq).padStart(4)} ${line.type}`,
    );
}
