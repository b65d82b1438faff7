/**
 * A session request from the files and flags of the command line: everything that can be wrong with
 * them is found here, before anything is written.
 */
import { dirname, isAbsolute, resolve } from "node:path";
import { parseBusinessContext } from "../agents/business-context.ts";
import { callModel } from "../agents/data-source.ts";
import { readJsonFile, readTextFile } from "../infra/files.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { parseDataset } from "../model/data/dataset.ts";
import { createObjective } from "../model/fit/objective.ts";
import { toCanonicalJson } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import type { EventData } from "../schemas/event.ts";
import type { Settings } from "./settings.ts";

export interface RequestFlags {
  readonly baselineConfig: string;
  readonly businessContext: string;
  readonly data?: string;
  readonly maxIterations?: number;
  readonly convergenceThreshold?: number;
  readonly evaluations?: number;
  readonly seed: number;
}

/** Reads and checks the files; throws with file, field and remedy in one line. */
export function readSessionRequest(
  flags: RequestFlags,
  settings: Settings,
  requestedBy: string,
): EventData<"SessionRequested"> {
  const config = readModelConfig(flags.baselineConfig, flags.data);
  checkData(config);
  const context = readJsonFile(flags.businessContext);
  return withFileName(flags.businessContext, () =>
    buildSessionRequest({ config, context, settings, requestedBy, flags }),
  );
}

interface RequestParts {
  readonly config: ModelConfig;
  /** As given: which criteria the business stated itself is seen from it. */
  readonly context: unknown;
  readonly settings: Settings;
  readonly requestedBy: string;
  readonly flags: Pick<
    RequestFlags,
    "maxIterations" | "convergenceThreshold" | "evaluations" | "seed"
  >;
}

/**
 * The request of checked parts; limits not given come from the settings. Throws `config_invalid` for a
 * business context that is none.
 */
export function buildSessionRequest(parts: RequestParts): EventData<"SessionRequested"> {
  const { config, context, flags } = parts;
  const { session } = parts.settings;
  const { business_unit } = parseBusinessContext(context);
  return {
    baseline: toCanonicalJson(config),
    business_context: toCanonicalJson(context),
    business_unit,
    limits: {
      max_iterations: flags.maxIterations ?? session.max_iterations,
      convergence_threshold: flags.convergenceThreshold ?? session.convergence_threshold,
      patience: session.patience,
      evaluations_per_iteration: flags.evaluations ?? session.evaluations_per_iteration,
      agent_timeout_s: session.agent_timeout_s,
      person_timeout_s: session.person_timeout_s,
      person_default: session.person_default,
    },
    seed: flags.seed,
    requested_by: parts.requestedBy,
    parent_session: null,
    parent_seq: null,
    lineage: [],
  };
}

/** The configuration of a file; its data path is `data`, else relative to the file. */
export function readModelConfig(path: string, data?: string): ModelConfig {
  const value = readJsonFile(path);
  const config = withFileName(path, () => callModel(() => parseModelConfig(value)));
  const own = config.data.path;
  const file = data ?? (isAbsolute(own) ? own : resolve(dirname(path), own));
  return { ...config, data: { ...config.data, path: resolve(file) } };
}

/** Fails like the trainer would, but before the session exists. */
export function checkData(config: ModelConfig): void {
  const { path } = config.data;
  const text = readTextFile(path, "csv", "data_invalid");
  withFileName(path, () => callModel(() => createObjective(parseDataset(text, config), config)));
}

/** Puts the file's name in front of an error about its content. */
function withFileName<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof MmmError) || error.message.startsWith(file)) throw error;
    throw new MmmError(error.code, `${file}: ${error.message}`, { data: error.data, cause: error });
  }
}
