/** A small session's events, results and model, made without running one. */
import { computeModelDetail, type ModelDetail } from "../../dashboard/model-detail.ts";
import type { ReportInput } from "../../dashboard/report.ts";
import type { Metrics } from "../../schemas/parts.ts";
import type { EvidenceExperiment, EvidenceFlag } from "../../schemas/evidence.ts";
import type { Event, Recorded } from "../../schemas/event.ts";
import type { SessionResults } from "../../session/results.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

export function metrics(error: number): Metrics {
  return {
    mape: error,
    wmape: error,
    smape: error,
    mase: 0.8,
    r2: 0.9,
    adj_r2: 0.88,
    mae: 900,
    rmse: 1200,
    nrmse: 0.1,
  };
}

const NOTE = {
  kind: "builtin",
  model: null,
  prompt_digest: null,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
  fallback: null,
};

function recorded(event: Event, at: number): Recorded {
  const id = `00000000-0000-5000-8000-${String(at).padStart(12, "0")}`;
  const envelope = {
    id,
    session: "s",
    business_unit: "unit",
    cause: id,
    producer: "test",
    time: "2026-01-01T00:00:00.000Z",
  };
  return { ...event, envelope, attachments: {} };
}

function stated(iteration: number, attempt: number, text: string): Event {
  return {
    type: "TaskStated",
    data: {
      work_item: `w${iteration}`,
      iteration,
      attempt,
      kind: "tune",
      author: "system",
      text,
      pinned: null,
      excluded: [],
      constraints: [],
      feedback: [],
      instruction: null,
      base_digest: "",
      seed: 1,
      evaluations: 10,
      timeout_s: 0,
    },
  };
}

function made(iteration: number, attempt: number, reasoning: string): Event {
  const changes = [{ path: "hyperparameters.tv.decay", to: 0.6 }];
  return {
    type: "ProposalMade",
    data: {
      work_item: `w${iteration}`,
      attempt,
      proposal: `w${iteration}.${attempt}`,
      author: "data_scientist",
      raw: JSON.stringify({ changes, reasoning }),
      search_score: 0.5,
      evaluations: 100,
      reasoner: NOTE,
    },
  };
}

function ended(iteration: number, outcome: string, best: number): Event {
  return {
    type: "IterationCompleted",
    data: {
      iteration,
      work_item: `w${iteration}`,
      outcome,
      proposal: `w${iteration}.1`,
      loss: best,
      best_loss: best,
      convergence: 0.5,
      accepted_digest: "",
      methodology_digest: "",
    },
  };
}

/** An accepted attempt, then one that was vetoed and rejected. */
export function smallEvents(reasoning = "tv decay up"): readonly Recorded[] {
  const events: Event[] = [
    stated(1, 1, "Tune the model."),
    made(1, 1, reasoning),
    ended(1, "accepted", 0.06),
    stated(2, 1, "Tune the model."),
    made(2, 1, reasoning),
    {
      type: "ProposalVetoed",
      data: {
        proposal: "w2.1",
        work_item: "w2",
        content_digest: "",
        spec_digest: "",
        layer: "rules",
        violations: [
          {
            code: "path_protected",
            layer: "rules",
            path: "adstock.type",
            message: "adstock is protected",
            evidence: "",
          },
        ],
      },
    },
    {
      type: "ProposalRejected",
      data: {
        work_item: "w2",
        proposal: "w2.1",
        content_digest: "",
        count: 1,
        by: "research_persona",
        reason: "adstock stays geometric",
        next: "originator",
      },
    },
    ended(2, "rejected", 0.06),
  ];
  return events.map(recorded);
}

const EXPERIMENT: EvidenceExperiment = {
  kind: "geo_lift_test",
  channel: "tv",
  rival: null,
  weeks: 6,
  spend_change: 9000,
  spend_change_share: 0.5,
  roi: { low: 1, high: 5 },
  roi_sd_now: 1,
  roi_se_expected: 0.5,
  worth: 20,
  message: "A geo test of 6 weeks on tv would measure its return.",
};

const RAISED: EvidenceFlag = {
  code: "nothing_learnt",
  channels: ["tv"],
  raised: true,
  stops: false,
  value: 0.2,
  limit: 0.25,
  figures: {},
  message: "The data said little about tv",
};

