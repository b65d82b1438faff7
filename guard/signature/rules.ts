/**
 * Layer 2a: allowed numbers that together switch a protected mechanism off.
 *
 * I1. Judges figures, not words: a spotless reason changes nothing here.
 * I2. Absolute limits hold for every configuration, the baseline too; drift limits compare with the
 *     pinned baseline, so small steps add up.
 * I3. An exception holds only for the media and the mechanism the specification names, for single
 *     channels; never for the mean over all of them.
 */
import type { Violation } from "../../schemas/parts.ts";
import { listInferenceDifferences } from "./inference.ts";
import type { ChannelSignature, ModelSignature } from "./signature.ts";
import type { Specification } from "../specification/specification.ts";
import { createViolation } from "../violation.ts";
import { judgeCorners } from "./corner-rules.ts";
import { computeBaselineRatio, formatSignatureFigure, formatSignatureShare } from "./figures.ts";

/** Violations of a configuration's signature; `baseline` is the pinned baseline's. */
export function judgeSignature(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
): readonly Violation[] {
  return [
    ...signature.channels.flatMap((channel) => judgeChannel(channel, baseline, spec)),
    ...judgeModel(signature, baseline, spec),
    ...judgeDrift(signature, baseline, spec),
    ...judgeCorners(signature, baseline, spec),
    ...judgeInference(signature, baseline),
  ];
}

function judgeChannel(
  channel: ChannelSignature,
  baseline: ModelSignature,
  spec: Specification,
): Violation[] {
  const limits = spec.signature;
  const found: Violation[] = [];
  const path = `hyperparameters.${channel.channel}`;
  if (
    channel.carryoverMass < limits.carryover_mean_min &&
    !isExcepted(channel, "carryover", spec)
  ) {
    const message = `Only ${formatSignatureShare(channel.carryoverMass)} of the effect comes after the first week; carryover of ${channel.mediaType} is switched off (least ${formatSignatureShare(limits.carryover_mean_min)})`;
    found.push(
      createViolation(
        "carryover_off",
        `${path}.decay`,
        message,
        formatSignatureFigure(channel.carryoverMass),
      ),
    );
  }
  if (channel.flatness > limits.kernel_flatness_max) {
    const message = `The last lag still weighs ${formatSignatureShare(channel.flatness)} of the first; within the longest lag this is a flat average, not geometric decay (at most ${formatSignatureShare(limits.kernel_flatness_max)})`;
    found.push(
      createViolation(
        "carryover_flat",
        `${path}.decay`,
        message,
        formatSignatureFigure(channel.flatness),
      ),
    );
  }
  if (isStraightened(channel, baseline, spec)) {
    const message = `Over the observed spend the response departs from a straight line by ${formatSignatureShare(channel.curvatureObserved)}, less than in the baseline; saturation is switched off (least ${formatSignatureShare(limits.curvature_min)})`;
    const evidence = formatSignatureFigure(channel.curvatureObserved);
    found.push(createViolation("saturation_linear", `${path}.gamma`, message, evidence));
  }
  return found;
}

/**
 * Straight over the spend seen, and straighter than the baseline: data with one large spike make any
 * curve straight over the rest, and that is not a proposal's doing.
 */
function isStraightened(
  channel: ChannelSignature,
  baseline: ModelSignature,
  spec: Specification,
): boolean {
  if (channel.curvatureObserved >= spec.signature.curvature_min) return false;
  if (isExcepted(channel, "saturation", spec)) return false;
  const before = baseline.channels.find((row) => row.channel === channel.channel);
  return before === undefined || channel.curvatureObserved < before.curvatureObserved;
}

function isExcepted(
  channel: ChannelSignature,
  mechanism: "carryover" | "saturation",
  spec: Specification,
): boolean {
  return spec.exceptions.some(
    (row) =>
      row.mechanism === mechanism && row.media_types.some((type) => type === channel.mediaType),
  );
}

