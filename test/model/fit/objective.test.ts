import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../model/data/dataset.ts";
import { computeScaledErrors, createObjective, splitGeos } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();

describe("the objective", () => {
  test("is a sum of absolute errors: those of the folds, and those in sample by their weight", () => {
    const objective = createObjective(smallDataset(), config);
    const { loss, inSample } = objective.evaluate(toParameterVector(config));
    const total = (weight: number): number =>
      computeScaledErrors(objective, weight).reduce((sum, error) => sum + Math.abs(error), 0);
    expect(total(0)).toBeCloseTo(loss, 9);
    expect(total(1)).toBeCloseTo((loss + inSample) / 2, 9);
    expect(computeScaledErrors(objective, 0)).toHaveLength(4 * 13);
  });
});

describe("geos", () => {
  const panel = {
    geos: ["north", "south"],
    dates: ["2024-01-01", "2024-01-08"],
    target: Float64Array.of(1, 10, 2, 20),
    channels: [
      { name: "tv", spend: Float64Array.of(3, 30, 4, 40), exposure: Float64Array.of(3, 30, 4, 40) },
    ],
    columns: [{ name: "price", kind: "control", values: Float64Array.of(5, 50, 6, 60) }],
  } as unknown as Dataset;
  const geo = (mode: string) =>
    ({ data: { geo: { column: "region", mode } } }) as unknown as typeof config;

  test("fitted apart become a data set each, with their own rows", () => {
    const parts = splitGeos(panel, geo("per_geo"));
    expect(parts.map((part) => [...part.target])).toEqual([
      [1, 2],
      [10, 20],
    ]);
    expect(parts[1]).toMatchObject({ geos: ["south"] });
    expect([...(parts[1]?.channels[0]?.spend ?? [])]).toEqual([30, 40]);
    expect([...(parts[0]?.columns[0]?.values ?? [])]).toEqual([5, 6]);
  });

  test("fitted together stay one data set", () => {
    expect(splitGeos(panel, geo("pooled"))).toEqual([panel]);
  });
});
