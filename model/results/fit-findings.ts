/**
 * What a reader must know about a fitted model. Thresholds and their sources in one table; the
 * business side (ROI benchmarks, realism of carryover) is judged elsewhere.
 */

import type { Finding } from "../findings.ts";
import { toFinding } from "../findings.ts";
import type { Metrics } from "../metrics.ts";
import type { BaselineResult, ForecastChannel, ForecastResult } from "./training-result.ts";

const LIMITS = {
  /** Stella's MMM checklist: VIF above 10 is bad. */
  vif: 10,
  /** Durbin & Watson (1950): usual reading of 1.5 … 2.5 as harmless. */
  watson: [1.5, 2.5],
  /** Robyn analysts' guide: R² below 0.8 needs work. */
  r2Low: 0.8,
  /** Judgement: a better fit than this on weekly sales usually means over-fitting. */
  r2High: 0.98,
} as const;

export interface FittedModel {
  readonly channels: readonly ForecastChannel[];
  readonly baseline: BaselineResult;
  readonly inSample: Metrics;
  readonly diagnostics: ForecastResult["diagnostics"];
  /** Evidence that enters; what does not is `calibration_unused` (`lift-tests.ts`). */
  readonly calibration: { readonly lift_tests: number; readonly roi_priors: number };
}

export function collectFitFindings(model: FittedModel): Finding[] {
  return [
    ...model.channels.flatMap(checkChannelResult),
    ...collectQualityFindings(model),
    ...collectCalibrationFindings(model.calibration),
  ];
}

function checkChannelResult(channel: ForecastChannel): Finding[] {
  const { name } = channel;
  const found: Finding[] = [];
  if (channel.vif === null && channel.coefficient === 0) {
    found.push(
      toFinding(
        "channel_unidentified",
        `Channel "${name}" has no variation of its own: its coefficient is set to 0`,
        { channel: name },
      ),
    );
  } else if (channel.vif === null || channel.vif > LIMITS.vif) {
    const shown = channel.vif === null ? "unbounded" : channel.vif.toFixed(1);
    found.push(
      toFinding("vif_high", `Channel "${name}" has a variance inflation of ${shown}`, {
        channel: name,
        figure: channel.vif,
        bound: LIMITS.vif,
      }),
    );
  }
  if (channel.coefficient === 0 && channel.spend > 0) {
    found.push(
      toFinding(
        "coefficient_zero",
        `The forecast gives channel "${name}" no effect: the best non-negative coefficient is 0`,
        { channel: name, figure: 0, bound: 0 },
      ),
    );
  }
  return found;
}

function collectQualityFindings({ baseline, inSample, diagnostics }: FittedModel): Finding[] {
  const found: Finding[] = [];
  if (baseline.negative) {
    found.push(
      toFinding("baseline_negative", "The baseline is negative over four weeks or more", {
        figure: baseline.worst_four_weeks,
        bound: 0,
      }),
    );
  }
  const watson = diagnostics.durbin_watson;
  if (watson !== null && (watson < LIMITS.watson[0] || watson > LIMITS.watson[1])) {
    found.push(
      toFinding(
        "autocorrelated_residuals",
        `Durbin-Watson is ${watson.toFixed(2)}: residuals are autocorrelated, so intervals from independent errors would be too narrow`,
        { figure: watson, bound: watson < 2 ? LIMITS.watson[0] : LIMITS.watson[1] },
      ),
    );
  }
  if (inSample.r2 !== null && inSample.r2 < LIMITS.r2Low) {
    found.push(
      toFinding("fit_weak", `R² in sample is ${inSample.r2.toFixed(3)}`, {
        figure: inSample.r2,
        bound: LIMITS.r2Low,
      }),
    );
  }
  if (inSample.r2 !== null && inSample.r2 > LIMITS.r2High) {
    found.push(
      toFinding("fit_suspicious", `R² in sample is ${inSample.r2.toFixed(3)}: check for a leak`, {
        figure: inSample.r2,
        bound: LIMITS.r2High,
      }),
    );
  }
  return found;
}

function collectCalibrationFindings(used: FittedModel["calibration"]): Finding[] {
  const { lift_tests: lift, roi_priors: priors } = used;
  if (lift + priors === 0) return [];
  return [
    toFinding(
      "calibration_used",
      `Coefficients are drawn towards ${countOf(lift, "lift test")} and ${countOf(priors, "ROI prior")}`,
      { figure: lift + priors },
    ),
  ];
}

function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
