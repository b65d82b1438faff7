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

/** A pattern of whole words (prefixes with \w*), any case, any script. */
function words(source: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${source})(?![\\p{L}\\p{N}_])`, "iu");
}

const W = "[\\p{L}\\p{N}_]*";

/** One concept; `*` stands for the rest of a word. */
export function row(id: string, source: string, points: Concept["points"]): Concept {
  return { id, pattern: words(source.replaceAll("*", W)), points };
}
