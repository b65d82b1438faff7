/** The two decisions and the table (agents/builtin/deployment.ts). */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeploymentFigures } from "../../../agents/builtin/verdict.ts";
import { CONDITIONS_MAX } from "../../../agents/builtin/verdict.ts";
import { DECISION_TABLE, decideUses, readCriteria } from "../../../agents/builtin/deployment.ts";
import { listStatedCriteria, parseBusinessContext } from "../../../agents/business-context.ts";
import type { Comparison } from "../../../model/evidence/accuracy.ts";
import type { Flag, FlagCode } from "../../../model/evidence/flags.ts";
import { STOPS } from "../../../model/evidence/flags.ts";

const even: Comparison = { error: 0.05, reference_error: 0.05, t: 0, verdict: "no_difference" };
const worse: Comparison = { error: 0.09, reference_error: 0.05, t: 3, verdict: "worse" };

const flag = (code: FlagCode, raised = true): Flag => ({
  code,
  channels: ["search"],
  raised,
  value: 1,
  limit: 0,
  figures: {},
  message: `About search: ${code}`,
});

type Posterior = NonNullable<DeploymentFigures["posterior"]>;

const posterior = (changes: Partial<Posterior> = {}): Posterior => ({
  sampler_converged: true,
  search_converged: true,
  plan: { probability: 0.97, mean: 120, expected_loss: 2 },
  flags: [],
  experiment: null,
  ...changes,
});

const figures = (changes: Partial<DeploymentFigures> = {}): DeploymentFigures => ({
  methodology_unchanged: true,
  validation: { folds: 4, error: 0.05, r2: 0.8, improvement: 0.1 },
  locked: { baseline: even, last_year: even, mean: even },
  criteria: {
    mape_max: { limit: 0.2, stated: true },
    r2_min: { limit: 0.5, stated: true },
    improvement_min: 0.01,
    budget_probability_min: 0.9,
  },
  posterior: posterior(),
  benchmark_notes: [],
  ...changes,
});

describe("forecast use", () => {
  const useOf = (changes: Partial<DeploymentFigures>) => decideUses(figures(changes)).forecast_use;

  it("is approved where the locked weeks are no worse, and says their figures", () => {
    const { forecast_use: use, forecast } = decideUses(figures());
    expect(use).toBe("approve");
    expect(forecast.reasons.join()).toContain("5.0 %");
  });

  it("is refused only where the locked weeks are worse than the baseline's and last year's", () => {
    expect(useOf({ locked: { baseline: worse, last_year: worse, mean: even } })).toBe("reject");
    expect(useOf({ locked: { baseline: worse, last_year: even, mean: worse } })).toBe(
      "approve_with_conditions",
    );
    expect(useOf({ locked: { baseline: even, last_year: worse, mean: worse } })).toBe(
      "approve_with_conditions",
    );
  });

  it("takes the mean for last year where the data do not go back", () => {
    expect(useOf({ locked: { baseline: worse, last_year: null, mean: worse } })).toBe("reject");
    expect(useOf({ locked: { baseline: worse, last_year: null, mean: even } })).toBe(
      "approve_with_conditions",
    );
  });

  it("cannot be told without locked weeks or with a single fold", () => {
    expect(useOf({ locked: "no weeks were locked" })).toBe("cannot_tell");
    expect(useOf({ validation: { folds: 1, error: 0.05, r2: 0.8, improvement: 0 } })).toBe(
      "cannot_tell",
    );
  });

  it("is never refused for want of improvement", () => {
    const poor = { folds: 4, error: 0.05, r2: 0.8, improvement: -0.2 };
    expect(useOf({ validation: poor })).toBe("approve_with_conditions");
  });

  it("is refused where a stated criterion is missed, and not where it is a default", () => {
    const validation = { folds: 4, error: 0.3, r2: -0.53, improvement: 0.1 };
    expect(useOf({ validation })).toBe("reject");
    const criteria = {
      ...figures().criteria,
      mape_max: { limit: 0.2, stated: false },
      r2_min: { limit: 0.5, stated: false },
    };
    expect(useOf({ validation, criteria })).toBe("approve_with_conditions");
  });
});

