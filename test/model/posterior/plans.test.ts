/** Protects: plans obey their bounds, and their gain is that of the draws. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { proposePlan } from "../../../model/posterior/plans.ts";
import type { Responses } from "../../../model/posterior/responses.ts";
import { MULTIPLIERS } from "../../../model/posterior/responses.ts";

/** Two draws a channel of c · spend^e. */
function powerResponses(
  channels: readonly { spend: number; scales: readonly number[]; exponent: number }[],
): Responses {
  const count = channels[0]?.scales.length ?? 0;
  const filled = channels.map(({ spend, scales, exponent }, c) => ({
    name: `c${c}`,
    spend,
    contribution: Float64Array.from(scales),
    roi: Float64Array.from(scales, (scale) => scale / spend),
    mroi: Float64Array.from(scales),
    halfLifeWeeks: Float64Array.from(scales),
    curves: Float64Array.from(
      scales.flatMap((scale) => MULTIPLIERS.map((m) => scale * m ** exponent)),
    ),
    weekly: new Float64Array(1),
  }));
  return {
    count,
    targetTotal: 1,
    channels: filled,
    mediaTotal: new Float64Array(count),
    baselineTotal: new Float64Array(count),
    weeklyBaseline: new Float64Array(1),
    weeklyFitted: new Float64Array(1),
  };
}

const channel = fc.record({
  spend: fc.double({ min: 1, max: 100, noNaN: true }),
  scales: fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 5, maxLength: 5 }),
  exponent: fc.double({ min: 0.3, max: 2, noNaN: true }),
});

describe("a plan", () => {
  test("stays within ±30 % and today's total, and never loses in expectation", () => {
    fc.assert(
      fc.property(fc.array(channel, { minLength: 1, maxLength: 5 }), (channels) => {
        const plan = proposePlan(powerResponses(channels));
        expect(plan.spent).toBeLessThanOrEqual(plan.total * (1 + 1e-9));
        for (const row of plan.channels) {
          expect(row.spend_after).toBeGreaterThanOrEqual(0.7 * row.spend_before * (1 - 1e-9));
          expect(row.spend_after).toBeLessThanOrEqual(1.3 * row.spend_before * (1 + 1e-9));
        }
        const size = channels.reduce((sum, { scales }) => sum + Math.max(...scales), 0);
        expect(plan.gain.mean).toBeGreaterThanOrEqual(-1e-3 * size);
      }),
      { numRuns: 60 },
    );
  });

  test("for a lower quantile is at least as good there as the plan for the mean", () => {
    fc.assert(
      fc.property(fc.array(channel, { minLength: 2, maxLength: 4 }), (channels) => {
        const responses = powerResponses(channels);
        const mean = proposePlan(responses);
        const careful = proposePlan(responses, { quantile: 0.05 });
        expect(careful.gain.low).toBeGreaterThanOrEqual(mean.gain.low - 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test("moves money to the channel that returns more", () => {
    const plan = proposePlan(
      powerResponses([
        { spend: 10, scales: [100, 90], exponent: 0.5 },
        { spend: 10, scales: [5, 6], exponent: 0.5 },
      ]),
    );
    expect(plan.channels[0]?.spend_after).toBeCloseTo(13, 1);
    expect(plan.gain.probability).toBe(1);
    expect(plan.gain.expected_loss).toBe(0);
  });

  test("is refused beyond the data, below the bounds and for unknown channels", () => {
    const responses = powerResponses([{ spend: 10, scales: [1, 2], exponent: 0.5 }]);
    for (const request of [
      { bounds: { c0: [0, 50] as const } },
      { bounds: { nobody: [0, 5] as const } },
      { total: 1 },
      { total: Number.NaN },
    ]) {
      expect(() => proposePlan(responses, request)).toThrow(/Plan:|Allocation:/);
    }
  });
});
