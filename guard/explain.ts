/**
 * The figures that each layer went by, for people who ask why.
 *
 * Owns: the figures and their time. Not: the verdict, which is `judge.ts`'s and is only shown here.
 *
 * I1. Looks, and changes no verdict; rules and signature are pure, so working them out again is free.
 * I2. The clock is the caller's.
 */
import { describeError } from "../schemas/errors.ts";
import type { JudgeInput } from "./judge.ts";
import { computePinnedSignature } from "./rules/prepared.ts";
import { readProposal } from "./proposal/proposal.ts";
import { judgeRules } from "./rules/rules.ts";
import type { SemanticJudge, SemanticOpinion } from "./words/judges.ts";
import { judgeSignature } from "./signature/rules.ts";
import {
  type ChannelSignature,
  type ModelSignature,
  computeSignature,
} from "./signature/signature.ts";
import type { Layer, LayerVerdict, Verdict } from "./verdict.ts";

/** Milliseconds from any start. */
export type Stopwatch = () => number;

/** A channel's figures, and the pinned baseline's. */
export interface ChannelFigures {
  readonly channel: string;
  readonly media_type: string;
  readonly half_life_weeks: number;
  readonly half_life_weeks_before: number;
  /** Share of the effect after the first week. */
  readonly carryover_mass: number;
  readonly carryover_mass_before: number;
  readonly flatness: number;
  /** Over the spend seen. */
  readonly curvature: number;
  readonly curvature_before: number;
  /** End of the range that curvature is judged over, in units of the curve's scale. */
  readonly spend_to: number;
  readonly response_at_end: number;
}

/** A figure of the whole model with its limits; null = none on that side. */
export interface LimitedFigure {
  readonly value: number;
  readonly least: number | null;
  readonly most: number | null;
}

export interface SignatureFigures {
  readonly channels: readonly ChannelFigures[];
  readonly carryover_mean: LimitedFigure;
  readonly curvature_mean: LimitedFigure;
  readonly shrinkage: LimitedFigure;
  /** Of the pinned baseline's means. */
  readonly carryover_kept: LimitedFigure;
  readonly curvature_kept: LimitedFigure;
  /** Return of the next unit over that of all so far, at the end of the spend seen. */
  readonly elasticity_mean: LimitedFigure;
  readonly elasticity_kept: LimitedFigure;
  readonly folds: number;
  readonly locked_test_weeks: number;
  /** Channels whose response at the end of the spend seen is not nothing. */
  readonly channels_alive: number;
  /** Least curvature of one channel, and most flatness. */
  readonly limits: { readonly curvature_least: number; readonly flatness_most: number };
  /** False: the data were not given, and curvature is judged up to the largest exposure. */
  readonly over_observed_spend: boolean;
}

export interface JudgeFigures {
  readonly judge: string;
  readonly verdict: SemanticOpinion["verdict"] | "skipped";
  readonly ms: number | null;
  readonly detail: string;
  /** Of a judge that scores: refused from this on. */
  readonly threshold: number | null;
  readonly passages: readonly { readonly score: number; readonly text: string }[];
}

export interface Figures {
  readonly layers: readonly (LayerVerdict & { readonly ms: number | null })[];
  readonly numbers_changed: number | null;
  readonly signature: SignatureFigures | null;
  readonly judges: readonly JudgeFigures[];
}

/** A judge's answer as it was watched. */
export interface Watched {
  readonly judge: string;
  readonly ms: number;
  readonly opinion: SemanticOpinion;
}

/** The same judges; what they answer is put into `seen`. */
export function observeJudges(
  judges: readonly SemanticJudge[],
  stopwatch: Stopwatch,
  seen: Watched[],
): readonly SemanticJudge[] {
  return judges.map((judge) => ({
    ...judge,
    judge: async (question) => {
      const started = stopwatch();
      const note = (opinion: SemanticOpinion) =>
        void seen.push({
          judge: judge.name,
          ms: roundMilliseconds(stopwatch() - started),
          opinion,
        });
      try {
        const opinion = await judge.judge(question);
        note(opinion);
        return opinion;
      } catch (error) {
        note({ verdict: "abstained", violations: [], detail: describeError(error) });
        throw error;
      }
    },
  }));
}

const ALIVE_RESPONSE_MIN = 0.01;
const PASSAGES_MAX = 8;
const PASSAGE_CHARACTERS_MAX = 160;

export interface Explained {
  readonly input: JudgeInput;
  readonly verdict: Verdict;
  readonly judges: readonly SemanticJudge[];
  readonly seen: readonly Watched[];
}

