/** Protects: an experiment that does not enter the returns is said to, and a person reads it. */
import { describe, expect, test } from "vitest";
import { estimateEffects } from "../../model/effects.ts";
import { findUnusedCalibration, locateLiftTest } from "../../model/lift-tests.ts";
import { trainModel } from "../../model/train.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const dataset = smallDataset();
const day = (period: number): string => dataset.dates[period] ?? "";
const lift = (from: number, to: number) => ({
  channel: "tv",
  start: day(from),
  end: day(to),
  effect: 20_000,
  standard_error: 2_000,
});
const configWith = (calibration: object, more: object = {}) =>
  smallConfig({ calibration, ...more });

describe("the periods of a lift test", () => {
  test("are those that begin between its dates, inclusive", () => {
    expect(locateLiftTest(dataset, lift(50, 53), 143)).toEqual({ from: 50, to: 54 });
  });

  test("are none where the rows do not hold them all", () => {
    expect(locateLiftTest(dataset, { start: "1990-01-01", end: day(3) }, 143)).toBeNull();
    expect(locateLiftTest(dataset, lift(140, 143), 143)).toBeNull();
    expect(locateLiftTest(dataset, { start: day(60), end: day(50) }, 143)).toBeNull();
  });
});

describe("evidence that is not used", () => {
  test("is named with its dates and the weeks that train", () => {
    const found = findUnusedCalibration(
      dataset,
      configWith({ lift_tests: [lift(50, 53), { ...lift(50, 53), start: "1990-01-01" }] }),
    );
    expect(found.map(({ code }) => code)).toEqual(["calibration_unused"]);
    expect(found[0]?.channel).toBe("tv");
    expect(found[0]?.message).toContain(`1990-01-01 to ${day(53)} is not used`);
  });

  test("is named where its channel has no spend, priors on ROI too", () => {
    const idle = {
      ...dataset,
      channels: dataset.channels.map((row, at) =>
        at === 0 ? { ...row, spend: row.spend.map(() => 0) } : row,
      ),
    };
    const calibration = {
      lift_tests: [lift(50, 53)],
      roi_priors: [{ channel: "tv", roi: 2, sd: 1 }],
    };
    const found = findUnusedCalibration(idle, configWith(calibration));
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining("has no spend"),
      expect.stringContaining("has no spend"),
    ]);
  });

  test.each(["posterior", "point"])(
    "in the locked weeks moves no return and is told with the model (%s)",
    (inference) => {
      const locked = dataset.dates.length - 13;
      const outside = configWith({ lift_tests: [lift(locked - 1, locked + 2)] }, { inference });
      const none = smallConfig({ inference });
      const [{ summary }, bare] = [outside, none].map((own) => estimateEffects(dataset, own)) as [
        ReturnType<typeof estimateEffects>,
        ReturnType<typeof estimateEffects>,
      ];
      expect(summary.channels).toEqual(bare.summary.channels);
      const { findings } = trainModel(dataset, outside, { seed: 1, effects: summary });
      expect(findings.map(({ code }) => code)).toContain("calibration_unused");
      expect(bare.summary.findings.map(({ code }) => code)).not.toContain("calibration_unused");
    },
  );

  test("is no finding where the test lies in the weeks that train, and it then moves the return", () => {
    const inside = estimateEffects(dataset, configWith({ lift_tests: [lift(60, 71)] })).summary;
    const bare = estimateEffects(dataset, smallConfig()).summary;
    expect(inside.findings.map(({ code }) => code)).not.toContain("calibration_unused");
    expect(inside.channels["tv"]?.roi.median).not.toBe(bare.channels["tv"]?.roi.median);
  });
});
