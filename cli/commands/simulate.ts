/** `mmm simulate`: weekly data with known truth, and a baseline model for it. */
import { join } from "node:path";
import type { Command } from "commander";
import { callModel } from "../../agents/data-source.ts";
import { readJsonFile, writeWhole } from "../../infra/files.ts";
import { DEFAULT_SIMULATION, parseSimulationSpec } from "../../model/simulate/simulation-spec.ts";
import { simulateData, createSimulationConfig } from "../../model/simulate/simulate.ts";
import { createTrainableConfig } from "../../model/simulate/trainable.ts";
import { parseInteger } from "../options.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";

interface SimulateOptions extends CommonOptions {
  readonly spec?: string;
  readonly seed: number;
  readonly output: string;
}

const EXAMPLES = `
Examples:
  mmm simulate --seed 7 --output simulated
  mmm simulate --spec my_channels.json --seed 1 --output simulated

Writes data.csv, truth.json and baseline_model.json.`;

export function addSimulateCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("simulate"))
    .description("generate data with known carryover, saturation, season and noise")
    .option("--spec <file>", "what to simulate (JSON); five channels of a brand by default")
    .option("--seed <n>", "seed", parseInteger, 1)
    .option("--output <dir>", "folder", "simulated")
    .addHelpText("after", EXAMPLES)
    .action((options: SimulateOptions) => runSimulation(shell, options));
}

function runSimulation(shell: Shell, options: SimulateOptions): void {
  const { spec: file, seed, output } = options;
  const spec =
    file === undefined
      ? DEFAULT_SIMULATION
      : callModel(() => parseSimulationSpec(readJsonFile(file)));
  const made = callModel(() => simulateData(spec, seed));
  callModel(() => createTrainableConfig(made, "data.csv"));
  const write = (name: string, text: string) => writeWhole(join(output, name), text);
  write("data.csv", made.csv);
  write("truth.json", `${JSON.stringify(made.truth, null, 2)}\n`);
  const config = createSimulationConfig(spec, "data.csv");
  write("baseline_model.json", `${JSON.stringify(config, null, 2)}\n`);
  if (options.json === true) shell.out(JSON.stringify({ output, seed, truth: made.truth }));
  else shell.out(`${spec.periods} simulated periods in ${join(output, "data.csv")} (seed ${seed})`);
}
