/**
 * The Research Persona by built-in reasoning: `guard/explanation/research-persona.ts` as an agent.
 *
 * I1. It rejects; there is no input that makes it agree.
 */
import { answerFreeText, explainVeto } from "../../guard/explanation/research-persona.ts";
import type { Specification } from "../../guard/specification/specification.ts";
import type { AdviseAnswer, AdviseJob, ExplainAnswer, ExplainJob } from "../reasoners.ts";

/** Why a veto stands, with the literature and what may be tuned instead. */
export function explainRejection(
  job: ExplainJob,
  spec: Specification,
): Omit<ExplainAnswer, "note"> {
  return explainVeto({ violations: job.violations, spec });
}

/** The answer to a task that was routed to it: a rejection with citations. */
export function rejectTask(job: AdviseJob, spec: Specification): Omit<AdviseAnswer, "note"> {
  const { text, citations, permitted } = answerFreeText(job.task.text, spec, job.base);
  return { kind: "rejection", text: `${text} ${permitted}`, constraints: [], citations };
}
