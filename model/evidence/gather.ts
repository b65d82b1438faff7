/**
 * Everything that speaks for or against acting on a posterior: the entrance to this folder.
 *
 * 1. Depends on data, methodology, posterior and seed alone; locked targets influence nothing.
 * 2. Flags that read the data and the draws come first, then those that need short refits; `refits:
 *    false` leaves the latter out (they are then absent, not unraised).
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PlanRequest, PosteriorPlan } from "../posterior/plans.ts";
import { proposePlan } from "../posterior/plans.ts";
import type { Posterior } from "../posterior/posterior.ts";
import type { Responses } from "../posterior/responses.ts";
import { computeResponses } from "../posterior/responses.ts";
import { checkConfounders } from "./confounder.ts";
import { checkDemand } from "./demand.ts";
import type { Experiment } from "./experiment.ts";
import { designExperiment } from "./experiment.ts";
import type { Flag } from "./flags.ts";
import { listStops } from "./flags.ts";
import { checkForms } from "./forms.ts";
import { checkLearning } from "./learning.ts";
import { checkRecovery } from "./recovery.ts";
import type { RefitSettings } from "./refits.ts";
import { SHORT_RUN } from "./refits.ts";
import { checkSeparation } from "./separation.ts";
import { checkStability } from "./stability.ts";

export interface EvidenceOptions {
  readonly seed: number;
  /** From `computeResponses`; computed when absent. */
  readonly responses?: Responses;
  /** The plan that is judged; ±30 % of today's spend when absent. */
  readonly plan?: PlanRequest;
  /** Settings of the short runs; false leaves out the flags that need them. */
  readonly refits?: Partial<Omit<RefitSettings, "seed">> | false;
}

export interface Evidence {
  readonly flags: readonly Flag[];
  readonly plan: PosteriorPlan;
  readonly experiment: Experiment | null;
}

/**
 * Flags, the plan with its gain, and the experiment to run next.
 *
 * @throws ModelError `allocation_infeasible` when the plan's bounds cannot hold.
 */
export function gatherEvidence(
  dataset: Dataset,
  config: ModelConfig,
  posterior: Pick<Posterior, "inputs" | "draws">,
  options: EvidenceOptions,
): Evidence {
  const { inputs, draws } = posterior;
  const responses = options.responses ?? computeResponses(inputs, draws);
  const plan = proposePlan(responses, options.plan);
  const flags = [
    ...checkDemand(inputs, responses),
    ...checkSeparation(inputs, responses),
    ...checkLearning(inputs, responses, options.seed),
    ...checkConfounders(inputs, responses, plan),
  ];
  if (options.refits !== false) {
    const settings = { ...SHORT_RUN, ...options.refits, seed: options.seed + 1 };
    const { priors, profile } = inputs;
    const context = { ...settings, inputs, responses, priors, profile, plan };
    flags.push(
      checkForms(dataset, config, context),
      ...checkStability(dataset, config, context),
      checkRecovery(inputs, draws, settings),
    );
  }
  const suspects = listStops(flags).flatMap(({ channels }) => channels.slice(0, 1));
  return { flags, plan, experiment: designExperiment(inputs, draws, responses, suspects) };
}
