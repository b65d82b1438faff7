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
  REFUSED,
  REFUSED_TO_KEEP,
  STRONG_CHANGE,
  TUNABLE_NOUNS,
  WEAK_CHANGE,
} from "./lexicon.ts";
import { foldLookalikes } from "../proposal/lookalike.ts";
import type { Field } from "../specification/specification.ts";

/** Characters between a verb and the noun it is taken to act on. */
const REACH_CHARACTERS = 70;
/** Characters before a verb in which a negation counts. */
const NEGATION_REACH_CHARACTERS = 45;
const CLAUSE_CHARACTERS_MAX = 400;
/** A protected noun this close before a tunable one is part of its name: "adstock decay". */
const COMPOUND_CHARACTERS = 24;

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
  /** Starts with a verb of change: an order. */
  readonly imperative: boolean;
  /** The whole sentence refuses what it names. */
  readonly refused: boolean;
  /** Refuses to keep, which is an intent to change. */
  readonly refusedToKeep: boolean;
}

/** Lower case, look-alikes folded, white space collapsed. */
export function normalizeText(text: string): string {
  return foldLookalikes(text).replaceAll("’", "'").replace(/\s+/g, " ").trim();
}

/** The protected fields a text names, in the order of the first mention. */
export function findTouchedFields(text: string): Field[] {
  return findProtectedFields(normalizeText(text.slice(0, 4000)));
}

function findProtectedFields(text: string): Field[] {
  const found: [at: number, field: Field][] = [];
  for (const [field, pattern] of PROTECTED_NOUNS) {
    const at = text.search(pattern);
    if (at >= 0) found.push([at, field]);
  }
  return found.toSorted(([a], [b]) => a - b).map(([, field]) => field);
}

/** Sentences, cut further where one turns against or away from what was said before. */
export function splitIntoClauses(text: string): Clause[] {
  const sentences = splitSentences(text);
  return sentences.flatMap((sentence, at) => {
    const plain = normalizeText(sentence);
    const answer = sentence.endsWith("?") ? normalizeText(sentences[at + 1] ?? "") : "";
    const whole = {
      refused: REFUSED.test(plain) || DENIAL.test(answer),
      refusedToKeep: REFUSED_TO_KEEP.test(plain),
    };
    return splitCondition(sentence).flatMap(({ text: part, condition }) =>
      part
        .split(TURN)
        .flatMap((piece) => cutChunks(piece.trim()))
        .filter((piece) => LETTER.test(piece))
        .map((piece) => {
          const clause = readClause(piece, whole);
          return condition ? { ...clause, condition } : clause;
        }),
    );
  });
}

/** "If A, B" as A and B: what A keeps or negates says nothing about B. */
function splitCondition(sentence: string): { text: string; condition: boolean }[] {
  const match = CONDITIONAL.exec(sentence);
  if (match === null) return [{ text: sentence, condition: false }];
  const lead = match[0];
  return [
    { text: lead, condition: false },
    { text: sentence.slice(lead.length), condition: true },
  ];
}

const CONDITIONAL =
  /^(?:if|should|unless|when|once|whenever|provided|assuming|suppose|in case|as soon as|were)\b[^,]{1,160},\s/i;

/** How a question is answered in the negative. */
const DENIAL =
  /^(?:no\b|it cannot\b|the (?:folds|data|result|test|specification)\b[^.]{0,40}\b(?:no|nothing|not)\b)/;

/** Sentences of a text, white space and list marks removed. */
export function splitSentences(text: string): string[] {
  return text
    .split(/(?<=[.!?;:])\s+|[\r\n]+|\s[-–—]{1,2}\s/)
    .flatMap((sentence) => cutChunks(sentence.trim()))
    .filter((sentence) => LETTER.test(sentence));
}

