/**
 * The part of the signature that money follows from: how returns are inferred, and what every prior
 * effectively allows, its central 90 %.
 *
 * I1. No tunable number is in it: every tuning has its baseline's.
 * I2. Defaults count like what is stated: leaving a prior out and stating the shipped one are the same.
 */
import type { ModelConfig } from "../../model/config.ts";
import {
  mergePriors,
  type LogNormalPrior,
  type LogitNormalPrior,
  type Priors,
} from "../../model/posterior/priors.ts";

export interface InferenceSignature {
  readonly inference: "posterior" | "point";
  readonly trend: ModelConfig["architecture"]["trend"];
  readonly carryover: "geometric" | "delayed";
  /** By path below `posterior.priors`. */
  readonly priors: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/** 95 % point of the standard normal. */
const Z = 1.6448536269514722;

export function computeInferenceSignature(config: ModelConfig): InferenceSignature {
  const { inference = "posterior", posterior = {}, architecture } = config;
  const { carryover = "geometric" } = posterior;
  // The schema leaves out what is not given: no entry is undefined.
  const priors = mergePriors((posterior.priors ?? {}) as Partial<Priors>);
  return { inference, trend: architecture.trend, carryover, priors: measurePriors(priors) };
}

function measurePriors(priors: Priors): InferenceSignature["priors"] {
  const { media_share, roi_spread, decay, buildup } = priors;
  const decays = Object.entries(decay.median).map(([medium, median]) => [
    `decay.${medium}`,
    spanLogit({ median, sd_logit: decay.sd_logit }),
  ]);
  return {
    media_share: spanLogit(media_share),
    roi_spread: spanLog(roi_spread),
    "roi_spread.offset": [roi_spread.offset, roi_spread.offset],
    ...Object.fromEntries(decays),
    buildup: spanLogit(buildup),
    slope: spanLog(priors.slope),
    half_saturation: spanLog(priors.half_saturation),
    level: spanLog(priors.level),
    noise: spanLog(priors.noise),
  };
}

function spanLog({ median, sd_log }: Omit<LogNormalPrior, "source">): [number, number] {
  return [median * Math.exp(-Z * sd_log), median * Math.exp(Z * sd_log)];
}

function spanLogit({ median, sd_logit }: Omit<LogitNormalPrior, "source">): [number, number] {
  const at = (z: number): number => {
    const odds = (median / (1 - median)) * Math.exp(z * sd_logit);
    return odds / (1 + odds);
  };
  return [at(-Z), at(Z)];
}

/** Paths in a configuration whose effect on returns is another than before. */
export function listInferenceDifferences(
  now: InferenceSignature,
  before: InferenceSignature,
): string[] {
  const forms: readonly (readonly [string, boolean])[] = [
    ["inference", now.inference !== before.inference],
    ["architecture.trend", now.trend !== before.trend],
    ["posterior.carryover", now.carryover !== before.carryover],
  ];
  const names = new Set([...Object.keys(now.priors), ...Object.keys(before.priors)]);
  const moved = [...names].filter((name) => {
    const [own, was] = [now.priors[name], before.priors[name]];
    return own?.[0] !== was?.[0] || own?.[1] !== was?.[1];
  });
  return [
    ...forms.flatMap(([path, differs]) => (differs ? [path] : [])),
    ...moved.map((name) => `posterior.priors.${name}`),
  ];
}
