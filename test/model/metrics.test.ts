/** Protects: each metric is its formula, and undefined is null instead of a strange number. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  computeDurbinWatson,
  computeMeanMetrics,
  computeMetrics,
  computeNaiveError,
} from "../../model/metrics.ts";
import { unsafeNumbers } from "./support.ts";

const context = { variables: 1, naiveError: 5 };

describe("measure", () => {
  test("gives the values computed by hand", () => {
    // errors 10, -10, 0, 20; mean of actual 125
    const metrics = computeMetrics([100, 100, 100, 200], [90, 110, 100, 180], context);
    expect(metrics.mape).toBeCloseTo((0.1 + 0.1 + 0 + 0.1) / 4, 12);
    expect(metrics.wmape).toBeCloseTo(40 / 500, 12);
    expect(metrics.smape).toBeCloseTo((20 / 190 + 20 / 210 + 0 + 40 / 380) / 4, 12);
    expect(metrics.mase).toBeCloseTo(2, 12);
    expect(metrics.r2).toBeCloseTo(1 - 600 / 7500, 12);
    expect(metrics.adj_r2).toBeCloseTo(1 - ((600 / 7500) * 3) / 2, 12);
    expect(metrics.mae).toBe(10);
    expect(metrics.rmse).toBeCloseTo(Math.sqrt(150), 12);
    expect(metrics.nrmse).toBeCloseTo(Math.sqrt(150) / 100, 12);
  });

  test("counts no difference between geos as fit", () => {
    const actual = [10, 1000, 12, 1010, 8, 990];
    const means = [10, 1000, 10, 1000, 10, 1000];
    const geoOfRow = [0, 1, 0, 1, 0, 1];
    expect(computeMetrics(actual, means, context).r2).toBeGreaterThan(0.99);
    expect(computeMetrics(actual, means, { ...context, geoOfRow }).r2).toBeCloseTo(0, 12);
    const close = actual.map((value, row) => (value + 3 * (means[row] ?? 0)) / 4);
    const { r2 } = computeMetrics(actual, close, { ...context, geoOfRow });
    expect(r2).toBeCloseTo(1 - 9 / 16, 12);
  });

  test("corrects R² for coefficients on fitted rows alone", () => {
    const unseen = { variables: null, naiveError: null };
    expect(computeMetrics([1, 2, 4], [1, 2, 3], unseen).adj_r2).toBeNull();
  });

  test("refuses MAPE when the target touches zero, and keeps wMAPE", () => {
    const metrics = computeMetrics([100, 0, 50], [90, 5, 50], context);
    expect(metrics.mape).toBeNull();
    expect(metrics.wmape).toBeCloseTo(15 / 150, 12);
  });

  test("says null for what a constant or empty-handed series cannot give", () => {
    const constant = computeMetrics([5, 5], [5, 6], { variables: 3, naiveError: null });
    expect([constant.r2, constant.adj_r2, constant.nrmse, constant.mase]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(computeMetrics([0, 0], [0, 1], context).wmape).toBeNull();
  });

  test("never yields NaN or Infinity", () => {
    const series = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(series, series, (actual, guess) => {
        const predicted = actual.map((_, at) => guess[at % guess.length] ?? 0);
        expect(unsafeNumbers(computeMetrics(actual, predicted, context))).toEqual([]);
      }),
    );
  });

  test("is undefined on average as soon as it is undefined in one fold", () => {
    const good = computeMetrics([1, 2], [1, 1], context);
    const mean = computeMeanMetrics([good, computeMetrics([0, 2], [1, 1], context)]);
    expect(mean.mape).toBeNull();
    expect(mean.mae).toBeCloseTo((0.5 + 1) / 2, 12);
  });
});

describe("naiveError", () => {
  test("compares with a season ago when there is one, else with the period before", () => {
    const rising = Array.from({ length: 100 }, (_, at) => at);
    expect(computeNaiveError(rising, 100, { season: 52, stride: 1 })).toBe(52);
    expect(computeNaiveError(rising, 40, { season: 52, stride: 1 })).toBe(1);
    expect(computeNaiveError(rising, 1, { season: 52, stride: 1 })).toBeNull();
  });
});

describe("durbinWatson", () => {
  test("is 4 for alternating, near 0 for creeping and null for no residuals", () => {
    expect(computeDurbinWatson([1, -1, 1, -1, 1, -1, 1, -1], 1)).toBeCloseTo(3.5, 12);
    expect(computeDurbinWatson([1, 1.01, 1.02, 1.03], 1)).toBeLessThan(0.01);
    expect(computeDurbinWatson([0, 0], 1)).toBeNull();
  });
});
