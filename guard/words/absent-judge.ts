/**
 * Stands in the place of a judge that cannot be opened, so that the guard stays closed.
 *
 * I1. Words are not cleared while a judge that ought to read them is missing; a text without words
 *     (the baseline's) needs none.
 * I2. Its refusals are never remembered (`judge_unavailable`): they end with the fault.
 */
import type { SemanticJudge } from "./judges.ts";
import { createViolation } from "../violation.ts";

/** A judge that refuses whatever has words, and says why it is not the real one. */
export function createAbsentJudge(name: string, why: string): SemanticJudge {
  return {
    name,
    digest: "absent",
    judge: ({ reasoning }) => {
      if (reasoning.trim() === "") {
        return Promise.resolve({ verdict: "cleared", violations: [], detail: "no words to judge" });
      }
      const message = `${name} cannot judge here, so the text is not cleared`;
      const found = createViolation("judge_unavailable", "reasoning", message, why);
      return Promise.resolve({ verdict: "abstained", violations: [found], detail: "absent" });
    },
  };
}
