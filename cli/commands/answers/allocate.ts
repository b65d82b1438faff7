/** `mmm allocate`: the split of a budget that the model expects most from. */
import type { Command } from "commander";
import { callModel } from "../../../agents/data-source.ts";
import {
  allocateBudget,
  type Allocation,
  type AllocationRequest,
} from "../../../model/allocate.ts";
import { formatPercent } from "../../../schemas/number-text.ts";
import { formatCautions, listCautions } from "../../output/cautions.ts";
import { formatFigure } from "../../output/format.ts";
import { parseNonNegative } from "../../options.ts";
import { withCommonOptions, type Shell } from "../../shell.ts";
import { formatTable } from "../../output/table.ts";
import { parseSpendBound, readModelSources, type SourceOptions } from "./sources.ts";

interface AllocateOptions extends SourceOptions {
  readonly total?: number;
  readonly bound: readonly string[];
  readonly targetRoi?: number;
}

const EXAMPLES = `
Examples:
  mmm allocate
  mmm allocate --results results/optimization_results.json
  mmm allocate --config examples/baseline_model.json --total 2000000 \\
    --bound tv=100000:600000 --target-roi 1.5

With --results the session's own draws are read from --state-dir. Budgets are over the training
window's length, within ±30 % of today's; \`mmm plan\` has amounts by week, month or quarter. Curves beyond twice today's spend are guesses and are named in the findings. What
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
  const { effects, results } = await readModelSources(shell, options, "allocate");
  const request: AllocationRequest = {
    bounds: Object.fromEntries(options.bound.map(parseSpendBound)),
    ...(options.total === undefined ? {} : { total: options.total }),
    ...(options.targetRoi === undefined ? {} : { target_roi: options.targetRoi }),
  };
  const allocation = callModel(() => allocateBudget(effects, request));
  const cautions = callModel(() => listCautions(effects, results));
  if (options.json === true) shell.out(JSON.stringify({ ...allocation, cautions }));
  else shell.out(`${formatCautions(cautions)}${formatAllocation(allocation)}`);
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
