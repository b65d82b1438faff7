/**
 * A session request from the files and flags of the command line: everything that can be wrong with
 * them is found here, before anything is written.
 */
import { dirname, isAbsolute, resolve } from "node:path";
import { parseBusinessContext } from "../agents/business-context.ts";
import { callModel, prepareContent, readDataset } from "../agents/data-source.ts";
import { readDataBytes, readJsonFile } from "../infra/files.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import type { Dataset } from "../model/data/dataset.ts";
import { createObjective } from "../model/fit/objective.ts";
import { computeSha256, toCanonicalJson } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import type { EventData } from "../schemas/event.ts";
import { formatPlainCsv, isPlainReading } from "../tables/prepare.ts";
import { findBaselineFile, findContextFile, readContextFile } from "./sessions/session-files.ts";
import type { Settings } from "./settings.ts";

export interface RequestFlags {
  /** Without: baseline_model.json of this folder. */
  readonly baselineConfig?: string | undefined;
  /** Without: business_context.json beside the baseline, or the defaults. */
  readonly businessContext?: string | undefined;
  /** Business unit, instead of the context's. */
  readonly unit?: string | undefined;
  readonly data?: string;
  readonly maxIterations?: number;
  readonly convergenceThreshold?: number;
  readonly evaluations?: number;
  readonly seed: number;
}

/**
 * Reads and checks the files; throws with file, field and remedy in one line. `keep` gets the data
 * once all is found right: the session's own copy.
 */
export async function readSessionRequest(
  flags: RequestFlags,
  settings: Settings,
  requestedBy: string,
  keep: (data: DataBytes) => void = () => {},
): Promise<EventData<"SessionRequested">> {
  const baseline = findBaselineFile(flags.baselineConfig);
  const config = readModelConfig(baseline, flags.data);
  const data = readData(config);
  await checkData(config, data);
  const contextFile = findContextFile(flags.businessContext, baseline);
  const context = readContextFile(contextFile, { baseline, unit: flags.unit });
  const dataDigest = data.digest;
  const request = withFileName(contextFile ?? baseline, () =>
    buildSessionRequest({ config, context, settings, requestedBy, flags, dataDigest }),
  );
  keep(data);
  return request;
}

interface RequestParts {
  readonly config: ModelConfig;
  /** As given: which criteria the business stated itself is seen from it. */
  readonly context: unknown;
  readonly settings: Settings;
  readonly requestedBy: string;
  readonly dataDigest: string;
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
    pinned_baseline: "",
    data_digest: parts.dataDigest,
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

/** A data file as it was read. */
export interface DataBytes {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly digest: string;
}

/** The data set that a configuration names, read once. Throws `data_invalid`. */
export function readData({ data }: ModelConfig): DataBytes {
  const bytes = readDataBytes(data.path);
  return { bytes, digest: computeSha256(bytes) };
}

/** Fails like the trainer would, but before the session exists. */
export async function checkData(
  config: ModelConfig,
  { bytes }: DataBytes = readData(config),
): Promise<void> {
  const dataset = await readNamedDataset(bytes, config);
  withFileName(config.data.path, () => callModel(() => createObjective(dataset, config)));
}

/** The data that a configuration's path names. Rejects with `data_invalid` and the file's name. */
export async function readConfigDataset(config: ModelConfig): Promise<Dataset> {
  return readNamedDataset(readDataBytes(config.data.path), config);
}

/** A data file of any dialect as CSV in the plain one; as it stands where it is. */
export async function readPlainText(path: string, config: ModelConfig): Promise<string> {
  try {
    return await formatPlainText(readDataBytes(path), config);
  } catch (error) {
    throw nameFile(path, error);
  }
}

/** The same of bytes that are at hand. */
export async function formatPlainText(bytes: Uint8Array, config: ModelConfig): Promise<string> {
  const table = await prepareContent(bytes, config);
  return isPlainReading(table.reading) ? new TextDecoder().decode(bytes) : formatPlainCsv(table);
}

async function readNamedDataset(bytes: Uint8Array, config: ModelConfig): Promise<Dataset> {
  try {
    return await readDataset(bytes, config);
  } catch (error) {
    throw nameFile(config.data.path, error);
  }
}

/** Puts the file's name in front of an error about its content. */
function withFileName<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw nameFile(file, error);
  }
}

function nameFile(file: string, error: unknown): unknown {
  if (!(error instanceof MmmError) || error.message.startsWith(file)) return error;
  return new MmmError(error.code, `${file}: ${error.message}`, { data: error.data, cause: error });
}
