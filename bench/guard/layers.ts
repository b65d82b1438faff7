/**
 * What each layer says about each labelled proposal, by itself and with the others.
 *
 * I1. A layer is asked whatever the earlier ones said, so that misses can be counted jointly; the
 *     product stops at the first refusal.
 */
import { judgeStructure } from "../../guard/judge.ts";
import { createHeadJudge, type TextEncoder } from "../../guard/words/head-judge.ts";
import type { IntentHead } from "../../guard/words/intent-head.ts";
import { LEXICON_JUDGE } from "../../guard/words/lexicon-judge.ts";
import { readProposal } from "../../guard/proposal/proposal.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { inputOf, type LabelledProposal, type readBases } from "./set.ts";

export interface LayerAnswers {
  readonly row: LabelledProposal;
  readonly rules: boolean;
  readonly signature: boolean;
  readonly lexicon: boolean;
  readonly head: boolean;
}

/** True = refused, for every layer. */
export async function answersOf(
  row: LabelledProposal,
  bases: ReturnType<typeof readBases>,
  head: SemanticJudge,
): Promise<LayerAnswers> {
  const input = inputOf(row, bases);
  const verdict = judgeStructure(input);
  const reasoning = [readProposal(row.raw).reasoning, row.reasoning].filter(Boolean).join("\n");
  const question = { raw: row.raw, reasoning };
  const refused = async (judge: SemanticJudge): Promise<boolean> =>
    (await judge.judge(question)).verdict !== "cleared";
  return {
    row,
    rules: verdict.layer === "rules",
    signature: verdict.layer === "signature",
    lexicon: await refused(LEXICON_JUDGE),
    head: await refused(head),
  };
}

/** A head judge for a head that was fitted with classes left out. */
export function heldOutJudge(
  encoder: TextEncoder,
  head: IntentHead,
  threshold: number,
): SemanticJudge {
  return createHeadJudge(encoder, { ...head, encoder: encoder.digest, threshold });
}

/** An encoder that embeds each text once. */
export function createCachingEncoder(encoder: TextEncoder): TextEncoder {
  const known = new Map<string, Float32Array>();
  return {
    digest: encoder.digest,
    embed: async (texts) => {
      const missing = [...new Set(texts.filter((text) => !known.has(text)))];
      const fresh = missing.length === 0 ? [] : await encoder.embed(missing);
      for (const [at, text] of missing.entries()) known.set(text, fresh[at] ?? new Float32Array());
      return texts.map((text) => known.get(text) ?? new Float32Array());
    },
  };
}

/** Share with its 95 % Wilson interval (Wilson 1927), in percent. */
export function wilson(hits: number, count: number): string {
  if (count === 0) return "-";
  const z = 1.959964;
  const share = hits / count;
  const centre = (share + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const half =
    (z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count))) /
    (1 + (z * z) / count);
  const percent = (value: number): string => (100 * Math.min(1, Math.max(0, value))).toFixed(1);
  return `${percent(share)} [${percent(centre - half)}, ${percent(centre + half)}] (${hits}/${count})`;
}
