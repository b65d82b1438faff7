/**
 * The engine's own findings in the business review, so that a person meets each of them.
 *
 * I1. Every code of `model/findings.ts` has a row (the type asks for it).
 * I2. One finding of the review per code, however many channels it names.
 * I3. What an outside trainer finds is passed on as information.
 */
import type { FindingCode } from "../../model/findings.ts";
import type { Finding } from "../../schemas/parts.ts";
import type { TrainedModel } from "../reasoners.ts";

type FindingDestination =
  /** Shown in the review; a warning becomes a note of the deployment. */
  | { readonly review: "warning" | "info" }
  /** Said elsewhere, with more to it. */
  | { readonly by: "model checks" | "allocation" };

/** Where a person reads a finding of the engine, besides `mmm train` and the report's caveats. */
export const FINDING_DESTINATIONS: Readonly<Record<FindingCode, FindingDestination>> = {
  channel_all_zero: { review: "warning" },
  channel_constant: { review: "warning" },
  channel_one_spike: { review: "warning" },
  channel_inactive_in_first_window: { review: "info" },
  channels_collinear: { review: "warning" },
  channel_unidentified: { review: "warning" },
  coefficient_zero: { review: "info" },
  control_constant: { review: "info" },
  control_redundant: { review: "info" },
  exposure_without_spend: { review: "info" },
  target_has_zeros: { review: "info" },
  target_has_negatives: { review: "info" },
  rows_per_variable_low: { review: "warning" },
  history_short: { review: "warning" },
  vif_high: { review: "warning" },
  autocorrelated_residuals: { review: "info" },
  baseline_negative: { by: "model checks" },
  fit_weak: { by: "model checks" },
  fit_suspicious: { by: "model checks" },
  parameter_at_bound: { review: "warning" },
  intervals_wide: { review: "warning" },
  calibration_used: { review: "info" },
  calibration_unused: { review: "warning" },
  event_unmatched: { review: "warning" },
  week_label_unstated: { review: "warning" },
  extrapolated_beyond_data: { by: "allocation" },
  budget_unspent: { by: "allocation" },
  channel_without_history: { by: "allocation" },
  geo_scale_differs: { review: "info" },
  inference_point: { review: "warning" },
  posterior_not_converged: { review: "warning" },
};

const MESSAGES_MAX = 4;

/** The findings that came with a trained model, one per code. */
export function listEngineFindings({ findings }: TrainedModel): readonly Finding[] {
  const codes = [...new Set(findings.map((one) => one.code))];
  return codes.flatMap((code) => {
    const severity = severityOf(code);
    const same = findings.filter((one) => one.code === code);
    return severity === null ? [] : [joined(same, severity)];
  });
}

function severityOf(code: string): "warning" | "info" | null {
  if (!Object.hasOwn(FINDING_DESTINATIONS, code)) return "info";
  const destination = FINDING_DESTINATIONS[code as FindingCode];
  return "review" in destination ? destination.review : null;
}

/** Findings of one code as one: the first with the others' messages. */
function joined(same: readonly Finding[], severity: "warning" | "info"): Finding {
  const [first] = same;
  const channels = new Set(same.map((one) => one.channel));
  const shown = same.slice(0, MESSAGES_MAX).map((one) => one.message);
  const more = same.length - shown.length;
  return {
    code: first?.code ?? "",
    severity,
    channel: channels.size === 1 ? (first?.channel ?? null) : null,
    figure: same.length === 1 ? (first?.figure ?? null) : same.length,
    bound: same.length === 1 ? (first?.bound ?? null) : null,
    message: `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    source: first?.source ?? null,
  };
}
