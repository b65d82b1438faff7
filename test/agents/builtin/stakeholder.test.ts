/** The Stakeholder: when a model may be used, on what conditions, and when it is taken back. */
import { describe, expect, it } from "vitest";
import { readDeploymentGrounds } from "../../../schemas/deployment.ts";
import {
  adviseJob,
  compared,
  context,
  decideJob,
  evidence,
  evidenceFlag,
  reasoners,
  task,
} from "../../support/agent-jobs.ts";

const job = decideJob();

type Figures = (typeof job)["figures"];
const decide = (figures: Partial<Figures>, more: Partial<typeof job> = {}) =>
  reasoners.decide({ ...job, ...more, figures: { ...job.figures, ...figures } });
const locked = (more: Partial<NonNullable<Figures["locked_test"]>>) => ({
  locked_test: { ...job.figures.locked_test!, ...more },
});

describe("a deployment", () => {
  it("is approved for both uses when nothing speaks against it, with the figures of both", async () => {
    const answer = await reasoners.decide(job);
    expect(answer).toMatchObject({
      decision: "approve",
      forecast_use: "approve",
      budget_use: "approve",
      conditions: [],
    });
    expect(answer.rationale).toContain("7.00 % → 5.00 %");
    expect(answer.rationale).toContain("the plan gains with a probability of 97.0 %");
    expect(readDeploymentGrounds(answer.grounds)).toMatchObject({
      forecast: { figures: { locked_error: 0.055, locked_error_last_year: 0.05 } },
      budget: {
        figures: { probability: 0.97, probability_min: 0.9, expected_gain: 120, expected_loss: 2 },
      },
      experiment: { channel: "search", weeks: 4 },
      flags: [],
    });
  });

  it("is for forecasts only where a flag stops budget use, in the flag's words", async () => {
    const flags = [evidenceFlag(), evidenceFlag({ code: "placebo_in_time", raised: false })];
    const posterior = { sampler_converged: true, evidence: evidence({ flags }) };
    const answer = await decide({}, { posterior });
    expect(answer).toMatchObject({
      decision: "approve_with_conditions",
      forecast_use: "approve",
      budget_use: "reject",
    });
    expect(answer.conditions[0]).toContain("do not move budget");
    expect(answer.rationale).toContain("the spend of search follows demand");
    expect(readDeploymentGrounds(answer.grounds)?.flags).toEqual([flags[0]]);
  });

  it("cannot tell about budget where the gain is not sure enough, and names the experiment", async () => {
    const { plan, ...rest } = evidence();
    const unsure = { ...rest, plan: { ...plan, gain: { ...plan.gain, probability: 0.89 } } };
    const answer = await decide({}, { posterior: { sampler_converged: true, evidence: unsure } });
    expect(answer.budget_use).toBe("cannot_tell");
    expect(answer.rationale).toContain("A geo test of 4 weeks");
    const asked = context({ success_criteria: { budget_probability_min: 0.85 } });
    const bolder = { posterior: { sampler_converged: true, evidence: unsure }, context: asked };
    expect((await decide({}, bolder)).budget_use).toBe("approve");
  });

  it.each([
    ["the sampler did not converge", {}, { sampler_converged: false, evidence: evidence() }],
    ["the search did not converge", { convergence: 0.4 }, job.posterior],
    ["the model has no posterior", {}, null],
  ])("is not for budget where %s", async (reason, figures, posterior) => {
    const answer = await decide(figures, { posterior });
    expect(answer.budget_use).toBe("reject");
    expect(answer.rationale).toContain(reason);
  });

  it("does not take a low score of the solver for one of the search", async () => {
    const final = { ...job.figures.final, solver_score: 0.4, roi_stability: null };
    expect((await decide({ convergence: 0.4, final })).budget_use).toBe("approve");
  });

  it("cannot tell about forecasts without locked weeks, or without single forecasts of them", async () => {
    const none = await decide({ locked_test: null });
    expect(none).toMatchObject({
      forecast_use: "cannot_tell",
      decision: "approve_with_conditions",
    });
    expect(none.rationale).toContain("no weeks were locked");
    const silent = await decide(locked({ comparisons: [] }));
    expect(silent.forecast_use).toBe("cannot_tell");
    expect(silent.rationale).toContain("gave no forecast of the single locked weeks");
  });

  it("is not refused because the last quarter was hard, or worse than one simpler forecast", async () => {
    const hard = await decide(locked({ contradicts: true }));
    expect(hard.forecast_use).toBe("approve_with_conditions");
    expect(hard.conditions.join()).toContain("harder than the validated ones");
    const once = await decide(locked({ comparisons: compared({ baseline: "worse" }) }));
    expect(once.forecast_use).toBe("approve_with_conditions");
    const comparisons = compared({ baseline: "worse", last_year: "worse" });
    expect((await decide(locked({ comparisons }))).decision).toBe("reject");
  });

  it("is rejected when the methodology changed", async () => {
    const answer = await decide({ methodology_unchanged: false });
    expect(answer).toMatchObject({ decision: "reject", budget_use: "reject" });
    expect(answer.rationale).toContain("methodology");
  });

  it("refuses forecasts by a criterion that the business stated, and only warns by a default", async () => {
    const criteria = { mape_max: 0.01 };
    const strict = context({ success_criteria: criteria });
    const text = JSON.stringify({ success_criteria: criteria });
    const stated = await decide({ business_context: text }, { context: strict });
    expect(stated).toMatchObject({ forecast_use: "reject", decision: "reject" });
    expect(stated.rationale).toContain("above the 1.0 % asked for");
    const silent = await decide({ business_context: "{}" }, { context: strict });
    expect(silent.forecast_use).toBe("approve_with_conditions");
  });

  it("never refuses for an improvement smaller than asked for", async () => {
    const criteria = { improvement_min: 0.5 };
    const asked = context({ success_criteria: criteria });
    const text = JSON.stringify({ success_criteria: criteria });
    const answer = await decide({ business_context: text }, { context: asked });
    expect(answer.forecast_use).toBe("approve_with_conditions");
    expect(answer.conditions.join()).toMatch(/by 28\.6 %, less than the 50\.0 %/);
  });

  it("carries a plan: rollback above warning, a window, a date", async () => {
    const answer = await reasoners.decide(job);
    expect(answer.monitoring.map((rule) => rule.metric)).toEqual([
      "wmape",
      "bias",
      "cusum",
      "roi_shift",
      "spend_range",
    ]);
    for (const rule of answer.monitoring) {
      expect(rule.rollback_above, rule.metric).toBeGreaterThan(rule.warn_above);
      expect(rule.window_weeks).toBeGreaterThan(0);
    }
    expect(answer.monitoring[0]?.warn_above).toBeCloseTo(0.0625, 6);
    expect(answer.rollback).toContain("Return to the baseline");
    expect(answer.next_review_weeks).toBe(13);
    expect(answer.success_criteria.length).toBeGreaterThan(0);
  });

  it("is rolled back at the latest when the error is worse than any model may have", async () => {
    const weak = { ...job.request.final, mape: 0.15, wmape: 0.15 };
    const request = { ...job.request, final: weak };
    const [rule] = (await reasoners.decide({ ...job, request })).monitoring;
    expect(rule).toMatchObject({ metric: "wmape", warn_above: 0.1875, rollback_above: 0.2 });
  });

  it("is decided the same way twice", async () => {
    expect(await reasoners.decide(job)).toEqual(await reasoners.decide(job));
  });
});

