/** The Business Analyst: figures, bounds and sources; critical only for what is worse than before. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../schemas/parts.ts";
import { findExpectedRoi, computePlausibleRoi } from "../../../agents/benchmarks.ts";
import {
  adviseJob,
  context,
  proposeJob,
  reasoners,
  reviewJob,
  SETTINGS,
  task,
  trained,
  withChannel,
} from "../../support/agent-jobs.ts";
import { smallConfig } from "../../support/small-model.ts";

const model = trained(smallConfig());
const calm = withChannel(withChannel(model, "tv", { roi: 4, mroi: 3 }), "search", {
  roi: 5,
  mroi: 4,
});

function of(findings: readonly Finding[], code: string): Finding | undefined {
  return findings.find((one) => one.code === code);
}

describe("units of returns", () => {
  const tv = { channel: "tv", media_type: "tv" };

  it("turn a profit benchmark into revenue by the margin", () => {
    const range = findExpectedRoi(tv, context({ margin: 0.5 }), SETTINGS);
    expect(range?.low).toBeCloseTo(1.82 / 0.5 / 3, 10);
    expect(range?.high).toBeCloseTo((1.82 / 0.5) * 3, 10);
    expect(range?.source).toContain("margin 0.5");
  });

  it("leave a profit benchmark alone where the target is profit", () => {
    const profit = context({ roi_unit: "profit", margin: 0.5 });
    expect(findExpectedRoi(tv, profit, SETTINGS)?.high).toBeCloseTo(1.82 * 3, 10);
    expect(computePlausibleRoi(profit, SETTINGS)).toMatchObject({ low: 0.25, high: 10 });
  });

  it("give no benchmark for a target without money value unless the business gives one", () => {
    const units = context({ roi_unit: "units" });
    expect(findExpectedRoi(tv, units, SETTINGS)).toBeNull();
    expect(computePlausibleRoi(units, SETTINGS)).toBeNull();
    const own = { tv: { low: 1, high: 2, source: "last year's study" } };
    const given = findExpectedRoi(
      tv,
      context({ roi_unit: "units", roi_benchmarks: own }),
      SETTINGS,
    );
    expect(given).toEqual({ low: 1, high: 2, source: "business context: last year's study" });
  });

  it("prefer the channel's own benchmark to its medium's", () => {
    const own = {
      tv: { low: 1, high: 2, source: "medium" },
      tv_brand: { low: 3, high: 4, source: "channel" },
    };
    const given = context({ roi_benchmarks: own });
    const brand = { channel: "tv_brand", media_type: "tv" };
    expect(findExpectedRoi(brand, given, SETTINGS)?.low).toBe(3);
  });
});

describe("a return", () => {
  it("outside the plausible band is critical when the baseline's was inside", async () => {
    const candidate = withChannel(calm, "tv", { roi: 40, roi_low: 30, roi_high: 50 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(answer.verdict).toBe("critical");
    const found = of(answer.findings, "roi_implausible");
    expect(found).toMatchObject({
      severity: "critical",
      channel: "tv",
      figure: 40,
      bound: "0.5 to 20",
    });
    expect(found?.source).toContain("Meridian");
    expect(found?.message).toContain("profit 16.00 at margin 0.4");
  });

  it("outside it as much as the baseline's is a warning that says so", async () => {
    const candidate = withChannel(calm, "tv", { roi: 40, roi_low: 30, roi_high: 50 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: candidate }));
    expect(answer.verdict).toBe("warn");
    expect(of(answer.findings, "roi_implausible")?.message).toContain(
      "inherited from the baseline",
    );
  });

  it("whose interval reaches inside is a warning", async () => {
    const candidate = withChannel(calm, "tv", { roi: 22, roi_low: 3, roi_high: 50 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "roi_implausible")).toMatchObject({ severity: "warning" });
  });

  it("of another trainer without an interval is judged as it stands", async () => {
    const candidate = {
      ...withChannel(calm, "tv", { roi: 22, roi_low: null, roi_high: null }),
      trainer: "subprocess",
    };
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "roi_implausible")?.message).toContain("ROI 22.00 revenue");
    expect(answer.verdict).toBe("critical");
  });

  it("outside the benchmark but plausible is a warning with the benchmark's source", async () => {
    const candidate = withChannel(calm, "tv", { roi: 18 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    const found = of(answer.findings, "roi_off_benchmark");
    expect(found).toMatchObject({ severity: "warning", channel: "tv", figure: 18 });
    expect(found?.source).toContain("Profit Ability 2");
  });

  it("of nothing is named, not condemned", async () => {
    const candidate = withChannel(calm, "tv", { roi: 0, mroi: 0, effect_share: 0 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "channel_without_effect")).toMatchObject({ severity: "warning" });
    expect(answer.verdict).toBe("warn");
  });

  it("of the next spend below break-even is told", async () => {
    const candidate = withChannel(calm, "tv", { mroi: 1 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    const found = of(answer.findings, "next_spend_below_break_even");
    expect(found).toMatchObject({ severity: "info", figure: 1, bound: "at least 2.5" });
  });
});

describe("carryover", () => {
  it("at the end of its hard range is critical and constrained to the published range", async () => {
    const config = smallConfig({
      hyperparameters: {
        tv: { decay: 0.9, alpha: 1, gamma: 0.5 },
        search: { decay: 0.15, alpha: 1, gamma: 0.5 },
      },
    });
    const candidate = withChannel(calm, "tv", { decay: 0.9 });
    const answer = await reasoners.review(reviewJob({ config, candidate, baseline: calm }));
    expect(of(answer.findings, "decay_at_hard_bound")).toMatchObject({ severity: "critical" });
    expect(answer.constraints).toContainEqual(
      expect.objectContaining({ path: "hyperparameters.tv.decay", min: 0.3, max: 0.8 }),
    );
  });

  it("at the lower end of its hard range is critical where that end is above nothing", async () => {
    const none = withChannel(calm, "tv", { decay: 0.05 });
    const answer = await reasoners.review(reviewJob({ candidate: none, baseline: calm }));
    expect(of(answer.findings, "decay_at_hard_bound")).toMatchObject({
      channel: "tv",
      figure: 0.05,
    });
    const search = withChannel(calm, "search", { decay: 0 });
    const second = await reasoners.review(reviewJob({ candidate: search, baseline: calm }));
    expect(of(second.findings, "decay_at_hard_bound")).toBeUndefined();
  });

  it("at the end of the published range is a warning", async () => {
    const candidate = withChannel(calm, "search", { decay: 0.3 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "decay_at_published_bound")).toMatchObject({ severity: "warning" });
  });

  it("longer than the medium's is a warning with the half-life", async () => {
    const candidate = withChannel(calm, "tv", { half_life_weeks: 9, duration_90_weeks: 30 });
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "half_life_unusual")).toMatchObject({
      figure: 9,
      bound: "0.5 to 6",
    });
    expect(of(answer.findings, "duration_90_unusual")).toMatchObject({ figure: 30 });
  });
});

describe("the model as a whole", () => {
  it("with a baseline below zero is critical, and the penalty has to rise", async () => {
    const candidate = { ...calm, baseline_share: -0.1 };
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "baseline_negative")).toMatchObject({ severity: "critical" });
    expect(answer.constraints).toContainEqual(
      expect.objectContaining({ path: "training.l2_penalty", min: 0.03, max: 1 }),
    );
  });

  it("with a negative month is critical even when the share is fine", async () => {
    const detail = JSON.stringify({ baseline: { worst_four_weeks: -0.2 } });
    const answer = await reasoners.review(
      reviewJob({ candidate: { ...calm, detail }, baseline: calm }),
    );
    expect(of(answer.findings, "baseline_negative_month")).toMatchObject({ severity: "critical" });
  });

  it("with an unusual baseline share is a warning in percent", async () => {
    const candidate = { ...calm, baseline_share: 0.9 };
    const answer = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(of(answer.findings, "baseline_share_unusual")?.message).toContain("25 % to 70 %");
  });

  it("is not condemned for its error, nor saved by it", async () => {
    const weak = { ...calm, validation: { ...calm.validation, mape: 0.5, wmape: 0.5 } };
    const answer = await reasoners.review(reviewJob({ candidate: weak, baseline: calm }));
    expect(answer.verdict).toBe("warn");
    expect(of(answer.findings, "error_high")?.message).toContain("50.0 % is above 15 %");
    const fair = { ...calm, validation: { ...calm.validation, mape: 0.12, wmape: 0.12 } };
    const third = await reasoners.review(reviewJob({ candidate: fair, baseline: calm }));
    expect(of(third.findings, "error_fair")).toMatchObject({
      severity: "info",
      bound: "0 % to 10 %",
    });
    const perfect = { ...calm, in_sample: { ...calm.in_sample, r2: 0.999 } };
    const second = await reasoners.review(reviewJob({ candidate: perfect, baseline: calm }));
    expect(of(second.findings, "fit_suspicious")).toMatchObject({ severity: "warning" });
  });

  it("survives a trainer's detail that is no JSON", async () => {
    const answer = await reasoners.review(
      reviewJob({ candidate: { ...calm, detail: "none" }, baseline: calm }),
    );
    expect(of(answer.findings, "baseline_negative_month")).toBeUndefined();
  });

  it("has a figure, a bound and a source with every finding", async () => {
    const candidate = withChannel({ ...calm, baseline_share: 0.95 }, "tv", { roi: 30, decay: 0.9 });
    const { findings } = await reasoners.review(reviewJob({ candidate, baseline: calm }));
    expect(findings.length).toBeGreaterThan(2);
    for (const finding of findings) {
      expect(finding.figure, finding.code).not.toBeNull();
      expect(finding.bound, finding.code).not.toBeNull();
      expect(finding.source, finding.code).not.toBeNull();
    }
  });
});

describe("constraints against an implausible return", () => {
  it("leave half the way from the baseline's values open and shut out the refused ones", async () => {
    const config = smallConfig({
      hyperparameters: {
        tv: { decay: 0.75, alpha: 2.6, gamma: 0.5 },
        search: { decay: 0.15, alpha: 1, gamma: 0.5 },
      },
    });
    const candidate = withChannel(calm, "tv", { roi: 40, roi_low: 30, roi_high: 50 });
    const { constraints } = await reasoners.review(
      reviewJob({ config, candidate, baseline: calm }),
    );
    const alpha = constraints.find((one) => one.path === "hyperparameters.tv.alpha");
    expect(alpha?.max).toBeCloseTo(1.8, 6);
    expect(alpha?.min).toBeLessThanOrEqual(1);
    expect(constraints.some((one) => one.path === "hyperparameters.tv.gamma")).toBe(false);
  });
});

describe("constraints of a review", () => {
  it("keep the Data Scientist away from what was refused", async () => {
    const config = smallConfig({
      hyperparameters: {
        tv: { decay: 0.75, alpha: 2.6, gamma: 0.9 },
        search: { decay: 0.15, alpha: 1, gamma: 0.5 },
      },
    });
    const candidate = withChannel(calm, "tv", { roi: 40, roi_low: 30, roi_high: 50 });
    const { constraints } = await reasoners.review(
      reviewJob({ config, candidate, baseline: calm }),
    );
    expect(constraints).toHaveLength(3);
    for (const seed of [1, 2, 3]) {
      const job = proposeJob({ task: task({ seed, constraints: [...constraints] }) });
      const { changes } = await reasoners.propose(job);
      for (const { path, min, max } of constraints) {
        const to = changes.find((change) => change.path === path)?.to ?? min;
        expect(to).toBeGreaterThanOrEqual(min);
        expect(to).toBeLessThanOrEqual(max);
      }
    }
  });

  it("never exclude each other: all hold the baseline's value", async () => {
    const low = withChannel(calm, "tv", { decay: 0.1 });
    const refusals = [
      withChannel(calm, "tv", { decay: 0.9 }),
      withChannel(calm, "tv", { roi: 40, roi_low: 30, roi_high: 50 }),
    ];
    const config = smallConfig({
      hyperparameters: {
        tv: { decay: 0.2, alpha: 1, gamma: 0.5 },
        search: { decay: 0.15, alpha: 1, gamma: 0.5 },
      },
    });
    const path = "hyperparameters.tv.decay";
    for (const candidate of refusals) {
      const job = reviewJob({ config, candidate, baseline: low });
      const found = (await reasoners.review(job)).constraints.find((one) => one.path === path);
      expect(found?.min).toBeLessThanOrEqual(0.1);
      expect(found?.max).toBeGreaterThanOrEqual(0.1);
    }
  });
});

describe("a range that the business asks for", () => {
  it("is a warning with the business's reason where the model leaves it", async () => {
    const asked = { path: "hyperparameters.tv.decay", min: 0.6, max: 0.8, reason: "panel study" };
    const job = reviewJob({ candidate: calm, baseline: calm });
    const answer = await reasoners.review({ ...job, context: context({ constraints: [asked] }) });
    expect(of(answer.findings, "business_constraint")).toMatchObject({
      severity: "warning",
      figure: 0.55,
      source: "business context: panel study",
    });
  });
});

describe("a task that the Business Analyst takes", () => {
  it("after refusals narrows the ranges of what they name", async () => {
    const job = adviseJob({ task: task({ feedback: ["tv: ROI too high", "tv again"] }) });
    const answer = await reasoners.advise(job);
    expect(answer.kind).toBe("constraints");
    for (const { path, min, max } of answer.constraints) {
      expect(path).toMatch(/^hyperparameters\.tv\./);
      const bound = job.bounds.get(path);
      expect(min).toBeGreaterThanOrEqual(bound?.min ?? Infinity);
      expect(max).toBeLessThanOrEqual(bound?.max ?? -Infinity);
      expect(max - min).toBeLessThan((bound?.max ?? 0) - (bound?.min ?? 0));
    }
    expect(answer.constraints).toHaveLength(3);
  });

  it("with a range in words becomes a constraint cut to what is allowed", async () => {
    const text = "keep the tv decay between 0.4 and 0.99";
    const answer = await reasoners.advise(adviseJob({ task: task({ kind: "free_text", text }) }));
    expect(answer.kind).toBe("constraints");
    const max = adviseJob().bounds.get("hyperparameters.tv.decay")?.max;
    expect(answer.constraints).toEqual([
      expect.objectContaining({ path: "hyperparameters.tv.decay", min: 0.4, max }),
    ]);
  });

  it("that asks about returns is answered with figures and benchmarks", async () => {
    const text = "Are these returns believable?";
    const job = adviseJob({ task: task({ kind: "free_text", text }), trained: calm });
    const answer = await reasoners.advise(job);
    expect(answer.kind).toBe("advice");
    expect(answer.text).toMatch(/tv: ROI 4\.00 \(\d+\.\d\d to \d+\.\d\d\) revenue per EUR/);
    expect(answer.text).toContain("expected");
  });
});