const LETTER = /\p{L}/u;
const TURN =
  /,?\s+(?:but|however|although|though|yet|whereas|while|and then|then|otherwise|so that|hence|except\b|and (?=(?:please|use|fit|drop|replace|switch|remove|ignore|run|set|treat|skip|disable|train|keep)\b))\s*|,\s+(?=(?:we|it|they|this|i|so|which|that)\b)/i;

function cutChunks(piece: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < piece.length; at += CLAUSE_CHARACTERS_MAX) {
    parts.push(piece.slice(at, at + CLAUSE_CHARACTERS_MAX));
  }
  return parts;
}

function readClause(original: string, whole: Pick<Clause, "refused" | "refusedToKeep">): Clause {
  const text = withoutReassurance(normalizeText(original));
  const strong = findVerbs(text, STRONG_CHANGE);
  const weak = findVerbs(text, WEAK_CHANGE).filter(({ at }) => !isFitAsNoun(text, at));
  const open = (verb: Verb): boolean => !verb.negated;
  const method = OTHER_METHODS.exec(text);
  return {
    text: original,
    fields: findProtectedFields(text),
    strong: strong.some(open),
    weak: weak.some(open),
    negated: [...strong, ...weak].some((verb) => verb.negated),
    strongOnProtected: strong.some((verb) => open(verb) && hasProtectedObject(text, verb, false)),
    weakOnProtected: weak.some((verb) => open(verb) && hasProtectedObject(text, verb, true)),
    otherMethod: method !== null,
    otherMethodNegated: method !== null && isNegated(text, method.index),
    tunable: TUNABLE_NOUNS.test(text),
    keeping: KEEPING.test(text),
    mention: MENTION.test(text),
    directive: DIRECTIVE.test(text),
    condition: CONDITION.test(text),
    question: original.trimEnd().endsWith("?"),
    authority: hasAuthorityClaim(text),
    agent: AGENTS.test(text),
    imperative: isImperative(text),
    ...whole,
  };
}

