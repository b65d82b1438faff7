/** The Stakeholder: when a model may be used, on what conditions, and when it is taken back. */
import { describe, expect, it } from "vitest";
import { adviseJob, context, decideJob, reasoners, task } from "../../support/agent-jobs.ts";

const job = decideJob();

describe("a deployment", () => {
  it("is approved with conditions when the review has warnings and nothing speaks against it", async () => {
    const answer = await reasoners.decide(job);
    expect(answer.decision).toBe("approve_with_conditions");
    expect(answer.conditions.join(" ")).toContain("4 proposals and 500 evaluations");
    expect(answer.rationale).toContain("7.00 % → 5.00 %");
  });

  it.each([
    [
      "the locked weeks contradict validation",
      { locked_test: { ...job.figures.locked_test!, contradicts: true } },
      /contradict/,
    ],
    ["the locked weeks were not evaluated", { locked_test: null }, /not evaluated/],
    ["the methodology changed", { methodology_unchanged: false }, /methodology/],
    [
      "the baseline is clearly closer on the locked weeks",
      {
        locked_test: {
          baseline: job.request.final,
          final: { ...job.request.final, mape: 0.06, wmape: 0.06 },
          contradicts: false,
        },
      },
      /does not carry over/,
    ],
  ])("is rejected when %s", async (_name, figures, reason) => {
    const answer = await reasoners.decide({ ...job, figures: { ...job.figures, ...figures } });
    expect(answer.decision).toBe("reject");
    expect(answer.rationale).toMatch(reason);
  });

  it("is rejected when the error is above what the business asks for", async () => {
    const strict = context({ success_criteria: { mape_max: 0.01 } });
    const answer = await reasoners.decide({ ...job, context: strict });
    expect(answer.decision).toBe("reject");
    expect(answer.rationale).toContain("above the 1.00 % asked for");
  });

  it("is rejected when the improvement is smaller than asked for", async () => {
    const strict = context({ success_criteria: { improvement_min: 0.5 } });
    const answer = await reasoners.decide({ ...job, context: strict });
    expect(answer.rationale).toMatch(/fell by 28\.57 %, less than the 50\.00 %/);
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
