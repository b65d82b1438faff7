/**
 * The effective-model signature: what a configuration does, whatever it says.
 *
 * Per channel, with θ the decay per period, L the longest lag in periods, p periods a week:
 *   half-life            h = ln ½ / ln θ, in weeks (Broadbent 1979's half-life of an adstock)
 *   carryover mass       share of the finite kernel θ^l, l = 0 … L, that comes after the first week:
 *                        (θ^p − θ^(L+1)) / (1 − θ^(L+1))  (Jin et al. 2017, eq. 1–2, normalised)
 *   flatness             θ^L, the weight of the last lag relative to the first
 *   curvature            max over t in (0, 1) of |s(tR)/s(R) − t|, how far the Hill curve
 *                        s(r) = r^α/(r^α + γ^α) (Jin et al. 2017, eq. 5) departs from the straight line
 *                        over the observed range 0 … R, R in units of the curve's scale
 *   saturation at R      s(R)
 *   elasticity at R      R s'(R)/s(R) = α (1 − s(R)), the return of the next unit spent over that of all
 *                        units so far: 0 where the curve is flat, 1 on a straight line, above 1 where
 *                        it still steepens (marginal over average return; Hanssens et al. 2001)
 * and for the model: how returns are inferred and what their priors allow (`inference.ts`), ridge's shrinkage of a channel that stands alone λ/(1+λ) (Hoerl & Kennard 1970).
 *
 * I1. Pure figures; what is too much or too little is in `signature-rules.ts`.
 * I2. Every figure is finite: a decay of 0 has half-life 0.
 */
import { countPeriods } from "../../model/calendar.ts";
import type { ModelConfig } from "../../model/config.ts";
import { countPeriodsPerWeek } from "../../model/config.ts";
import { computeInferenceSignature, type InferenceSignature } from "./inference.ts";

/** Where a channel's adstocked exposure lies, in units of the saturation scale m (r = a / m). */
export interface ExposureQuantiles {
  readonly p50: number;
  readonly p95: number;
}

/** Per channel name; a channel left out is judged over 0 … 1 (up to the largest exposure). */
export type ObservedExposure = Readonly<Record<string, ExposureQuantiles>>;

export interface ChannelSignature {
  readonly channel: string;
  readonly mediaType: ModelConfig["channels"][number]["media_type"];
  readonly halfLifeWeeks: number;
  readonly carryoverMass: number;
  readonly flatness: number;
  /** Over 0 … 1, up to the largest adstocked exposure. */
  readonly curvature: number;
  /** Over the range that most of the data lie in; `curvature` where that is not known. */
  readonly curvatureObserved: number;
  readonly saturationAtTop: number;
  /** Marginal over average return at R. */
  readonly elasticity: number;
  /** Decay per week, exponent and half-saturation: the response itself. */
  readonly response: { readonly decay: number; readonly alpha: number; readonly gamma: number };
  /** R: the end of the observed range. */
  readonly observedTo: number;
}

export interface ModelSignature {
  readonly channels: readonly ChannelSignature[];
  readonly carryoverMean: number;
  readonly curvatureMean: number;
  readonly curvatureObservedMean: number;
  readonly elasticityMean: number;
  readonly shrinkageShare: number;
  readonly folds: number;
  readonly lockedTestWeeks: number;
  readonly maxLagWeeks: number;
  readonly learningRate: number;
  readonly refinementSteps: number;
  /** How returns are inferred. */
  readonly inference: InferenceSignature;
}

const GRID = 16;

/** The figures of a configuration; `observed` makes curvature that of the spend seen. */
export function computeSignature(
  config: ModelConfig,
  observed: ObservedExposure | null = null,
): ModelSignature {
  const channels = config.channels.map((channel) =>
    computeChannelSignature(config, channel, observed),
  );
  return {
    channels,
    carryoverMean: computeArithmeticMean(channels.map((channel) => channel.carryoverMass)),
    curvatureMean: computeArithmeticMean(channels.map((channel) => channel.curvature)),
    curvatureObservedMean: computeArithmeticMean(
      channels.map((channel) => channel.curvatureObserved),
    ),
    elasticityMean: computeArithmeticMean(channels.map((channel) => channel.elasticity)),
    shrinkageShare: config.training.l2_penalty / (1 + config.training.l2_penalty),
    folds: config.evaluation.folds,
    lockedTestWeeks: config.evaluation.locked_test_weeks,
    maxLagWeeks: config.adstock.max_lag_weeks,
    learningRate: config.training.learning_rate,
    refinementSteps: config.training.refinement_steps,
    inference: computeInferenceSignature(config),
  };
}

function computeChannelSignature(
  config: ModelConfig,
  channel: ModelConfig["channels"][number],
  observed: ObservedExposure | null,
): ChannelSignature {
  const { decay, alpha, gamma } = config.hyperparameters[channel.name] ?? NOTHING;
  const periods = countPeriodsPerWeek(config);
  const lagMax = countPeriods(config.adstock.max_lag_weeks, periods);
  const seen = observed !== null && Object.hasOwn(observed, channel.name);
  const observedTo = seen ? (observed[channel.name]?.p95 ?? 1) : 1;
  const whole = computeCurvature(alpha, gamma, 1);
  const saturationAtTop = computeHillResponse(observedTo, alpha, gamma);
  return {
    channel: channel.name,
    mediaType: channel.media_type,
    halfLifeWeeks: computeHalfLife(decay) / periods,
    carryoverMass: computeCarryoverMass(decay, periods, lagMax),
    flatness: decay ** lagMax,
    curvature: whole,
    curvatureObserved: observedTo === 1 ? whole : computeCurvature(alpha, gamma, observedTo),
    saturationAtTop,
    elasticity: alpha * (1 - saturationAtTop),
    response: { decay: decay ** periods, alpha, gamma },
    observedTo,
  };
}

const NOTHING = { decay: 0, alpha: 1, gamma: 1 };

/** Periods until half of an exposure's effect is gone. */
export function computeHalfLife(decay: number): number {
  return decay <= 0 ? 0 : Math.log(0.5) / Math.log(decay);
}

/** Share of the finite kernel that comes after the first `periods` periods. */
export function computeCarryoverMass(decay: number, periods: number, lagMax: number): number {
  if (lagMax < periods) return 0;
  const end = decay ** (lagMax + 1);
  return (decay ** periods - end) / (1 - end);
}

/** Largest departure of the Hill curve from the straight line over 0 … `top`, in [0, 1]. */
export function computeCurvature(alpha: number, gamma: number, top: number): number {
  if (!(top > 0)) return 0;
  const odds = (gamma / top) ** alpha;
  let largest = 0;
  for (let step = 1; step < GRID; step += 1) {
    const share = step / GRID;
    const power = share ** alpha;
    const response = (power * (1 + odds)) / (power + odds);
    largest = Math.max(largest, Math.abs(response - share));
  }
  return largest;
}

function computeHillResponse(exposure: number, alpha: number, gamma: number): number {
  if (!(exposure > 0)) return 0;
  return 1 / (1 + (gamma / exposure) ** alpha);
}

function computeArithmeticMean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
