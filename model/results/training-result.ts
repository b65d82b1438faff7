/**
 * What training returns: plain JSON, snake_case, every number finite or null.
 *
 * Units: money and contributions in the unit of the target and spend columns (ROI is target units
 * per unit of spend; divide or multiply by a margin elsewhere); errors are fractions, not percent.
 */

import type { Reading } from "../../tables/prepare.ts";
import type { Frequency } from "../calendar.ts";
import type { ChannelAttribution } from "../fit/attribution.ts";
import type { ModelConfig } from "../config.ts";
import type { EffectSummary } from "../effect-summary.ts";
import type { Finding } from "../findings.ts";
import type { Metrics } from "../metrics.ts";
import type { MediaType } from "../media-types.ts";

export interface FoldResult {
  readonly fold: number;
  /** First and last date validated; training ends one period before `from`. */
  readonly from: string;
  readonly to: string;
  readonly training_periods: number;
  readonly metrics: Metrics;
  readonly predicted: readonly number[];
  readonly actual: readonly number[];
  /** The same per period, geos added up. */
  readonly totals: { readonly actual: number[]; readonly predicted: number[] };
}

/** A channel of the forecast: what the configuration's own parameters give. */
export interface ForecastChannel extends ChannelAttribution {
  readonly name: string;
  readonly media_type: MediaType;
  /** Coefficient in target units per unit of saturation (mean over geos fitted apart). */
  readonly coefficient: number;
  readonly spend_share: number;
  /** Share of all media contribution. */
  readonly effect_share: number;
  /** Share of the fitted target. */
  readonly contribution_share: number;
  readonly vif: number | null;
}

/**
 * A channel as published: spend, contribution, ROI, mROI and shares of contribution are the model of
 * record's (`effects.ts`); coefficient, carryover, saturation and VIF are the forecast's.
 */
export interface ChannelResult extends ForecastChannel {
  /** 90 % interval of ROI. */
  readonly roi_low: number | null;
  readonly roi_high: number | null;
}

export interface BaselineResult {
  /** Baseline (all but media) as a share of the fitted target. */
  readonly share: number;
  readonly negative_periods: number;
  /** Lowest sum of the baseline over four consecutive weeks, as a share of its mean. */
  readonly worst_four_weeks: number;
  readonly negative: boolean;
}

export interface ConvergenceResult {
  readonly solver: number;
  readonly roi_stability: number;
  /** Of the posterior's chains; null where none were run. */
  readonly sampler: number | null;
  /** From a search, when there was one. */
  readonly search: number | null;
  readonly score: number;
  readonly kkt_residual: number;
}

/** The fit of a configuration's own parameters: what forecasts, and what tuning compares. */
export interface ForecastResult {
  readonly model_id: string;
  /** Mean over folds of the validation wMAPE: what search and selection minimise. */
  readonly loss: number;
  readonly data: {
    readonly frequency: Frequency;
    readonly periods: number;
    readonly training_periods: number;
    readonly locked_periods: number;
    readonly first_date: string;
    readonly last_training_date: string;
    readonly last_date: string;
    readonly geos: number;
    /** How the file was read, where it is not in the plain dialect: beside the digest of its bytes. */
    readonly reading?: Reading;
  };
  readonly validation: {
    readonly mean: Metrics;
    readonly pooled: Metrics;
    readonly folds: readonly FoldResult[];
  };
  readonly in_sample: Metrics;
  /** Fitted target per training period, geos added up. */
  readonly fitted: readonly number[];
  readonly diagnostics: {
    readonly durbin_watson: number | null;
    readonly rows: number;
    readonly variables: number;
    readonly rows_per_variable: number;
    readonly decomp_rssd: number;
  };
  /** Coefficients of the unpenalised columns, on their centred and scaled values. */
  readonly other_coefficients: Readonly<Record<string, number>>;
  readonly channels: readonly ForecastChannel[];
  readonly baseline: BaselineResult;
  readonly convergence: ConvergenceResult;
  /** The parameters the model was fitted with. */
  readonly hyperparameters: ModelConfig["hyperparameters"];
  readonly findings: readonly Finding[];
}

/** Everything published of a trained model. */
export interface TrainingResult extends ForecastResult {
  readonly seed: number;
  readonly channels: readonly ChannelResult[];
  /** The model of record. */
  readonly posterior: EffectSummary;
  /** Null where the configuration was fitted as given. */
  readonly refinement: {
    readonly steps: number;
    readonly learning_rate: number;
    readonly loss_before: number;
    readonly loss_after: number;
  } | null;
  /** How much evidence from experiments entered; null where none did. */
  readonly calibration: { readonly lift_tests: number; readonly roi_priors: number } | null;
}
