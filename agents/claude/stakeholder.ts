/**
 * The Stakeholder with Claude: a decision that may be stricter than the rules', never more lenient
 * (`tighten-decision.ts`).
 *
 * I1. Uses, figures, conditions, criteria, monitoring and rollback of the built-in decision stay; the
 *     stricter of the two decisions holds and the earlier of the two reviews.
 */
import { z } from "zod";
import { readDeploymentGrounds } from "../../schemas/deployment.ts";
import { escapeText } from "../../session/quote.ts";
import { toJsonSchema, type Outcome, type Question } from "./ask.ts";
import { toAsker, describeBusinessInput, createChannelRows, type WrapTools } from "./context.ts";
import { render } from "./prompts.ts";
import type { DecideAnswer, DecideJob } from "../reasoners.ts";
import { DECISIONS, tightenDecision } from "../tighten-decision.ts";

const ANSWER = z.strictObject({
  decision: z.enum(DECISIONS),
  rationale: z.string().min(1).max(2000),
  conditions: z.array(z.string().min(1).max(400)).max(6),
  success_criteria: z.array(z.string().min(1).max(400)).max(6),
  next_review_weeks: z.int().min(1).max(52),
});
type Answer = z.infer<typeof ANSWER>;

const RATIONALE_CHARS = 1200;
const LINE_CHARS = 300;

export async function decideWithClaude(
  tools: WrapTools,
  job: DecideJob,
  builtin: DecideAnswer,
): Promise<Outcome<DecideAnswer>> {
  const outcome = await tools.claude.ask(createDecideQuestion(tools, job, builtin));
  if (outcome.failure !== null) return outcome;
  const { note } = outcome;
  return { answer: { ...mergeDecisions(builtin, outcome.answer), note }, failure: null, note };
}

function createDecideQuestion(
  tools: WrapTools,
  job: DecideJob,
  builtin: DecideAnswer,
): Question<Answer> {
  const { note: _note, grounds, ...decided } = builtin;
  const decision = { ...decided, grounds: readDeploymentGrounds(grounds) };
  const { baseline, final, locked_test, methodology_unchanged, convergence } = job.figures;
  const inputs = {
    business: describeBusinessInput(job.context),
    figures: { ...job.request, locked_test, methodology_unchanged, convergence },
    final: createChannelRows(final),
    baseline: createChannelRows(baseline),
    decision,
  };
  return {
    role: "stakeholder",
    asker: toAsker(job),
    prompt: render(tools.prompts.stakeholder, "decide", inputs, toJsonSchema(ANSWER)),
    schema: ANSWER,
  };
}

function mergeDecisions(builtin: DecideAnswer, said: Answer): Omit<DecideAnswer, "note"> {
  const lines = (texts: readonly string[]) => texts.map((text) => escapeText(text, LINE_CHARS));
  const escaped = {
    ...said,
    rationale: escapeText(said.rationale, RATIONALE_CHARS),
    conditions: lines(said.conditions),
    success_criteria: lines(said.success_criteria),
  };
  return tightenDecision(builtin, escaped, "the Stakeholder (Claude)");
}
