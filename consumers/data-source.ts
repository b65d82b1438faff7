/**
 * Data sets for agents and trainer: read at the edge, parsed once per content and configuration.
 *
 * I1. The digest is of the bytes read; a changed file is a different data set.
 */
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
import { canonicalJson, sha256 } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { parseDataset, type Dataset } from "../model/dataset.ts";
import { ModelError } from "../model/errors.ts";

export interface DataSource {
  /** Text of a data file; rejects with `data_invalid` when it cannot be read. */
  read(path: string): Promise<string>;
}

export interface LoadedData {
  readonly dataset: Dataset;
  readonly digest: string;
}

/** Parsed data sets kept at once. */
const KEPT_MAX = 32;

/** Loads data sets through `source`, keeping the last few. */
export function createDataLoader(source: DataSource): (config: ModelConfig) => Promise<LoadedData> {
  const kept = createBoundedCache<string, LoadedData>(KEPT_MAX);
  return async (config) => {
    const text = await source.read(config.data.path);
    const digest = sha256(text);
    const { hyperparameters: _tuned, training: _settings, ...structure } = config;
    const key = `${digest}/${sha256(canonicalJson(structure))}`;
    return getOrMake(kept, key, () => {
      return { dataset: modelCall(() => parseDataset(text, config)), digest };
    });
  };
}

/** Runs a call into the engine; its errors come out with the product's codes. */
export function modelCall<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const code = error.code.startsWith("config") ? "config_invalid" : "data_invalid";
    throw new MmmError(code, error.message, { data: { ...error.data }, cause: error });
  }
}
