/** `mmm allocate`: the split of a budget that the model expects most from. */
import type { Command } from "commander";
import { modelCall } from "../consumers/data-source.ts";
import { readJsonFile, readTextFile } from "../infra/files.ts";
import { allocateBudget, type Allocation, type AllocationRequest } from "../model/allocate.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { parseDataset } from "../model/dataset.ts";
import { MmmError } from "../schemas/errors.ts";
import { formatPercent } from "../schemas/number-text.ts";
import { figure } from "./format.ts";
import { amount } from "./options.ts";
import { readModelConfig } from "./request.ts";
import { table, withCommon, type CommonOptions, type Shell } from "./shell.ts";

interface AllocateOptions extends CommonOptions {
  readonly config?: string;
  readonly results?: string;
  readonly data?: string;
  readonly total?: number;
  readonly bound: readonly string[];
  readonly targetRoi?: number;
}

const EXAMPLES = `
Examples:
  mmm allocate --results results/optimization_results.json
  mmm allocate --config examples/baseline_model.json --total 2000000 \\
    --bound tv=100000:600000 --target-roi 1.5

Budgets are over the training window's length. Curves beyond twice today's spend are guesses and are
named in the findings.`;

export function addAllocateCommand(program: Command, shell: Shell): void {
  withCommon(program.command("allocate"))
    .description("maximise the modelled response under a total and bounds")
    .option("--config <file>", "model configuration (JSON)")
    .option("--results <file>", "optimization_results.json: its final configuration")
    .option("--data <file>", "data file, instead of the one the configuration names")
    .option("--total <amount>", "budget over the training window; today's by default", amount)
    .option(
      "--bound <channel=low:high>",
      "spend limits (repeatable)",
      (text, before: string[]) => [...before, text],
      [],
    )
    .option("--target-roi <x>", "least response per unit of spend", amount)
    .addHelpText("after", EXAMPLES)
    .action((options: AllocateOptions) => allocate(shell, options));
}

function allocate(shell: Shell, options: AllocateOptions): void {
  const config = configOf(options);
  const dataset = modelCall(() =>
    parseDataset(readTextFile(config.data.path, "csv", "data_invalid"), config),
  );
  const request: AllocationRequest = {
    bounds: Object.fromEntries(options.bound.map(boundOf)),
    ...(options.total === undefined ? {} : { total: options.total }),
    ...(options.targetRoi === undefined ? {} : { target_roi: options.targetRoi }),
  };
  const allocation = modelCall(() => allocateBudget(dataset, config, request));
  if (options.json === true) shell.out(JSON.stringify(allocation));
  else shell.out(allocationText(allocation));
}

function configOf(options: AllocateOptions): ModelConfig {
  if (options.config !== undefined) return readModelConfig(options.config, options.data);
  if (options.results === undefined) {
    throw new MmmError("usage", "allocate needs --config FILE or --results FILE");
  }
  const results = readJsonFile(options.results) as { final_config?: unknown };
  const config = modelCall(() => parseModelConfig(results.final_config));
  const path = options.data ?? config.data.path;
  return { ...config, data: { ...config.data, path } };
}

function boundOf(text: string): [string, [number, number]] {
  const match = /^([^=]+)=([0-9.eE+]+):([0-9.eE+]+)$/.exec(text);
  const [low, high] = [Number(match?.[2]), Number(match?.[3])];
  if (match?.[1] === undefined || !(low <= high)) {
    throw new MmmError("usage", `--bound "${text}": write channel=low:high with low ≤ high`);
  }
  return [match[1], [low, high]];
}

function allocationText(allocation: Allocation): string {
  const rows = allocation.channels.map((row) => [
    row.channel,
    figure(row.spend_before, 6),
    figure(row.spend_after, 6),
    formatPercent((row.spend_after - row.spend_before) / (row.spend_before || 1), 0),
    figure(row.response_before, 6),
    figure(row.response_after, 6),
    figure(row.mroi_after, 3),
  ]);
  const head = ["channel", "spend", "proposed", "change", "response", "expected", "mROI"];
  const total =
    `response ${figure(allocation.response_before, 6)} → ${figure(allocation.response_after, 6)}` +
    ` · ROI ${figure(allocation.roi_before, 3)} → ${figure(allocation.roi_after, 3)}` +
    ` · spent ${figure(allocation.spent, 6)} of ${figure(allocation.total, 6)}`;
  const findings = allocation.findings.map((row) => `  ${row.code}: ${row.message}`);
  return [table(head, rows), "", total, ...findings].join("\n");
}