describe("budget use", () => {
  const useOf = (changes: Partial<Posterior>) =>
    decideUses(figures({ posterior: posterior(changes) })).budget_use;

  it("is approved with probability, gain and loss beside it", () => {
    const { budget_use: use, budget } = decideUses(figures());
    expect(use).toBe("approve");
    expect(budget.figures).toMatchObject({
      probability: 0.97,
      probability_min: 0.9,
      expected_gain: 120,
      expected_loss: 2,
    });
  });

  it("is refused without a posterior and where something did not converge", () => {
    expect(decideUses(figures({ posterior: null })).budget_use).toBe("reject");
    expect(useOf({ sampler_converged: false })).toBe("reject");
    expect(useOf({ search_converged: false })).toBe("reject");
    expect(useOf({ search_converged: null })).toBe("approve");
  });

  it("is refused by exactly the flags that stop, in the flag's own words", () => {
    for (const code of Object.keys(STOPS) as FlagCode[]) {
      const expected = STOPS[code] ? "reject" : "approve_with_conditions";
      expect(useOf({ flags: [flag(code)] }), code).toBe(expected);
      expect(useOf({ flags: [flag(code, false)] }), code).toBe("approve");
    }
    const stopped = decideUses(
      figures({ posterior: posterior({ flags: [flag("placebo_in_time")] }) }),
    );
    expect(stopped.budget.reasons).toEqual(["about search: placebo_in_time"]);
  });

  it("cannot be told below the business's probability", () => {
    const plan = { probability: 0.85, mean: 5, expected_loss: 1 };
    expect(useOf({ plan })).toBe("cannot_tell");
    const criteria = { ...figures().criteria, budget_probability_min: 0.8 };
    expect(decideUses(figures({ criteria, posterior: posterior({ plan }) })).budget_use).toBe(
      "approve",
    );
  });
});

describe("criteria", () => {
  it("are demands only where the business wrote them", () => {
    const raw = { business_unit: "a", success_criteria: { r2_min: 0.6 } };
    const criteria = readCriteria(parseBusinessContext(raw), listStatedCriteria(raw));
    expect(criteria).toEqual({
      mape_max: { limit: 0.2, stated: false },
      r2_min: { limit: 0.6, stated: true },
      improvement_min: 0,
      budget_probability_min: 0.9,
    });
    for (const empty of [null, 3, {}, { success_criteria: null }]) {
      expect(listStatedCriteria(empty).size).toBe(0);
    }
  });
});

describe("both", () => {
  it("follow the table, with five conditions at most, and nothing softens a refusal", () => {
    const comparison = fc.constantFrom(even, worse);
    const codes = fc.subarray(Object.keys(STOPS) as FlagCode[]);
    fc.assert(
      fc.property(
        fc.record({
          baseline: comparison,
          last: comparison,
          mean: comparison,
          codes,
          copies: fc.integer({ min: 1, max: 4 }),
          probability: fc.double({ min: 0, max: 1, noNaN: true }),
          converged: fc.boolean(),
          unchanged: fc.boolean(),
          improvement: fc.double({ min: -1, max: 1, noNaN: true }),
        }),
        (one) => {
          const found = decideUses(
            figures({
              methodology_unchanged: one.unchanged,
              validation: { folds: 4, error: 0.05, r2: 0.8, improvement: one.improvement },
              locked: { baseline: one.baseline, last_year: one.last, mean: one.mean },
              posterior: posterior({
                sampler_converged: one.converged,
                plan: { probability: one.probability, mean: 1, expected_loss: 1 },
                flags: Array.from({ length: one.copies }, () =>
                  one.codes.map((c) => flag(c)),
                ).flat(),
              }),
            }),
          );
          expect(found.conditions.length).toBeLessThanOrEqual(CONDITIONS_MAX);
          expect(found.decision).toBe(DECISION_TABLE[found.forecast_use][found.budget_use]);
          const stops = one.codes.some((code) => STOPS[code]);
          if (!one.unchanged || !one.converged || stops) expect(found.budget_use).toBe("reject");
          if (!one.unchanged) expect(found.decision).toBe("reject");
          if (found.decision === "approve") expect(found.conditions).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("says first that only one of the uses is approved", () => {
    const found = decideUses(figures({ posterior: null }));
    expect(found.decision).toBe("approve_with_conditions");
    expect(found.conditions[0]).toContain("forecasts only");
  });

  it("keeps benchmarks as notes", () => {
    const found = decideUses(figures({ benchmark_notes: ["search is far above its benchmark"] }));
    expect(found.decision).toBe("approve");
    expect(found.notes).toEqual(["search is far above its benchmark"]);
  });
});
