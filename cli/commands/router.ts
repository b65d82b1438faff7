/** `mmm router`: collect labelled texts, train, evaluate, classify, promote. */
import type { Command } from "commander";
import { writeWhole } from "../../infra/files.ts";
import { SHIPPED_CHECKPOINT, writeCheckpoint } from "../../router/classifier/checkpoint.ts";
import { collectExamples } from "../../router/training/collect.ts";
import { formatLabelledTexts, withoutDuplicates } from "../../router/training/dataset.ts";
import { compareRouters } from "../../router/training/evaluate.ts";
import { openRouter } from "../../router/open.ts";
import { promoteCheckpoint, createPromotionEvent } from "../../router/training/promote.ts";
import {
  openSentenceEncoder,
  type SentenceEncoder,
} from "../../router/encoder/sentence-encoder.ts";
import { judgePromotion } from "../../router/shadow.ts";
import { trainRouter } from "../../router/training/train.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Recorded } from "../../schemas/event.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { sendToInbox } from "../../producers/request.ts";
import { toHistoryEntry } from "../../session/audit.ts";
import { openFor, withApp } from "../open.ts";
import { parseInteger } from "../options.ts";
import {
  classifyTexts,
  evaluateRouter,
  requireRouterModel,
  readLabelledRows,
  type ClassifyOptions,
  type EvalOptions,
} from "../output/router-judging.ts";
import { readUserName } from "./run.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { readEncoderRuntime } from "../../app/settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { OPERATIONS } from "../../app/operations.ts";
import type { App } from "../../app/open-app.ts";

