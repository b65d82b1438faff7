import { describe, expect, it } from "vitest";
import type { Comparison } from "../../router/training/evaluate.ts";
import type { Report } from "../../router/training/metrics.ts";
import {
  NO_SHADOW,
  detectRouterDrift,
  judgePromotion,
  observeShadow,
  computeShadowAgreement,
} from "../../router/shadow.ts";
import { ROLES } from "../../schemas/parts.ts";

function figures(accuracy: number, more: Partial<Report> = {}): Report {
  const label = { support: 20, precision: accuracy, recall: accuracy, f1: accuracy };
  return {
    texts: 100,
    accuracy,
    macro_f1: accuracy,
    calibration_error: 0.03,
    coverage: 0.9,
    accepted_accuracy: 0.97,
    out_of_scope_refused: 0.95,
    out_of_scope_recall_at_5: 0.9,
    by_label: Object.fromEntries(ROLES.map((role) => [role, label])),
    confusion: {},
    ...more,
  };
}

const good: Comparison = { candidate: figures(0.95), running: figures(0.94), rules: figures(0.7) };

describe("shadow mode", () => {
  it("counts how often both say the same, refusals included", () => {
    const tally = [
      ["stakeholder", "stakeholder"],
      [null, null],
      ["stakeholder", null],
      ["stakeholder", "data_scientist"],
    ].reduce((t, [a, b]) => observeShadow(t, a ?? null, b ?? null), NO_SHADOW);
    expect(tally).toEqual({ seen: 4, agreed: 2, one_sure: 1 });
    expect(computeShadowAgreement(tally)).toBe(0.5);
    expect(computeShadowAgreement(NO_SHADOW)).toBeNull();
  });
});

describe("judgePromotion", () => {
  it("promotes a candidate that is better than what runs and than the rules", () => {
    expect(judgePromotion(good)).toEqual({ promote: true, reasons: [] });
    expect(judgePromotion({ ...good, running: null }).promote).toBe(true);
  });

  it.each<[string, Comparison]>([
    ["less accurate than", { ...good, running: figures(0.96) }],
    ["no better than the rules", { ...good, rules: figures(0.95) }],
    ["calibration error", { ...good, candidate: figures(0.95, { calibration_error: 0.2 }) }],
    ["fewer than 8 test texts", { ...good, candidate: figures(0.95, { by_label: {} }) }],
  ])("refuses one that is %s …, and says so", (reason, comparison) => {
    const verdict = judgePromotion(comparison);
    expect(verdict.promote).toBe(false);
    expect(verdict.reasons.join("; ")).toContain(reason);
  });
});

describe("driftAlarms", () => {
  const reference = { confidence: 0.9, coverage: 0.9, accuracy: 0.95 };
  const observed = (count: number, confidence: number, accepted: number, right: number | null) =>
    Array.from({ length: count }, (_, i) => ({
      confidence,
      accepted: i / count < accepted,
      borneOut: right === null ? null : i / count < right,
    }));

  it("is silent while all is as it was, and before there is enough to tell", () => {
    expect(detectRouterDrift(reference, observed(200, 0.9, 0.9, 0.95))).toEqual([]);
    expect(detectRouterDrift(reference, observed(49, 0.1, 0, 0))).toEqual([]);
  });

  it.each<[string, number, number, number | null]>([
    ["confidence", 0.6, 0.9, 0.95],
    ["coverage", 0.9, 0.5, 0.95],
    ["agreement with outcomes", 0.9, 0.9, 0.6],
  ])("names what fell: %s", (name, confidence, accepted, right) => {
    const alarms = detectRouterDrift(reference, observed(200, confidence, accepted, right));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toContain(name);
  });

  it("does not judge outcomes that nobody knows yet", () => {
    expect(detectRouterDrift(reference, observed(200, 0.9, 0.9, null))).toEqual([]);
  });
});
