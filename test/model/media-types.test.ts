import { describe, expect, test } from "vitest";
import {
  convertWeeklyDecay,
  createDefaultRanges,
  createDefaultTransform,
  DEFAULT_BOUNDS,
  MEDIA_TYPES,
  TRANSFORM_PARAMETERS,
} from "../../model/media-types.ts";

describe("what is known about each medium", () => {
  test("has ranges that ascend and hold the starting point, weekly and daily", () => {
    for (const type of MEDIA_TYPES) {
      for (const periods of [1, 7]) {
        const ranges = createDefaultRanges(type, periods);
        const start = createDefaultTransform(type, periods);
        for (const name of TRANSFORM_PARAMETERS) {
          const [low, high] = ranges[name];
          expect(low, `${type} ${name}`).toBeLessThan(high);
          expect(start[name]).toBeGreaterThanOrEqual(low);
          expect(start[name]).toBeLessThanOrEqual(high);
        }
      }
    }
  });

  test("leaves the same share of an effect after a week of days", () => {
    expect(convertWeeklyDecay(0.5, 7) ** 7).toBeCloseTo(0.5, 12);
    expect(convertWeeklyDecay(0.5, 1)).toBe(0.5);
    expect(convertWeeklyDecay(0, 7)).toBe(0);
  });

  test("lets television carry over longer than search", () => {
    expect(DEFAULT_BOUNDS.tv.decay).toEqual([0.3, 0.8]);
    expect(DEFAULT_BOUNDS.search.decay).toEqual([0, 0.3]);
    expect(createDefaultTransform("tv", 1).decay).toBeCloseTo(0.55, 12);
  });
});
