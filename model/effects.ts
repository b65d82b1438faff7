/**
 * The model of record: what a methodology and its data say of each channel.
 *
 * Owns: the one place in which published ROI, marginal ROI, contribution, response and their
 * intervals are decided. Whatever shows, judges, compares or plans with one of them reads `Effects`.
 * Not: how draws come about (`posterior/`, `ensemble-effects.ts`), what the forecast predicts
 * (`forecast.ts`).
 *
 * A configuration's `inference` names the method: the posterior, or, where an owner pins `point`, refits
 * of the ridge model. A published figure is the median of the draws, its interval their central 90 %.
 *
 * 1. Tunable numbers play no part: configurations that differ in `hyperparameters` and `training`
 *    alone have the same effects, to the last bit. So do all seeds of sessions.
 * 2. low ≤ median ≤ high, all finite; a channel without spend has no effects.
 * 3. Locked rows influence nothing.
 */

import { countPeriods } from "./calendar.ts";
import type { ModelConfig } from "./config.ts";
import { parseModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import { takeFirstPeriods } from "./data/dataset.ts";
import type { EffectSummary, PlausibleRegion, PublishedDiagnostics } from "./effect-summary.ts";
import { drawEnsembleResponses } from "./ensemble-effects.ts";
import { ModelError } from "./errors.ts";
import type { Finding } from "./findings.ts";
import { toFinding } from "./findings.ts";
import { findUnusedCalibration } from "./lift-tests.ts";
import { sum } from "./numbers.ts";
import type { Draws } from "./posterior/draws.ts";
import { digestDraws, serializeDraws } from "./posterior/draws.ts";
import { findPlausibleRegion } from "./plausible.ts";
import type { PosteriorInputs } from "./posterior/inputs.ts";
import { prepareInputs } from "./posterior/inputs.ts";
import { layOutParameters } from "./posterior/parameters.ts";
import { samplePosterior } from "./posterior/posterior.ts";
import type { Priors } from "./posterior/priors.ts";
import { mergePriors } from "./posterior/priors.ts";
import type { Profile } from "./posterior/profile.ts";
import type { Responses } from "./posterior/responses.ts";
import { computeResponses } from "./posterior/responses.ts";
import { summarizeResponses } from "./posterior/summaries.ts";

/** Of the sampler; no session's seed is. */
const SEED = 1;
/** Width of an interval of ROI, by its median, from which on the data hardly say. */
const WIDE_INTERVAL = 1;

export interface Effects {
  readonly summary: EffectSummary;
  readonly responses: Responses;
  /** Kept draws; null where the method keeps none. */
  readonly draws: Draws | null;
  /** What the draws are of, for evidence on them; null where there are none. */
  readonly sampled: Sampled | null;
}

/** A posterior with the data and the methodology that it was sampled from, locked rows left out. */
export interface Sampled {
  readonly dataset: Dataset;
  readonly methodology: ModelConfig;
  readonly inputs: PosteriorInputs;
  readonly draws: Draws;
}

/**
 * The effects of a configuration's methodology on its data.
 *
 * @throws ModelError `rows_too_few`, `target_constant`, `parameters_invalid` (no channel has spend).
 */
export function estimateEffects(whole: Dataset, config: ModelConfig): Effects {
  if (config.inference === "point") {
    const responses = drawEnsembleResponses(whole, readMethodology(config));
    const findings = findUnusedCalibration(withoutLocked(whole, config).dataset, config);
    const summary = summarize(responses, { method: "ensemble_block_bootstrap", findings });
    return { responses, summary, draws: null, sampled: null };
  }
  const { dataset, methodology } = withoutLocked(whole, config);
  const findings = findUnusedCalibration(dataset, methodology);
  const options = { seed: SEED, ...readForm(methodology) };
  const { inputs, draws, diagnostics } = samplePosterior(dataset, methodology, options);
  const responses = computeResponses(inputs, draws);
  const plausible = findPlausibleRegion(dataset, methodology, { inputs, draws });
  const source = { draws, diagnostics, plausible, findings };
  const summary = summarize(responses, { method: "posterior", ...source });
  return { responses, draws, summary, sampled: { dataset, methodology, inputs, draws } };
}

/**
 * The responses of draws that were kept.
 *
 * @throws ModelError `parameters_invalid` when the draws are not of this data and methodology.
 */
export function restoreResponses(whole: Dataset, config: ModelConfig, draws: Draws): Responses {
  const { dataset, methodology } = withoutLocked(whole, config);
  return computeResponses(prepareInputs(dataset, methodology, readForm(methodology)), draws);
}

/**
 * Effects of draws that were kept: what `estimateEffects` gave when it made them.
 *
 * @param diagnostics as published beside the draws; they are of all draws, the kept ones are fewer
 * @throws ModelError `parameters_invalid` when the draws are not of this data and methodology.
 */
export function restoreEffects(
  whole: Dataset,
  config: ModelConfig,
  { draws, diagnostics }: { draws: Draws; diagnostics: PublishedDiagnostics | null },
): Effects {
  const { dataset, methodology } = withoutLocked(whole, config);
  const inputs = prepareInputs(dataset, methodology, readForm(methodology));
  requireOwnDraws(inputs, draws);
  const responses = computeResponses(inputs, draws);
  const plausible = findPlausibleRegion(dataset, methodology, { inputs, draws });
  const findings = findUnusedCalibration(dataset, methodology);
  const source = { draws, diagnostics, plausible, findings };
  const summary = summarize(responses, { method: "posterior", ...source });
  return { responses, draws, summary, sampled: { dataset, methodology, inputs, draws } };
}

/** @throws ModelError `parameters_invalid` */
export function requireOwnDraws(inputs: PosteriorInputs, draws: Draws): void {
  const { names } = layOutParameters(inputs);
  const own =
    names.length === draws.names.length && names.every((name, at) => name === draws.names[at]);
  if (own) return;
  throw new ModelError(
    "parameters_invalid",
    "The kept draws are of another methodology or other data: give the data that the session had",
    {},
  );
}

/** Chains answer the last bit of a number: what they see has no locked row in it, not even in a scale. */
function withoutLocked(
  whole: Dataset,
  config: ModelConfig,
): { dataset: Dataset; methodology: ModelConfig } {
  const methodology = readMethodology(config);
  const { evaluation } = methodology;
  const locked = countPeriods(evaluation.locked_test_weeks, whole.periodsPerWeek);
  return {
    dataset: takeFirstPeriods(whole, whole.dates.length - locked),
    methodology: { ...methodology, evaluation: { ...evaluation, locked_test_weeks: 0 } },
  };
}

/** The configuration with every tunable number at its default. */
export function readMethodology(config: ModelConfig): ModelConfig {
  const { hyperparameters: _tuned, training: _settings, ...methodology } = config;
  return parseModelConfig(methodology);
}

/** Form and priors of a configuration's posterior. */
export function readForm(config: ModelConfig): { profile: Profile; priors: Priors } {
  const { carryover = "geometric", priors = {} } = config.posterior ?? {};
  // The schema leaves out what is not given: no entry is undefined.
  const changes = priors as Partial<Priors>;
  return { profile: { trend: config.architecture.trend, carryover }, priors: mergePriors(changes) };
}

interface Source {
  readonly method: EffectSummary["method"];
  readonly draws?: Draws;
  readonly diagnostics?: PublishedDiagnostics | null;
  readonly plausible?: PlausibleRegion;
  /** What is to be said besides. */
  readonly findings: readonly Finding[];
}

const ANYWHERE: PlausibleRegion = { mass: 1, ranges: {} };

function summarize(responses: Responses, source: Source): EffectSummary {
  const { level, channels, media, baseline } = summarizeResponses(responses);
  const { draws, diagnostics = null, method, plausible = ANYWHERE } = source;
  const own = Object.fromEntries(
    responses.channels.flatMap(({ name, spend }) => {
      const channel = channels[name];
      return channel === undefined ? [] : [[name, { spend, ...channel }]];
    }),
  );
  return {
    level,
    method,
    draws: responses.count,
    draws_digest: draws === undefined ? null : digestDraws(serializeDraws(draws)),
    diagnostics,
    target_total: sum(responses.weeklyFitted),
    channels: own,
    media,
    baseline: { contribution: baseline.contribution, share: baseline.share },
    plausible,
    findings: [...methodFindings(method, diagnostics), ...wideIntervals(own), ...source.findings],
  };
}

function methodFindings(
  method: Source["method"],
  diagnostics: PublishedDiagnostics | null,
): Finding[] {
  if (method !== "posterior") {
    return [
      toFinding(
        "inference_point",
        "Returns come from refits of a point estimate, as the methodology asks for: their intervals hold less than they say, and no budget should follow them",
      ),
    ];
  }
  if (diagnostics === null || diagnostics.converged) return [];
  return [
    toFinding(
      "posterior_not_converged",
      `The chains have not settled (R-hat ${diagnostics.r_hat_max.toFixed(3)}, effective draws of a return ${Math.round(diagnostics.ess_min)}): read returns as rough`,
      { figure: diagnostics.r_hat_max, bound: 1.01 },
    ),
  ];
}

/** Channels whose ROI interval is wider than its own median: the data hardly say. */
function wideIntervals(channels: EffectSummary["channels"]): Finding[] {
  return Object.entries(channels).flatMap(([name, { roi }]) => {
    if (roi.median <= 0) return [];
    const width = (roi.high - roi.low) / roi.median;
    if (width <= WIDE_INTERVAL) return [];
    return [
      toFinding(
        "intervals_wide",
        `ROI of "${name}" lies between ${roi.low.toFixed(2)} and ${roi.high.toFixed(2)}: a lift test would tell more than further tuning`,
        { channel: name, figure: width, bound: WIDE_INTERVAL },
      ),
    ];
  });
}
