/** Jobs for the built-in agents, on the small model. */
import { parseBusinessContext, type BusinessContext } from "../../agents/business-context.ts";
import { BUSINESS_SETTINGS } from "../../agents/business-settings.ts";
import { createBuiltinReasoners } from "../../agents/builtin/reasoners.ts";
import { toTrainedFields } from "../../consumers/trainer/builtin.ts";
import type {
  AdviseJob,
  DecideJob,
  ProposeJob,
  ReviewJob,
  Task,
  TrainedModel,
} from "../../agents/reasoners.ts";
import type { EvidenceFlag, PublishedEvidence } from "../../schemas/evidence.ts";
import type { ApprovalContext } from "../../session/work-context.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { computeSearchBounds } from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import { estimateEffects } from "../../model/effects.ts";
import { trainModel } from "../../model/train.ts";
import { smallConfig, smallDataset } from "./small-model.ts";

const dataset = smallDataset();
const effects = estimateEffects(dataset, smallConfig()).summary;

export const SETTINGS = BUSINESS_SETTINGS.parse({});
export const SPEC = SPECIFICATION_SHIPPED;

export const reasoners = createBuiltinReasoners({
  load: async () => ({ dataset, digest: "digest" }),
  settings: SETTINGS,
  spec: SPEC,
});

const JOB = {
  session: "s",
  businessUnit: "unit",
  step: "step",
  signal: new AbortController().signal,
};

export function context(more: Readonly<Record<string, unknown>> = {}): BusinessContext {
  return parseBusinessContext({ business_unit: "unit", ...more });
}

export function trained(config: ModelConfig, more: Partial<TrainedModel> = {}): TrainedModel {
  const result = trainModel(dataset, config, { seed: 1, effects });
  const { channels, ...rest } = toTrainedFields(result, "digest");
  return {
    ...rest,
    channels,
    proposal: "w0.1",
    config_digest: "digest",
    trainer: "builtin",
    fold_losses: [],
    posterior: null,
    posterior_digest: null,
    posterior_signature: null,
    ...more,
  };
}

export function task(more: Partial<Task> = {}): Task {
  return {
    work_item: "w1",
    iteration: 1,
    attempt: 1,
    kind: "tune",
    author: "system",
    text: "Tune the model.",
    pinned: null,
    excluded: [],
    constraints: [],
    feedback: [],
    instruction: null,
    base_digest: "",
    seed: 11,
    evaluations: 120,
    timeout_s: 0,
    role: "data_scientist",
    ...more,
  };
}

export function proposeJob(more: Partial<ProposeJob> = {}): ProposeJob {
  const base = more.base ?? smallConfig();
  return {
    ...JOB,
    task: task(),
    baseline: smallConfig(),
    base,
    bounds: computeSearchBounds(base, SPEC, more.task?.constraints ?? []),
    trained: null,
    context: context(),
    ...more,
  };
}

export function adviseJob(more: Partial<AdviseJob> = {}): AdviseJob {
  const { baseline: _baseline, ...job } = proposeJob();
  return { ...job, role: "business_analyst", ...more };
}

export function reviewJob(more: Partial<ReviewJob> = {}): ReviewJob {
  const config = smallConfig();
  return {
    ...JOB,
    config,
    candidate: trained(config),
    baseline: trained(config),
    evidence: null,
    context: context(),
    ...more,
  };
}

/** The same model with some figures of one channel replaced. */
export function withChannel(
  model: TrainedModel,
  channel: string,
  more: Partial<TrainedModel["channels"][number]>,
): TrainedModel {
  return {
    ...model,
    channels: model.channels.map((row) => (row.channel === channel ? { ...row, ...more } : row)),
  };
}

export function decideJob(more: Partial<DecideJob> = {}): DecideJob {
  const config = smallConfig();
  const baseline = trained(config);
  const validation = (factor: number) => ({
    ...baseline.validation,
    mape: 0.05 * factor,
    wmape: 0.05 * factor,
  });
  return {
    ...JOB,
    request: {
      final_digest: "final digest",
      stopped_because: "all iterations used",
      iterations: 3,
      proposals_tried: 4,
      evaluations: 500,
      baseline: validation(1.4),
      final: validation(1),
      timeout_s: 0,
    },
    figures: {
      business_context: "{}",
      config: JSON.stringify(config),
      baseline,
      final: baseline,
      locked_test: {
        baseline: validation(1.4),
        final: validation(1.1),
        contradicts: false,
        comparisons: compared({}),
      },
      methodology_unchanged: true,
      convergence: 0.96,
      convergence_threshold: 0.95,
      counters: {
        proposals: 4,
        vetoes: 0,
        rejections: 0,
        escalations: 0,
        evaluations: 500,
        refused_outcomes: 0,
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 0,
      },
    },
    posterior: { sampler_converged: true, evidence: evidence() },
    config,
    context: context(),
    ...more,
  };
}

/** Comparisons on the locked weeks, even but for those that are named. */
export function compared(
  verdicts: Readonly<Partial<Record<"baseline" | "last_year" | "mean", "better" | "worse">>>,
): NonNullable<ApprovalContext["locked_test"]>["comparisons"] {
  return (["baseline", "last_year", "mean"] as const).map((reference) => ({
    reference,
    error: 0.055,
    reference_error: 0.05,
    t: 0,
    verdict: verdicts[reference] ?? "no_difference",
  }));
}

/** A flag about search. */
export function evidenceFlag(more: Partial<EvidenceFlag> = {}): EvidenceFlag {
  return {
    code: "spend_follows_demand",
    channels: ["search"],
    raised: true,
    stops: true,
    value: 0.3,
    limit: 0.2,
    figures: { elasticity: 0.3 },
    message: "The spend of search follows demand",
    ...more,
  };
}

/** Evidence of a plan that gains nearly surely. */
export function evidence(more: Partial<PublishedEvidence> = {}): PublishedEvidence {
  const gain = { low: 10, median: 120, high: 240, mean: 120, probability: 0.97, expected_loss: 2 };
  return {
    flags: [],
    plan: { total: 100, spent: 100, channels: [], gain },
    experiment: {
      kind: "geo_lift_test",
      channel: "search",
      rival: "tv",
      weeks: 4,
      spend_change: 4000,
      spend_change_share: 0.5,
      roi: { low: 0.4, high: 3 },
      roi_sd_now: 0.8,
      roi_se_expected: 0.4,
      worth: 30,
      message:
        "These data cannot tell search from tv well. A geo test of 4 weeks would measure it.",
    },
    ...more,
  };
}
