/** Protects: adstock and Hill are the published formulas, causal and safe on any input. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TransformSettings } from "../../../model/transform/transform.ts";
import {
  applyAdstock,
  computeAdstockSlope,
  computeHillSaturation,
  computeSaturationScales,
} from "../../../model/transform/transform.ts";
import { golden } from "../support.ts";

const settings = (lagMax: number, normalized = true, stride = 1): TransformSettings => ({
  stride,
  lagMax,
  normalized,
  scaleEnds: [1000],
});

function adstocked(x: readonly number[], decay: number, of: TransformSettings): Float64Array {
  const out = new Float64Array(x.length);
  applyAdstock(Float64Array.from(x), decay, of, out);
  return out;
}

const spends = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});
const decays = fc.double({ min: 0, max: 0.999, noNaN: true });
const lags = fc.integer({ min: 0, max: 20 });

describe("adstock", () => {
  test("agrees with numpy's convolution", () => {
    for (const row of golden.adstock.cases) {
      const out = adstocked(golden.adstock.x, row.decay, settings(row.lag_max, row.normalized));
      for (const [at, expected] of row.out.entries()) expect(out[at]).toBeCloseTo(expected, 8);
    }
  });

  test("of a constant spend is that spend once the longest lag has passed", () => {
    fc.assert(
      fc.property(decays, lags, (decay, lagMax) => {
        const out = adstocked(
          Array.from({ length: lagMax + 5 }, () => 100),
          decay,
          settings(lagMax),
        );
        expect(out.at(-1)).toBeCloseTo(100, 6);
      }),
    );
  });

  test("is linear and never negative", () => {
    fc.assert(
      fc.property(spends, decays, lags, (x, decay, lagMax) => {
        const once = adstocked(x, decay, settings(lagMax));
        const thrice = adstocked(
          x.map((value) => 3 * value),
          decay,
          settings(lagMax),
        );
        const top = Math.max(...x, 1);
        for (const [at, value] of once.entries()) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(Math.abs((thrice[at] ?? 0) - 3 * value)).toBeLessThanOrEqual(1e-9 * top);
        }
      }),
    );
  });

  test("never looks ahead", () => {
    fc.assert(
      fc.property(spends, decays, fc.nat(59), (x, decay, cut) => {
        const head = x.slice(0, Math.min(cut, x.length));
        const whole = adstocked(x, decay, settings(13));
        expect([...adstocked(head, decay, settings(13))]).toEqual(
          Array.from(whole.subarray(0, head.length)),
        );
      }),
    );
  });

  test("is exactly zero after the longest lag without spend", () => {
    const out = adstocked([1000, ...Array.from({ length: 30 }, () => 0)], 0.9, settings(13));
    expect(out[13]).toBeGreaterThan(0);
    expect(Array.from(out.subarray(14))).toEqual(Array.from({ length: 17 }, () => 0));
  });

  test("keeps geos apart", () => {
    const a = [5, 0, 0, 2];
    const b = [0, 7, 1, 0];
    const mixed = a.flatMap((value, at) => [value, b[at] ?? 0]);
    const out = adstocked(mixed, 0.5, settings(2, true, 2));
    expect([...out].filter((_, at) => at % 2 === 0)).toEqual([...adstocked(a, 0.5, settings(2))]);
    expect([...out].filter((_, at) => at % 2 === 1)).toEqual([...adstocked(b, 0.5, settings(2))]);
  });

  test("has the slope that differences give", () => {
    const x = Float64Array.from(golden.adstock.x);
    for (const normalized of [true, false]) {
      const of = settings(6, normalized);
      const out = new Float64Array(x.length);
      const [up, down] = [new Float64Array(x.length), new Float64Array(x.length)];
      applyAdstock(x, 0.55, of, out);
      applyAdstock(x, 0.55 + 1e-6, of, up);
      applyAdstock(x, 0.55 - 1e-6, of, down);
      const slope = computeAdstockSlope(x, out, 0.55, of);
      for (const [at, value] of slope.entries()) {
        expect(value).toBeCloseTo(((up[at] ?? 0) - (down[at] ?? 0)) / 2e-6, 3);
      }
    }
  });
});

describe("saturation scale", () => {
  test("comes from the first window in which the channel is active", () => {
    const values = Float64Array.from([0, 0, 3, 2, 9]);
    const of = (scaleEnds: number[]) =>
      computeSaturationScales(values, { ...settings(3), scaleEnds })[0];
    expect(of([4, 5])).toEqual({ row: 2, value: 3 });
    expect(of([2, 4, 5])).toEqual({ row: 2, value: 3 });
    expect(of([5])).toEqual({ row: 4, value: 9 });
    expect(of([1])).toEqual({ row: -1, value: 0 });
  });
});

describe("hill", () => {
  test("agrees with numpy", () => {
    for (const { alpha, gamma, points, out } of golden.hill) {
      for (const [at, point] of points.entries()) {
        expect(computeHillSaturation(point, alpha, gamma)).toBeCloseTo(out[at] ?? 0, 13);
      }
    }
  });

  test("is 0 at 0, one half at gamma, rising and below 1", () => {
    const shape = fc.double({ min: 0.05, max: 10, noNaN: true });
    fc.assert(
      fc.property(shape, fc.double({ min: 0.01, max: 10, noNaN: true }), (alpha, gamma) => {
        expect(computeHillSaturation(0, alpha, gamma)).toBe(0);
        expect(computeHillSaturation(gamma, alpha, gamma)).toBeCloseTo(0.5, 12);
        let before = 0;
        for (const point of [0.01, 0.1, 0.5, 1, 3]) {
          const value = computeHillSaturation(point, alpha, gamma);
          expect(value).toBeGreaterThanOrEqual(before);
          expect(value).toBeLessThanOrEqual(1);
          before = value;
        }
      }),
    );
  });
});
