/**
 * The built-in engine as a trainer.
 *
 * I1. The cleared parameters are fitted as they are.
 * I2. ROI, contributions and their intervals are those of the methodology and its data, estimated once;
 *     no cleared proposal moves them.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { EffectSummary } from "../../model/effect-summary.ts";
import { compareLockedWeeks } from "../../model/evidence/locked-weeks.ts";
import { evaluateLockedTest } from "../../model/locked-test.ts";
import { listImplausible } from "../../model/plausible.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import type { Draws } from "../../model/posterior/draws.ts";
import { predictLockedWeeks } from "../../model/predictive.ts";
import { trainModel } from "../../model/train.ts";
import { listFoldLosses } from "../../model/results/scores.ts";
import type { TrainingResult } from "../../model/results/training-result.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Finding } from "../../schemas/parts.ts";
import { callModel, type LoadData } from "../../agents/data-source.ts";
import type { FindEffects } from "../effects-record.ts";
import type { Trained, Training } from "./trainer.ts";

/** Trains with `model/` on data that `load` brings. */
export function createBuiltinTraining(
  load: LoadData,
  findEffects: FindEffects,
  readDraws: (digest: string) => Promise<Draws | null>,
): Training {
  return {
    name: "builtin",
    train: async (config, { seed, businessUnit, baseline, dataDigest, signal }) => {
      const loaded = await load(config, dataDigest);
      const effects = await findEffects({ businessUnit, config, loaded, signal }).catch(rethrown);
      if (baseline !== null) checkPlausible(config, baseline, effects.summary);
      const options = { seed, effects: effects.summary };
      const result = callModel(() => trainModel(loaded.dataset, config, options));
      return { ...toTrainedFields(result, loaded.digest), effects };
    },
    lockedTest: async ({ baseline, final }, { businessUnit, dataDigest, signal }) => {
      const loaded = await load(final, dataDigest);
      const { dataset } = loaded;
      const question = { businessUnit, config: baseline, loaded, signal };
      const { summary } = await findEffects(question).catch(rethrown);
      const draws = summary.draws_digest === null ? null : await readDraws(summary.draws_digest);
      const before = callModel(() => evaluateLockedTest(dataset, baseline));
      const after = callModel(() => evaluateLockedTest(dataset, final));
      return {
        baseline: before.metrics,
        final: after.metrics,
        weeks: final.evaluation.locked_test_weeks,
        contradicts: after.contradiction.contradicts,
        rule: after.contradiction.rule,
        comparisons: compareLockedWeeks(dataset, {
          final: after.totals.predicted,
          baseline: before.totals.predicted,
          posterior: draws === null ? null : predictMedians(dataset, baseline, draws),
        }),
      };
    },
  };
}

/** The posterior's own forecast of the locked weeks, from the draws that were kept. */
function predictMedians(dataset: Dataset, config: ModelConfig, draws: Draws): number[] {
  const { weeks } = callModel(() => predictLockedWeeks(dataset, config, draws));
  return weeks.map(({ median }) => median);
}

/** @throws MmmError `not_plausible` naming the figure and the range */
function checkPlausible(
  config: ModelConfig,
  baseline: ModelConfig,
  { plausible }: EffectSummary,
): void {
  const found = listImplausible(config, baseline, plausible);
  if (found.length === 0) return;
  const told = found.map(
    ({ path, value, range }) => `${path} ${value} (${range[0]} to ${range[1]})`,
  );
  throw new MmmError(
    "not_plausible",
    `outside what ${100 * plausible.mass} % of the posterior holds: ${told.join("; ")}; stay within`,
    { data: { paths: found.map(({ path }) => path) } },
  );
}

/** The engine's refusals with the product's codes. */
function rethrown(error: unknown): never {
  return callModel(() => {
    throw error;
  });
}

/** A training result as the event's fields. */
export function toTrainedFields(result: TrainingResult, dataDigest: string): Trained {
  const { baseline, convergence, data, diagnostics, validation } = result;
  return {
    data_digest: dataDigest,
    validation: validation.mean,
    in_sample: result.in_sample,
    loss: result.loss,
    fold_losses: listFoldLosses(result),
    channels: result.channels.map((channel) => ({
      channel: channel.name,
      media_type: channel.media_type,
      decay: result.hyperparameters[channel.name]?.decay ?? 0,
      alpha: result.hyperparameters[channel.name]?.alpha ?? 0,
      gamma: result.hyperparameters[channel.name]?.gamma ?? 0,
      coefficient: channel.coefficient,
      contribution_share: channel.contribution_share,
      effect_share: channel.effect_share,
      spend_share: channel.spend_share,
      roi: channel.roi,
      roi_low: channel.roi_low,
      roi_high: channel.roi_high,
      mroi: channel.mroi,
      half_life_weeks: channel.half_life_weeks,
      duration_90_weeks: channel.duration_90_weeks,
    })),
    baseline_share: baseline.share,
    solver_score: Math.min(convergence.solver, convergence.sampler ?? 1),
    roi_stability: convergence.sampler === null ? convergence.roi_stability : null,
    findings: result.findings.map(toEventFinding),
    detail: toCanonicalJson({
      baseline,
      convergence,
      data,
      diagnostics,
      plausible: result.posterior.plausible,
    }),
  };
}

function toEventFinding(finding: TrainingResult["findings"][number]): Finding {
  return {
    code: finding.code,
    severity: "info",
    channel: finding.channel,
    figure: finding.figure,
    bound: finding.bound === null ? null : String(finding.bound),
    message: finding.message,
    source: "model",
  };
}
