/**
 * Claude as the guard's judge of words.
 *
 * I1. It can refuse only: whatever is no clean "cleared" from every vote is not cleared.
 * I2. No tools, no repair that could be talked into: the text is quoted as data.
 * I3. Its digest names prompt, model, effort and votes: a remembered verdict is never another judge's.
 * I4. The same text is paid for once; spending is booked on the guard's own budget.
 */
import { z } from "zod";
import type { SemanticJudge, SemanticOpinion, SemanticQuestion } from "../../guard/words/judges.ts";
import { FIELDS } from "../../guard/specification/specification.ts";
import { createViolation, type ViolationCode } from "../../guard/violation.ts";
import { computeDigest, computeSha256 } from "../../schemas/canonical.ts";
import type { ReasonerNote } from "../../schemas/parts.ts";
import { toJsonSchema, type Claude } from "./ask.ts";
import { GUARD_PAYER } from "./budget.ts";
import { render, type Prompts } from "./prompts.ts";
import type { ClaudeSettings } from "./settings.ts";

export interface ClaudeJudgeTools {
  readonly claude: Claude;
  readonly prompts: Prompts;
  readonly settings: ClaudeSettings;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

const ANSWER = z.strictObject({
  verdict: z.enum(["cleared", "violation", "unsure"]),
  field: z.enum(["none", ...FIELDS]),
  passage: z.string().max(600),
  why: z.string().max(600),
});
type Answer = z.infer<typeof ANSWER>;

/** Longer texts are refused: what is not read whole is not judged. */
const TEXT_CHARS_MAX = 16_000;
const PART_CHARS = 3500;

const CODES: Readonly<Record<string, ViolationCode>> = {
  data: "intent_data",
  evaluation: "intent_evaluation",
  governance: "instruction_to_judge",
};

export function createClaudeJudge(tools: ClaudeJudgeTools): SemanticJudge {
  const { prompts, settings } = tools;
  const { system, tasks } = prompts.guard;
  const schema = toJsonSchema(ANSWER);
  const votes = settings.guard_votes;
  return {
    name: "claude",
    digest: computeDigest([system, { ...tasks }, schema, settings.roles.guard, votes]),
    async judge(question) {
      // The baseline comes without words; there is nothing to judge and nobody to be paid.
      if (question.reasoning.trim() === "") {
        return { verdict: "cleared", violations: [], detail: "no words to judge" };
      }
      if (question.reasoning.length + question.raw.length > TEXT_CHARS_MAX) {
        return createVetoOpinion("text_too_long", "the text is too long to be judged", "");
      }
      let last: SemanticOpinion = createAbstention("no vote");
      for (let vote = 1; vote <= votes; vote += 1) {
        last = await askForOpinion(tools, question, vote);
        if (last.verdict !== "cleared") return last;
      }
      return last;
    },
  };
}

async function askForOpinion(
  tools: ClaudeJudgeTools,
  question: SemanticQuestion,
  vote: number,
): Promise<SemanticOpinion> {
  const { prompts, claude, signal } = tools;
  const inputs = {
    reasoning: splitIntoParts(question.reasoning),
    proposal: splitIntoParts(question.raw),
  };
  const outcome = await claude.ask({
    role: "guard",
    asker: {
      session: GUARD_PAYER,
      businessUnit: GUARD_PAYER,
      step: `judge/${computeSha256(question.reasoning.toWellFormed())}/${vote}`,
      signal,
    },
    prompt: render(prompts.guard, "judge", inputs, toJsonSchema(ANSWER)),
    schema: ANSWER,
  });
  if (outcome.failure !== null) return createAbstention(outcome.failure.kind);
  const opinion = toOpinion(outcome.answer);
  return { ...opinion, detail: `${opinion.detail} (${describeJudge(outcome.note)})` };
}

/** For the history: which model by which prompt, and what it took. */
function describeJudge({
  model,
  prompt_digest,
  input_tokens,
  output_tokens,
}: ReasonerNote): string {
  const prompt = (prompt_digest ?? "").slice(0, 16);
  return `${model ?? ""}, prompt ${prompt}, ${input_tokens} + ${output_tokens} tokens`;
}

/** A long text in pieces, so that none is cut by the cap on quoted text. */
function splitIntoParts(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += PART_CHARS) found.push(text.slice(at, at + PART_CHARS));
  return found;
}

function toOpinion({ verdict, field, passage, why }: Answer): SemanticOpinion {
  const clean = verdict === "cleared" && field === "none" && passage === "";
  if (clean) return { verdict: "cleared", violations: [], detail: "no intent found" };
  if (verdict === "violation") {
    const code = Object.hasOwn(CODES, field) ? CODES[field] : undefined;
    return createVetoOpinion(code ?? "intent_methodology", why || "judged as intent", passage);
  }
  const evidence = verdict === "cleared" ? "cleared, but names a passage or field" : why;
  return createVetoOpinion("text_unjudgeable", "Claude did not clear the text", evidence);
}

function createVetoOpinion(
  code: ViolationCode,
  message: string,
  evidence: string,
): SemanticOpinion {
  const found = createViolation(code, "reasoning", message, evidence);
  return { verdict: "vetoed", violations: [found], detail: code };
}

/** No answer is no clearance; the code keeps it from being remembered. */
function createAbstention(why: string): SemanticOpinion {
  const message = `Claude gave no verdict (${why}), so the text is not cleared`;
  const found = createViolation("judge_unavailable", "reasoning", message);
  return { verdict: "abstained", violations: [found], detail: why };
}
