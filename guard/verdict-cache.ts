/**
 * Verdicts remembered by what they depend on.
 *
 * I1. The key names everything a verdict depends on: the text, both configurations, constraints, the
 *     observed exposure, the specification and every judge. Equal key, equal verdict, for ever.
 * I2. A remembered verdict is a signed token: whoever can write to the store cannot make a verdict.
 * I3. What failed for want of an answer is not remembered; neither is a fault of the guard itself.
 */
import { type Json, toCanonicalJson, computeDigest, computeSha256 } from "../schemas/canonical.ts";
import type { KeyValueStore } from "../session/ports.ts";
import { signToken, verifyToken } from "./tokens/jws.ts";
import type { KeyRing } from "./tokens/keys.ts";
import { type JudgeInput, judge } from "./judge.ts";
import { isObject } from "./proposal/proposal.ts";
import type { SemanticJudge } from "./words/judges.ts";
import type { Verdict } from "./verdict.ts";
import { UNJUDGED } from "./violation.ts";

/** Changes whenever the code can give another verdict for the same input. */
const GUARD_VERSION = 2;

/** The part of a key-value store that stored verdicts need. */
export type VerdictStore = Pick<KeyValueStore, "get" | "putIfAbsent">;

export interface CachedJudgeOptions {
  readonly store: VerdictStore;
  readonly ring: KeyRing;
  readonly judges: readonly SemanticJudge[];
}

/** `judge`, asked once for each input. */
export function createCachedJudge(
  options: CachedJudgeOptions,
): (input: JudgeInput) => Promise<Verdict> {
  return async (input) => {
    const key = computeVerdictKey(input, options.judges);
    const cached = readVerdict(key, await resolveOrNull(options.store.get(key)), options.ring);
    if (cached !== null) return cached;
    const verdict = await judge(input, options.judges);
    if (verdict.violations.some(({ code }) => UNJUDGED.has(code))) return verdict;
    const payload = { key, verdict: verdict as unknown as Json };
    const token = signToken("mmm-verdict+jws", payload, options.ring);
    const stored = await resolveOrNull(options.store.putIfAbsent(key, token));
    return readVerdict(key, stored, options.ring) ?? verdict;
  };
}

/** Store errors count as a cache miss. */
async function resolveOrNull(answer: Promise<string | null>): Promise<string | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}

/** The key of an input for these judges. */
export function computeVerdictKey(input: JudgeInput, judges: readonly SemanticJudge[]): string {
  const digest = computeDigest({
    version: GUARD_VERSION,
    raw: computeSha256(input.raw),
    wellFormed: input.raw.isWellFormed(),
    reasoning: computeSha256(input.reasoning ?? ""),
    base: input.base.digest,
    baseline: input.baseline.digest,
    constraints: computeSha256(toCanonicalJson(input.constraints)),
    observed: input.observed ?? null,
    spec: input.spec.digest,
    judges: judges.map((judge) => [judge.name, judge.digest]),
  });
  return `verdict/${digest}`;
}

function readVerdict(key: string, token: string | null, ring: KeyRing): Verdict | null {
  if (token === null) return null;
  try {
    const payload = verifyToken("mmm-verdict+jws", token, ring);
    if (!isObject(payload) || payload["key"] !== key) return null;
    return payload["verdict"] as unknown as Verdict;
  } catch {
    return null;
  }
}
