import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../model/data/dataset.ts";
import { cutWindows } from "../../../model/data/windows.ts";
import { smallConfig } from "../../support/small-model.ts";

const weeks = (count: number, geos = [""]): Dataset =>
  ({ dates: Array.from({ length: count }, () => ""), geos, periodsPerWeek: 1 }) as never;
const config = smallConfig({
  evaluation: { folds: 2, horizon_weeks: 10, locked_test_weeks: 8 },
});

describe("windows", () => {
  test("let folds follow each other up to the locked weeks", () => {
    expect(cutWindows(weeks(100), config, 5)).toEqual({
      folds: [
        { trainEnd: 72, validationEnd: 82 },
        { trainEnd: 82, validationEnd: 92 },
      ],
      trainingEnd: 92,
      periods: 100,
    });
  });

  test("count days where the data are daily", () => {
    const daily = { ...weeks(700), periodsPerWeek: 7 } as Dataset;
    expect(cutWindows(daily, config, 5)).toMatchObject({ trainingEnd: 644 });
  });

  test("need two rows more than coefficients in the first window, over all geos", () => {
    expect(cutWindows(weeks(36), config, 6).folds[0]?.trainEnd).toBe(8);
    expect(() => cutWindows(weeks(36), config, 7)).toThrow(/rows|leave 8/);
    expect(cutWindows(weeks(36, ["a", "b"]), config, 14).periods).toBe(36);
  });
});
