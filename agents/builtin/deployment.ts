/**
 * May this model be used for forecasts, and may budget follow it? Two decisions from figures, and the
 * single decision that follows from them by a table.
 *
 * I1. Forecast use rests on locked weeks: refused where they are worse than the untuned baseline's and
 *     last year's beyond noise, or where a criterion that the business stated is missed; `cannot_tell`
 *     without locked weeks or with a single fold. `improvement_min` never refuses.
 * I2. Budget use rests on the posterior: approved only where the plan gains with at least the
 *     business's probability and no flag that stops stands. What is not sampled, or did not converge,
 *     is refused; a gain that is not sure enough is `cannot_tell`, and the experiment is named.
 * I3. At most `CONDITIONS_MAX` conditions, the weightiest first; benchmarks are notes, never conditions.
 * I4. Pure: the same figures give the same words.
 */

import { isApproved, type Use } from "../../schemas/deployment.ts";
import type { EvidenceExperiment } from "../../schemas/evidence.ts";
import type { BusinessContext } from "../business-context.ts";
import { decideBudget } from "./budget-use.ts";
import { decideForecast } from "./forecast-use.ts";
import type { Condition, DeploymentFigures, Grounds } from "./verdict.ts";
import { takeWeightiest } from "./verdict.ts";

export type Decision = "approve" | "approve_with_conditions" | "reject";

export interface Deployment {
  readonly forecast_use: Use;
  readonly forecast: Grounds;
  readonly budget_use: Use;
  readonly budget: Grounds;
  /** Of both, the weightiest first, at most five. */
  readonly conditions: readonly string[];
  readonly experiment: EvidenceExperiment | null;
  readonly notes: readonly string[];
  readonly decision: Decision;
}

/** What the single decision is: forecast use, then budget use. */
export const DECISION_TABLE: Readonly<Record<Use, Readonly<Record<Use, Decision>>>> = {
  approve: {
    approve: "approve",
    approve_with_conditions: "approve_with_conditions",
    reject: "approve_with_conditions",
    cannot_tell: "approve_with_conditions",
  },
  approve_with_conditions: {
    approve: "approve_with_conditions",
    approve_with_conditions: "approve_with_conditions",
    reject: "approve_with_conditions",
    cannot_tell: "approve_with_conditions",
  },
  cannot_tell: {
    approve: "approve_with_conditions",
    approve_with_conditions: "approve_with_conditions",
    reject: "reject",
    cannot_tell: "reject",
  },
  reject: {
    approve: "reject",
    approve_with_conditions: "reject",
    reject: "reject",
    cannot_tell: "reject",
  },
};

/** The business's criteria; `stated` names those that it wrote itself (`listStatedCriteria`). */
export function readCriteria(
  { success_criteria: criteria }: Pick<BusinessContext, "success_criteria">,
  stated: ReadonlySet<string>,
): DeploymentFigures["criteria"] {
  return {
    mape_max: { limit: criteria.mape_max, stated: stated.has("mape_max") },
    r2_min: { limit: criteria.r2_min, stated: stated.has("r2_min") },
    improvement_min: criteria.improvement_min,
    budget_probability_min: criteria.budget_probability_min,
  };
}

/** Both decisions and what follows from them. */
export function decideUses(figures: DeploymentFigures): Deployment {
  const forecast = decideForecast(figures);
  const budget = decideBudget(figures);
  const conditions = [
    ...limitUse(forecast.use, budget.use),
    ...forecast.conditions,
    ...budget.conditions,
  ];
  return {
    forecast_use: forecast.use,
    forecast: forecast.grounds,
    budget_use: budget.use,
    budget: budget.grounds,
    conditions: takeWeightiest(conditions),
    experiment: figures.posterior?.experiment ?? null,
    notes: figures.benchmark_notes,
    decision: DECISION_TABLE[forecast.use][budget.use],
  };
}

/** An approval of one use alone says so first. */
function limitUse(forecast: Use, budget: Use): Condition[] {
  if (isApproved(forecast) && !isApproved(budget)) {
    return [{ weight: 100, text: "Use it for forecasts only: do not move budget on it." }];
  }
  if (isApproved(budget) && !isApproved(forecast)) {
    return [{ weight: 100, text: "Use it for budget only: do not plan on its forecasts." }];
  }
  return [];
}