function judgeModel(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
): Violation[] {
  const limits = spec.signature;
  const found: Violation[] = [];
  if (signature.carryoverMean < limits.carryover_mean_min) {
    const message = `On average ${formatSignatureShare(signature.carryoverMean)} of the effect comes after the first week; carryover is switched off in all but name (least ${formatSignatureShare(limits.carryover_mean_min)})`;
    found.push(
      createViolation(
        "carryover_off",
        "hyperparameters",
        message,
        formatSignatureFigure(signature.carryoverMean),
      ),
    );
  }
  const curvature = findStraightMean(signature, baseline, spec);
  if (curvature !== null) {
    const message = `On average the response curves depart from a straight line by ${formatSignatureShare(curvature)}; saturation is switched off in all but name (least ${formatSignatureShare(limits.curvature_mean_min)})`;
    const evidence = formatSignatureFigure(curvature);
    found.push(createViolation("saturation_linear", "hyperparameters", message, evidence));
  }
  const [low, high] = limits.shrinkage_share;
  if (!(low <= signature.shrinkageShare && signature.shrinkageShare <= high)) {
    const message = `Ridge shrinks a channel that stands alone by ${formatSignatureShare(signature.shrinkageShare)}; allowed are ${formatSignatureShare(low)} to ${formatSignatureShare(high)}`;
    found.push(
      createViolation(
        "shrinkage_extreme",
        "training.l2_penalty",
        message,
        formatSignatureFigure(signature.shrinkageShare),
      ),
    );
  }
  return found;
}

/**
 * The mean curvature where it is too little: up to the largest exposure for every configuration;
 * over the spend seen only where a proposal straightened it, as for a single channel.
 */
function findStraightMean(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
): number | null {
  const least = spec.signature.curvature_mean_min;
  const { curvatureMean, curvatureObservedMean } = signature;
  if (curvatureMean < least) return curvatureMean;
  const halved = curvatureObservedMean < STRAIGHTENED * baseline.curvatureObservedMean;
  return curvatureObservedMean < least && halved ? curvatureObservedMean : null;
}

/** Data with spikes keep honest curves near the limit; a proposal has to have taken this much away. */
const STRAIGHTENED = 0.5;

function judgeDrift(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
): Violation[] {
  const { carryover_ratio_min, curvature_ratio_min } = spec.signature.drift;
  const found: Violation[] = [];
  const carryover = computeBaselineRatio(signature.carryoverMean, baseline.carryoverMean);
  if (carryover < carryover_ratio_min) {
    const message = `Mean carryover has fallen to ${formatSignatureShare(carryover)} of the pinned baseline's (least ${formatSignatureShare(carryover_ratio_min)})`;
    found.push(
      createViolation(
        "drift_carryover",
        "hyperparameters",
        message,
        formatSignatureFigure(carryover),
      ),
    );
  }
  const curved = Math.min(
    computeBaselineRatio(signature.curvatureMean, baseline.curvatureMean),
    computeBaselineRatio(signature.curvatureObservedMean, baseline.curvatureObservedMean),
  );
  if (curved < curvature_ratio_min) {
    const message = `Mean curvature of the response has fallen to ${formatSignatureShare(curved)} of the pinned baseline's (least ${formatSignatureShare(curvature_ratio_min)})`;
    found.push(
      createViolation(
        "drift_saturation",
        "hyperparameters",
        message,
        formatSignatureFigure(curved),
      ),
    );
  }
  return found;
}

/** Returns follow from the owner's inference and priors: no proposal has others. */
function judgeInference(signature: ModelSignature, baseline: ModelSignature): Violation[] {
  return listInferenceDifferences(signature.inference, baseline.inference).map((path) => {
    const message = `Returns would be inferred otherwise than in the pinned baseline (${path}); money moves without new evidence`;
    return createViolation("drift_inference", path, message);
  });
}
