/**
 * A new checkpoint beside the running one: shadow scoring, the verdict on promotion, the alarm on
 * drift. Pure folds over observations; who counts and stores them is the caller's business.
 *
 * I1. In shadow mode the running checkpoint alone decides.
 * I2. A candidate is promoted only when it is no worse than the running checkpoint and better than
 *     the rules, on the same texts, with support for every role.
 */
import { ROLES } from "../schemas/parts.ts";
import type { Comparison } from "./training/evaluate.ts";

export interface ShadowTally {
  readonly seen: number;
  readonly agreed: number;
  /** Texts where one of the two was sure and the other was not. */
  readonly one_sure: number;
}

/** What one router said of a text: its label when accepted, else null. */
export type Said = string | null;

export const NO_SHADOW: ShadowTally = { seen: 0, agreed: 0, one_sure: 0 };

/** Adds one text that both checkpoints have scored. */
export function observeShadow(tally: ShadowTally, running: Said, candidate: Said): ShadowTally {
  return {
    seen: tally.seen + 1,
    agreed: tally.agreed + (running === candidate ? 1 : 0),
    one_sure: tally.one_sure + ((running === null) === (candidate === null) ? 0 : 1),
  };
}

/** Share of texts on which both said the same, 0 … 1; null before the first. */
export function computeShadowAgreement(tally: ShadowTally): number | null {
  return tally.seen === 0 ? null : tally.agreed / tally.seen;
}

export interface PromotionVerdict {
  readonly promote: boolean;
  /** Why not; empty when promoted. */
  readonly reasons: readonly string[];
}

const MIN_SUPPORT = 8;
const MAX_CALIBRATION_ERROR = 0.1;

/** Whether `comparison.candidate` may replace the running checkpoint. */
export function judgePromotion({ candidate, running, rules }: Comparison): PromotionVerdict {
  const thin = ROLES.filter((role) => (candidate.by_label[role]?.support ?? 0) < MIN_SUPPORT);
  const reasons = [
    ...thin.map((role) => `fewer than ${MIN_SUPPORT} test texts of ${role}`),
    ...(candidate.accuracy <= rules.accuracy ? ["no better than the rules"] : []),
    ...(running !== null && candidate.accuracy < running.accuracy
      ? ["less accurate than the running checkpoint"]
      : []),
    ...(candidate.calibration_error > MAX_CALIBRATION_ERROR
      ? [`calibration error above ${MAX_CALIBRATION_ERROR}`]
      : []),
  ];
  return { promote: reasons.length === 0, reasons };
}

export interface DriftObservation {
  readonly confidence: number;
  readonly accepted: boolean;
  /** Whether the outcome bore the route out; null while unknown. */
  readonly borneOut: boolean | null;
}

export interface DriftReference {
  /** Mean confidence on held-out texts at training time. */
  readonly confidence: number;
  /** Share accepted then. */
  readonly coverage: number;
  /** Share of accepted ones that were right then. */
  readonly accuracy: number;
}

/** Fewest observations that can raise an alarm. */
export const DRIFT_WINDOW = 50;

/** Three standard errors of a share or mean in [0, 1], and at least 5 points. */
function computeTolerance(expected: number, count: number): number {
  return Math.max(0.05, 3 * Math.sqrt(Math.max(0.01, expected * (1 - expected)) / count));
}

/** What has fallen below the reference in `window`; empty when nothing has. */
export function detectRouterDrift(
  reference: DriftReference,
  window: readonly DriftObservation[],
): string[] {
  if (window.length < DRIFT_WINDOW) return [];
  const known = window.filter((o) => o.borneOut !== null);
  const figures = [
    {
      name: "confidence",
      expected: reference.confidence,
      values: window.map((o) => o.confidence),
    },
    {
      name: "coverage",
      expected: reference.coverage,
      values: window.map((o) => (o.accepted ? 1 : 0)),
    },
    {
      name: "agreement with outcomes",
      expected: reference.accuracy,
      values: known.map((o) => (o.borneOut === true ? 1 : 0)),
    },
  ];
  return figures.flatMap(({ name, expected, values }) => {
    if (values.length < DRIFT_WINDOW) return [];
    const mean = values.reduce((sum: number, v) => sum + v, 0) / values.length;
    if (mean >= expected - computeTolerance(expected, values.length)) return [];
    return [`${name} fell to ${mean.toFixed(3)} from ${expected.toFixed(3)}`];
  });
}
