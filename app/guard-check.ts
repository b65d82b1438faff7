/**
 * The API's guard check: a proposal judged outside any session, by the judges that a guard worker has.
 *
 * I1. Saturation is judged over the spend of the data, as in a session, wherever the data are here:
 *     those that the question names, else those of the baseline.
 * I2. Data that were named, or uploaded, and are not here are an error; a path of the baseline that is
 *     no file here is not, and the answer says that no spend was seen.
 */
import type { GuardQuestion } from "../api/rest/operations-routes.ts";
import { DATA_PREFIX } from "../api/rest/operations-routes.ts";
import { createDataLoader, callModel } from "../agents/data-source.ts";
import { checkProposal, readBaseline } from "../guard/check.ts";
import { measureObservedExposure } from "../guard/signature/exposure.ts";
import type { Pinned } from "../guard/rules/pinned.ts";
import type { SemanticJudge } from "../guard/words/judges.ts";
import type { ObservedExposure } from "../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../guard/specification/specification.ts";
import { readDataBytes } from "../infra/files.ts";
import { describeError, MmmError } from "../schemas/errors.ts";
import { resolveDataPath, type DataFolders } from "./api-tools.ts";

/** Answers guard checks; the judges are opened with the first of them. */
export function createGuardCheck(
  judges: () => Promise<readonly SemanticJudge[]>,
  folders: DataFolders,
): (question: GuardQuestion) => Promise<object> {
  const load = createDataLoader({
    read: async (path) => readDataBytes(path),
  });
  return async ({ baseline, proposal, reasoning, data }) => {
    const pinned = requireBaseline(baseline);
    const path = findCheckedDataFile(pinned, data, folders);
    let observed: ObservedExposure | null = null;
    if (path !== null) {
      const config = { ...pinned.config, data: { ...pinned.config.data, path } };
      const { dataset } = await load(config);
      observed = callModel(() => measureObservedExposure(dataset, config));
    }
    const spec = SPECIFICATION_SHIPPED;
    const context = { baseline: pinned, spec, judges: await judges(), observed };
    const result = await checkProposal(proposal, reasoning, context);
    return { ...result, observed_spend: observed !== null };
  };
}

function requireBaseline(baseline: unknown): Pinned {
  try {
    return readBaseline(JSON.stringify(baseline));
  } catch (cause) {
    throw new MmmError("config_invalid", `baseline: ${describeError(cause)}`, { cause });
  }
}

function findCheckedDataFile(
  baseline: Pinned,
  named: string | null,
  folders: DataFolders,
): string | null {
  const own = baseline.config.data.path;
  if (named !== null) return resolveDataPath(named, folders);
  if (own.startsWith(DATA_PREFIX)) return resolveDataPath(own, folders);
  try {
    return resolveDataPath(own, folders);
  } catch {
    return null;
  }
}
