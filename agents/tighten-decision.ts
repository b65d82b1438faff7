/**
 * What becomes of the built-in decision when someone else has a say: it may get stricter, never softer.
 *
 * I1. The decision is the stricter of the two; what is not known counts as strictest.
 * I2. Both uses follow a stricter decision, so that the table still leads from them to it.
 * I3. Conditions, reasons and figures of the built-in decision stay; what is said is added.
 */
import { toCanonicalJson } from "../schemas/canonical.ts";
import {
  readDeploymentGrounds,
  USES,
  type DeploymentGrounds,
  type Use,
} from "../schemas/deployment.ts";
import type { DecideAnswer } from "./reasoners.ts";

/** From lenient to strict. */
export const DECISIONS = ["approve", "approve_with_conditions", "reject"] as const;

export interface SaidDecision {
  readonly decision: (typeof DECISIONS)[number];
  /** Escaped and bounded, as all texts here. */
  readonly rationale: string;
  readonly conditions: readonly string[];
  readonly success_criteria: readonly string[];
  readonly next_review_weeks: number;
}

/** The built-in answer with what was said added. */
export function tightenDecision(
  own: DecideAnswer,
  said: SaidDecision,
  by: string,
): Omit<DecideAnswer, "note"> {
  const { note: _note, ...rest } = own;
  const conditions = [...own.conditions, ...said.conditions];
  const wanted = chooseStricter(own.decision, said.decision);
  // Conditions that nobody is held to would be no conditions.
  const decision =
    wanted === "approve" && conditions.length > 0 ? "approve_with_conditions" : wanted;
  return {
    ...rest,
    decision,
    ...tightenUses(own, decision, by),
    rationale: `${own.rationale} ${said.rationale}`.trim(),
    conditions,
    success_criteria: [...own.success_criteria, ...said.success_criteria],
    next_review_weeks: Math.min(own.next_review_weeks, said.next_review_weeks),
  };
}

function chooseStricter(own: string, said: SaidDecision["decision"]): string {
  const rank = DECISIONS.findIndex((one) => one === own);
  if (rank < 0) return own;
  return DECISIONS[Math.max(rank, DECISIONS.indexOf(said))] ?? "reject";
}

type Uses = Pick<DecideAnswer, "forecast_use" | "budget_use" | "grounds">;

/** Uses as strict as a decision that became stricter; else as they are. */
function tightenUses(own: DecideAnswer, decision: string, by: string): Uses {
  const { forecast_use, budget_use, grounds } = own;
  if (decision === own.decision) return { forecast_use, budget_use, grounds };
  const least: Use = decision === "reject" ? "reject" : "approve_with_conditions";
  const stricter = (use: string | null): string | null => {
    const rank = USES.findIndex((one) => one === use);
    return rank < 0 ? use : (USES[Math.max(rank, USES.indexOf(least))] ?? "reject");
  };
  const read = readDeploymentGrounds(grounds);
  return {
    forecast_use: stricter(forecast_use),
    budget_use: stricter(budget_use),
    grounds: read === null ? grounds : toCanonicalJson(withReason(read, `${by} asks for more`)),
  };
}

function withReason(grounds: DeploymentGrounds, reason: string): DeploymentGrounds {
  const { forecast, budget } = grounds;
  return {
    ...grounds,
    forecast: { ...forecast, reasons: [reason, ...forecast.reasons] },
    budget: { ...budget, reasons: [reason, ...budget.reasons] },
  };
}
