/**
 * Agents, trainer, router and semantic judge with prepared answers: instant, and a function of the
 * question alone, so that a question asked twice is answered twice the same.
 *
 * The prepared Data Scientist also breaks rules; `isLawful` is the simulation's own reading of what
 * may be trained, made without the guard.
 */
import type { Reasoners } from "../../agents/reasoners.ts";
import type { Route } from "../../consumers/router.ts";
import type { Trained, Training } from "../../consumers/trainer/trainer.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import type { ModelConfig } from "../../model/config.ts";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import type { EventData } from "../../schemas/event.ts";
import { BUILTIN_REASONER, type Metrics } from "../../schemas/parts.ts";

/** Asked before every answer; may take time, or reject. */
export type Trouble = (who: string, signal: AbortSignal) => Promise<void>;

/** Uniform in [0, 1), from what was asked. */
function chance(...parts: readonly unknown[]): number {
  return Number.parseInt(computeSha256(toCanonicalJson(parts)).slice(0, 12), 16) / 2 ** 48;
}

const LAWFUL: readonly { path: string; low: number; high: number }[] = [
  { path: "hyperparameters.tv.decay", low: 0.35, high: 0.7 },
  { path: "hyperparameters.tv.alpha", low: 0.6, high: 2.5 },
  { path: "hyperparameters.tv.gamma", low: 0.35, high: 0.9 },
  { path: "hyperparameters.search.decay", low: 0.05, high: 0.25 },
  { path: "training.l2_penalty", low: 0.005, high: 0.05 },
];

const UNLAWFUL: readonly { path: string; to: unknown }[] = [
  { path: "adstock.type", to: "weibull" },
  { path: "architecture.media_sign", to: "unconstrained" },
  { path: "hyperparameters.tv.alpha", to: 3.4 },
  { path: "training.l2_penalty", to: 1.5 },
  { path: "evaluation.folds", to: 1 },
];

/** Whether a raw proposal only sets tunable numbers that no rule refuses. */
export function isLawful(raw: string): boolean {
  const { changes } = JSON.parse(raw) as { changes?: { path: string; to: unknown }[] };
  if (changes === undefined) return false;
  return changes.every(({ path, to }) => {
    const row = LAWFUL.find((one) => one.path === path);
    return row !== undefined && typeof to === "number" && to >= row.low && to <= row.high;
  });
}

/** What a configuration keeps fixed, in the simulation's own words. */
export function methodologyOf(config: string): string {
  const {
    hyperparameters: _tuned,
    training: _settings,
    ...fixed
  } = JSON.parse(config) as Record<string, unknown>;
  return toCanonicalJson(fixed);
}

export function createCast(trouble: Trouble): Reasoners {
  const note = BUILTIN_REASONER;
  return {
    propose: async ({ task, signal }) => {
      await trouble("data_scientist", signal);
      const { seed, iteration, attempt } = task;
      const at = Math.floor(chance(seed, "which") * LAWFUL.length);
      const row = LAWFUL[at] as (typeof LAWFUL)[number];
      const to = row.low + (row.high - row.low) * chance(seed, "to");
      const unlawful = UNLAWFUL[Math.floor(chance(seed, "evil") * UNLAWFUL.length)];
      const breaks = chance(seed, "breaks") < 0.35 && unlawful !== undefined;
      const changes = [breaks ? unlawful : { path: row.path, to }];
      return {
        changes: changes as { path: string; to: number }[],
        reasoning: `Attempt ${attempt} of iteration ${iteration}.`,
        searchScore: chance(seed, "score"),
        evaluations: 3,
        note,
      };
    },
    review: async ({ candidate, signal }) => {
      await trouble("business_analyst", signal);
      const luck = chance("review", candidate.config_digest, candidate.proposal);
      const verdict = luck < 0.2 ? "critical" : luck < 0.5 ? "warn" : "approve";
      return { verdict, findings: [], constraints: [], summary: `It is ${verdict}.`, note };
    },
    advise: async ({ role, task, signal }) => {
      await trouble(role, signal);
      const kinds = ["constraints", "advice", "rejection"] as const;
      const kind = kinds[Math.floor(chance(role, task.seed, "kind") * kinds.length)] ?? "advice";
      return { kind, text: `The ${role} says ${kind}.`, constraints: [], citations: [], note };
    },
    explain: async ({ proposal, violations, signal }) => {
      await trouble("research_persona", signal);
      const text = `${proposal} breaks ${violations.length} rules.`;
      return { text, citations: ["koyck_1954"], permitted: "", note };
    },
    decide: async ({ request, signal }) => {
      await trouble("stakeholder", signal);
      return {
        decision: chance(request.final_digest) < 0.8 ? "approve" : "reject",
        rationale: "As prepared.",
        conditions: [],
        success_criteria: [],
        monitoring: [],
        rollback: "",
        next_review_weeks: 4,
        forecast_use: null,
        budget_use: null,
        grounds: null,
        note,
      };
    },
  };
}

function metrics(error: number): Metrics {
  return {
    mape: error,
    wmape: error,
    smape: error,
    mase: null,
    r2: 1 - error,
    adj_r2: null,
    mae: error * 100,
    rmse: error * 120,
    nrmse: null,
  };
}

export interface TrainingWatcher {
  trained(config: string, signal: AbortSignal): void;
  tested(baseline: string, final: string, signal: AbortSignal): void;
}

export function createCastTraining(trouble: Trouble, watcher: TrainingWatcher): Training {
  const fit = (config: ModelConfig): Trained => {
    const luck = chance(config.hyperparameters, config.training);
    const error = 0.05 + 0.1 * luck;
    return {
      data_digest: computeSha256("simulated"),
      validation: metrics(error),
      in_sample: metrics(error * 0.9),
      loss: error,
      channels: [],
      baseline_share: null,
      solver_score: chance("solver", luck),
      roi_stability: null,
      findings: [],
      detail: "{}",
    };
  };
  return {
    name: "simulated",
    train: async (config, { signal }) => {
      watcher.trained(toCanonicalJson(config), signal);
      await trouble("trainer", signal);
      return fit(config);
    },
    lockedTest: async ({ baseline, final }, { signal }) => {
      watcher.tested(toCanonicalJson(baseline), toCanonicalJson(final), signal);
      await trouble("trainer", signal);
      return {
        baseline: metrics(0.1),
        final: metrics(fit(final).loss),
        weeks: 13,
        contradicts: false,
        comparisons: [],
        rule: "prepared",
      };
    },
  };
}

/** Mostly the Data Scientist; sometimes another role, sometimes nobody is sure. */
export async function castRoute(task: EventData<"TaskStated">): Promise<Route> {
  const route = (role: Route["role"], source: string): Route => ({
    role,
    source,
    confidence: null,
    scores: [],
    threshold: null,
    model_digest: null,
    alternatives: ["business_analyst"],
    reason: source,
  });
  if (task.pinned !== null) return route(task.pinned, "pinned");
  const luck = chance(task.seed, task.text, "route");
  if (luck < 0.08) return route(null, "nobody");
  if (luck < 0.16) return route("business_analyst", "simulated");
  if (luck < 0.2 && task.kind === "free_text") return route("research_persona", "simulated");
  return route("data_scientist", "simulated");
}

/** Clears all it can read; `trouble` makes it fail. */
export function createCastJudge(trouble: Trouble): SemanticJudge {
  return {
    name: "simulated",
    digest: computeSha256("simulated judge"),
    judge: async () => {
      await trouble("judge", new AbortController().signal);
      return { verdict: "cleared", violations: [], detail: "as prepared" };
    },
  };
}
