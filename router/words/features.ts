/**
 * What the router's head sees of a text: the sentence embedding, and beside it the concepts found
 * in the words. The embedding generalises over wording; the concepts separate neighbours that lie
 * close in meaning (tune the decay against change the decay's form).
 */
import { CONCEPTS } from "./concepts.ts";

/** Characters of a text that patterns look at; bounds the work on a text of any size. */
export const MAX_MATCHED_CHARS = 8_000;

/** Weight of one concept beside an embedding of length 1; chosen by cross-validation. */
const CONCEPT_SCALE = 0.35;

/** Names everything that changes a text's concepts; heads are tied to it. */
export function listConceptSource(): string {
  const rows = CONCEPTS.map(({ id, pattern }) => `${id} ${pattern.source} ${pattern.flags}`);
  return [String(CONCEPT_SCALE), String(MAX_MATCHED_CHARS), ...rows].join("\n");
}

/** One entry per concept: CONCEPT_SCALE where it occurs, else 0. */
export function computeConceptFeatures(text: string): Float32Array {
  const read = text.slice(0, MAX_MATCHED_CHARS);
  return Float32Array.from(CONCEPTS, ({ pattern }) => (pattern.test(read) ? CONCEPT_SCALE : 0));
}

/** Embedding and concepts, one after the other. */
export function joinFeatures(embedding: Float32Array, text: string): Float32Array {
  const extra = computeConceptFeatures(text);
  const result = new Float32Array(embedding.length + extra.length);
  result.set(embedding);
  result.set(extra, embedding.length);
  return result;
}
