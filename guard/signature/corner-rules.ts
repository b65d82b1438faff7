/**
 * Layer 2b: corners inside all ranges, where each number is allowed and the whole is another model.
 *
 * Owns: saturation as an on/off step, saturation that has not begun, carryover at one end of its range
 * for all channels, channels tied together. Not: mechanisms switched off (`rules.ts`).
 *
 * I1. Limits hold in both directions, over the spend seen where that is known, for each channel and
 *     for the mean over channels.
 * I2. Only what a proposal moved counts: a configuration no further out than the pinned baseline is the
 *     owner's own, so the baseline itself never fails here.
 */
import type { Violation } from "../../schemas/parts.ts";
import type { Specification } from "../specification/specification.ts";
import { createViolation } from "../violation.ts";
import { computeBaselineRatio, formatSignatureFigure, formatSignatureShare } from "./figures.ts";
import type { ChannelSignature, ModelSignature } from "./signature.ts";

/** Violations by corner; `baseline` is the pinned baseline's signature. */
export function judgeCorners(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
): readonly Violation[] {
  const found: Violation[] = [];
  for (const [at, channel] of signature.channels.entries()) {
    const before = baseline.channels[at];
    if (before !== undefined) judgeElasticity(channel, before, spec, found);
  }
  judgeMeanElasticity(signature, baseline, spec, found);
  judgePositions(signature, baseline, spec, found);
  judgeTied(signature, baseline, spec, found);
  return found;
}

/** What the shape alone does to a channel's return on the next unit spent. */
function judgeElasticity(
  channel: ChannelSignature,
  before: ChannelSignature,
  spec: Specification,
  found: Violation[],
): void {
  const { elasticity_min, drift } = spec.signature;
  const [low, high] = drift.elasticity_ratio;
  const { elasticity } = channel;
  const path = `hyperparameters.${channel.channel}.gamma`;
  const evidence = formatSignatureFigure(elasticity);
  if (elasticity < before.elasticity && elasticity < elasticity_min) {
    const message = `At the end of the observed spend the next unit returns ${formatSignatureShare(elasticity)} of the average unit; the response of ${channel.channel} is an on/off step (least ${formatSignatureShare(elasticity_min)})`;
    found.push(createViolation("saturation_step", path, message, evidence));
    return;
  }
  const ratio = computeBaselineRatio(elasticity, before.elasticity);
  if (low <= ratio && ratio <= high) return;
  const message = `By its shape alone the next unit spent on ${channel.channel} returns ${formatSignatureShare(ratio)} of what the pinned baseline says (allowed ${formatSignatureShare(low)} to ${formatSignatureShare(high)})`;
  found.push(createViolation("drift_return", path, message, formatSignatureFigure(ratio)));
}

function judgeMeanElasticity(
  { elasticityMean }: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
  found: Violation[],
): void {
  const { elasticity_mean_max, drift } = spec.signature;
  const [low, high] = drift.elasticity_mean_ratio;
  if (elasticityMean > baseline.elasticityMean && elasticityMean > elasticity_mean_max) {
    const message = `On average the next unit spent at the end of the observed spend returns ${formatSignatureShare(elasticityMean)} of the average unit; saturation has not begun anywhere (at most ${formatSignatureShare(elasticity_mean_max)})`;
    const evidence = formatSignatureFigure(elasticityMean);
    found.push(createViolation("saturation_absent", "hyperparameters", message, evidence));
    return;
  }
  const ratio = computeBaselineRatio(elasticityMean, baseline.elasticityMean);
  if (low <= ratio && ratio <= high) return;
  const message = `By the shapes alone the next unit spent returns on average ${formatSignatureShare(ratio)} of what the pinned baseline says (allowed ${formatSignatureShare(low)} to ${formatSignatureShare(high)})`;
  const evidence = formatSignatureFigure(ratio);
  found.push(createViolation("drift_return", "hyperparameters", message, evidence));
}

/** Carryover of all channels at the floor, or at the ceiling, of what each alone may have. */
function judgePositions(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
  found: Violation[],
): void {
  if (signature.channels.length < spec.signature.tied_channels_min) return;
  const [low, high] = spec.signature.carryover_position_mean;
  const now = computeMeanPosition(signature, spec);
  if (low <= now && now <= high) return;
  const before = computeMeanPosition(baseline, spec);
  if (now < low ? now >= before : now <= before) return;
  const end = now < low ? "bottom" : "top";
  const message = `The decays of all ${signature.channels.length} channels stand at the ${end} of their ranges: on average at ${formatSignatureShare(now)} of the way (allowed ${formatSignatureShare(low)} to ${formatSignatureShare(high)})`;
  const evidence = formatSignatureFigure(now);
  found.push(createViolation("carryover_corner", "hyperparameters", message, evidence));
}

/** Mean place of the decays within their hard ranges per week, 0 to 1. */
function computeMeanPosition({ channels }: ModelSignature, spec: Specification): number {
  let sum = 0;
  for (const { mediaType, response } of channels) {
    const { hard } = spec.decay_per_week[mediaType];
    const width = hard[1] - hard[0];
    sum += width > 0 ? (response.decay - hard[0]) / width : HALF;
  }
  return sum / channels.length;
}

/** The place in a range that has one value only. */
const HALF = 0.5;

/** All channels given the same response, where the baseline tells them apart. */
function judgeTied(
  signature: ModelSignature,
  baseline: ModelSignature,
  spec: Specification,
  found: Violation[],
): void {
  const { channels } = signature;
  if (channels.length < spec.signature.tied_channels_min || !isTied(signature, spec)) return;
  const media = new Set(channels.map((channel) => channel.mediaType));
  if (media.size < 2 || isTied(baseline, spec)) return;
  const message = `All ${channels.length} channels get the same carryover and response, although the baseline tells ${media.size} kinds of media apart`;
  found.push(createViolation("channels_tied", "hyperparameters", message, String(channels.length)));
}

/**
 * Equal within the tolerance. The parameters are compared, not figures over the spend seen: that
 * differs by channel, so with data such figures are never equal.
 */
function isTied({ channels }: ModelSignature, spec: Specification): boolean {
  const first = channels[0]?.response;
  if (first === undefined) return false;
  const { tied_tolerance } = spec.signature;
  return channels.every(
    ({ response }) =>
      Math.abs(response.decay - first.decay) <= tied_tolerance.decay &&
      Math.abs(response.alpha - first.alpha) <= tied_tolerance.alpha &&
      Math.abs(response.gamma - first.gamma) <= tied_tolerance.gamma,
  );
}
