import { expect, it } from "vitest";
import { createMonitoringPlan } from "../../../agents/builtin/monitoring-plan.ts";
import { context, SETTINGS } from "../../support/agent-jobs.ts";
import { metrics } from "../../support/given.ts";

const plan = (error: number) => createMonitoringPlan(metrics(error), context(), SETTINGS);
const rule = (error: number, name = "wmape") =>
  plan(error).monitoring.find(({ metric }) => metric === name);

it("warns at a quarter above the validated error and rolls back at half above", () => {
  expect(rule(0.08)).toEqual({
    metric: "wmape",
    warn_above: 0.1,
    rollback_above: 0.12,
    window_weeks: 8,
  });
});

it("rolls back at the error that nobody may bear, but never before it warns", () => {
  expect(rule(0.15)).toMatchObject({ warn_above: 0.1875, rollback_above: 0.2 });
  for (const error of [0.01, 0.15, 0.2, 0.5]) {
    for (const { metric, warn_above, rollback_above } of plan(error).monitoring) {
      expect(rollback_above, `${metric} at ${error}`).toBeGreaterThan(warn_above);
    }
  }
});

it("says what the business asked for, and when to look again", () => {
  const { success_criteria, next_review_weeks, rollback } = plan(0.08);
  expect(success_criteria.at(-1)).toContain("at most 20.00 %");
  expect(next_review_weeks).toBe(13);
  expect(rollback).toContain("12.00 %");
});
