/**
 * Layer 2b: what the words of a proposal intend.
 *
 * Owns: the port that every semantic judge implements, and how several are combined.
 *
 * I1. A judge can only refuse; nothing it says lifts another judge's or an earlier layer's refusal.
 * I2. Only a clean "cleared" counts as cleared: an abstention, an error and a timeout are refusals.
 * I3. A judge's `digest` names everything that its answers depend on (weights, lexicon, prompt), so a
 *     remembered answer is never given for another judge.
 */
import type { Violation } from "../../schemas/parts.ts";
import { describeError } from "../../schemas/errors.ts";
import { createViolation } from "../violation.ts";

export interface SemanticQuestion {
  /** The agent's reasoning; untrusted. */
  readonly reasoning: string;
  /** The proposal's text; untrusted. */
  readonly raw: string;
}

export interface SemanticOpinion {
  readonly verdict: "cleared" | "vetoed" | "abstained";
  readonly violations: readonly Violation[];
  /** Figures for people, such as the highest score and the passage. */
  readonly detail: string;
  /** Of a judge that scores: each passage's, and the score from which it refuses. */
  readonly scores?: {
    readonly threshold: number;
    readonly passages: readonly { readonly score: number; readonly text: string }[];
  };
}

/** One judge of words: the lexicon, the trained head, or Claude. */
export interface SemanticJudge {
  readonly name: string;
  readonly digest: string;
  judge(question: SemanticQuestion): Promise<SemanticOpinion>;
}

/** Asks all judges in order and stops at the first that does not clear; never rejects. */
export async function askJudges(
  judges: readonly SemanticJudge[],
  question: SemanticQuestion,
): Promise<SemanticOpinion> {
  const details: string[] = [];
  for (const judge of judges) {
    const opinion = await askJudge(judge, question);
    details.push(`${judge.name}: ${opinion.detail}`);
    if (opinion.verdict !== "cleared") {
      const violations =
        opinion.violations.length > 0
          ? opinion.violations
          : [
              createViolation(
                "semantic_judge",
                "reasoning",
                `${judge.name} did not clear the text`,
              ),
            ];
      return { verdict: "vetoed", violations, detail: details.join("; ") };
    }
  }
  return { verdict: "cleared", violations: [], detail: details.join("; ") };
}

async function askJudge(
  judge: SemanticJudge,
  question: SemanticQuestion,
): Promise<SemanticOpinion> {
  try {
    return await judge.judge(question);
  } catch (error) {
    const message = `${judge.name} gave no answer: ${describeError(error)}`;
    return {
      verdict: "abstained",
      violations: [createViolation("judge_unavailable", "reasoning", message)],
      detail: "no answer",
    };
  }
}
