/**
 * The four agents with Claude around the built-in ones.
 *
 * I1. The built-in answer is computed first and is the floor: Claude's is merged into it by rules
 *     that can add and tighten, never drop or loosen.
 * I2. When Claude gives no usable answer, the built-in one stands and its note says why and what was
 *     spent, or the step fails, as the settings say; the methodology's explanation always stands.
 * I3. Cancellation is passed on; it is no reason to fall back.
 */
import { z } from "zod";
import { MmmError } from "../../schemas/errors.ts";
import type { ReasonerNote } from "../../schemas/parts.ts";
import { SILENT_MODEL_OBSERVER, type ModelObserver } from "../../session/language-model.ts";
import { escapeText } from "../../session/quote.ts";
import { toJsonSchema, type FailureKind, type Outcome } from "./ask.ts";
import { reviewWithClaude } from "./business-analyst.ts";
import {
  toAsker,
  describeBusinessInput,
  createChannelRows,
  describeTaskInput,
  type WrapTools,
} from "./context.ts";
import { proposeWithClaude } from "./data-scientist.ts";
import { render } from "./prompts.ts";
import { explainWithClaude, rejectWithClaude } from "./research-persona.ts";
import type { ClaudeSettings, Thinker } from "./settings.ts";
import { decideWithClaude } from "./stakeholder.ts";
import type { AdviseAnswer, AdviseJob, Reasoners } from "../reasoners.ts";

export interface WithClaudeTools extends WrapTools {
  readonly observer?: ModelObserver;
}

/** `builtin` with Claude's judgement merged in. */
export function withClaude(builtin: Reasoners, tools: WithClaudeTools): Reasoners {
  const settle = createOutcomeResolver(tools);
  return {
    async propose(job) {
      const own = await builtin.propose(job);
      return settle("data_scientist", own, await proposeWithClaude(tools, job, own));
    },
    async review(job) {
      const own = await builtin.review(job);
      return settle("business_analyst", own, await reviewWithClaude(tools, job, own));
    },
    async advise(job) {
      const own = await builtin.advise(job);
      if (job.role === "data_scientist") return own;
      return settle(job.role, own, await adviseWithClaude(tools, job, own));
    },
    async explain(job) {
      const own = await builtin.explain(job);
      return settle("research_persona", own, await explainWithClaude(tools, job, own));
    },
    async decide(job) {
      const own = await builtin.decide(job);
      return settle("stakeholder", own, await decideWithClaude(tools, job, own));
    },
  };
}

const ADVICE = z.strictObject({ text: z.string().min(1).max(2000) });
const ADVICE_CHARS = 1000;

/** Advice in words: constraints and citations stay the built-in ones. */
async function adviseWithClaude(
  tools: WrapTools,
  job: AdviseJob,
  own: AdviseAnswer,
): Promise<Outcome<AdviseAnswer>> {
  if (job.role === "research_persona") return rejectWithClaude(tools, job, own);
  const role = job.role === "stakeholder" ? "stakeholder" : "business_analyst";
  const inputs = {
    task: describeTaskInput(job.task),
    business: describeBusinessInput(job.context),
    trained: createChannelRows(job.trained),
    answer: { kind: own.kind, text: own.text, constraints: own.constraints },
  };
  const outcome = await tools.claude.ask({
    role,
    asker: toAsker(job),
    prompt: render(tools.prompts[role], "advise", inputs, toJsonSchema(ADVICE)),
    schema: ADVICE,
  });
  if (outcome.failure !== null) return outcome;
  const { note } = outcome;
  const text = `${own.text} ${escapeText(outcome.answer.text, ADVICE_CHARS)}`;
  return { answer: { ...own, text, note }, failure: null, note };
}

type Settle = <T extends { readonly note: ReasonerNote }>(
  role: Thinker,
  builtin: T,
  outcome: Outcome<T>,
) => T;

/** What happens instead, by kind of failure; null = built-in reasoning, whatever the settings. */
function chooseFallback(settings: ClaudeSettings, kind: FailureKind): "builtin" | "escalate" {
  if (kind === "offline") return "builtin";
  return kind === "budget_exhausted" ? settings.on_exhausted : settings.on_unavailable;
}

function createOutcomeResolver({
  settings,
  observer = SILENT_MODEL_OBSERVER,
}: WithClaudeTools): Settle {
  return (role, builtin, outcome) => {
    if (outcome.failure === null) return outcome.answer;
    const { kind, detail } = outcome.failure;
    const reason = `${kind}: ${escapeText(detail, 300)}`;
    observer.fellBack({ role, reason: kind });
    // A refusal of methodology does not hang on its explanation: it is given in any case.
    if (role !== "research_persona" && chooseFallback(settings, kind) === "escalate") {
      const code = kind === "budget_exhausted" ? "budget_exhausted" : "reasoner_failed";
      throw new MmmError(code, `Claude gave the ${role} no answer (${reason})`, {
        data: { note: outcome.note },
      });
    }
    return { ...builtin, note: { ...outcome.note, kind: "builtin", fallback: reason } };
  };
}
