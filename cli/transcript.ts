/** `mmm transcript`: what was asked of Claude in a session and what it answered. */
import type { Command } from "commander";
import { secretsIn } from "./claude.ts";
import { withApp } from "./open.ts";
import type { App } from "./wire.ts";
import { withCommon, type CommonOptions, type Shell } from "./shell.ts";
import { guardLedger, sessionLedger } from "../consumers/claude-budget.ts";
import type { CallRecord } from "../consumers/claude-memo.ts";
import { usdOf } from "../consumers/claude-prices.ts";
import { promptOf, transcriptOf } from "../consumers/claude-transcript.ts";
import { MmmError } from "../schemas/errors.ts";
import { inputTokensOf, type Block } from "../session/language-model.ts";
import { escaped } from "../session/quote.ts";

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
  withCommon(program.command("transcript"))
    .description("what was asked of Claude and what it answered, secrets struck out")
    .option("--session <id>", "session")
    .option("--guard", "the guard's judge instead, over all sessions")
    .option("--prompts", "with the system prompts")
    .addHelpText("after", EXAMPLES)
    .action(async (options: TranscriptOptions) => transcript(shell, options));
}

async function transcript(shell: Shell, options: TranscriptOptions): Promise<void> {
  if (options.session === undefined && options.guard !== true) {
    throw new MmmError("usage", "transcript: name a session with --session, or --guard");
  }
  const secrets = secretsIn(shell.environment);
  await withApp(shell, options, async (app) => {
    const { values } = app;
    const ledger = await ledgerOf(app, options);
    const shown = new Set<string>();
    let count = 0;
    for await (const record of transcriptOf(values, ledger, secrets)) {
      count += 1;
      const fresh = options.prompts === true && !shown.has(record.prompt_digest);
      const prompt = fresh ? await promptOf(values, record.prompt_digest) : null;
      shown.add(record.prompt_digest);
      if (options.json === true) {
        shell.out(JSON.stringify(prompt === null ? record : { ...record, prompt }));
      } else for (const line of linesOf(record, count, prompt)) shell.out(line);
    }
    if (count === 0 && options.json !== true) shell.out("Claude was not asked");
  });
}

async function ledgerOf(app: App, { session }: TranscriptOptions): Promise<string> {
  if (session === undefined) {
    return guardLedger(app.settings.agents.claude.budgets, app.clock.now());
  }
  if ((await app.snapshots.load(session)) !== null) return sessionLedger(session);
  throw new MmmError("not_found", `session ${session} is not in this state`);
}

const TEXT_CHARS = 20_000;

function linesOf(record: CallRecord, count: number, prompt: string | null): string[] {
  const { completion, cost_nanos, ms, role, model } = record;
  const cost = `$${usdOf(cost_nanos).toFixed(6)}`;
  const { usage } = completion;
  const tokens = `${inputTokensOf(usage)} in, ${usage.output} out`;
  const cached = usage.cacheRead > 0 ? ` (${usage.cacheRead} from cache)` : "";
  return [
    `#${count} ${role} · ${model} · ${tokens}${cached} · ${cost} · ${ms} ms · prompt ${record.prompt_digest.slice(0, 12)}`,
    ...(prompt === null ? [] : [`  system: ${escaped(prompt, TEXT_CHARS)}`]),
    ...record.asked.content.map((block) => `  asked: ${blockText(block)}`),
    ...completion.content.map((block) => `  answered: ${blockText(block)}`),
    ...(completion.stop === "end" || completion.stop === "tool_use"
      ? []
      : [`  stopped: ${completion.stop} ${escaped(completion.stopDetail ?? "", 200)}`]),
    "",
  ];
}

function blockText(block: Block): string {
  switch (block.type) {
    case "text":
      return escaped(block.text, TEXT_CHARS);
    case "tool_use":
      return `tool ${escaped(block.name, 60)} ${escaped(JSON.stringify(block.input), TEXT_CHARS)}`;
    case "tool_result":
      return `${block.failed ? "failed" : "result"} ${escaped(block.text, TEXT_CHARS)}`;
    case "opaque":
      return "(thinking)";
  }
}
