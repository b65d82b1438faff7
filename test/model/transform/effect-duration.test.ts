/** Protects: how long an effect lasts is what the model's own weights say. */
import { describe, expect, test } from "vitest";
import { computeEffectDuration } from "../../../model/transform/effect-duration.ts";

/** The lag by which `share` of Σ θ^l, l = 0 … lagMax, is past. */
function findLag(decay: number, share: number, lagMax: number): number {
  const weights = Array.from({ length: lagMax + 1 }, (_, lag) => decay ** lag);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let past = 0;
  return weights.findIndex((weight) => (past += weight) >= share * total * (1 - 1e-12));
}

describe("how long an effect lasts", () => {
  test("is ln ½ / ln θ where nothing is cut off", () => {
    expect(computeEffectDuration(0.5, 0.5, 60)).toBe(1);
    expect(computeEffectDuration(0.5, 0.1, 60)).toBeCloseTo(3.3219, 4);
    expect(computeEffectDuration(0, 0.1, 8)).toBe(0);
  });

  test("ends with the lags: slow decays over nine weeks are half past by lag 3 and 4", () => {
    const lags = (decay: number) =>
      [0.5, 0.1].map((share) => Math.floor(computeEffectDuration(decay, share, 8)));
    expect(lags(0.95)).toEqual([3, 7]);
    expect(lags(0.999)).toEqual([4, 8]);
  });

  test("has as its whole part the lag by which that share is past, for any decay and length", () => {
    for (const decay of [0.3, 0.62, 0.9, 0.97, 0.999]) {
      for (const lagMax of [1, 4, 13, 52]) {
        for (const share of [0.5, 0.9]) {
          const duration = computeEffectDuration(decay, 1 - share, lagMax);
          expect(Math.abs(Math.floor(duration) - findLag(decay, share, lagMax))).toBeLessThan(1);
          expect(duration).toBeLessThanOrEqual(lagMax + 1);
        }
      }
    }
  });
});
