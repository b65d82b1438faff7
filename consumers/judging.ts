/**
 * The guard's question made ready: configurations of the warrant read once and remembered.
 *
 * I1. The baseline is judged against itself, with its stated defaults filled in: all absolute rules
 *     apply, no drift; what is cleared is the complete configuration.
 */
import type { Warrant } from "../guard/clearance.ts";
import type { JudgeInput } from "../guard/judge.ts";
import { pin, pinConfig, type Pinned } from "../guard/pinned.ts";
import type { Specification } from "../guard/specification.ts";
import { parseStrictJson } from "../guard/strict-json.ts";
import type { Verdict } from "../guard/verdict.ts";
import { parseModelConfig } from "../model/config.ts";
import { sha256 } from "../schemas/canonical.ts";

export interface JudgingTools {
  readonly spec: Specification;
  /** The layered verdict, remembered where there is a memo. */
  readonly judge: (input: JudgeInput) => Promise<Verdict>;
}

interface Question {
  readonly raw: string;
  /** True for the baseline itself. */
  readonly own: boolean;
  readonly warrant: Warrant;
}

/** Pinned configurations kept at once. */
const KEPT_MAX = 256;

/** The judging that the guard consumer calls. */
export function createJudging(tools: JudgingTools): (question: Question) => Promise<Verdict> {
  const kept = new Map<string, Pinned>();
  const pinned = (text: string): Pinned => {
    const key = sha256(text);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = pin(text);
    kept.set(key, made);
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
    return made;
  };
  return async ({ raw, own, warrant }) => {
    const baseline = own
      ? pinConfig(parseModelConfig(parseStrictJson(warrant.baseline)))
      : pinned(warrant.baseline);
    const base = own ? baseline : pinned(warrant.base);
    const { constraints } = warrant;
    const text = own ? `{"config":${baseline.text},"reasoning":""}` : raw;
    return tools.judge({ raw: text, base, baseline, constraints, spec: tools.spec });
  };
}
