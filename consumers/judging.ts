/**
 * The guard's question made ready: configurations of the warrant read once and remembered.
 *
 * I1. The baseline is judged against itself, with its stated defaults filled in: all absolute rules
 *     apply, no drift; what is cleared is the complete configuration.
 * I2. Curvature is judged over the exposure that the data show. Which data, the signed baseline says;
 *     the guard reads them itself, so no agent has a say. Data that cannot be read: nothing is judged.
 */
import type { Warrant } from "../guard/clearance.ts";
import type { JudgeInput } from "../guard/judge.ts";
import { pin, pinConfig, type Pinned } from "../guard/pinned.ts";
import type { ObservedExposure } from "../guard/signature.ts";
import type { Specification } from "../guard/specification.ts";
import { parseStrictJson } from "../guard/strict-json.ts";
import type { Verdict } from "../guard/verdict.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
import { sha256 } from "../schemas/canonical.ts";

export interface JudgingTools {
  readonly spec: Specification;
  /** The layered verdict, remembered where there is a memo. */
  readonly judge: (input: JudgeInput) => Promise<Verdict>;
  /** Where the data's exposure lies; without it curvature is judged up to the largest exposure. */
  readonly observed?: (baseline: ModelConfig) => Promise<ObservedExposure>;
}

interface Question {
  readonly raw: string;
  /** True for the baseline itself. */
  readonly own: boolean;
  readonly warrant: Warrant;
}

/** Texts kept at once. */
const KEPT_MAX = 256;

/** The judging that the guard consumer calls. */
export function createJudging(tools: JudgingTools): (question: Question) => Promise<Verdict> {
  const pinned = keeping(pin);
  const observed = keeping(async (_text: string, baseline: Pinned) =>
    tools.observed === undefined ? null : tools.observed(baseline.config),
  );
  return async ({ raw, own, warrant }) => {
    const baseline = own
      ? pinConfig(parseModelConfig(parseStrictJson(warrant.baseline)))
      : pinned.get(warrant.baseline);
    const base = own ? baseline : pinned.get(warrant.base);
    const { constraints } = warrant;
    const text = own ? `{"config":${baseline.text},"reasoning":""}` : raw;
    const seen = await observed.get(baseline.text, baseline).catch((error: unknown) => {
      // Tried again with the next question: a file may come back.
      observed.forget(baseline.text);
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

interface Keeping<T, More extends readonly unknown[]> {
  get(text: string, ...more: More): T;
  forget(text: string): void;
}

/** What was made of the last texts, by their digest. */
function keeping<T extends object, More extends readonly unknown[]>(
  make: (text: string, ...more: More) => T,
): Keeping<T, More> {
  const kept = createBoundedCache<string, T>(KEPT_MAX);
  return {
    get: (text, ...more) => getOrMake(kept, sha256(text), () => make(text, ...more)),
    forget: (text) => void kept.delete(sha256(text)),
  };
}
