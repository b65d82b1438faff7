/** `mmm allocate`: the split of a budget that the model expects most from. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { callModel } from "../../agents/data-source.ts";
import { readJsonFile } from "../../infra/files.ts";
import { allocateBudget, type Allocation, type AllocationRequest } from "../../model/allocate.ts";
import { parseModelConfig, type ModelConfig } from "../../model/config.ts";
import { MmmError } from "../../schemas/errors.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import { formatCautions, listCautions, type GivenResults } from "../output/cautions.ts";
import { formatFigure } from "../output/format.ts";
import { parseNonNegative } from "../options.ts";
import { readConfigDataset, readModelConfig } from "../../app/request.ts";
import { findSessionDraws, readPublishedRecord, recallEffects } from "../session-draws.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";

interface AllocateOptions extends CommonOptions {
  readonly config?: string;
  readonly results?: string;
  readonly data?: string;
  readonly total?: number;
  readonly bound: readonly string[];
  readonly targetRoi?: number;
}

const RESULTS_FILE = "results/optimization_results.json";

const EXAMPLES = `
Examples:
  mmm allocate
  mmm allocate --results results/optimization_results.json
  mmm allocate --config examples/baseline_model.json --total 2000000 \\
    --bound tv=100000:600000 --target-roi 1.5

With --results the session's own draws are read from --state-dir. Budgets are over the training
window's length. Curves beyond twice today's spend are guesses and are named in the findings. What
speaks against moving budget (a sampler that did not converge, flags, the session's own decision) is
said first.`;

export function addAllocateCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("allocate"))
    .description("maximise the modelled response under a total and bounds")
    .option("--config <file>", "model configuration (JSON)")
    .option(
      "--results <file>",
      "optimization_results.json (default: the one in results/): its final configuration",
    )
    .option("--data <file>", "data file, instead of the one the configuration names")
    .option(
      "--total <amount>",
      "budget over the training window; today's by default",
      parseNonNegative,
    )
    .option(
      "--bound <channel=low:high>",
      "spend limits (repeatable)",
      (text, before: string[]) => [...before, text],
      [],
    )
    .option("--target-roi <x>", "least response per unit of spend", parseNonNegative)
    .addHelpText("after", EXAMPLES)
    .action((options: AllocateOptions) => allocate(shell, options));
}

async function allocate(shell: Shell, options: AllocateOptions): Promise<void> {
  const file = findResultsFile(options);
  const results = file === null ? null : readResults(file);
  const config = readAllocationConfig(options, results);
  const record = options.config === undefined ? readPublishedRecord(results) : null;
  const draws = await findSessionDraws(shell, options, record);
  const dataset = await readConfigDataset(config);
  const request: AllocationRequest = {
    bounds: Object.fromEntries(options.bound.map(parseSpendBound)),
    ...(options.total === undefined ? {} : { total: options.total }),
    ...(options.targetRoi === undefined ? {} : { target_roi: options.targetRoi }),
  };
  const effects = callModel(() => recallEffects(dataset, config, { draws, record }));
  const allocation = callModel(() => allocateBudget(effects, request));
  const cautions = callModel(() => listCautions(effects, results));
  if (options.json === true) shell.out(JSON.stringify({ ...allocation, cautions }));
  else shell.out(`${formatCautions(cautions)}${formatAllocation(allocation)}`);
}

type ResultsFile = GivenResults & { readonly final_config?: unknown };

/** The named file; without a configuration the one that `mmm run` writes here. */
function findResultsFile({ config, results }: AllocateOptions): string | null {
  if (results !== undefined || config !== undefined) return results ?? null;
  return existsSync(RESULTS_FILE) ? RESULTS_FILE : null;
}

function readResults(file: string): ResultsFile {
  return readJsonFile(file) as ResultsFile;
}

function readAllocationConfig(options: AllocateOptions, results: ResultsFile | null): ModelConfig {
  if (options.config !== undefined) return readModelConfig(options.config, options.data);
  if (results === null) {
    throw new MmmError(
      "usage",
      "allocate needs --config FILE or --results FILE: there is no results/optimization_results.json here",
    );
  }
  const config = callModel(() => parseModelConfig(results.final_config));
  const path = options.data ?? config.data.path;
  return { ...config, data: { ...config.data, path } };
}

function parseSpendBound(text: string): [string, [number, number]] {
  const match = /^([^=]+)=([0-9.eE+]+):([0-9.eE+]+)$/.exec(text);
  const [low, high] = [Number(match?.[2]), Number(match?.[3])];
  if (match?.[1] === undefined || !(low <= high)) {
    throw new MmmError("usage", `--bound "${text}": write channel=low:high with low ≤ high`);
  }
  return [match[1], [low, high]];
}

function formatAllocation(allocation: Allocation): string {
  const rows = allocation.channels.map((row) => [
    row.channel,
    formatFigure(row.spend_before, 6),
    formatFigure(row.spend_after, 6),
    formatPercent((row.spend_after - row.spend_before) / (row.spend_before || 1), 0),
    formatFigure(row.response_before, 6),
    formatFigure(row.response_after, 6),
    formatFigure(row.mroi_after, 3),
  ]);
  const head = ["channel", "spend", "proposed", "change", "response", "expected", "mROI"];
  const total =
    `response ${formatFigure(allocation.response_before, 6)} → ${formatFigure(allocation.response_after, 6)}` +
    ` · ROI ${formatFigure(allocation.roi_before, 3)} → ${formatFigure(allocation.roi_after, 3)}` +
    ` · spent ${formatFigure(allocation.spent, 6)} of ${formatFigure(allocation.total, 6)}`;
  const { gain } = allocation;
  const chance =
    `gain ${formatFigure(gain.expected, 4)} expected, 90 % ${formatFigure(gain.low, 4)} to ${formatFigure(gain.high, 4)}` +
    ` · more than today with probability ${formatPercent(gain.probability, 0)}` +
    ` · expected loss ${formatFigure(gain.expected_loss, 4)}`;
  const findings = allocation.findings.map((row) => `  ${row.code}: ${row.message}`);
  return [formatTable(head, rows), "", total, chance, ...findings].join("\n");
}