/** Said at the edge of a clause to make it sound ordinary; keeps nothing where no number is tuned. */
const REASSURANCE =
  /^in (?:the \w+'s|its|their) spirit, |,? (?:as (?:(?:is|was|has) (?:always|ever|usually)(?: been)?(?: the case)?|always|usual|agreed|before)|(?:with)?in (?:its|the|their) (?:range|limits|rules|spirit))[.!]?$/;

/** The clause without its reassurance, unless what is left is about a number. */
function withoutReassurance(text: string): string {
  const rest = text.replace(REASSURANCE, "");
  return TUNABLE_NOUNS.test(rest) || /\d\.\d/.test(rest) ? text : rest;
}

const OPENING =
  /^(?:(?:please|also|then|next|first|now|so|and|instead|simply|just|kindly|quietly|finally|afterwards|eventually|once cleared|after clearance|before the (?:fit|start)|in (?:the|this) (?:engine|job|run)),? )*(?:do )?/;

/** Whether a clause opens with a verb of change in its plain form. */
function isImperative(text: string): boolean {
  const rest = text
    .replace(/^[\w ]{1,40}: /, "")
    .replace(OPENING, "")
    .replace(/^[\w ,]{1,40}, /, (lead) =>
      /^(?:if|when|once|after|before|at|for|in|on|to|should|unless)\b/.test(lead) ? "" : lead,
    );
  const verb = /^(\w+)/.exec(rest)?.[1] ?? "";
  if (/(?:s|ed|ing)$/.test(verb) && !/^(?:pass|discuss)$/.test(verb)) return false;
  const start = rest.slice(0, 60);
  return [STRONG_CHANGE, WEAK_CHANGE].some((pattern) => start.search(pattern) === 0);
}

interface Verb {
  readonly at: number;
  readonly end: number;
  readonly negated: boolean;
}

function findVerbs(text: string, pattern: RegExp): Verb[] {
  return [...text.matchAll(new RegExp(pattern.source, "g"))].map((match) => ({
    at: match.index,
    end: match.index + match[0].length,
    negated: isNegated(text, match.index),
  }));
}

/** A question that expects a yes, or a denial of being a change, negates nothing. */
const EMPTY_NEGATION =
  /\b(?:(?:would|should|could|can|do|does|is|are|will) (?:it|we|you|they|i|this) not|why not|isn't it|couldn't it|(?:is|are) (?:not|no) (?:an? )?(?:methodology change|change of (?:the )?methodology|violation|change)|unless (?:someone|nobody|anyone)|provided (?:nobody|no one)|should (?:nobody|no one)|assume (?:the \w+ )?(?:had |has )?no|no longer|not only)\b/g;

/** What stands between the members of a list: "… dropped, aggregated or winsorised". */
const LISTED = /^ ?(?:\w+ed )?(?:(?:or|and|nor) )?$/;

/** Whether a negation stands before this place in the same clause, with no comma in between. */
function isNegated(text: string, at: number): boolean {
  const before = text
    .slice(Math.max(0, at - NEGATION_REACH_CHARACTERS), at)
    .replace(EMPTY_NEGATION, "");
  const tail = before.slice(before.lastIndexOf(",") + 1);
  const listed = LISTED.test(tail) && /^\w+ed\b/.test(text.slice(at, at + 20));
  return NEGATION.test(listed ? before : tail);
}

/** A number right after the verb is what changes: "switch from 0.5 to 0.45". */
const A_NUMBER = /^ (?:from |to |the value |values? )?\d+\.\d/;

/** To make nothing of a gain takes nothing away: "ignore the tiny gain in R2". */
const OVERLOOKING = /^(?:ignor|disregard|overlook|discount)/;
const A_GAIN = /^ (?:\w+ ){0,3}(?:gains?|improvements?|advantages?|noise|wiggles?) (?:in|of|on)\b/;

/** Whether authority is claimed and not denied: "no approval is asked for" claims none. */
function hasAuthorityClaim(text: string): boolean {
  const match = AUTHORITY.exec(text);
  if (match === null || isNegated(text, match.index)) return false;
  return !/^covers\b/.test(match[0]) || PAPERS.test(text.slice(0, match.index));
}

/** What can cover a deed as a permission does; an adstock that covers an effect claims nothing. */
const PAPERS =
  /\b(?:tickets?|memos?|letters?|mails?|minutes|notes?|statements?|agreements?|contracts?|clauses?|rules?|guidelines?|decisions?|clearances?|licen[cs]es?|charters?|requests?)\b/;

/** "the in-sample fit" is a figure; "fit a Weibull kernel" an act. */
function isFitAsNoun(text: string, at: number): boolean {
  if (!/^fit\b/.test(text.slice(at, at + 4))) return false;
  return /\b(?:in-?sample|better|worse|best|good|poor|close|tighter|overall|the|an?|our|its|this|that) $/.test(
    text.slice(Math.max(0, at - 12), at),
  );
}

/** Whether what stands right after a verb, or right before it, is protected and not tunable. */
function hasProtectedObject(text: string, verb: Verb, weak: boolean): boolean {
  const after = text.slice(verb.end, verb.end + REACH_CHARACTERS);
  if (A_NUMBER.test(after)) return false;
  if (OVERLOOKING.test(text.slice(verb.at, verb.end)) && A_GAIN.test(after)) return false;
  const before = text.slice(Math.max(0, verb.at - REACH_CHARACTERS / 2), verb.at);
  const tunable = after.search(TUNABLE_NOUNS);
  const noun = findFirstProtected(after);
  if (noun >= 0 && tunable < 0) return true;
  if (noun >= 0) return !weak && noun < tunable - COMPOUND_CHARACTERS;
  return tunable < 0 && findFirstProtected(before) >= 0 && !TUNABLE_NOUNS.test(before);
}

function findFirstProtected(text: string): number {
  let first = -1;
  for (const [, pattern] of PROTECTED_NOUNS) {
    const at = text.search(pattern);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}
