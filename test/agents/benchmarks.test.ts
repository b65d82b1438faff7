import { describe, expect, it } from "vitest";
import {
  computePlausibleRoi,
  describeRoiUnit,
  findExpectedRoi,
  listExpectedReturns,
} from "../../agents/benchmarks.ts";
import { context, SETTINGS } from "../support/agent-jobs.ts";

const tv = { channel: "brand_tv", media_type: "tv" };
const own = { low: 1, high: 2, source: "our tests" };

describe("the return that is expected of a channel", () => {
  it("is the settings' profit, in the target's units", () => {
    const profit = findExpectedRoi(tv, context({ roi_unit: "profit" }), SETTINGS);
    expect(profit?.low).toBeCloseTo(1.82 / 3, 12);
    expect(profit?.high).toBeCloseTo(1.82 * 3, 12);
    const revenue = findExpectedRoi(tv, context({ roi_unit: "revenue", margin: 0.5 }), SETTINGS);
    expect(revenue?.high).toBeCloseTo((1.82 / 0.5) * 3, 12);
    expect(revenue?.source).toContain("÷ margin 0.5");
  });

  it("is the business's own where it has one, by channel before medium", () => {
    const other = { ...own, high: 9 };
    const known = context({ roi_benchmarks: { tv: other, brand_tv: own } });
    expect(findExpectedRoi(tv, known, SETTINGS)).toEqual({
      ...own,
      source: "business context: our tests",
    });
    const byMedium = context({ roi_unit: "units", roi_benchmarks: { tv: other } });
    expect(findExpectedRoi(tv, byMedium, SETTINGS)?.high).toBe(9);
  });

  it("is nothing for a target without money value, or a medium nobody knows", () => {
    expect(findExpectedRoi(tv, context({ roi_unit: "units" }), SETTINGS)).toBeNull();
    const strange = { channel: "toString", media_type: "constructor" };
    expect(findExpectedRoi(strange, context(), SETTINGS)).toBeNull();
    const channels = [
      { name: "a", media_type: "tv" },
      { name: "b", media_type: "magic" },
    ];
    expect(
      listExpectedReturns(channels, context(), SETTINGS).map(({ channel }) => channel),
    ).toEqual(["a"]);
  });

  it("is implausible outside a band that shrinks with the margin", () => {
    expect(computePlausibleRoi(context(), SETTINGS)).toMatchObject({ low: 0.5, high: 20 });
    const profit = context({ roi_unit: "profit", margin: 0.5 });
    expect(computePlausibleRoi(profit, SETTINGS)).toMatchObject({ low: 0.25, high: 10 });
    expect(computePlausibleRoi(context({ roi_unit: "units" }), SETTINGS)).toBeNull();
    expect(describeRoiUnit(context({ roi_unit: "units", currency: "USD" }))).toBe(
      "target units per USD",
    );
  });
});
