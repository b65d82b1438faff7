/**
 * Data sets for agents and trainer: read at the edge, parsed once per content and configuration.
 *
 * I1. The digest is of the bytes read; a changed file is a different data set.
 * I2. Who names a digest gets data of that digest, from the session's own copy where there is one, or
 *     `data_changed`; never other data.
 */
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
import { toCanonicalJson, computeSha256 } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { listColumnRoles, parseDataset, type Dataset } from "../model/data/dataset.ts";
import { ModelError } from "../model/errors.ts";
import { prepareTable, type PreparedTable } from "../tables/prepare.ts";
import { readDataTable } from "../tables/read.ts";
import { TableError } from "../tables/table.ts";

/** Content of a data file: its bytes, or a text that is UTF-8. */
export type DataContent = string | Uint8Array;

export interface DataSource {
  /** Content of a data file; rejects with `data_invalid` when it cannot be read. */
  read(path: string): Promise<DataContent>;
  /** Content of the copy kept under a digest; null where there is none. */
  readCopy?(digest: string): Promise<DataContent | null>;
}

/** Loads the data of a configuration; with a digest, these data and no others. */
export type LoadData = (config: ModelConfig, digest?: string | null) => Promise<LoadedData>;

export interface LoadedData {
  readonly dataset: Dataset;
  readonly digest: string;
}

/** Parsed data sets kept at once. */
const CACHED_MAX = 32;

/** Loads data sets through `source`, keeping the last few. */
export function createDataLoader(source: DataSource): LoadData {
  const cache = createBoundedCache<string, Promise<Dataset>>(CACHED_MAX);
  return async (config, pinned = null) => {
    const kept = pinned === null ? null : ((await source.readCopy?.(pinned)) ?? null);
    const content = kept ?? (await source.read(config.data.path));
    const digest = computeSha256(content);
    if (pinned !== null && digest !== pinned) throw createChangedData(config, { pinned, digest });
    const { hyperparameters: _tuned, training: _settings, ...structure } = config;
    const key = `${digest}/${computeSha256(toCanonicalJson(structure))}`;
    return { dataset: await getOrMake(cache, key, () => readDataset(content, config)), digest };
  };
}

/** The data of a configuration from a file of any dialect. Rejects with `data_invalid`. */
export async function readDataset(content: DataContent, config: ModelConfig): Promise<Dataset> {
  const table = await prepareContent(content, config);
  return callModel(() => parseDataset(table, config));
}

/** The rows that a configuration asks for, in plain spelling. Rejects with `data_invalid`. */
export async function prepareContent(
  content: DataContent,
  config: ModelConfig,
): Promise<PreparedTable> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const { decimal, date_order: dateOrder, sheet } = config.data;
  try {
    const table = await readDataTable(bytes, { decimal, dateOrder, sheet });
    return prepareTable(table, listColumnRoles(config));
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new MmmError("data_invalid", error.message, {
      data: { ...error.data, table: error.code },
      cause: error,
    });
  }
}

function createChangedData(
  { data }: ModelConfig,
  { pinned, digest }: { readonly pinned: string; readonly digest: string },
): MmmError {
  return new MmmError(
    "data_changed",
    `${data.path}: the data are not those the session was begun with (${digest.slice(0, 16)}, ` +
      `pinned ${pinned.slice(0, 16)}); put the file back, or begin another session with the new data`,
    { data: { digest, pinned } },
  );
}

/** Codes of the engine that speak of the configuration; all others speak of the data. */
const OF_CONFIGURATION = /^(?:config|parameters|bounds|channels)/;

/** Runs a call into the engine; its errors come out with the product's codes. */
export function callModel<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const code = OF_CONFIGURATION.test(error.code) ? "config_invalid" : "data_invalid";
    throw new MmmError(code, error.message, { data: { ...error.data }, cause: error });
  }
}
