import { describe, expect, test } from "vitest";
import { computeWindowPriors, hasCalibration } from "../../../model/fit/calibration.ts";
import { formatIsoDate } from "../../../model/calendar.ts";
import { createProblem } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const problemWith = (calibration: object) =>
  createProblem(dataset, smallConfig({ calibration: calibration }));
const media = [0, 1].map(() => new Float64Array(dataset.target.length).fill(0.5));
const day = (period: number, more = 0): string =>
  formatIsoDate(dataset.firstDay + 7 * period + more);
const [start, end] = [day(50), day(53, 6)];
const lift = { channel: "tv", start, end, effect: 100, standard_error: 10 };

describe("evidence from outside the data", () => {
  test("is off unless it is given", () => {
    const problem = problemWith({});
    expect(hasCalibration(problem.config)).toBe(false);
    expect(computeWindowPriors(problem, media, 100)).toEqual({
      priorPrecision: null,
      priorMean: null,
    });
  });

  test("passes over a lift test that began before the data", () => {
    const problem = problemWith({ lift_tests: [{ ...lift, start: "1990-01-01" }] });
    expect([...(computeWindowPriors(problem, media, 100).priorPrecision ?? [])]).toEqual([0, 0]);
  });

  test("turns a lift test into a mean of effect over saturation, once it has ended", () => {
    const problem = problemWith({ lift_tests: [lift] });
    // four weeks of 0.5 are 2, so β has mean 50; search is not tested
    expect([...(computeWindowPriors(problem, media, 54).priorMean ?? [])]).toEqual([50, 0]);
    expect([...(computeWindowPriors(problem, media, 53).priorPrecision ?? [])]).toEqual([0, 0]);
  });

  test("compares a test of some days with that share of the week's effect", () => {
    const days = { ...lift, start: day(50, 1), end: day(50, 5) };
    const problem = problemWith({ lift_tests: [days] });
    // five of seven days of 0.5
    expect(computeWindowPriors(problem, media, 54).priorMean?.[0]).toBeCloseTo(280, 9);
  });

  test("turns a return into a coefficient, the surer the stronger", () => {
    const precision = (sd: number) => {
      const problem = problemWith({ roi_priors: [{ channel: "search", roi: 2, sd }] });
      return computeWindowPriors(problem, media, 100);
    };
    const spend = dataset.channels[1]?.spend.subarray(0, 100) ?? [];
    const total = [...spend].reduce((sum, value) => sum + value, 0);
    expect(precision(1).priorMean?.[1]).toBeCloseTo((2 * total) / 50, 6);
    const ratio = (precision(1).priorPrecision?.[1] ?? 0) / (precision(2).priorPrecision?.[1] ?? 1);
    expect(ratio).toBeCloseTo(4, 9);
  });
});
