/**
 * Labelled texts → a trained router, and how it does against the rules and another checkpoint.
 *
 * I1. Seeded: equal rows, equal encoder, equal seed → equal checkpoint digest on one machine.
 * I2. Texts in a language the encoder does not know teach nothing and are counted apart.
 */
import type { CheckpointFacts } from "../classifier/checkpoint.ts";
import { type LabelledText, computeDatasetDigest, withoutDuplicates } from "./dataset.ts";
import { joinFeatures } from "../words/features.ts";
import type { Example } from "../classifier/example.ts";
import { type Head, trainHead } from "../classifier/head.ts";
import { detectLanguage, isEncoderLanguage } from "../words/language.ts";
import { DESCRIPTIONS, LABELS, OUT_OF_SCOPE } from "../words/roles.ts";
import { computeConceptDigest } from "../classifier/router-model.ts";
import type { SentenceEncoder } from "../encoder/sentence-encoder.ts";

export interface TrainRouterOptions {
  readonly seed: number;
  readonly onProgress?: (step: "embedding" | "fitting", done: number, total: number) => void;
}

export interface TrainedRouter {
  readonly head: Head;
  readonly facts: CheckpointFacts;
  /** Rows left out: near-duplicates, and texts in other languages. */
  readonly leftOut: { readonly duplicates: number; readonly other_language: number };
}

const EMBED_CHUNK = 256;

/**
 * Trains a head on `rows`.
 * @throws RangeError with fewer than two labels; MmmError encoder_unavailable
 */
export async function trainRouter(
  rows: readonly LabelledText[],
  encoder: SentenceEncoder,
  options: TrainRouterOptions,
): Promise<TrainedRouter> {
  const known = rows.filter((row) => row.lang === "en" && mayKnow(row.text));
  const distinct = withoutDuplicates(known);
  const described = LABELS.flatMap((label) =>
    DESCRIPTIONS[label].map((text) => ({ text, label, description: true as const })),
  );
  const texts = [...distinct, ...described].map((row) => row.text);
  const embeddings = await embedAll(encoder, texts, options.onProgress);
  const examples = [
    ...distinct.map(toExample),
    ...described.map((row) => ({ ...row, embedding: new Float32Array() })),
  ].map((example, i) => withEmbedding(example, embeddings[i]!));
  const head = trainHead(examples, {
    seed: options.seed,
    rejectLabel: OUT_OF_SCOPE,
    onProgress: (done, total) => options.onProgress?.("fitting", done, total),
  });
  return {
    head,
    facts: {
      encoder_digest: encoder.digest,
      concept_digest: computeConceptDigest(),
      data_digest: computeDatasetDigest(distinct),
      seed: options.seed,
      support: countByLabel(distinct),
    },
    leftOut: {
      duplicates: known.length - distinct.length,
      other_language: rows.length - known.length,
    },
  };
}

function mayKnow(text: string): boolean {
  const language = detectLanguage(text);
  return language === "none" || isEncoderLanguage(language);
}

type Bare = Omit<Example, "embedding"> & { readonly text: string };

function toExample(row: LabelledText): Bare {
  return {
    text: row.text,
    label: row.label,
    ...(row.weight === undefined ? {} : { weight: row.weight }),
    ...(row.session === undefined ? {} : { group: row.session }),
  };
}

function withEmbedding(example: Bare, embedding: Float32Array): Example {
  return { ...example, embedding, features: joinFeatures(embedding, example.text) };
}

async function embedAll(
  encoder: SentenceEncoder,
  texts: readonly string[],
  onProgress: TrainRouterOptions["onProgress"],
): Promise<Float32Array[]> {
  const result: Float32Array[] = [];
  for (let i = 0; i < texts.length; i += EMBED_CHUNK) {
    result.push(...(await encoder.embed(texts.slice(i, i + EMBED_CHUNK))));
    onProgress?.("embedding", result.length, texts.length);
  }
  return result;
}

function countByLabel(rows: readonly LabelledText[]): Record<string, number> {
  return Object.fromEntries(
    LABELS.map((label) => [label, rows.filter((row) => row.label === label).length]),
  );
}
