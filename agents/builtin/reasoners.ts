/**
 * The four agents by built-in reasoning: no key, no network, the same answer to the same job.
 *
 * I1. Chance comes in as the task's seed; nothing here reads a clock.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { adviseBusiness } from "./advice.ts";
import { reviewModel } from "./business-analyst.ts";
import { createProposer, type DataScientistTools } from "./data-scientist.ts";
import { explainRejection, rejectTask } from "./research-persona.ts";
import { adviseStakeholder, decideDeployment } from "./stakeholder.ts";
import type { BusinessSettings } from "../business-settings.ts";
import type { AdviseAnswer, AdviseJob, Reasoners } from "../reasoners.ts";

export interface BuiltinTools extends DataScientistTools {
  readonly settings: BusinessSettings;
  readonly spec: Specification;
}

type Advice = Omit<AdviseAnswer, "note">;

/** The built-in agents. */
export function createBuiltinReasoners(tools: BuiltinTools): Reasoners {
  const { settings, spec } = tools;
  const propose = createProposer(tools);
  const advise: Readonly<Record<AdviseJob["role"], (job: AdviseJob) => Advice>> = {
    data_scientist: () => ({
      kind: "advice",
      text: "The Data Scientist answers tasks with proposals.",
      constraints: [],
      citations: [],
    }),
    business_analyst: (job) => adviseBusiness(job, settings),
    stakeholder: (job) => adviseStakeholder(job),
    research_persona: (job) => rejectTask(job, spec),
  };
  const note = BUILTIN_REASONER;
  return {
    propose: async (job) => ({ ...(await propose(job)), note }),
    review: async (job) => ({ ...reviewModel(job, settings, spec), note }),
    advise: async (job) => ({ ...advise[job.role](job), note }),
    explain: async (job) => ({ ...explainRejection(job, spec), note }),
    decide: async (job) => ({ ...decideDeployment(job, settings, spec), note }),
  };
}
