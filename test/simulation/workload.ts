/**
 * What simulated sessions ask for: a small model, limits, and a seed; one number names a request.
 */
import { toCanonicalJson } from "../../schemas/canonical.ts";
import type { EventData } from "../../schemas/event.ts";
import { Random } from "../../model/random.ts";

/** Different requests; each needs one undisturbed run to compare with. */
export const REQUESTS = 48;

const CHANNELS = [
  { name: "tv", spend: "tv_spend", media_type: "tv" },
  { name: "search", spend: "search_spend", media_type: "search" },
] as const;

export const BASELINE = {
  model_id: "simulated",
  data: { path: "simulated.csv", date: "week", target: "sales" },
  channels: CHANNELS,
  hyperparameters: {
    tv: { decay: 0.5, alpha: 1, gamma: 0.5 },
    search: { decay: 0.1, alpha: 1, gamma: 0.5 },
  },
  training: { l2_penalty: 0.01, learning_rate: 0.05, refinement_steps: 0 },
};

const CONTEXT = { business_unit: "simulated-unit", margin: 0.4 };

export interface Limits {
  /** Seconds an agent or a person may take; 0 = for ever. */
  readonly agentSeconds: number;
  readonly personSeconds: number;
}

/** No limit of time: whatever befalls such a session, its history is the same. */
export const PATIENT: Limits = { agentSeconds: 0, personSeconds: 0 };

/** The `number`-th request. */
export function requestOf(number: number, limits: Limits): EventData<"SessionRequested"> {
  const random = new Random(9_000 + number);
  return {
    baseline: toCanonicalJson(BASELINE),
    business_context: toCanonicalJson(CONTEXT),
    business_unit: CONTEXT.business_unit,
    limits: {
      max_iterations: 1 + random.below(4),
      convergence_threshold: 0.97,
      patience: 2 + random.below(3),
      evaluations_per_iteration: 10,
      agent_timeout_s: limits.agentSeconds,
      person_timeout_s: limits.personSeconds,
      person_default: random.uniform() < 0.7 ? "keep_current" : "abort",
    },
    seed: 1 + random.below(1_000_000),
    requested_by: "simulation",
    parent_session: null,
    parent_seq: null,
    lineage: [],
    pinned_baseline: "",
    data_digest: "",
  };
}
