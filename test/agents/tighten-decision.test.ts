/** What others say of a decision: it gets stricter or stays, never softer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DECISION_TABLE } from "../../agents/builtin/deployment.ts";
import type { DecideAnswer } from "../../agents/reasoners.ts";
import { DECISIONS, tightenDecision } from "../../agents/tighten-decision.ts";
import { readDeploymentGrounds, USES, type Use } from "../../schemas/deployment.ts";
import { decideJob, reasoners } from "../support/agent-jobs.ts";

const builtin = await reasoners.decide(decideJob());
const SAID = {
  decision: "approve",
  rationale: "All is well.",
  conditions: [],
  success_criteria: [],
  next_review_weeks: 52,
} as const;

const withUses = (forecast_use: Use, budget_use: Use): DecideAnswer => ({
  ...builtin,
  forecast_use,
  budget_use,
  decision: DECISION_TABLE[forecast_use][budget_use],
});

const use = fc.constantFrom(...USES);
const decision = fc.constantFrom(...DECISIONS);
const conditions = fc.array(fc.constantFrom("Test tv.", "Ask again."), { maxLength: 2 });

describe("a decision with someone else's say", () => {
  it("is never softer than the table's, nor is either use, and keeps every built-in condition", () => {
    fc.assert(
      fc.property(use, use, decision, conditions, (forecast, budget, said, more) => {
        const own = withUses(forecast, budget);
        const found = tightenDecision(own, { ...SAID, decision: said, conditions: more }, "x");
        const rank = (one: string): number => DECISIONS.findIndex((known) => known === one);
        const rankUse = (one: string | null): number => USES.findIndex((known) => known === one);
        expect(rank(found.decision)).toBeGreaterThanOrEqual(rank(own.decision));
        expect(rank(found.decision)).toBeGreaterThanOrEqual(rank(said));
        expect(rankUse(found.forecast_use)).toBeGreaterThanOrEqual(rankUse(forecast));
        expect(rankUse(found.budget_use)).toBeGreaterThanOrEqual(rankUse(budget));
        expect(found.conditions.slice(0, own.conditions.length)).toEqual(own.conditions);
        expect(found.next_review_weeks).toBeLessThanOrEqual(own.next_review_weeks);
      }),
    );
  });

  it("leads from both uses to itself by the table where it became stricter", () => {
    fc.assert(
      fc.property(use, use, decision, (forecast, budget, said) => {
        const own = withUses(forecast, budget);
        const found = tightenDecision(own, { ...SAID, decision: said }, "x");
        const uses = [found.forecast_use, found.budget_use] as [Use, Use];
        expect(found.decision).toBe(DECISION_TABLE[uses[0]][uses[1]]);
      }),
    );
  });

  it("says in the grounds who asked for more, and keeps the figures", () => {
    const found = tightenDecision(builtin, { ...SAID, decision: "reject" }, "the board");
    expect(found).toMatchObject({
      decision: "reject",
      forecast_use: "reject",
      budget_use: "reject",
    });
    const grounds = readDeploymentGrounds(found.grounds);
    expect(grounds?.budget.reasons[0]).toContain("the board");
    expect(grounds?.budget.figures["probability"]).toBe(0.97);
    expect(tightenDecision(builtin, SAID, "the board").grounds).toBe(builtin.grounds);
  });
});
