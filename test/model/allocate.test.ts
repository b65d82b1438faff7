/** Protects: the allocation is the best there is, also for S-shaped curves, and keeps its limits. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SpendCurve } from "../../model/allocate.ts";
import { allocateBudget, allocateCurves } from "../../model/allocate.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { estimateEffects } from "../../model/effects.ts";
import { computeResponseCurves } from "../../model/fit/response-curve.ts";
import { trainModel } from "../../model/train.ts";
import { computeHillSaturation } from "../../model/transform/transform.ts";
import { golden, goldenConfig, unsafeNumbers } from "./support.ts";

const config = goldenConfig();
const dataset = parseDataset(golden.objective.csv, config);
const effects = estimateEffects(dataset, config);

function curve(name: string, size: number, alpha: number, half: number): SpendCurve {
  return {
    name,
    today: 50,
    low: 0,
    high: 100,
    response: (spend) => size * computeHillSaturation(spend / 100, alpha, half),
  };
}

/** Every split of the total on a grid. */
function bruteForce(curves: readonly SpendCurve[], total: number, steps: number): number {
  let best = -Infinity;
  const walk = (index: number, left: number, value: number): void => {
    const own = curves[index];
    if (own === undefined) {
      best = Math.max(best, value);
      return;
    }
    for (let count = 0; count <= steps; count += 1) {
      const spend = own.low + (count / steps) * (own.high - own.low);
      if (spend > left + 1e-9) break;
      walk(index + 1, left - spend, value + own.response(spend));
    }
  };
  walk(0, total, 0);
  return best;
}

const shapes = fc.record({
  size: fc.double({ min: 1, max: 100, noNaN: true }),
  alpha: fc.double({ min: 0.5, max: 4, noNaN: true }),
  half: fc.double({ min: 0.2, max: 1.2, noNaN: true }),
});

describe("allocateCurves", () => {
  test("is at least as good as a brute-force grid, S-shaped curves included", () => {
    fc.assert(
      fc.property(
        fc.array(shapes, { minLength: 2, maxLength: 3 }),
        fc.double({ min: 20, max: 250, noNaN: true }),
        (rows, total) => {
          const curves = rows.map(({ size, alpha, half }, at) =>
            curve(`c${at}`, size, alpha, half),
          );
          const spends = allocateCurves(curves, total);
          const response = curves.reduce((sum, one, at) => sum + one.response(spends[at] ?? 0), 0);
          expect(response).toBeGreaterThanOrEqual(bruteForce(curves, total, 40) * (1 - 1e-4));
          expect(spends.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(total * (1 + 1e-9));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("puts all on one channel where marginal returns would split it", () => {
    const curves = [curve("a", 10, 4, 0.8), curve("b", 10, 4, 0.8)];
    const spends = allocateCurves(curves, 100);
    expect(Math.max(...spends)).toBeCloseTo(100, 6);
  });

  test("keeps bounds", () => {
    const curves = [
      { ...curve("a", 100, 1, 0.5), low: 10, high: 30 },
      { ...curve("b", 1, 1, 0.5), low: 20, high: 90 },
    ];
    const spends = allocateCurves(curves, 80);
    expect(spends[0]).toBeCloseTo(30, 6);
    expect(spends[1]).toBeCloseTo(50, 6);
  });

  test("spends less to keep a target ROI, and refuses one that cannot be reached", () => {
    const curves = [curve("a", 100, 1, 0.5), curve("b", 50, 1, 0.5)];
    const spends = allocateCurves(curves, 200, 1.2);
    const spent = spends.reduce((a, b) => a + b, 0);
    const response = curves.reduce((sum, one, at) => sum + one.response(spends[at] ?? 0), 0);
    expect(spent).toBeLessThan(200);
    expect(response / spent).toBeGreaterThanOrEqual(1.2);
    expect(() =>
      allocateCurves(
        curves.map((one) => ({ ...one, low: 60 })),
        200,
        9,
      ),
    ).toThrow(/ROI of 9/);
  });
});

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
