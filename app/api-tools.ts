/**
 * What the API is given from the folders it may not know: checking requests, data files.
 *
 * I1. A session's data file lies in an allowed folder, whatever its path says: links are resolved
 *     before the check, and the resolved path is what the session gets.
 * I2. Uploaded files are kept by the digest of their content and never change; those that nobody has
 *     used for long and no open session needs are removed.
 */
import { checkRequestBounds } from "./sessions/request-bounds.ts";
import { existsSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { Prepared } from "../api/sessions/sessions.ts";
import type { StartRequest } from "../api/sessions/requests.ts";
import { DATA_PREFIX } from "../api/rest/operations-routes.ts";
import { parseBusinessContext } from "../agents/business-context.ts";
import { createBuiltinReasoners } from "../agents/builtin/reasoners.ts";
import { createDataLoader, callModel, type DataContent } from "../agents/data-source.ts";
import { answerQuestion, type RoleQuestion } from "../agents/remote/questions.ts";
import type { Keys } from "../consumers/coordinator/attachments.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification/specification.ts";
import { readDataBytes } from "../infra/files.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { createBoundedCache } from "../schemas/bounded-cache.ts";
import { toCanonicalJson, computeSha256 } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import { findUploadFolder, keepData, markFileUsed } from "./data-copies.ts";
import { checkData, readData, type DataBytes } from "./request.ts";
import type { Settings } from "./settings.ts";

export interface DataFolders {
  readonly stateDir: string;
  readonly roots: readonly string[];
}

/** Configurations checked against their data that are remembered. */
const CHECKED_MAX = 256;

/** Checks of requests, with the settings' defaults for what they leave open. */
export function createRequestCheck(
  settings: Settings,
  folders: DataFolders,
): (request: StartRequest) => Promise<Prepared> {
  const checked = createBoundedCache<string, true>(CHECKED_MAX);
  const keep = (data: DataBytes): void => keepData(folders.stateDir, data.digest, data.bytes);
  return async (request) => {
    checkRequestBounds(request.limits, settings.api.bounds);
    const config = resolveConfigDataPath(
      callModel(() => parseModelConfig(request.baseline)),
      folders,
    );
    const baseline = toCanonicalJson(config);
    const data = readData(config);
    const key = `${data.digest}/${computeSha256(baseline)}`;
    if (checked.get(key) === undefined) {
      await checkData(config, data);
      checked.set(key, true);
    }
    keep(data);
    const context = request.business_context;
    const { business_unit } = parseBusinessContext(context);
    const { session } = settings;
    const limits = {
      max_iterations: session.max_iterations,
      convergence_threshold: session.convergence_threshold,
      patience: session.patience,
      evaluations_per_iteration: session.evaluations_per_iteration,
      agent_timeout_s: session.agent_timeout_s,
      person_timeout_s: session.person_timeout_s,
      person_default: session.person_default,
    };
    const given = Object.entries(request.limits).filter(([, value]) => value !== undefined);
    return {
      baseline,
      business_context: toCanonicalJson(context),
      business_unit,
      limits: { ...limits, ...Object.fromEntries(given) },
      seed: request.seed,
      parent_session: null,
      parent_seq: null,
      lineage: [],
      pinned_baseline: "",
      data_digest: data.digest,
    };
  };
}

function resolveConfigDataPath(config: ModelConfig, folders: DataFolders): ModelConfig {
  return { ...config, data: { ...config.data, path: resolveDataPath(config.data.path, folders) } };
}

/** The file that a data path means. Throws `data_invalid` for one outside the allowed folders. */
export function resolveDataPath(path: string, folders: DataFolders): string {
  const uploads = findUploadFolder(folders.stateDir);
  if (path.startsWith(DATA_PREFIX)) {
    const digest = path.slice(DATA_PREFIX.length);
    const file = join(uploads, `${digest}.csv`);
    if (/^[0-9a-f]{64}$/.test(digest) && existsSync(file)) {
      markFileUsed(file);
      return realpathSync(file);
    }
    throw new MmmError("data_invalid", "data.path: no file was uploaded under that digest");
  }
  const roots = [...folders.roots, uploads].filter((root) => existsSync(root));
  const candidates = isAbsolute(path) ? [path] : roots.map((root) => resolve(root, path));
  for (const candidate of candidates) {
    if (!existsSync(candidate)) continue;
    const real = realpathSync(candidate);
    if (roots.some((root) => isInsideFolder(real, realpathSync(root)))) return real;
  }
  throw new MmmError(
    "data_invalid",
    "data.path: not a file in an allowed folder; upload it (POST /v1/data) or set api.data_roots",
  );
}

function isInsideFolder(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

/** Keeps an uploaded file; a second upload of the same content changes nothing. */
export async function storeUploadedData(
  stateDir: string,
  digest: string,
  content: DataContent,
): Promise<void> {
  keepData(stateDir, digest, content);
}

/** Removes uploads not used since `before` (milliseconds since 1970), but for those in use. */
export async function removeUnusedUploads(
  stateDir: string,
  before: number,
  inUse: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const folder = findUploadFolder(stateDir);
  if (!existsSync(folder)) return;
  const isOld = (name: string): boolean => statSync(join(folder, name)).mtimeMs < before;
  const uploads = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.csv$/.test(name));
  const old = uploads.filter(isOld);
  if (old.length === 0) return;
  const needed = await inUse();
  for (const name of old) {
    // Once more: it may have been named by a request in the meantime.
    if (!needed.has(name) && isOld(name)) rmSync(join(folder, name), { force: true });
  }
}

/** The secret that an installation's other keys follow from: its coordinator's. */
export function extractInstallationSecret({ coordinator }: Keys): Uint8Array {
  const { d } = coordinator.signing?.privateKey.export({ format: "jwk" }) ?? {};
  if (d !== undefined) return Buffer.from(d, "base64url");
  throw new MmmError(
    "settings_invalid",
    "the keys hold no private half; set MMM_KEYS or keys.json",
  );
}

/** A role's built-in answer to a question of another process; its data must be readable here. */
export function createRoleAnswers(
  settings: Settings,
  folders: DataFolders,
): (question: RoleQuestion, caller: { readonly signal: AbortSignal }) => Promise<unknown> {
  const spec = SPECIFICATION_SHIPPED;
  const read = async (path: string) => readDataBytes(path);
  const load = createDataLoader({ read });
  const reasoners = createBuiltinReasoners({ load, settings: settings.business, spec });
  const tools = {
    reasoners,
    spec,
    placed: (config: ModelConfig) => resolveConfigDataPath(config, folders),
  };
  return (question, { signal }) => answerQuestion(tools, question, signal);
}
