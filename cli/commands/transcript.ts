/** `mmm transcript`: what was asked of Claude in a session and what it answered. */
import type { Command } from "commander";
import { collectSecrets } from "../../app/compose-claude.ts";
import { findSessionId } from "../../app/sessions/find-session.ts";
import { withApp } from "../open.ts";
import type { App } from "../../app/open-app.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { guardLedger, nameSessionLedger } from "../../agents/claude/budget.ts";
import type { CallRecord } from "../../agents/claude/paid-calls.ts";
import { toUsd } from "../../agents/claude/prices.ts";
import { readStoredPrompt, readTranscript } from "../../agents/claude/transcript.ts";
import { MmmError } from "../../schemas/errors.ts";
import { countInputTokens, type Block } from "../../session/language-model.ts";
import { escapeText } from "../../session/quote.ts";

interface TranscriptOptions extends CommonOptions {
  readonly session?: string;
  readonly guard?: boolean;
  readonly prompts?: boolean;
}

const EXAMPLES = `
Examples:
  mmm transcript --session 5f0c…
  mmm transcript --session 5f0c… --json > recording.ndjson
  mmm transcript --guard --prompts`;

export function addTranscriptCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("transcript"))
    .description("what was asked of Claude and what it answered, secrets struck out")
    .option("--session <id>", "session id, its first letters, or latest")
    .option("--guard", "the guard's judge instead, over all sessions")
    .option("--prompts", "with the system prompts")
    .addHelpText("after", EXAMPLES)
    .action(async (options: TranscriptOptions) => showTranscript(shell, options));
}

async function showTranscript(shell: Shell, options: TranscriptOptions): Promise<void> {
  if (options.session === undefined && options.guard !== true) {
    throw new MmmError("usage", "transcript: name a session with --session, or --guard");
  }
  const secrets = collectSecrets(shell.environment);
  await withApp(shell, options, async (app) => {
    const { values } = app;
    const ledger = await findLedger(app, options);
    const shown = new Set<string>();
    let count = 0;
    for await (const record of readTranscript(values, ledger, secrets)) {
      count += 1;
      const fresh = options.prompts === true && !shown.has(record.prompt_digest);
      const prompt = fresh ? await readStoredPrompt(values, record.prompt_digest) : null;
      shown.add(record.prompt_digest);
      if (options.json === true) {
        shell.out(JSON.stringify(prompt === null ? record : { ...record, prompt }));
      } else for (const line of formatCallLines(record, count, prompt)) shell.out(line);
    }
    if (count === 0 && options.json !== true) shell.out("Claude was not asked");
  });
}

async function findLedger(app: App, { session }: TranscriptOptions): Promise<string> {
  if (session === undefined) {
    return guardLedger(app.settings.agents.claude.budgets, app.clock.now());
  }
  const id = await findSessionId(app.snapshots, session);
  if ((await app.snapshots.load(id)) !== null) return nameSessionLedger(id);
  throw new MmmError("not_found", `session ${id} is not in this state`);
}

const TEXT_CHARS = 20_000;

function formatCallLines(record: CallRecord, count: number, prompt: string | null): string[] {
  const { completion, cost_nanos, ms, role, model } = record;
  const cost = `$${toUsd(cost_nanos).toFixed(6)}`;
  const { usage } = completion;
  const tokens = `${countInputTokens(usage)} in, ${usage.output} out`;
  const cached = usage.cacheRead > 0 ? ` (${usage.cacheRead} from cache)` : "";
  return [
    `#${count} ${role} · ${model} · ${tokens}${cached} · ${cost} · ${ms} ms · prompt ${record.prompt_digest.slice(0, 12)}`,
    ...(prompt === null ? [] : [`  system: ${escapeText(prompt, TEXT_CHARS)}`]),
    ...record.asked.content.map((block) => `  asked: ${formatBlock(block)}`),
    ...completion.content.map((block) => `  answered: ${formatBlock(block)}`),
    ...(completion.stop === "end" || completion.stop === "tool_use"
      ? []
      : [`  stopped: ${completion.stop} ${escapeText(completion.stopDetail ?? "", 200)}`]),
    "",
  ];
}

function formatBlock(block: Block): string {
  switch (block.type) {
    case "text":
      return escapeText(block.text, TEXT_CHARS);
    case "tool_use":
      return `tool ${escapeText(block.name, 60)} ${escapeText(JSON.stringify(block.input), TEXT_CHARS)}`;
    case "tool_result":
      return `${block.failed ? "failed" : "result"} ${escapeText(block.text, TEXT_CHARS)}`;
    case "opaque":
      return "(thinking)";
  }
}
