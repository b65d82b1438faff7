/**
 * The model as a whole: baseline, fit, stability of returns.
 *
 * I1. A good fit alone approves nothing and a weak one alone condemns nothing: fit gives warnings.
 */
import { z } from "zod";
import { formatPercent } from "../schemas/number-text.ts";
import type { Finding } from "../schemas/parts.ts";
import { judged } from "./builtin-finding.ts";
import type { BusinessSettings } from "./business-settings.ts";
import type { TrainedModel } from "./reasoners.ts";

export interface ModelJob {
  readonly candidate: TrainedModel;
  readonly baseline: TrainedModel;
  readonly settings: BusinessSettings;
}

/** Variation of ROI at which stability is 0 (`model/convergence.ts`). */
const ROI_VARIATION_MAX = 0.35;

export function modelFindings(job: ModelJob): readonly Finding[] {
  return [...baselineFindings(job), ...fitFindings(job), ...stabilityFindings(job)];
}

/** The part of the trainer's further diagnostics that is read here. */
const DETAIL = z.object({
  baseline: z.object({ worst_four_weeks: z.number() }).optional(),
});

function worstFourWeeks(trained: TrainedModel): number | null {
  try {
    return DETAIL.parse(JSON.parse(trained.detail)).baseline?.worst_four_weeks ?? null;
  } catch {
    // An outside trainer's detail may hold anything; what it does not say is not known.
    return null;
  }
}

function baselineFindings({ candidate, baseline, settings }: ModelJob): readonly Finding[] {
  const { attribution } = settings;
  const [low, high] = attribution.baseline_share;
  const share = candidate.baseline_share;
  const worst = worstFourWeeks(candidate);
  const negative = {
    low: 0,
    high: Infinity,
    source: "Meridian reviews P(baseline < 0); Stella: never",
  };
  const found: Finding[] = [];
  if (share !== null) {
    const text = `baseline share ${formatPercent(share, 1)}`;
    const before = baseline.baseline_share;
    const common = { channel: null, text, figure: share, before, share: true };
    const fault = judged({
      ...common,
      code: "baseline_negative",
      bound: negative,
      gravity: "critical",
    });
    found.push(...fault);
    if (fault.length === 0) {
      const bound = { low, high, source: attribution.baseline_source };
      found.push(
        ...judged({ ...common, code: "baseline_share_unusual", bound, gravity: "warning" }),
      );
    }
  }
  if (worst === null || (share !== null && share < 0)) return found;
  const fault = judged({
    code: "baseline_negative_month",
    channel: null,
    text: `the lowest four weeks of the baseline, ${formatPercent(worst, 1)} of its mean,`,
    figure: worst,
    share: true,
    bound: negative,
    before: worstFourWeeks(baseline),
    gravity: "critical",
  });
  return [...found, ...fault];
}

function fitFindings({ candidate, baseline, settings }: ModelJob): readonly Finding[] {
  const { fit } = settings;
  const r2 = candidate.in_sample.r2;
  const error = candidate.validation.mape ?? candidate.validation.wmape;
  const name = candidate.validation.mape === null ? "wMAPE" : "MAPE";
  const fitted =
    r2 === null
      ? []
      : judged({
          code: r2 > fit.r2_suspicious ? "fit_suspicious" : "fit_weak",
          channel: null,
          text: `R² in sample ${r2.toFixed(3)}`,
          figure: r2,
          bound: { low: fit.r2_min, high: fit.r2_suspicious, source: fit.r2_source },
          before: baseline.in_sample.r2,
          gravity: "warning",
        });
  const high = error !== null && error > fit.error_accept;
  const validated =
    error === null
      ? []
      : judged({
          code: high ? "error_high" : "error_fair",
          channel: null,
          text: `validated ${name} ${formatPercent(error, 1)}`,
          figure: error,
          share: true,
          bound: {
            low: 0,
            high: high ? fit.error_accept : fit.error_good,
            source: fit.error_source,
          },
          before: baseline.validation.mape ?? baseline.validation.wmape,
          gravity: high ? "warning" : "info",
        });
  return [...fitted, ...validated];
}

function stabilityFindings({ candidate, baseline, settings }: ModelJob): readonly Finding[] {
  if (candidate.roi_stability === null) return [];
  const { roi_variation_accept, roi_variation_source } = settings.fit;
  const variation = (1 - candidate.roi_stability) * ROI_VARIATION_MAX;
  const before = baseline.roi_stability;
  return judged({
    code: "returns_unstable",
    channel: null,
    text: `variation of returns between refits ${formatPercent(variation, 1)}`,
    figure: variation,
    share: true,
    bound: { low: 0, high: roi_variation_accept, source: roi_variation_source },
    before: before === null ? null : (1 - before) * ROI_VARIATION_MAX,
    gravity: "warning",
  });
}
