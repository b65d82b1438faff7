/**
 * What plans and exports of a model are made from: a configuration or a session's results, its data and its
 * draws.
 *
 * I1. With results the session's own draws are read; nothing is sampled again where they are at hand.
 */
import { existsSync } from "node:fs";
import { callModel } from "../../../agents/data-source.ts";
import { readConfigDataset, readModelConfig } from "../../../app/request.ts";
import { readJsonFile } from "../../../infra/files.ts";
import { parseModelConfig, type ModelConfig } from "../../../model/config.ts";
import type { Dataset } from "../../../model/data/dataset.ts";
import type { Effects } from "../../../model/effects.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { GivenResults } from "../../output/cautions.ts";
import { findSessionDraws, readPublishedRecord, recallEffects } from "../../session-draws.ts";
import type { CommonOptions, Shell } from "../../shell.ts";

const RESULTS_FILE = "results/optimization_results.json";

export interface SourceOptions extends CommonOptions {
  readonly config?: string;
  readonly results?: string;
  readonly data?: string;
}

export type ResultsFile = NonNullable<GivenResults> & { readonly final_config?: unknown };

export interface ModelSources {
  readonly config: ModelConfig;
  readonly dataset: Dataset;
  readonly effects: Effects;
  readonly results: ResultsFile | null;
}

/** Reads all of it. Throws `usage` when neither a configuration nor results are named. */
export async function readModelSources(
  shell: Shell,
  options: SourceOptions,
  command: string,
): Promise<ModelSources> {
  const file = findResultsFile(options);
  const results = file === null ? null : (readJsonFile(file) as ResultsFile);
  const config = readSourceConfig(options, results, command);
  const record = options.config === undefined ? readPublishedRecord(results) : null;
  const draws = await findSessionDraws(shell, options, record);
  const dataset = await readConfigDataset(config);
  const effects = callModel(() => recallEffects(dataset, config, { draws, record }));
  return { config, dataset, effects, results };
}

/** The named file; without a configuration the one that `mmm run` writes here. */
function findResultsFile({ config, results }: SourceOptions): string | null {
  if (results !== undefined || config !== undefined) return results ?? null;
  return existsSync(RESULTS_FILE) ? RESULTS_FILE : null;
}

function readSourceConfig(
  options: SourceOptions,
  results: ResultsFile | null,
  command: string,
): ModelConfig {
  if (options.config !== undefined) return readModelConfig(options.config, options.data);
  if (results === null) {
    throw new MmmError(
      "usage",
      `${command} needs --config FILE or --results FILE: there is no results/optimization_results.json here`,
    );
  }
  const config = callModel(() => parseModelConfig(results.final_config));
  const path = options.data ?? config.data.path;
  return { ...config, data: { ...config.data, path } };
}

/** `channel=low:high`. */
export function parseSpendBound(text: string): [string, [number, number]] {
  const match = /^([^=]+)=([0-9.eE+]+):([0-9.eE+]+)$/.exec(text);
  const [low, high] = [Number(match?.[2]), Number(match?.[3])];
  if (match?.[1] === undefined || !(low <= high)) {
    throw new MmmError("usage", `--bound "${text}": write channel=low:high with low ≤ high`);
  }
  return [match[1], [low, high]];
}
