/**
 * The trained router as one thing: sentence encoder + concepts + head, a text in, a judgement out.
 *
 * I1. A text in a language the encoder does not know, without letters, or longer than it reads is
 *     not judged: `unjudged` says why, and the rules take over.
 */
import { listConceptSource, joinFeatures } from "../words/features.ts";
import { type Classification, type Head, classify } from "./head.ts";
import { type Language, detectLanguage, isEncoderLanguage } from "../words/language.ts";
import type { SentenceEncoder } from "../encoder/sentence-encoder.ts";
import { MAX_TEXT_CHARS } from "../encoder/tokenizer.ts";
import { createHash } from "node:crypto";

export type Unjudged = "empty" | "too_long" | "unknown_language";

export type Judgement =
  | { readonly unjudged: Unjudged; readonly language: Language; readonly classification: null }
  | {
      readonly unjudged: null;
      readonly language: Language;
      readonly classification: Classification;
    };

export interface RouterModel {
  /** Digest of the checkpoint, as it stands in ProposalRouted. */
  readonly digest: string;
  readonly confidenceThreshold: number;
  /** @throws MmmError encoder_unavailable, overloaded */
  judge(text: string): Promise<Judgement>;
}

/** SHA-256 of everything that makes a text's concepts; a head is tied to it. */
export function computeConceptDigest(): string {
  return createHash("sha256").update(listConceptSource()).digest("hex");
}

/** A head on its encoder. */
export function openRouterModel(
  head: Head,
  digest: string,
  encoder: Pick<SentenceEncoder, "embed">,
): RouterModel {
  return {
    digest,
    confidenceThreshold: head.thresholds.confidence,
    async judge(text) {
      const language = detectLanguage(text);
      const unjudged = findReasonNotToJudge(text, language);
      if (unjudged !== null) return { unjudged, language, classification: null };
      const embedding = (await encoder.embed([text]))[0]!;
      return {
        unjudged: null,
        language,
        classification: classify(head, embedding, joinFeatures(embedding, text)),
      };
    },
  };
}

function findReasonNotToJudge(text: string, language: Language): Unjudged | null {
  if (language === "none") return "empty";
  if (text.length > MAX_TEXT_CHARS) return "too_long";
  return isEncoderLanguage(language) ? null : "unknown_language";
}
