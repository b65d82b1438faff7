/**
 * Agents and a trainer that answer at once, for benchmarks of everything around them.
 */
import type { Reasoners } from "../../agents/reasoners.ts";
import type { Route } from "../../consumers/router.ts";
import type { Training } from "../../consumers/trainer/trainer.ts";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import type { EventData } from "../../schemas/event.ts";
import { BUILTIN_REASONER, type Metrics } from "../../schemas/parts.ts";

const METRICS: Metrics = {
  mape: 0.1,
  wmape: 0.1,
  smape: 0.1,
  mase: 0.8,
  r2: 0.9,
  adj_r2: 0.89,
  mae: 100,
  rmse: 120,
  nrmse: 0.05,
};

/** Changes one number in every iteration. */
export function instantReasoners(): Reasoners {
  const note = BUILTIN_REASONER;
  return {
    propose: async ({ task }) => ({
      changes: [{ path: "training.l2_penalty", to: 0.01 + task.iteration / 1_000 }],
      reasoning: "A slightly larger penalty steadies the coefficients.",
      searchScore: 0.5,
      evaluations: 1,
      note,
    }),
    review: async () => ({
      verdict: "approve",
      findings: [],
      constraints: [],
      summary: "Within the benchmarks.",
      note,
    }),
    advise: async () => ({
      kind: "advice",
      text: "Go on.",
      constraints: [],
      citations: [],
      note,
    }),
    explain: async () => ({ text: "Vetoed.", citations: [], permitted: "", note }),
    decide: async () => ({
      decision: "approve",
      rationale: "The error fell.",
      conditions: [],
      success_criteria: [],
      monitoring: [],
      rollback: "",
      next_review_weeks: 13,
      forecast_use: null,
      budget_use: null,
      grounds: null,
      note,
    }),
  };
}

/** To the Data Scientist; sessions with a negative seed wait for a person instead. */
export async function instantRoute(task: EventData<"TaskStated">): Promise<Route> {
  return {
    role: task.evaluations === PARKED ? null : (task.pinned ?? "data_scientist"),
    source: "rules",
    confidence: null,
    scores: [],
    threshold: null,
    model_digest: null,
    alternatives: ["business_analyst"],
    reason: "instant",
  };
}

/** Every model is a little better than the one before, so every iteration is accepted. */
export function instantTraining(): Training {
  return {
    name: "instant",
    train: async (config) => ({
      data_digest: computeSha256("instant"),
      validation: METRICS,
      in_sample: METRICS,
      loss: 0.2 - config.training.l2_penalty,
      channels: [],
      baseline_share: 0.5,
      solver_score: 0.5,
      roi_stability: 0.5,
      findings: [],
      detail: "{}",
    }),
    lockedTest: async () => ({
      baseline: METRICS,
      final: METRICS,
      weeks: 13,
      contradicts: false,
      comparisons: [],
      rule: "instant",
    }),
  };
}

/** Marks the tasks of sessions that are to wait: the instant agents never search. */
const PARKED = 7;

const BASELINE = {
  model_id: "bench",
  data: { path: "bench.csv", date: "week", target: "sales" },
  channels: [
    { name: "tv", spend: "tv_spend", media_type: "tv" },
    { name: "radio", spend: "radio_spend", media_type: "radio" },
    { name: "search", spend: "search_spend", media_type: "search" },
    { name: "social", spend: "social_spend", media_type: "social" },
    { name: "print", spend: "print_spend", media_type: "print" },
  ],
};

/** A request for `iterations` iterations. */
export function benchRequest(seed: number, iterations: number): EventData<"SessionRequested"> {
  return {
    baseline: toCanonicalJson(BASELINE),
    business_context: toCanonicalJson({ business_unit: "bench" }),
    business_unit: "bench",
    limits: {
      max_iterations: iterations,
      convergence_threshold: 1,
      patience: 1_000,
      evaluations_per_iteration: seed < 0 ? PARKED : 1,
      agent_timeout_s: 600,
      person_timeout_s: 0,
      person_default: "abort",
    },
    seed,
    requested_by: "bench",
    parent_session: null,
    parent_seq: null,
    lineage: [],
    pinned_baseline: "",
    data_digest: "",
  };
}
