/** `mmm history`: what happened in a session, and its export. */
import type { Command } from "commander";
import { writeWhole } from "../../infra/files.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import type { HistoryEntry } from "../../session/audit.ts";
import { escapeText } from "../../session/quote.ts";
import { EXPORT_FORMATS, formatExport, type ExportFormat } from "../output/export.ts";
import { requireNamedHistory } from "../../app/history-reader.ts";
import { createChoiceParser } from "../options.ts";
import { watchHistory, type WatchOptions } from "./watch.ts";
import { openFor } from "../open.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";

interface ShowOptions extends CommonOptions {
  readonly session: string;
}

interface ExportOptions extends ShowOptions {
  readonly format: ExportFormat;
  readonly output?: string;
}

export function addHistoryCommand(program: Command, shell: Shell): void {
  const history = program.command("history").description("show or export a session's history");
  withCommonOptions(history.command("show"))
    .description("one line per event")
    .requiredOption("--session <id>", "session id, its first letters, or latest")
    .addHelpText("after", "\nExample:\n  mmm history show --session 5f0c… | less -S")
    .action(async (options: ShowOptions) => showHistory(shell, options));
  withCommonOptions(history.command("follow"))
    .description("every session's events as they happen, one JSON line each, until Ctrl-C")
    .option("--session <id>", "one session (id, its first letters, or latest), until it ends")
    .addHelpText(
      "after",
      "\nExample:\n  mmm history follow | jq -c 'select(.type == \"ProposalVetoed\")'",
    )
    .action(async (options: WatchOptions) => watchHistory(shell, { ...options, json: true }));
  withCommonOptions(history.command("export"))
    .description("the whole history; NDJSON and JSON can be verified offline")
    .requiredOption("--session <id>", "session id, its first letters, or latest")
    .option(
      "--format <format>",
      EXPORT_FORMATS.join(" | "),
      createChoiceParser(...EXPORT_FORMATS),
      "ndjson",
    )
    .option("--output <file>", "file instead of stdout")
    .addHelpText("after", "\nExample:\n  mmm history export --session 5f0c… --output audit.ndjson")
    .action(async (options: ExportOptions) => exportHistory(shell, options));
}

async function readSessionEntries(shell: Shell, options: ShowOptions): Promise<HistoryEntry[]> {
  const app = await openFor(shell, options, { mustExist: true });
  try {
    return await requireNamedHistory(app, options.session);
  } finally {
    await app.close();
  }
}

const SAID_CHARS = 40;
const PIPED_CHARS = 1_000_000;

/** A screen shows the beginning; a pipe gets all of it. */
function sayRecord(text: string): string {
  const most = process.stdout.isTTY ? SAID_CHARS : PIPED_CHARS;
  return escapeText(text, most).slice(0, most);
}

async function showHistory(shell: Shell, options: ShowOptions): Promise<void> {
  const entries = await readSessionEntries(shell, options);
  if (options.json === true) {
    for (const { line } of entries) shell.out(JSON.stringify(line));
    return;
  }
  const rows = entries.map(({ line }) => [
    String(line.seq),
    line.time.slice(11, 23),
    line.type,
    line.producer,
    sayRecord(toCanonicalJson(line.data)),
  ]);
  shell.out(formatTable(["seq", "time", "event", "by", "says"], rows));
}

async function exportHistory(shell: Shell, options: ExportOptions): Promise<void> {
  const entries = await readSessionEntries(shell, options);
  const text = formatExport(entries[0]?.line.session ?? options.session, entries, options.format);
  if (options.output === undefined) shell.out(text.trimEnd());
  else {
    writeWhole(options.output, text);
    shell.err(`${entries.length} records in ${options.output}`);
  }
}
