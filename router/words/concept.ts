/**
 * One concept: a pattern over the words of a text, and what a match speaks for.
 *
 * I1. Patterns are linear in the length of the text: no nested repetition, gaps are bounded.
 */
import type { Label } from "./roles.ts";

export interface Concept {
  readonly id: string;
  readonly pattern: RegExp;
  /** What a match adds to the rules' score of each label. */
  readonly points: Readonly<Partial<Record<Label, number>>>;
}

/** Latin letters, digits, underscore. \p{L} would cost 3 ms to compile, once for each pattern. */
const LETTER = "[A-Za-z0-9_\u00c0-\u024f]";

/** A pattern of whole words, any case. */
function createWordPattern(source: string): RegExp {
  return new RegExp(`(?<!${LETTER})(?:${source})(?!${LETTER})`, "i");
}

/** One concept; `*` stands for the rest of a word. */
export function createConcept(id: string, source: string, points: Concept["points"]): Concept {
  return { id, pattern: createWordPattern(source.replaceAll("*", `${LETTER}*`)), points };
}
