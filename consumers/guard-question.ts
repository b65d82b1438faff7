/**
 * The guard's question made ready: configurations of the warrant read once and cached.
 *
 * I1. The baseline is judged against itself, with its stated defaults filled in: all absolute rules
 *     apply, no drift; what is cleared is the complete configuration. A fork's is judged against the
 *     pinned baseline of its lineage: drift goes on where the parent left it.
 * I2. Curvature is judged over the exposure that the data show. Which data, the signed baseline says;
 *     the guard reads them itself, so no agent has a say. Data that cannot be read, or are others than
 *     the session was begun with: nothing is judged.
 */
import type { Warrant } from "../guard/tokens/clearance.ts";
import type { JudgeInput } from "../guard/judge.ts";
import { pin, pinConfig, type Pinned } from "../guard/rules/pinned.ts";
import type { ObservedExposure } from "../guard/signature/signature.ts";
import type { Specification } from "../guard/specification/specification.ts";
import { parseStrictJson } from "../schemas/strict-json.ts";
import type { Verdict } from "../guard/verdict.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
import { computeSha256 } from "../schemas/canonical.ts";
import { describeError, MmmError } from "../schemas/errors.ts";

export interface VerdictRequestTools {
  readonly spec: Specification;
  /** The layered verdict, stored where there is a verdict store. */
  readonly judge: (input: JudgeInput) => Promise<Verdict>;
  /** Where the data's exposure lies; without it curvature is judged up to the largest exposure. */
  readonly observed?: (
    baseline: ModelConfig,
    /** Of the data as the session was begun with; other data are an error. */
    dataDigest: string | null,
  ) => Promise<ObservedExposure>;
}

interface Question {
  readonly raw: string;
  /** True for the baseline itself. */
  readonly isBaseline: boolean;
  readonly warrant: Warrant;
}

interface Asked {
  readonly baseline: Pinned;
  readonly dataDigest: string | null;
}

/** Texts cached at once. */
const CACHED_MAX = 256;

/** The verdict request that the guard consumer makes. */
export function createVerdictRequest(
  tools: VerdictRequestTools,
): (question: Question) => Promise<Verdict> {
  const pinned = createDigestCache((text) => readOrRefuse(() => pin(text)));
  const observed = createDigestCache(async (_key: string, asked: Asked) =>
    tools.observed === undefined ? null : tools.observed(asked.baseline.config, asked.dataDigest),
  );
  return async ({ raw, isBaseline, warrant }) => {
    // A fork starts from another configuration than the pinned baseline of its lineage.
    const starts = isBaseline
      ? readOrRefuse(() => pinConfig(parseModelConfig(parseStrictJson(warrant.base))))
      : null;
    const isOwn = isBaseline && warrant.baseline === warrant.base;
    const baseline = isOwn && starts !== null ? starts : pinned.get(warrant.baseline);
    const base = starts ?? pinned.get(warrant.base);
    const { constraints } = warrant;
    const text = isBaseline ? `{"config":${base.text},"reasoning":""}` : raw;
    const dataDigest = warrant.data_digest ?? null;
    const key = `${dataDigest ?? ""}/${baseline.text}`;
    const seen = await observed.get(key, { baseline, dataDigest }).catch((error: unknown) => {
      // Tried again with the next question: a file may come back.
      observed.remove(key);
      throw error;
    });
    return tools.judge({
      raw: text,
      base,
      baseline,
      constraints,
      spec: tools.spec,
      observed: seen,
    });
  };
}

/** What the session itself starts from cannot be read: no proposal's fault, and waiting does not help. */
function readOrRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const message = `the session's configuration: ${describeError(cause)}; correct the baseline`;
    throw new MmmError("config_invalid", message, { cause });
  }
}

interface DigestCache<T, More extends readonly unknown[]> {
  get(text: string, ...more: More): T;
  remove(text: string): void;
}

/** What was made of the last texts, by their digest. */
function createDigestCache<T extends object, More extends readonly unknown[]>(
  make: (text: string, ...more: More) => T,
): DigestCache<T, More> {
  const cache = createBoundedCache<string, T>(CACHED_MAX);
  return {
    get: (text, ...more) => getOrMake(cache, computeSha256(text), () => make(text, ...more)),
    remove: (text) => void cache.delete(computeSha256(text)),
  };
}
