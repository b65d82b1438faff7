/**
 * What the two deployment decisions are made of: figures, criteria, conditions by weight, a verdict.
 *
 * I1. Refusals come before unknowns, unknowns before conditions; only an approval has conditions.
 * I2. At most `CONDITIONS_MAX` conditions, the weightiest first.
 */

import type { Comparison } from "../../model/evidence/accuracy.ts";
import type { Use } from "../../schemas/deployment.ts";
import type { EvidenceExperiment, EvidenceFlag } from "../../schemas/evidence.ts";

export const CONDITIONS_MAX = 5;
export const METHODOLOGY_CHANGED = "the methodology at the end is not the methodology at the start";

/** What is judged of a flag. */
export type JudgedFlag = Readonly<Pick<EvidenceFlag, "code" | "raised" | "message">>;

/** A limit of the business; a default that nobody stated does not refuse. */
export interface Criterion {
  readonly limit: number;
  readonly stated: boolean;
}

export interface DeploymentFigures {
  readonly methodology_unchanged: boolean;
  readonly validation: {
    readonly folds: number;
    /** MAPE, or wMAPE where MAPE is undefined; a fraction. */
    readonly error: number;
    readonly r2: number | null;
    /** Share by which tuning lowered the validated error. */
    readonly improvement: number;
  };
  /** The published forecast of the locked weeks against three simpler ones; a text says why not. */
  readonly locked:
    | string
    | {
        readonly baseline: Comparison;
        /** Null where the data do not go back a year. */
        readonly last_year: Comparison | null;
        readonly mean: Comparison;
        /** They were harder than the validated weeks (`model/locked-test.ts`). */
        readonly contradicts?: boolean;
      };
  readonly criteria: {
    readonly mape_max: Criterion;
    readonly r2_min: Criterion;
    readonly improvement_min: number;
    /** Least probability that a plan gains, 0.5 … 1. */
    readonly budget_probability_min: number;
  };
  /** Null when only a point was estimated (`inference: point`), or by another program. */
  readonly posterior: {
    readonly sampler_converged: boolean;
    /** Of the search for the point; null where none was run. */
    readonly search_converged: boolean | null;
    readonly plan: {
      readonly probability: number;
      readonly mean: number;
      readonly expected_loss: number;
    };
    readonly flags: readonly JudgedFlag[];
    readonly experiment: EvidenceExperiment | null;
  } | null;
  /** What benchmarks say: for information. */
  readonly benchmark_notes: readonly string[];
}

/** What a decision rests on. */
export interface Grounds {
  readonly figures: Readonly<Record<string, number | null>>;
  /** Why it is refused or cannot be told; for an approval what speaks for it. */
  readonly reasons: readonly string[];
  readonly conditions: readonly string[];
}

export interface Condition {
  readonly weight: number;
  readonly text: string;
}

export interface Judged {
  readonly use: Use;
  readonly grounds: Grounds;
  readonly conditions: readonly Condition[];
}

export interface Material {
  readonly figures: Grounds["figures"];
  /** What speaks for it. */
  readonly merits: readonly string[];
  readonly conditions: readonly Condition[];
}

/** Refusals before unknowns before conditions. */
export function judge(
  refusals: readonly string[],
  unknowns: readonly string[],
  { figures, merits, conditions }: Material,
): Judged {
  const withheld = (use: Use, reasons: readonly string[]): Judged => ({
    use,
    grounds: { figures, reasons, conditions: [] },
    conditions: [],
  });
  if (refusals.length > 0) return withheld("reject", refusals);
  if (unknowns.length > 0) return withheld("cannot_tell", unknowns);
  const texts = takeWeightiest(conditions);
  return {
    use: texts.length > 0 ? "approve_with_conditions" : "approve",
    grounds: { figures, reasons: merits, conditions: texts },
    conditions,
  };
}

/** Texts of the weightiest conditions. */
export function takeWeightiest(conditions: readonly Condition[]): string[] {
  return conditions
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, CONDITIONS_MAX)
    .map(({ text }) => text);
}

/** A fraction for sentences. */
export function formatPercent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
