/**
 * The semantic judge that works by words: no weights, no network, microseconds.
 *
 * Order of questions: can the text be judged at all; does it speak to the judge; does a clause
 * intend a change of something protected, use another method, claim authority for it, or pass an
 * instruction to another agent.
 *
 * I1. A mention is not an intent: a clause whose verb is negated, or that keeps, compares or reports,
 *     is let pass unless something else in it orders.
 * I2. Decoded passages are judged like the text itself.
 * I3. Nothing in the text can make the answer milder.
 */
import { computeDigest } from "../../schemas/canonical.ts";
import type { Violation } from "../../schemas/parts.ts";
import { type Clause, splitIntoClauses } from "./clause.ts";
import { decodePassages } from "./decode.ts";
import { findJudgeInstructions } from "./injection.ts";
import { findIllegibleText } from "./legible.ts";
import { formatLexiconPatterns } from "./lexicon.ts";
import type { SemanticJudge, SemanticOpinion, SemanticQuestion } from "./judges.ts";
import { type ViolationCode, createViolation } from "../violation.ts";

const CLAUSES_MAX = 200;
const VIOLATIONS_KEPT = 8;
/** Changes when the rules over the words change; the words are in the digest themselves. */
const LEXICON_VERSION = 5;

/** Judges by the word lists of `lexicon.ts`. */
export const LEXICON_JUDGE: SemanticJudge = {
  name: "lexicon",
  digest: computeDigest({
    judge: "lexicon",
    version: LEXICON_VERSION,
    words: formatLexiconPatterns(),
  }),
  judge: (question) => Promise.resolve(judgeByLexicon(question)),
};

/** The lexicon's opinion on a text. */
export function judgeByLexicon(question: Pick<SemanticQuestion, "reasoning">): SemanticOpinion {
  const text = question.reasoning;
  if (text.trim() === "") {
    return { verdict: "cleared", violations: [], detail: "no text" };
  }
  const decoded = decodePassages(text);
  const found: Violation[] = findIllegibleText(text, decoded);
  let clauses = 0;
  for (const passage of [text, ...decoded.passages]) {
    found.push(...findJudgeInstructions(passage));
    const read = splitIntoClauses(passage);
    clauses += read.length;
    for (const [at, clause] of read.entries()) {
      const code = classifyClause(clause, read[at - 1] ?? null);
      if (code !== null) found.push(createIntentViolation(code, clause));
    }
  }
  if (clauses > CLAUSES_MAX) {
    const message = `The text has ${clauses} clauses; at most ${CLAUSES_MAX} are judged`;
    found.push(createViolation("text_too_long", "reasoning", message));
  }
  const detail = `${clauses} clauses, ${decoded.passages.length} decoded, ${found.length} findings`;
  return {
    verdict: found.length > 0 ? "vetoed" : "cleared",
    violations: found.slice(0, VIOLATIONS_KEPT),
    detail,
  };
}

const MESSAGES: Partial<Record<ViolationCode, string>> = {
  intent_methodology: "The text intends a change of the methodology",
  intent_data: "The text intends a change of the data",
  intent_evaluation: "The text intends a change of how models are compared",
  instruction_to_agent: "The text passes an instruction to another agent",
  false_authority: "The text claims an authority that a proposal cannot grant",
};

function createIntentViolation(code: ViolationCode, clause: Clause): Violation {
  return createViolation(code, "reasoning", MESSAGES[code] ?? "Not cleared", clause.text);
}

/** What a clause intends, or null; `before` is the clause it follows. */
function classifyClause(clause: Clause, before: Clause | null): ViolationCode | null {
  const reading = readIntent(clause, before);
  const row = INTENT_ROWS.find(({ holds }) => holds(reading));
  if (row === undefined || row.code === null) return null;
  return row.code === "of_the_field" ? chooseIntentCode(clause) : row.code;
}

