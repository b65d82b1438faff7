/**
 * May the model's forecasts be used? From locked weeks and the business's own criteria.
 *
 * I1. Refused only where the locked weeks are worse, beyond noise, than the untuned baseline's and than
 *     last year's (the mean's where the data do not go back a year), or a stated criterion is missed.
 * I2. `improvement_min` speaks of the tuned point alone and never refuses.
 */

import type { Comparison } from "../../model/evidence/accuracy.ts";
import type { Condition, DeploymentFigures, Judged, Material } from "./verdict.ts";
import { METHODOLOGY_CHANGED, formatPercent, judge } from "./verdict.ts";

/** Forecast use. */
export function decideForecast(figures: DeploymentFigures): Judged {
  const { validation } = figures;
  const locked = typeof figures.locked === "string" ? null : figures.locked;
  const material: Material = {
    figures: {
      validated_error: validation.error,
      validated_r2: validation.r2,
      locked_error: locked?.baseline.error ?? null,
      locked_error_baseline: locked?.baseline.reference_error ?? null,
      locked_error_last_year: locked?.last_year?.reference_error ?? null,
      locked_error_mean: locked?.mean.reference_error ?? null,
    },
    merits: locked === null ? [] : [describeLocked(locked)],
    conditions: listForecastConditions(figures),
  };
  if (!figures.methodology_unchanged) return judge([METHODOLOGY_CHANGED], [], material);
  const unknowns = [
    ...(typeof figures.locked === "string" ? [figures.locked] : []),
    ...(validation.folds < 2 ? ["a single fold validates nothing: give at least two"] : []),
  ];
  if (locked === null || unknowns.length > 0) return judge([], unknowns, material);
  return judge([...listMissed(figures, true), ...refuseLocked(locked)], [], material);
}

type Locked = Exclude<DeploymentFigures["locked"], string>;

function refuseLocked(locked: Locked): string[] {
  const { baseline, last_year: lastYear, mean } = locked;
  const second = lastYear ?? mean;
  if (baseline.verdict !== "worse" || second.verdict !== "worse") return [];
  const name = lastYear === null ? "the mean" : "last year";
  return [
    `on the locked weeks its error of ${formatPercent(baseline.error)} is worse, beyond noise, than the untuned baseline's ${formatPercent(baseline.reference_error)} and than ${name}'s ${formatPercent(second.reference_error)}`,
  ];
}

/** Criteria that are missed and were stated (or were not). */
function listMissed({ validation, criteria }: DeploymentFigures, stated: boolean): string[] {
  const { mape_max: mape, r2_min: r2 } = criteria;
  const found: string[] = [];
  if (mape.stated === stated && validation.error > mape.limit) {
    found.push(
      `the validated error ${formatPercent(validation.error)} is above the ${formatPercent(mape.limit)} asked for`,
    );
  }
  if (r2.stated === stated && validation.r2 !== null && validation.r2 < r2.limit) {
    found.push(`the validated R² ${validation.r2.toFixed(2)} is below the ${r2.limit} asked for`);
  }
  return found;
}

function listForecastConditions(figures: DeploymentFigures): Condition[] {
  const { validation, criteria } = figures;
  const locked = typeof figures.locked === "string" ? null : figures.locked;
  const worse = (one: Comparison | null | undefined): boolean => one?.verdict === "worse";
  const found: Condition[] = listMissed(figures, false).map((text) => ({
    weight: 60,
    text: `${text[0]?.toUpperCase()}${text.slice(1)} by default: state what you need.`,
  }));
  if (worse(locked?.baseline)) {
    found.push({
      weight: 70,
      text: "On the locked weeks the untuned baseline was closer: forecast with it.",
    });
  }
  if (worse(locked?.last_year)) {
    found.push({
      weight: 65,
      text: "On the locked weeks last year's sales were closer: show both.",
    });
  }
  if (worse(locked?.mean)) {
    found.push({
      weight: 66,
      text: "On the locked weeks the plain mean was closer: forecast no single weeks.",
    });
  }
  if (locked?.contradicts === true) {
    found.push({
      weight: 55,
      text: `The locked weeks were harder than the validated ones: plan with an error of ${formatPercent(locked.baseline.error)}.`,
    });
  }
  if (validation.improvement < criteria.improvement_min) {
    found.push({
      weight: 20,
      text: `Tuning changed the validated error by ${formatPercent(validation.improvement)}, less than the ${formatPercent(criteria.improvement_min)} asked for: the untuned configuration does as well.`,
    });
  }
  return found;
}

function describeLocked(locked: Locked): string {
  const { baseline, last_year: lastYear, mean } = locked;
  const year = lastYear === null ? "" : `, last year ${formatPercent(lastYear.reference_error)}`;
  return `on the locked weeks its error is ${formatPercent(baseline.error)} (untuned baseline ${formatPercent(baseline.reference_error)}${year}, mean ${formatPercent(mean.reference_error)})`;
}
