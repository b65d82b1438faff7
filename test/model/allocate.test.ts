/** Protects: an allocation is the planner's plan, with what it may cost, and refuses what cannot be. */

import { describe, expect, test } from "vitest";
import { allocateBudget } from "../../model/allocate.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { estimateEffects } from "../../model/effects.ts";
import { computeResponseCurves } from "../../model/fit/response-curve.ts";
import { proposePlan } from "../../model/posterior/plans.ts";
import { trainModel } from "../../model/train.ts";
import { golden, goldenConfig, unsafeNumbers } from "./support.ts";

const config = goldenConfig();
const dataset = parseDataset(golden.objective.csv, config);
const effects = estimateEffects(dataset, config);

describe("allocateBudget", () => {
  test("raises the response of today's budget on a trained model", () => {
    const plan = allocateBudget(effects);
    expect(unsafeNumbers(plan)).toEqual([]);
    expect(plan.response_after).toBeGreaterThanOrEqual(plan.response_before);
    expect(plan.spent).toBeLessThanOrEqual(plan.total * (1 + 1e-9));
    const trained = trainModel(dataset, config, { seed: 1 });
    for (const [at, row] of plan.channels.entries()) {
      expect(row.roi?.median).toBe(trained.channels[at]?.roi);
      const course = effects.responses.channels[at]?.weekly ?? new Float64Array(0);
      const expected = course.reduce((sum, value) => sum + value, 0);
      expect(row.response_before / expected).toBeCloseTo(1, 6);
    }
  });

  test("says how likely the plan gains, and what is at stake where it does not", () => {
    const { gain, response_before, response_after } = allocateBudget(effects);
    expect(gain.expected).toBeCloseTo(response_after - response_before, 5);
    expect(gain.probability).toBeGreaterThan(0.5);
    expect(gain.probability).toBeLessThanOrEqual(1);
    expect(gain.expected_loss).toBeGreaterThanOrEqual(0);
    expect(gain.low).toBeLessThanOrEqual(gain.median);
    expect(gain.median).toBeLessThanOrEqual(gain.high);
    const still = Object.fromEntries(
      effects.responses.channels.map(({ name, spend }) => [name, [spend, spend] as const]),
    );
    const kept = allocateBudget(effects, { bounds: still }).gain;
    expect(Math.abs(kept.expected)).toBeLessThan(1e-6);
    expect(kept.expected_loss).toBeLessThan(1e-6);
  });

  test("is the plan of whoever else plans: same bounds, same spends, same gain", () => {
    const bounds = Object.fromEntries(
      effects.responses.channels.map(({ name, spend }) => [
        name,
        [0.7 * spend, 1.3 * spend] as const,
      ]),
    );
    const allocation = allocateBudget(effects, { bounds });
    const plan = proposePlan(effects.responses);
    const { mean, ...gain } = plan.gain;
    expect(allocation.gain).toEqual({ ...gain, expected: mean });
    expect(allocation.channels.map((row) => row.spend_after)).toEqual(
      plan.channels.map((row) => row.spend_after),
    );
  });

  test("flags spend far beyond the data", () => {
    const total = 1e6;
    const bounds = Object.fromEntries(config.channels.map(({ name }) => [name, [0, 1e6] as const]));
    const plan = allocateBudget(effects, { total, bounds });
    expect(plan.findings.map((one) => one.code)).toContain("extrapolated_beyond_data");
  });

  test.each([
    ["lower bounds above the total", { total: 1, bounds: { a: [5, 9] as const } }],
    ["bounds upside down", { bounds: { a: [9, 5] as const } }],
    ["bounds of no channel", { bounds: { x: [0, 5] as const } }],
    ["bounds without end", { bounds: { a: [0, Infinity] as const } }],
    ["a total that is no number", { total: Number.NaN }],
  ])("refuses %s", (_, request) => {
    expect(() => allocateBudget(effects, request)).toThrow(
      expect.objectContaining({ code: "allocation_infeasible" }),
    );
  });
});

describe("responseCurves", () => {
  test("pass through zero and today's contribution, and rise", () => {
    const trained = trainModel(dataset, config, { seed: 1 });
    for (const [at, one] of computeResponseCurves(effects, {
      multipliers: [0, 0.5, 1, 2],
    }).entries()) {
      expect(one.points[0]?.response).toBe(0);
      expect(one.points[2]?.response).toBeCloseTo(trained.channels[at]?.contribution ?? 0, 5);
      const responses = one.points.map((point) => point.response);
      expect([...responses].sort((a, b) => a - b)).toEqual(responses);
      expect(unsafeNumbers(one)).toEqual([]);
    }
    expect(() => computeResponseCurves(effects, { channels: ["x"] })).toThrow(/no channel/);
  });
});