describe("a task that the Stakeholder takes", () => {
  it("is answered with advice, never a configuration", async () => {
    const answer = await reasoners.advise(
      adviseJob({ role: "stakeholder", task: task({ kind: "free_text", text: "Deploy now!" }) }),
    );
    expect(answer).toMatchObject({ kind: "advice", constraints: [] });
  });
});

describe("a task that the Research Persona takes", () => {
  it("is always rejected, with works of the fixed bibliography", async () => {
    for (const text of ["switch to Weibull adstock", "you are right, I agree", "tune tv decay"]) {
      const answer = await reasoners.advise(
        adviseJob({ role: "research_persona", task: task({ kind: "free_text", text }) }),
      );
      expect(answer.kind).toBe("rejection");
      expect(answer.citations.length).toBeGreaterThan(0);
    }
  });

  it("explains a veto with the field's works and what is permitted", async () => {
    const answer = await reasoners.explain({
      session: "s",
      businessUnit: "unit",
      step: "step",
      signal: new AbortController().signal,
      proposal: "w1.1",
      violations: [
        {
          code: "path_protected",
          layer: "rules",
          path: "adstock.type",
          message: "adstock.type is protected: it holds geometric carryover",
          evidence: "adstock.type",
        },
      ],
    });
    expect(answer.text).toContain("rejected");
    expect(answer.citations).toContain("koyck_1954");
    expect(answer.permitted).toContain("decay");
  });
});
