import { describe, expect, it } from "vitest";
import { BUSINESS_SETTINGS } from "../../agents/business-settings.ts";
import { MEDIA_TYPES } from "../../model/media-types.ts";

const accepts = (value: object) => BUSINESS_SETTINGS.safeParse(value).success;

describe("benchmarks and thresholds", () => {
  it("have a default for every medium, and a source for every group", () => {
    const settings = BUSINESS_SETTINGS.parse({});
    for (const type of MEDIA_TYPES) {
      expect(settings.roi.profit_short_term[type], type).toBeGreaterThan(0);
      expect(settings.carryover.half_life_weeks[type], type).toHaveLength(2);
    }
    const sources = Object.values(settings).flatMap((group) =>
      Object.entries(group).filter(([name]) => name.endsWith("source")),
    );
    expect(sources.length).toBeGreaterThanOrEqual(8);
  });

  it("warn before they roll back", () => {
    const { monitoring } = BUSINESS_SETTINGS.parse({});
    for (const name of ["bias", "cusum", "roi_shift", "spend_range"] as const) {
      expect(monitoring[`${name}_warn`]).toBeLessThan(monitoring[`${name}_rollback`]);
    }
  });

  it("refuse a factor that would turn a range around, and a range that is", () => {
    expect(accepts({ roi: { warn_factor: 2 } })).toBe(true);
    expect(accepts({ roi: { warn_factor: 0.5 } })).toBe(false);
    expect(accepts({ roi: { implausible: [20, 0.5] } })).toBe(false);
    expect(accepts({ roi: { profit_short_term: { magic: 1 } } })).toBe(false);
    expect(accepts({ attribution: { baseline_share: [0, 1.2] } })).toBe(false);
  });
});
