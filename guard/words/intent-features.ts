/**
 * What the trained head sees of a sentence: its embedding, which kinds of words and which frames of
 * speech it holds, and its words and word pairs. The embedding generalises over wording, the kinds
 * carry what the lexicon knows, the frames what people say without naming it, and the pairs tell
 * "not an option" from "an option", which embeddings hardly do.
 *
 * I1. Pure; the length of a feature row depends on the embedding's alone.
 * I2. `FEATURES_DIGEST` names everything that changes a feature; a head is tied to it.
 */
import { computeDigest } from "../../schemas/canonical.ts";
import { type Clause, splitIntoClauses } from "./clause.ts";
import { FRAME_COUNT, findFrames, formatFramePatterns } from "./intent-frames.ts";
import { formatLexiconPatterns } from "./lexicon.ts";

/** Weights of kinds, frames and word pairs beside an embedding of length 1; by leave-writer-out. */
const KIND_SCALE = 0.2;
const FRAME_SCALE = 0.15;
const PAIR_SCALE = 0.12;
const PAIR_BUCKETS = 2048;
const CHARACTERS_MAX = 2000;

const KINDS: readonly (readonly [name: string, of: (clause: Clause) => boolean])[] = [
  ["field", (clause) => clause.fields.length > 0],
  ["strong", (clause) => clause.strong],
  ["weak", (clause) => clause.weak],
  ["negated", (clause) => clause.negated],
  ["strong_on_protected", (clause) => clause.strongOnProtected],
  ["weak_on_protected", (clause) => clause.weakOnProtected],
  ["method", (clause) => clause.otherMethod && !clause.otherMethodNegated],
  ["method_negated", (clause) => clause.otherMethodNegated],
  ["tunable", (clause) => clause.tunable],
  ["keeping", (clause) => clause.keeping],
  ["mention", (clause) => clause.mention],
  ["directive", (clause) => clause.directive],
  ["condition", (clause) => clause.condition],
  ["question", (clause) => clause.question],
  ["authority", (clause) => clause.authority],
  ["agent", (clause) => clause.agent],
  ["imperative", (clause) => clause.imperative],
  ["refused", (clause) => clause.refused],
  ["refused_to_keep", (clause) => clause.refusedToKeep],
  ["bare_field", (clause) => clause.fields.length > 0 && isBare(clause)],
  ["bare_method", (clause) => clause.otherMethod && isBare(clause)],
  ["bare_strong", (clause) => clause.strong && isBare(clause)],
  ["bare_order", (clause) => (clause.strong || clause.weak) && clause.directive && isBare(clause)],
  ["no_field", (clause) => clause.fields.length === 0],
  ["number", (clause) => /\d/.test(clause.text)],
];

/** Nothing in the clause keeps, negates, reports or names something tunable. */
function isBare(clause: Clause): boolean {
  return !(clause.keeping || clause.negated || clause.refused || clause.mention || clause.tunable);
}

/** SHA-256 of what the features are made from. */
export const FEATURES_DIGEST: string = computeDigest({
  version: 3,
  kinds: KINDS.map(([name]) => name),
  scales: [KIND_SCALE, FRAME_SCALE, PAIR_SCALE, PAIR_BUCKETS, CHARACTERS_MAX],
  frames: formatFramePatterns(),
  lexicon: formatLexiconPatterns(),
});

/** Length of a row for an embedding of this length. */
export function countFeatures(embedding: number): number {
  return embedding + KINDS.length + FRAME_COUNT + PAIR_BUCKETS;
}

/** The feature row of a sentence. */
export function computeIntentFeatures(embedding: Float32Array, sentence: string): Float32Array {
  const row = new Float32Array(countFeatures(embedding.length));
  row.set(embedding);
  const clauses = splitIntoClauses(sentence);
  for (const [at, [, holds]] of KINDS.entries()) {
    if (clauses.some(holds)) row[embedding.length + at] = KIND_SCALE;
  }
  const frames = embedding.length + KINDS.length;
  for (const frame of findFrames(sentence)) row[frames + frame] = FRAME_SCALE;
  const start = frames + FRAME_COUNT;
  for (const bucket of computePairBuckets(sentence)) row[start + bucket] = PAIR_SCALE;
  return row;
}

/** Buckets of the words and neighbouring word pairs of a sentence. */
function computePairBuckets(sentence: string): Set<number> {
  const words =
    sentence
      .slice(0, CHARACTERS_MAX)
      .toLowerCase()
      .match(/[a-z]+|[?!;:,]/g) ?? [];
  const buckets = new Set<number>();
  let previous = "^";
  for (const word of [...words, "$"]) {
    buckets.add(hashToBucket(word));
    buckets.add(hashToBucket(`${previous} ${word}`));
    previous = word;
  }
  return buckets;
}

/** FNV-1a, 32 bits (Fowler, Noll & Vo), folded into the buckets. */
function hashToBucket(word: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < word.length; at += 1) {
    hash = Math.imul(hash ^ word.charCodeAt(at), 16_777_619);
  }
  return (hash >>> 0) % PAIR_BUCKETS;
}
