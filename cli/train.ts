/** `mmm train`: fits one configuration, outside any session. */
import { formatPercent } from "../schemas/number-text.ts";
import type { Command } from "commander";
import { modelCall } from "../consumers/data-source.ts";
import { readTextFile } from "../infra/files.ts";
import { parseDataset } from "../model/dataset.ts";
import { trainModel } from "../model/train.ts";
import type { TrainingResult } from "../model/training-result.ts";
import { figure } from "./format.ts";
import { whole } from "./options.ts";
import { readModelConfig } from "./request.ts";
import { table, withCommon, type CommonOptions, type Shell } from "./shell.ts";

interface TrainOptions extends CommonOptions {
  readonly config: string;
  readonly data?: string;
  readonly seed: number;
}

export function addTrainCommand(program: Command, shell: Shell): void {
  withCommon(program.command("train"))
    .description("fit one configuration and print its figures")
    .requiredOption("--config <file>", "model configuration (JSON)")
    .option("--data <file>", "data file, instead of the one the configuration names")
    .option("--seed <n>", "seed", whole, 1)
    .addHelpText("after", "\nExample:\n  mmm train --config examples/baseline_model.json --json")
    .action((options: TrainOptions) => train(shell, options));
}

function train(shell: Shell, options: TrainOptions): void {
  const config = readModelConfig(options.config, options.data);
  const text = readTextFile(config.data.path, "csv", "data_invalid");
  const result = modelCall(() =>
    trainModel(parseDataset(text, config), config, { seed: options.seed }),
  );
  if (options.json === true) shell.out(JSON.stringify(result));
  else shell.out(trainingText(result));
}

function trainingText(result: TrainingResult): string {
  const { validation, in_sample: inside, diagnostics, baseline } = result;
  const metrics = table(
    ["metric", "validation", "in sample"],
    [
      ["MAPE", formatPercent(validation.mean.mape), formatPercent(inside.mape)],
      ["wMAPE", formatPercent(validation.mean.wmape), formatPercent(inside.wmape)],
      ["R²", figure(validation.mean.r2), figure(inside.r2)],
      ["adjusted R²", figure(validation.mean.adj_r2), figure(inside.adj_r2)],
      ["MAE", figure(validation.mean.mae, 6), figure(inside.mae, 6)],
      ["NRMSE", figure(validation.mean.nrmse), figure(inside.nrmse)],
      ["MASE", figure(validation.mean.mase), figure(inside.mase)],
    ],
  );
  const channels = table(
    ["channel", "ROI", "mROI", "share", "half-life (weeks)", "VIF"],
    result.channels.map((row) => [
      row.name,
      figure(row.roi, 3),
      figure(row.mroi, 3),
      formatPercent(row.contribution_share, 1),
      figure(row.half_life_weeks, 3),
      figure(row.vif, 3),
    ]),
  );
  const facts =
    `baseline ${formatPercent(baseline.share, 1)} of the fit · Durbin-Watson ` +
    `${figure(diagnostics.durbin_watson, 3)} · ${figure(diagnostics.rows_per_variable, 3)} rows per variable`;
  const findings = result.findings.map((row) => `  ${row.code}: ${row.message}`);
  return [
    metrics,
    channels,
    facts,
    ...(findings.length > 0 ? [["findings:", ...findings].join("\n")] : []),
  ].join("\n\n");
}