export function smallResults(): SessionResults {
  return {
    session: "s",
    business_unit: "unit",
    status: "completed",
    reason: "all iterations used",
    decision: "approve_with_conditions",
    seed: 7,
    methodology: {
      digest_start: "aa",
      digest_end: "aa",
      unchanged: true,
      spec_digest: "bb",
      data_digest: "cc",
      data_unchanged: true,
    },
    validation: {
      baseline: metrics(0.08),
      final: metrics(0.06),
      gain: { mean: 0.02, standard_error: 0.004, folds: 4 },
    },
    locked_test: {
      baseline: metrics(0.07),
      final: metrics(0.065),
      weeks: 13,
      contradicts: false,
      comparisons: [],
      rule: "rule",
    },
    forecast: { by: "configuration", locked_error: 0.065, posterior_locked_error: 0.07 },
    changes: [{ path: "hyperparameters.tv.decay", from: 0.55, to: 0.6 }],
    iterations: smallEvents()
      .filter((event) => event.type === "IterationCompleted")
      .map((event) => event.data as SessionResults["iterations"][number]),
    convergence: { score: 0.5, solver: 1, roi_stability: 0.5, search: 0.5 },
    counts: {
      iterations: 2,
      proposals_tried: 17,
      evaluations: 200,
      vetoes: 1,
      rejections: 1,
      escalations: 0,
      input_tokens: 0,
      output_tokens: 0,
      cost_usd: 0,
    },
    model: null,
    posterior: {
      evidence: {
        flags: [RAISED, { ...RAISED, raised: false, message: "tv was learnt" }],
        plan: {
          total: 1,
          spent: 1,
          channels: [],
          gain: {
            low: -10,
            median: 1200,
            high: 2600,
            mean: 1200,
            probability: 0.81,
            expected_loss: 80,
          },
        },
        experiment: EXPERIMENT,
      },
    },
    review: {
      proposal: "w1.1",
      verdict: "warn",
      findings: [
        {
          code: "roi_off_benchmark",
          severity: "warning",
          channel: "tv",
          figure: 9,
          bound: "1 to 3",
          message: "tv: ROI 9 is outside 1 to 3",
          source: "a source",
        },
      ],
      constraints: [],
      summary: "0 critical, 1 to watch.",
      reasoner: NOTE,
    },
    deployment: {
      decision: "approve_with_conditions",
      rationale: "Validated error fell.",
      conditions: ["Run a lift test on tv."],
      success_criteria: ["wMAPE at most 8 %"],
      monitoring: [{ metric: "wmape", warn_above: 0.08, rollback_above: 0.1, window_weeks: 8 }],
      rollback: "Return to the baseline.",
      next_review_weeks: 13,
      forecast_use: "approve_with_conditions",
      budget_use: "cannot_tell",
      forecast: {
        figures: {
          locked_error: 0.065,
          locked_error_baseline: 0.07,
          locked_error_last_year: 0.12,
          locked_error_mean: 0.2,
        },
        reasons: ["on the locked weeks its error is 6.5 %"],
        conditions: ["Run a lift test on tv."],
      },
      budget: {
        figures: {
          probability: 0.81,
          probability_min: 0.9,
          expected_gain: 1200,
          expected_loss: 80,
        },
        reasons: ["the plan gains with a probability of 81.0 %, and 90.0 % is asked for"],
        conditions: [],
      },
      experiment: EXPERIMENT,
      flags: [RAISED],
      notes: [],
      reasoner: NOTE,
    },
    final_config: {},
    history: { records: 8, head: "cc", digest: "dd", sealed: true },
  };
}

let detail: ModelDetail | null = null;

/** The model of the report, fitted once in a process: nobody changes it. */
function smallDetail(): ModelDetail {
  detail ??= computeModelDetail(smallDataset(), smallConfig(), { seed: 7, lockedSeen: true });
  return detail;
}

export function smallReport(more: Partial<ReportInput> = {}): ReportInput {
  return {
    results: smallResults(),
    events: smallEvents(),
    detail: smallDetail(),
    expected: [{ channel: "tv", low: 1, high: 9, source: "a source" }],
    unit: "revenue per EUR",
    ...more,
  };
}

const CROWD = 36;

/** The small report as if its model had 36 channels with names as long as they may be. */
export function crowdedReport(): ReportInput {
  const report = smallReport();
  const { detail: few } = report;
  if (few === null) return report;
  const name = (at: number): string => `channel_${at}_${"x".repeat(40)}`;
  const each = <T>(of: (at: number) => T): T[] => Array.from({ length: CROWD }, (_, at) => of(at));
  const named = <T>(of: (at: number) => T): Record<string, T> =>
    Object.fromEntries(each((at) => [name(at), of(at)]));
  const pick = <T>(values: readonly T[], at: number): T => values[at % values.length] as T;
  const { result, contributions, config } = few;
  const { posterior } = result;
  const detail: ModelDetail = {
    ...few,
    config: {
      ...config,
      channels: each((at) => ({ ...pick(config.channels, at), name: name(at) })),
      hyperparameters: named((at) => pick(Object.values(config.hyperparameters), at)),
    },
    result: {
      ...result,
      channels: each((at) => ({ ...pick(result.channels, at), name: name(at) })),
      posterior: {
        ...posterior,
        channels: named((at) => pick(Object.values(posterior.channels), at)),
      },
    },
    contributions: {
      ...contributions,
      channels: named((at) => pick(Object.values(contributions.channels), at)),
    },
    curves: each((at) => ({ ...pick(few.curves, at), channel: name(at) })),
    carryover: each((at) => ({ ...pick(few.carryover, at), channel: name(at) })),
    plans:
      few.plans === null
        ? null
        : {
            ...few.plans,
            plans: few.plans.plans.map((plan) => ({
              ...plan,
              channels: each((at) => ({ ...pick(plan.channels, at), channel: name(at) })),
            })),
          },
  };
  return { ...report, detail };
}
