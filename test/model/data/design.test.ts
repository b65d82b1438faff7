import { describe, expect, test } from "vitest";
import { buildDesign, countDesignColumns } from "../../../model/data/design.ts";
import { computeMean, computeStandardDeviation } from "../../../model/numbers.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig({
  architecture: { trend: "linear", seasonality: { fourier_pairs: 2 } },
});
const FIRST = 100;

describe("the unpenalised columns", () => {
  test("are intercept, trend and pairs of waves, as many as counted", () => {
    const dataset = smallDataset();
    const design = buildDesign(dataset, config, FIRST);
    expect(design.names).toEqual(["intercept", "trend", "sin1", "cos1", "sin2", "cos2"]);
    expect(countDesignColumns(dataset, config)).toBe(design.columns.length);
    expect(design.columns[0]?.every((value) => value === 1)).toBe(true);
  });

  test("are centred and scaled by the first training window alone", () => {
    const trend = buildDesign(smallDataset(), config, FIRST).columns[1] ?? new Float64Array(0);
    const first = trend.subarray(0, FIRST);
    expect(computeMean(first)).toBeCloseTo(0, 12);
    expect(computeStandardDeviation(first)).toBeCloseTo(1, 12);
    const longer = buildDesign(smallDataset({ weeks: 120 }), config, FIRST).columns[1];
    expect([...(longer ?? [])]).toEqual([...trend.subarray(0, 120)]);
  });

  test("of a wave come back after a year of weeks", () => {
    const [, , sine] = buildDesign(smallDataset(), config, FIRST).columns;
    const drift = Math.abs((sine?.[0] ?? 0) - (sine?.[52] ?? 1));
    expect(drift).toBeLessThan(0.05);
    expect(Math.abs((sine?.[0] ?? 0) - (sine?.[26] ?? 0))).toBeGreaterThan(0.1);
  });
});