/** The figures behind a verdict. */
export function computeFigures(explained: Explained, stopwatch: Stopwatch): Figures {
  const { input, verdict, seen } = explained;
  const { raw, base, baseline, constraints, spec } = input;
  const observed = input.observed ?? null;
  const rules = measureMedianTime(stopwatch, () => {
    const { proposal } = readProposal(raw);
    return proposal === null ? null : judgeRules({ proposal, base, baseline, constraints, spec });
  });
  const config = rules.value?.config ?? null;
  const ran = (layer: Layer) =>
    verdict.layers.some((row) => row.layer === layer && row.verdict !== "skipped");
  const signed =
    config === null || !ran("signature")
      ? null
      : measureMedianTime(stopwatch, () => {
          const signature = computeSignature(config, observed);
          judgeSignature(signature, computePinnedSignature(baseline, observed), spec);
          return signature;
        });
  const semantics = roundMilliseconds(seen.reduce((sum, { ms }) => sum + ms, 0));
  const times: Partial<Record<Layer, number | null>> = {
    rules: rules.ms,
    signature: signed?.ms ?? null,
    semantics: seen.length === 0 ? null : semantics,
  };
  return {
    layers: verdict.layers.map((row) => ({ ...row, ms: times[row.layer] ?? null })),
    numbers_changed: config === null ? null : (rules.value?.changes.length ?? null),
    signature: signed === null ? null : computeSignatureFigures(input, signed.value),
    judges: describeJudges(explained),
  };
}

const RUNS_MAX = 51;
const RUNS_MS_MAX = 60;

/** A pure step's value and its median time over some runs, as a process that is warm needs it. */
function measureMedianTime<T>(stopwatch: Stopwatch, step: () => T): { value: T; ms: number } {
  const times: number[] = [];
  const begun = stopwatch();
  for (;;) {
    const started = stopwatch();
    const value = step();
    const ended = stopwatch();
    times.push(ended - started);
    if (times.length >= RUNS_MAX || ended - begun > RUNS_MS_MAX) {
      const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
      return { value, ms: roundMilliseconds(median) };
    }
  }
}

/** To a tenth of a microsecond. */
function roundMilliseconds(ms: number): number {
  return Number(ms.toFixed(4));
}

function computeSignatureFigures(input: JudgeInput, signature: ModelSignature): SignatureFigures {
  const { spec, baseline } = input;
  const before = computePinnedSignature(baseline, input.observed ?? null);
  const limits = spec.signature;
  const { drift } = limits;
  const [low, high] = limits.shrinkage_share;
  return {
    channels: signature.channels.map((channel) => computeChannelFigures(channel, before)),
    carryover_mean: withMinimum(signature.carryoverMean, limits.carryover_mean_min),
    curvature_mean: withMinimum(signature.curvatureMean, limits.curvature_mean_min),
    shrinkage: { value: signature.shrinkageShare, least: low, most: high },
    carryover_kept: withMinimum(
      computeRetainedShare(signature.carryoverMean, before.carryoverMean),
      drift.carryover_ratio_min,
    ),
    curvature_kept: withMinimum(
      computeRetainedShare(signature.curvatureMean, before.curvatureMean),
      drift.curvature_ratio_min,
    ),
    elasticity_mean: {
      value: signature.elasticityMean,
      least: null,
      most: limits.elasticity_mean_max,
    },
    elasticity_kept: {
      value: computeRetainedShare(signature.elasticityMean, before.elasticityMean),
      least: drift.elasticity_mean_ratio[0],
      most: drift.elasticity_mean_ratio[1],
    },
    folds: signature.folds,
    locked_test_weeks: signature.lockedTestWeeks,
    channels_alive: signature.channels.filter(
      ({ saturationAtTop }) => saturationAtTop >= ALIVE_RESPONSE_MIN,
    ).length,
    limits: { curvature_least: limits.curvature_min, flatness_most: limits.kernel_flatness_max },
    over_observed_spend: (input.observed ?? null) !== null,
  };
}

function withMinimum(value: number, limit: number): LimitedFigure {
  return { value, least: limit, most: null };
}

function computeRetainedShare(now: number, before: number): number {
  return before > 0 ? now / before : 1;
}

function computeChannelFigures(channel: ChannelSignature, before: ModelSignature): ChannelFigures {
  const own = before.channels.find((row) => row.channel === channel.channel) ?? channel;
  return {
    channel: channel.channel,
    media_type: channel.mediaType,
    half_life_weeks: channel.halfLifeWeeks,
    half_life_weeks_before: own.halfLifeWeeks,
    carryover_mass: channel.carryoverMass,
    carryover_mass_before: own.carryoverMass,
    flatness: channel.flatness,
    curvature: channel.curvatureObserved,
    curvature_before: own.curvatureObserved,
    spend_to: channel.observedTo,
    response_at_end: channel.saturationAtTop,
  };
}

function describeJudges({ judges, seen }: Explained): readonly JudgeFigures[] {
  return judges.map(({ name }) => {
    const watched = seen.find((row) => row.judge === name);
    if (watched === undefined) {
      return {
        judge: name,
        verdict: "skipped",
        ms: null,
        detail: "not asked",
        threshold: null,
        passages: [],
      };
    }
    const { ms, opinion } = watched;
    const { verdict, detail, scores } = opinion;
    const passages = (scores?.passages ?? [])
      .toSorted((a, b) => b.score - a.score)
      .slice(0, PASSAGES_MAX)
      .map(({ score, text }) => ({ score, text: text.slice(0, PASSAGE_CHARACTERS_MAX) }));
    return { judge: name, verdict, ms, detail, threshold: scores?.threshold ?? null, passages };
  });
}
