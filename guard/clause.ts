/**
 * A text cut into clauses, and what words of which kind each clause holds.
 *
 * Owns: cutting and counting. Not: the verdict (`lexicon-judge.ts`, `head-judge.ts`).
 *
 * I1. Linear in the length of the text.
 * I2. A negation counts for the verbs after it in its own clause, and for nothing else: "not" in one
 *     clause never excuses the next.
 */
import {
  AGENTS,
  AUTHORITY,
  CONDITION,
  DIRECTIVE,
  KEEPING,
  MENTION,
  NEGATION,
  OTHER_METHODS,
  PROTECTED_NOUNS,
  STRONG_CHANGE,
  TUNABLE_NOUNS,
  WEAK_CHANGE,
} from "./lexicon.ts";
import { lookalikeFolded } from "./lookalike.ts";
import type { Field } from "./specification.ts";

/** Characters between a verb and the noun it is taken to act on. */
const REACH_CHARACTERS = 70;
/** Characters before a verb in which a negation counts. */
const NEGATION_REACH_CHARACTERS = 45;
const CLAUSE_CHARACTERS_MAX = 400;

export interface Clause {
  readonly text: string;
  readonly fields: readonly Field[];
  /** A verb of taking away or replacing that no negation covers. */
  readonly strong: boolean;
  readonly weak: boolean;
  /** A verb of change under a negation. */
  readonly negated: boolean;
  /** A strong verb within reach of a protected noun that no tunable noun stands in for. */
  readonly strongOnProtected: boolean;
  readonly weakOnProtected: boolean;
  readonly otherMethod: boolean;
  /** Another method under a negation or named as refused. */
  readonly otherMethodNegated: boolean;
  readonly tunable: boolean;
  readonly keeping: boolean;
  readonly mention: boolean;
  readonly directive: boolean;
  readonly condition: boolean;
  readonly question: boolean;
  readonly authority: boolean;
  readonly agent: boolean;
}

/** Lower case, look-alikes folded, white space collapsed. */
export function folded(text: string): string {
  return lookalikeFolded(text).replaceAll("’", "'").replace(/\s+/g, " ").trim();
}

/** The protected fields a text names, in the order of the first mention. */
export function fieldsTouched(text: string): Field[] {
  return fieldsOf(folded(text.slice(0, 4000)));
}

function fieldsOf(text: string): Field[] {
  const found: [at: number, field: Field][] = [];
  for (const [field, pattern] of PROTECTED_NOUNS) {
    const at = text.search(pattern);
    if (at >= 0) found.push([at, field]);
  }
  return found.toSorted(([a], [b]) => a - b).map(([, field]) => field);
}

/** Sentences, cut further where one turns against or away from what was said before. */
export function clausesOf(text: string): Clause[] {
  const pieces = text
    .split(/(?<=[.!?;:])\s+|[\r\n]+|\s[-–—]{1,2}\s/)
    .flatMap((sentence) =>
      sentence.split(
        /,?\s+(?:but|however|although|though|yet|whereas|while|and then|then|otherwise|so that|and (?=(?:please|use|fit|drop|replace|switch|remove|ignore|run|set|treat|skip|disable)\b))\s*/i,
      ),
    )
    .flatMap((piece) => chunks(piece.trim()))
    .filter((piece) => /\p{L}/u.test(piece));
  return pieces.map(readClause);
}

function chunks(piece: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < piece.length; at += CLAUSE_CHARACTERS_MAX) {
    parts.push(piece.slice(at, at + CLAUSE_CHARACTERS_MAX));
  }
  return parts;
}

function readClause(original: string): Clause {
  const text = folded(original);
  const strong = verbs(text, STRONG_CHANGE);
  const weak = verbs(text, WEAK_CHANGE);
  const open = (verb: Verb): boolean => !verb.negated;
  const method = OTHER_METHODS.exec(text);
  return {
    text: original,
    fields: fieldsOf(text),
    strong: strong.some(open),
    weak: weak.some(open),
    negated: [...strong, ...weak].some((verb) => verb.negated),
    strongOnProtected: strong.some((verb) => open(verb) && actsOnProtected(text, verb)),
    weakOnProtected: weak.some((verb) => open(verb) && actsOnProtected(text, verb)),
    otherMethod: method !== null,
    otherMethodNegated: method !== null && isNegated(text, method.index),
    tunable: TUNABLE_NOUNS.test(text),
    keeping: KEEPING.test(text),
    mention: MENTION.test(text),
    directive: DIRECTIVE.test(text),
    condition: CONDITION.test(text),
    question: original.trimEnd().endsWith("?"),
    authority: AUTHORITY.test(text),
    agent: AGENTS.test(text),
  };
}

interface Verb {
  readonly at: number;
  readonly end: number;
  readonly negated: boolean;
}

function verbs(text: string, pattern: RegExp): Verb[] {
  return [...text.matchAll(new RegExp(pattern.source, "g"))].map((match) => ({
    at: match.index,
    end: match.index + match[0].length,
    negated: isNegated(text, match.index),
  }));
}

function isNegated(text: string, at: number): boolean {
  return NEGATION.test(text.slice(Math.max(0, at - NEGATION_REACH_CHARACTERS), at));
}

/** Whether what stands right after a verb, or right before it, is protected and not tunable. */
function actsOnProtected(text: string, verb: Verb): boolean {
  const after = text.slice(verb.end, verb.end + REACH_CHARACTERS);
  const before = text.slice(Math.max(0, verb.at - REACH_CHARACTERS / 2), verb.at);
  const tunable = after.search(TUNABLE_NOUNS);
  const noun = firstProtected(after);
  if (noun >= 0) return tunable < 0 || noun < tunable - REACH_CHARACTERS / 2;
  return tunable < 0 && firstProtected(before) >= 0 && !TUNABLE_NOUNS.test(before);
}

function firstProtected(text: string): number {
  let first = -1;
  for (const [, pattern] of PROTECTED_NOUNS) {
    const at = text.search(pattern);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}
