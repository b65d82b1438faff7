import { describe, expect, test } from "vitest";
import { estimateIntervals } from "../../../model/search/uncertainty.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const config = smallConfig();
const estimate = (level: number) =>
  estimateIntervals(dataset, config, { seed: 5, draws: 25, level });

describe("intervals", () => {
  test("hold their median, and the same seed gives the same ones", () => {
    const result = estimate(0.9);
    for (const channel of Object.values(result.channels)) {
      for (const interval of [channel.roi, channel.decay, channel.contribution]) {
        expect(interval?.low).toBeLessThanOrEqual(interval?.median ?? 0);
        expect(interval?.median).toBeLessThanOrEqual(interval?.high ?? 0);
      }
      expect(channel.response_curve[0]).toEqual({ multiplier: 0, low: 0, median: 0, high: 0 });
    }
    expect(estimate(0.9)).toEqual(result);
  });

  test("leave out as much on either side: none of the draws at full coverage, all but the median at none", () => {
    const [none, most, all] = [0, 0.9, 1].map((level) => estimate(level).channels["tv"]?.decay);
    expect([none?.low, none?.high]).toEqual([none?.median, none?.median]);
    expect(all?.low).toBeLessThanOrEqual(most?.low ?? 0);
    expect(all?.high).toBeGreaterThanOrEqual(most?.high ?? 0);
    expect(most?.low).toBeLessThan(none?.low ?? 0);
  });
});
