/**
 * The semantic judge that works by meaning: sentence encoder and trained head.
 *
 * I1. Every sentence is judged by itself, decoded passages included; one is enough to refuse.
 * I2. A text with more sentences than SENTENCES_MAX is not cleared: what was not read was not judged.
 * I3. An encoder that fails is an abstention, hence a refusal (`semantics.ts`).
 */
import { digestOf } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import { sentencesOf } from "./clause.ts";
import { decodePassages } from "./decode.ts";
import { intentFeatures } from "./intent-features.ts";
import { type IntentHead, intentProbability } from "./intent-head.ts";
import type { SemanticJudge, SemanticOpinion } from "./semantics.ts";
import { violation } from "./violation.ts";

const SENTENCES_MAX = 64;
const VIOLATIONS_KEPT = 8;

/** What the guard needs of a sentence encoder; the router's satisfies it. */
export interface TextEncoder {
  readonly digest: string;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/**
 * A judge from an encoder and a head.
 * @throws MmmError `checkpoint_refused` when the head was trained with another encoder
 */
export function headJudge(encoder: TextEncoder, head: IntentHead): SemanticJudge {
  if (encoder.digest !== head.encoder) {
    throw new MmmError(
      "checkpoint_refused",
      "Intent head: trained with another encoder; install the package again, or train it (bench/guard-train.ts)",
    );
  }
  return {
    name: "head",
    digest: digestOf({ judge: "head", head: head.digest }),
    judge: ({ reasoning }) => judgeByHead(reasoning, encoder, head),
  };
}

async function judgeByHead(
  reasoning: string,
  encoder: TextEncoder,
  head: IntentHead,
): Promise<SemanticOpinion> {
  const texts = [reasoning, ...decodePassages(reasoning).passages];
  const sentences = [...new Set(texts.flatMap(sentencesOf))];
  if (sentences.length === 0) return { verdict: "cleared", violations: [], detail: "no text" };
  if (sentences.length > SENTENCES_MAX) {
    const message = `The text has ${sentences.length} sentences; at most ${SENTENCES_MAX} are judged`;
    const found = [violation("text_too_long", "reasoning", message)];
    return { verdict: "vetoed", violations: found, detail: `${sentences.length} sentences` };
  }
  const embeddings = await encoder.embed(sentences);
  const scored = sentences.map((sentence, at) => {
    const embedding = embeddings[at];
    if (embedding === undefined) throw new MmmError("encoder_unavailable", "No embedding given");
    return { sentence, score: intentProbability(head, intentFeatures(embedding, sentence)) };
  });
  const refused = scored.filter(({ score }) => !(score < head.threshold));
  const highest = scored.reduce((top, { score }) => Math.max(top, score), 0);
  return {
    verdict: refused.length > 0 ? "vetoed" : "cleared",
    violations: refused.slice(0, VIOLATIONS_KEPT).map(({ sentence, score }) => {
      const message = `Read as an intent to change the methodology with probability ${score.toFixed(2)} (refused from ${head.threshold.toFixed(2)})`;
      return violation("intent_methodology", "reasoning", message, sentence);
    }),
    detail: `${sentences.length} sentences, highest probability ${highest.toFixed(3)}`,
    scores: {
      threshold: head.threshold,
      passages: scored.map(({ sentence, score }) => ({ score, text: sentence })),
    },
  };
}