interface CollectOptions extends CommonOptions {
  readonly output: string;
}
interface TrainOptions extends CommonOptions {
  readonly data: string;
  readonly output: string;
  readonly seed: number;
}
interface PromoteOptions extends EvalOptions {
  readonly to: string;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  mmm router collect --output collected.jsonl
  mmm router train --data router/data --output checkpoints/bert_router_v2
  mmm router eval --checkpoint checkpoints/bert_router_v2 --data router/data/test.jsonl
  mmm router classify --text "could tv decay be a little lower?"
  mmm router promote --checkpoint checkpoints/bert_router_v2 --data router/data/test.jsonl \\
    --to checkpoints/bert_router_live`;

export function addRouterCommand(program: Command, shell: Shell): void {
  const router = program
    .command("router")
    .description("the BERT router: collect, train, eval, classify, promote")
    .addHelpText("after", EXAMPLES);
  withCommonOptions(router.command("collect"))
    .description("labelled texts from the history: what was routed where, and how it ended")
    .option("--output <file>", "NDJSON file", "collected.jsonl")
    .addHelpText("after", EXAMPLES)
    .action(async (options: CollectOptions) =>
      withApp(shell, options, (app) => collectRouterRows(shell, options, app)),
    );
  withCommonOptions(router.command("train"))
    .description("train a head on labelled texts")
    .requiredOption("--data <path>", "NDJSON file, or a folder with train*.jsonl")
    .requiredOption("--output <dir>", "checkpoint folder")
    .option("--seed <n>", "seed", parseInteger, 1)
    .addHelpText("after", EXAMPLES)
    .action(async (options: TrainOptions) =>
      withEncoder(shell, options, (encoder) => runRouterTraining(shell, options, encoder)),
    );
  withCommonOptions(router.command("eval"))
    .description("accuracy, calibration and rejection, against the rules and another checkpoint")
    .option("--checkpoint <dir>", "checkpoint", SHIPPED_CHECKPOINT)
    .requiredOption("--data <file>", "labelled NDJSON")
    .option("--against <dir>", "running checkpoint to compare with")
    .addHelpText("after", EXAMPLES)
    .action(async (options: EvalOptions) =>
      withEncoder(shell, options, (encoder) => evaluateRouter(shell, options, encoder)),
    );
  withCommonOptions(router.command("classify"))
    .description("who would take a text")
    .option("--checkpoint <dir>", "checkpoint", SHIPPED_CHECKPOINT)
    .option("--text <text>", "one text")
    .option("--batch <file>", "NDJSON lines {id, text}")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ClassifyOptions) =>
      withEncoder(shell, options, (encoder) => classifyTexts(shell, options, encoder)),
    );
  withCommonOptions(router.command("promote"))
    .description("let a checkpoint take another's place, when it is better; recorded as an event")
    .requiredOption("--checkpoint <dir>", "candidate")
    .requiredOption("--data <file>", "labelled NDJSON that decides")
    .requiredOption("--to <dir>", "running checkpoint to replace")
    .option("--force", "also when it is not better")
    .addHelpText("after", EXAMPLES)
    .action(async (options: PromoteOptions) =>
      withEncoder(shell, options, (encoder) => promoteRouterCheckpoint(shell, options, encoder)),
    );
}

async function withEncoder<T>(
  shell: Shell,
  options: CommonOptions,
  use: (encoder: SentenceEncoder) => Promise<T>,
): Promise<T> {
  const runtime = readEncoderRuntime(loadCommandSettings(shell, options));
  const { encoder, unavailable } = await openSentenceEncoder({ workers: 2, runtime });
  if (encoder === null) throw new MmmError("encoder_unavailable", unavailable.message);
  try {
    return await use(encoder);
  } finally {
    await encoder.close();
  }
}

async function collectRouterRows(shell: Shell, options: CollectOptions, app: App): Promise<void> {
  const events: Recorded[] = [];
  for await (const record of app.log.read({ topic: TOPICS.history.topic, entire: true })) {
    events.push(toHistoryEntry(record).event);
  }
  const rows = withoutDuplicates(collectExamples(events));
  writeWhole(options.output, formatLabelledTexts(rows));
  if (options.json === true)
    shell.out(JSON.stringify({ output: options.output, texts: rows.length }));
  else shell.out(`${rows.length} labelled texts in ${options.output}`);
}

async function runRouterTraining(
  shell: Shell,
  options: TrainOptions,
  encoder: SentenceEncoder,
): Promise<void> {
  const rows = readLabelledRows(options.data);
  const { head, facts, leftOut } = await trainRouter(rows, encoder, {
    seed: options.seed,
    onProgress: (step, done, total) => shell.status(`${step} ${done}/${total}`),
  });
  const document = await writeCheckpoint(options.output, head, facts);
  shell.status("");
  const { metrics, digest } = document;
  if (options.json === true) {
    shell.out(JSON.stringify({ output: options.output, digest, metrics, left_out: leftOut }));
  } else {
    shell.out(
      `${options.output}: ${metrics.examples} examples, held-out accuracy ` +
        `${formatPercent(metrics.accuracy, 1)}, calibration error ${formatPercent(metrics.calibration_error, 1)}\n` +
        `left out: ${leftOut.duplicates} near-duplicates, ${leftOut.other_language} in other languages`,
    );
  }
}

async function promoteRouterCheckpoint(
  shell: Shell,
  options: PromoteOptions,
  encoder: SentenceEncoder,
): Promise<void> {
  const candidate = await requireRouterModel(encoder, options.checkpoint);
  const { model: running } = await openRouter(encoder, options.to);
  const verdict = judgePromotion(
    await compareRouters(readLabelledRows(options.data), candidate, running),
  );
  if (!verdict.promote && options.force !== true) {
    throw new MmmError("conflict", `not promoted: ${verdict.reasons.join("; ")}`);
  }
  const promoted = await promoteCheckpoint(options.checkpoint, options.to, encoder.digest);
  const replaced = running?.digest ?? null;
  const event = createPromotionEvent(promoted, readUserName(), {
    replaced,
    reasons: verdict.reasons,
  });
  const app = await openFor(shell, options);
  try {
    await sendToInbox(
      app.log,
      {
        session: OPERATIONS,
        businessUnit: OPERATIONS,
        producer: "cli",
        key: `promote/${promoted.digest}/${replaced}`,
        time: new Date(app.clock.now()).toISOString(),
      },
      event,
    );
  } finally {
    await app.close();
  }
  if (options.json === true) shell.out(JSON.stringify({ promoted: promoted.digest, replaced }));
  else shell.out(`${options.to} is now ${promoted.digest.slice(0, 16)}`);
}
