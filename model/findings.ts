/**
 * Findings: things about the data or a fit that a model can live with but a reader must know.
 *
 * Owns: the closed list of codes and their form. Not: faults that stop the work (`errors.ts`),
 * business benchmarks (the Business Analyst judges those).
 *
 * 1. Each finding names the figure it is about and the bound it crossed, where there is one.
 * 2. JSON-safe: figures and bounds are finite or null.
 */

import { toFiniteOrNull } from "./numbers.ts";

export const FINDING_CODES = [
  "channel_all_zero",
  "channel_constant",
  "channel_one_spike",
  "channel_inactive_in_first_window",
  "channels_collinear",
  "channel_unidentified",
  "coefficient_zero",
  "control_constant",
  "control_redundant",
  "exposure_without_spend",
  "target_has_zeros",
  "target_has_negatives",
  "rows_per_variable_low",
  "history_short",
  "vif_high",
  "autocorrelated_residuals",
  "baseline_negative",
  "fit_weak",
  "fit_suspicious",
  "parameter_at_bound",
  "intervals_wide",
  "calibration_used",
  "calibration_unused",
  "event_unmatched",
  "week_label_unstated",
  "extrapolated_beyond_data",
  "budget_unspent",
  "channel_without_history",
  "geo_scale_differs",
  "inference_point",
  "posterior_not_converged",
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  readonly code: FindingCode;
  readonly channel: string | null;
  readonly figure: number | null;
  readonly bound: number | null;
  readonly message: string;
}

/** A finding with nulls filled in. */
export function toFinding(
  code: FindingCode,
  message: string,
  detail: { channel?: string; figure?: number | null; bound?: number } = {},
): Finding {
  return {
    code,
    channel: detail.channel ?? null,
    figure:
      detail.figure === undefined || detail.figure === null ? null : toFiniteOrNull(detail.figure),
    bound: detail.bound ?? null,
    message,
  };
}
