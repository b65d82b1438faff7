/** Protects: an experiment that does not enter the returns is said to, and a person reads it. */
import { describe, expect, test } from "vitest";
import { estimateEffects } from "../../model/effects.ts";
import { formatIsoDate } from "../../model/calendar.ts";
import {
  countUsedCalibration,
  findUnusedCalibration,
  locateLiftTest,
} from "../../model/lift-tests.ts";
import { trainModel } from "../../model/train.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const dataset = smallDataset();
const day = (period: number, more = 0): string =>
  formatIsoDate(dataset.firstDay + 7 * period + more);
const lift = (from: number, to: number) => ({
  channel: "tv",
  start: day(from),
  end: day(to, 6),
  effect: 20_000,
  standard_error: 2_000,
});
const configWith = (calibration: object, more: object = {}) =>
  smallConfig({ calibration, ...more });

describe("the periods of a lift test", () => {
  test("are those of its days, first and last inclusive", () => {
    expect(locateLiftTest(dataset, lift(50, 53), 143)).toEqual({
      from: 50,
      to: 54,
      days: [1, 1, 1, 1],
    });
  });

  test("count by the share of their days", () => {
    const tuesdayToSaturday = { start: day(50, 1), end: day(50, 5) };
    expect(locateLiftTest(dataset, tuesdayToSaturday, 143)).toEqual({
      from: 50,
      to: 51,
      days: [5 / 7],
    });
    const across = { start: day(50, 4), end: day(52, 0) };
    expect(locateLiftTest(dataset, across, 143)?.days).toEqual([3 / 7, 1, 1 / 7]);
  });

  test("are none when a single day is missing", () => {
    expect(locateLiftTest(dataset, { start: day(0), end: day(142, 6) }, 143)).not.toBeNull();
    expect(locateLiftTest(dataset, { start: day(0, -1), end: day(3) }, 143)).toBeNull();
    expect(locateLiftTest(dataset, { start: day(140), end: day(143, 0) }, 143)).toBeNull();
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
    expect(found[0]?.message).toContain(`1990-01-01 to ${day(53, 6)} is not used`);
  });

  test("says by how much it misses, and where a year may be mistyped", () => {
    const message = (start: string, end: string) =>
      findUnusedCalibration(
        dataset,
        configWith({ lift_tests: [{ ...lift(50, 53), start, end }] }),
      )[0]?.message;
    const last = dataset.dates.length - 1;
    expect(message(day(last, 0), day(last, 9))).toContain("ends 3 days after the weeks that train");
    expect(message(day(0, -2), day(2))).toContain("begins 2 days before");
    expect(message("2032-01-05", "2032-02-01")).toContain("is the year right?");
    expect(message("2022-02-30", "2022-03-05")).toContain("calendar");
  });

  test("is not counted as used", () => {
    const tests = [lift(50, 53), lift(400, 403)];
    const roi_priors = [{ channel: "tv", roi: 2, sd: 1 }];
    expect(countUsedCalibration(dataset, configWith({ lift_tests: tests, roi_priors }))).toEqual({
      lift_tests: 1,
      roi_priors: 1,
    });
  });

  test("is named where its channel had not spent anything by then", () => {
    const late = {
      ...dataset,
      channels: dataset.channels.map((row) => {
        const spend = row.spend.map((value, at) => (at < 60 ? 0 : value));
        return { ...row, spend, exposure: spend };
      }),
    };
    const found = findUnusedCalibration(late, configWith({ lift_tests: [lift(50, 53)] }));
    expect(found[0]?.message).toContain("no spend by then");
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
