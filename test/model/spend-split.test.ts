/** Protects: a split is the best there is, also for S-shaped curves, and keeps its limits. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SpendCurve } from "../../model/spend-split.ts";
import { allocateCurves } from "../../model/spend-split.ts";
import { computeHillSaturation } from "../../model/transform/transform.ts";

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

  test("is refused where the lower bounds are more than the total", () => {
    const curves = [
      { ...curve("a", 10, 1, 0.5), low: 60 },
      { ...curve("b", 10, 1, 0.5), low: 50 },
    ];
    expect(() => allocateCurves(curves, 100)).toThrow(/lower bounds add up to 110/);
    expect(allocateCurves(curves, 110)).toEqual([60, 50]);
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