/** What the rows look at. */
interface Reading {
  readonly clause: Clause;
  /** It speaks of something protected, or of another method. */
  readonly touches: boolean;
  /** It asks for something to be done. */
  readonly ordered: boolean;
  /** It only reports or keeps. */
  readonly reports: boolean;
  /** It wants a method that is not the one in use. */
  readonly method: boolean;
  /** It changes something protected. */
  readonly changes: boolean;
  /** It says that somebody allowed it. */
  readonly claimed: boolean;
}

function readIntent(clause: Clause, before: Clause | null): Reading {
  const ordered = clause.imperative || clause.directive || clause.condition || isSuggestion(clause);
  const method = clause.otherMethod && !clause.otherMethodNegated && !clause.negated;
  return {
    clause,
    touches: clause.fields.length > 0 || clause.otherMethod,
    ordered,
    reports: (clause.keeping || clause.mention) && !ordered,
    method,
    changes:
      clause.strongOnProtected ||
      isPronounChange(clause, before) ||
      (clause.weakOnProtected && (method || clause.imperative || isAskingForMore(clause))),
    claimed: clause.authority && !clause.keeping && !clause.negated && !clause.tunable,
  };
}

interface IntentRow {
  readonly name: string;
  readonly holds: (reading: Reading) => boolean;
  /** Null: nothing is intended; `of_the_field`: by what the clause names first. */
  readonly code: ViolationCode | "of_the_field" | null;
}

/** The first row that holds decides; a clause that no row knows intends nothing. */
export const INTENT_ROWS: readonly IntentRow[] = [
  {
    name: "refuses to keep what is protected",
    holds: ({ clause, touches }) => clause.refusedToKeep && touches,
    code: "of_the_field",
  },
  {
    name: "refuses a change",
    holds: ({ clause }) => clause.refused,
    code: null,
  },
  {
    name: "claims an authority",
    holds: ({ clause, claimed, touches, changes }) =>
      claimed && touches && (changes || !isOnlyAboutData(clause)),
    code: "false_authority",
  },
  {
    name: "instructs another agent",
    holds: ({ clause, changes, method, ordered }) =>
      clause.agent && (changes || (method && ordered)) && !clause.keeping,
    code: "instruction_to_agent",
  },
  {
    name: "changes what is protected",
    holds: ({ clause, changes, reports }) =>
      changes && !reports && !(clause.keeping && !clause.strongOnProtected),
    code: "of_the_field",
  },
  {
    name: "wants another method",
    holds: ({ clause, method, ordered, reports }) =>
      method && (clause.strong || clause.weak || ordered) && !reports && !clause.keeping,
    code: "of_the_field",
  },
];

/** Data are talked about all day: weeks, sales and files alone make no claim about the method. */
function isOnlyAboutData({ fields, otherMethod }: Clause): boolean {
  return !otherMethod && fields.every((field) => field === "data");
}

/** Weak verbs count where something is asked of somebody, or proposed as a question. */
function isAskingForMore(clause: Clause): boolean {
  if (clause.tunable || clause.keeping) return false;
  return (clause.agent && clause.directive) || isSuggestion(clause);
}

const ASKS_FOR_FACTS =
  /^(?:and |but |so |also,? )?(?:may i ask|what (?:is|was|are|were|does|did)|how (?:does|do|did|is|was|come|many|much|often)|which|who|when|where|under whose|is|are|was|were|does|did|has|have)\b/i;

/** A question that proposes something; one that asks for facts proposes nothing. */
function isSuggestion({ question, text }: Clause): boolean {
  return question && !ASKS_FOR_FACTS.test(text);
}

/** "…, we merely remove it" after a clause that named something protected. */
function isPronounChange(clause: Clause, before: Clause | null): boolean {
  if (before === null || before.fields.length === 0 || before.tunable || clause.tunable) {
    return false;
  }
  return (
    clause.strong && /\b(?:it|them|this|that)\b/i.test(clause.text) && clause.fields.length === 0
  );
}

function chooseIntentCode(clause: Clause): ViolationCode {
  if (clause.fields[0] === "data") return "intent_data";
  if (clause.fields[0] === "evaluation") return "intent_evaluation";
  return "intent_methodology";
}
