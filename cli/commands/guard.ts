/** `mmm guard`: judge proposals outside any session; the signing keys are in `keys/guard-keys.ts`. */
import type { Command } from "commander";
import { callModel } from "../../agents/data-source.ts";
import {
  checkLine,
  checkProposal,
  readBaseline,
  formatResultLine,
  type CheckContext,
} from "../../guard/check.ts";
import { measureObservedExposure } from "../../guard/signature/exposure.ts";
import type { ObservedExposure } from "../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { readTextFile } from "../../infra/files.ts";
import { createMemorySnapshots } from "../../infra/memory/snapshots.ts";
import { ERROR_CODES, describeError, MmmError } from "../../schemas/errors.ts";
import { formatExplanation } from "../output/guard-explain.ts";
import { openJudges } from "../../app/guard-judges.ts";
import { addKeysCommand } from "./keys/guard-keys.ts";
import { readConfigDataset, readModelConfig } from "../../app/request.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";

interface CheckOptions extends CommonOptions {
  readonly baseline: string;
  readonly data?: string;
  readonly proposal?: string;
  readonly reasoning?: string;
  readonly batch?: string;
  readonly explain?: boolean;
  readonly claude?: boolean;
}

const EXAMPLES = `
Examples:
  mmm guard check --baseline examples/baseline_model.json --proposal proposal.json
  mmm guard check --baseline b.json --proposal p.json --reasoning "shorter carryover" --explain
  mmm guard check --baseline b.json --batch proposals.ndjson
  mmm guard check --baseline b.json --data sales.csv --proposal p.json

Exit code 0 = cleared, 3 = vetoed (with --batch: any line).
--explain prints each layer's figures and time: by channel half-life, carryover and curvature, now and
in the baseline, with the limits; the head's score of each sentence; with --json or --batch as "figures".
Without --claude no network is used: rules, signature, lexicon and the local head judge.
Without --data saturation is judged up to the largest exposure; a session always has its data.`;

export function addGuardCommand(program: Command, shell: Shell): void {
  const guard = program.command("guard").description("the methodology guard");
  withCommonOptions(guard.command("check"))
    .description("judge a proposal against a baseline")
    .requiredOption("--baseline <file>", "baseline model (JSON)")
    .option("--data <file>", "judge saturation over the spend that these data show")
    .option("--proposal <file>", "proposal (JSON, as an agent would write it)")
    .option("--reasoning <text>", "reasoning beside the proposal")
    .option("--batch <file>", "NDJSON lines {id, proposal: <raw text>, reasoning}")
    .option("--explain", "print the figures of each layer")
    .option("--claude", "ask Claude as well (needs ANTHROPIC_API_KEY; costs money)")
    .addHelpText("after", EXAMPLES)
    .action(async (options: CheckOptions) => runGuardCheck(shell, options));
  addKeysCommand(guard, shell);
}

async function runGuardCheck(shell: Shell, options: CheckOptions): Promise<void> {
  if ((options.batch === undefined) === (options.proposal === undefined)) {
    throw new MmmError("usage", "guard check needs either --proposal FILE or --batch FILE");
  }
  const settings = loadCommandSettings(shell, options);
  const { environment, signal } = shell;
  const store = createMemorySnapshots();
  const stores = options.claude === true ? { snapshots: store, values: store } : null;
  const context = await readCheckContext(options);
  const opened = await openJudges({ settings, environment, signal, stores });
  try {
    if (options.claude === true && !opened.judges.some(({ name }) => name === "claude")) {
      throw new MmmError(
        "usage",
        "--claude needs ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL, and guard_judge in the settings",
      );
    }
    const { judges } = opened;
    if (options.explain === true) await runJudgesOnce({ ...context, judges });
    const timed = options.explain === true ? { stopwatch: () => performance.now() } : {};
    await checkWith(shell, options, { ...context, ...timed, judges });
  } finally {
    await opened.close();
  }
}

/** So that the times shown are a worker's, not those of a process that has just started. */
async function runJudgesOnce(context: CheckContext): Promise<void> {
  const reasoning = "The decay of one channel is a little longer now, as in the last quarter.";
  for (const judge of context.judges) {
    // What a judge cannot answer shows in the check itself.
    if (judge.name !== "claude") await judge.judge({ reasoning, raw: "" }).catch(() => null);
  }
}

async function checkWith(
  shell: Shell,
  options: CheckOptions,
  context: CheckContext,
): Promise<void> {
  if (options.batch !== undefined) return checkBatch(shell, options, context);
  const raw = readTextFile(options.proposal ?? "", "csv");
  const result = await checkProposal(raw, options.reasoning ?? null, context);
  if (options.json === true) shell.out(formatResultLine(result, options.explain === true));
  else {
    shell.out(result.verdict);
    for (const { code, path, message, evidence } of result.violations) {
      shell.out(
        `  ${code} at ${path || "the proposal"}: ${message}${evidence === "" ? "" : ` (${evidence})`}`,
      );
    }
    if (result.figures !== undefined) {
      for (const line of formatExplanation(result.figures)) shell.out(`  ${line}`);
    }
  }
  if (result.verdict === "vetoed") process.exitCode = ERROR_CODES.vetoed.exit;
}

async function checkBatch(
  shell: Shell,
  options: CheckOptions,
  context: CheckContext,
): Promise<void> {
  const text = readTextFile(options.batch ?? "", "csv");
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const result = await checkLine(line, context);
    shell.out(formatResultLine(result, options.explain === true));
    if (result.verdict === "vetoed") process.exitCode = ERROR_CODES.vetoed.exit;
  }
}

async function readCheckContext({
  baseline,
  data,
}: CheckOptions): Promise<Omit<CheckContext, "judges">> {
  try {
    return {
      baseline: readBaseline(readTextFile(baseline, "json")),
      spec: SPECIFICATION_SHIPPED,
      observed: data === undefined ? null : await readObservedExposure(baseline, data),
    };
  } catch (cause) {
    if (cause instanceof MmmError) throw cause;
    throw new MmmError("config_invalid", `${baseline}: ${describeError(cause)}`, { cause });
  }
}

async function readObservedExposure(baseline: string, data: string): Promise<ObservedExposure> {
  const config = readModelConfig(baseline, data);
  const dataset = await readConfigDataset(config);
  return callModel(() => measureObservedExposure(dataset, config));
}
