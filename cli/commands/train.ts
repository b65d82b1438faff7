/** `mmm train`: fits one configuration, outside any session. */
import { formatPercent } from "../../schemas/number-text.ts";
import type { Command } from "commander";
import { callModel } from "../../agents/data-source.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { createObjective } from "../../model/fit/objective.ts";
import { refineConfiguration } from "../../model/search/refine.ts";
import { trainModel } from "../../model/train.ts";
import type { TrainingResult } from "../../model/results/training-result.ts";
import { formatFigure } from "../output/format.ts";
import { parseInteger } from "../options.ts";
import { readConfigDataset, readModelConfig } from "../../app/request.ts";
import { findBaselineFile } from "../../app/sessions/session-files.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";

interface TrainOptions extends CommonOptions {
  readonly config?: string;
  readonly data?: string;
  readonly seed: number;
  readonly refine?: boolean;
}

const EXAMPLES = `
Examples:
  mmm train --config examples/baseline_model.json --json
  mmm train --config examples/baseline_model.json --refine

A configuration is fitted as it stands, as in a session. Returns are those of the methodology and the
data: no tuning, refinement or seed moves them.`;

export function addTrainCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("train"))
    .description("fit one configuration and print its figures")
    .option("--config <file>", "model configuration (default: baseline_model.json here)")
    .option("--data <file>", "data file, instead of the one the configuration names")
    .option("--seed <n>", "seed", parseInteger, 1)
    .option(
      "--refine",
      "first take training.refinement_steps gradient steps; trains what they end at",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (options: TrainOptions) => runTraining(shell, options));
}

async function runTraining(shell: Shell, options: TrainOptions): Promise<void> {
  const config = readModelConfig(findBaselineFile(options.config), options.data);
  const dataset = await readConfigDataset(config);
  const result = callModel(() => trained(dataset, config, options));
  if (options.json === true) shell.out(JSON.stringify(result));
  else shell.out(formatTraining(result));
}

function trained(dataset: Dataset, config: ModelConfig, options: TrainOptions): TrainingResult {
  const { seed } = options;
  if (options.refine !== true) return trainModel(dataset, config, { seed });
  const refinement = refineConfiguration(createObjective(dataset, config), config);
  return trainModel(dataset, refinement.config, { seed, refinement });
}

function formatTraining(result: TrainingResult): string {
  const { validation, in_sample: inside, diagnostics, baseline } = result;
  const metrics = formatTable(
    ["metric", "validation", "in sample"],
    [
      ["MAPE", formatPercent(validation.mean.mape), formatPercent(inside.mape)],
      ["wMAPE", formatPercent(validation.mean.wmape), formatPercent(inside.wmape)],
      ["R²", formatFigure(validation.mean.r2), formatFigure(inside.r2)],
      ["adjusted R²", "–", formatFigure(inside.adj_r2)],
      ["MAE", formatFigure(validation.mean.mae, 6), formatFigure(inside.mae, 6)],
      ["NRMSE", formatFigure(validation.mean.nrmse), formatFigure(inside.nrmse)],
      ["MASE", formatFigure(validation.mean.mase), formatFigure(inside.mase)],
    ],
  );
  const channels = formatTable(
    ["channel", "ROI", "90 % interval", "mROI", "share", "half-life (weeks)", "VIF"],
    result.channels.map((row) => [
      row.name,
      formatFigure(row.roi, 3),
      `${formatFigure(row.roi_low, 3)} to ${formatFigure(row.roi_high, 3)}`,
      formatFigure(row.mroi, 3),
      formatPercent(row.contribution_share, 1),
      formatFigure(row.half_life_weeks, 3),
      formatFigure(row.vif, 3),
    ]),
  );
  const facts =
    `baseline ${formatPercent(baseline.share, 1)} of the fit · Durbin-Watson ` +
    `${formatFigure(diagnostics.durbin_watson, 3)} · ${formatFigure(diagnostics.rows_per_variable, 3)} rows per variable`;
  const findings = result.findings.map((row) => `  ${row.code}: ${row.message}`);
  return [
    metrics,
    channels,
    facts,
    ...(findings.length > 0 ? [["findings:", ...findings].join("\n")] : []),
  ].join("\n\n");
}
