/** Protects: the locked test judges by its stated rule, and monitoring sees drift and only drift. */

import { describe, expect, test } from "vitest";
import { takeFirstPeriods, parseDataset } from "../../model/data/dataset.ts";
import { detectContradiction, evaluateLockedTest } from "../../model/locked-test.ts";
import { monitorModel } from "../../model/monitor.ts";
import { golden, goldenConfig, simulated, unsafeNumbers, withColumn } from "./support.ts";

const config = goldenConfig();
const { csv } = golden.objective;

describe("evaluateLockedTest", () => {
  test("measures the locked weeks and nothing else", () => {
    const result = evaluateLockedTest(parseDataset(csv, config), config);
    expect(unsafeNumbers(result)).toEqual([]);
    expect(result.actual).toHaveLength(13);
    expect(result.from).toBe("2023-04-03");
    expect(result.contradiction.contradicts).toBe(false);
  });

  test("contradicts validation when the last weeks break with the past", () => {
    const broken = withColumn(csv, "sales", (row, old) =>
      row < 117 ? old : String(Number(old) * 1.3),
    );
    const result = evaluateLockedTest(parseDataset(broken, config), config);
    expect(result.contradiction.contradicts).toBe(true);
  });

  test("needs locked weeks", () => {
    const none = { ...config, evaluation: { ...config.evaluation, locked_test_weeks: 0 } };
    expect(() => evaluateLockedTest(parseDataset(csv, none), none)).toThrow(/locked_test_weeks/);
  });

  test("weighs the worst fold and one and a half times the mean", () => {
    expect(detectContradiction(0.11, [0.05, 0.1])).toMatchObject({
      contradicts: false,
      bound: expect.closeTo(0.1125, 9),
    });
    expect(detectContradiction(0.12, [0.05, 0.1]).contradicts).toBe(true);
    expect(detectContradiction(0.12, [0.01, 0.13]).contradicts).toBe(false);
    expect(detectContradiction(null, [0.1])).toMatchObject({
      contradicts: false,
      locked_wmape: null,
    });
  });
});

describe("monitorModel", () => {
  const one = simulated(12);
  const until = one.dataset.dates[181] ?? "";
  const thresholds = { wmape_max: 0.06 };

  test("is quiet while the world stays as it was", () => {
    const result = monitorModel(one.dataset, one.config, { deployed_until: until, thresholds });
    expect(unsafeNumbers(result)).toEqual([]);
    expect(result.periods).toBe(26);
    expect(result.figures.find((figure) => figure.name === "wmape")?.breached).toBe(false);
    expect(result.figures.find((figure) => figure.name === "bias")?.breached).toBe(false);
  });

  test("names error, bias and cumulative error when sales drop", () => {
    const dropped = withColumn(one.simulation.csv, "sales", (row, old) =>
      row < 182 ? old : String(Number(old) * 0.8),
    );
    const result = monitorModel(parseDataset(dropped, one.config), one.config, {
      deployed_until: until,
      thresholds,
    });
    expect(result.drifted).toBe(true);
    const breached = result.figures
      .filter((figure) => figure.breached)
      .map((figure) => figure.name);
    expect(breached).toEqual(expect.arrayContaining(["wmape", "bias", "cusum"]));
  });

  test("names the channel whose spend leaves the range it was trained on", () => {
    const raised = withColumn(one.simulation.csv, "search_spend", (row, old) =>
      row < 200 ? old : String(Number(old) * 10),
    );
    const result = monitorModel(parseDataset(raised, one.config), one.config, {
      deployed_until: until,
      thresholds,
    });
    const figure = result.figures.find(
      (row) => row.name === "spend_range" && row.channel === "search",
    );
    expect(figure?.breached).toBe(true);
  });

  test("predicts with the model of deployment: new weeks do not change the prediction before them", () => {
    const dropped = withColumn(one.simulation.csv, "sales", (row, old) => (row < 182 ? old : "1"));
    const before = monitorModel(one.dataset, one.config, { deployed_until: until, thresholds });
    const after = monitorModel(parseDataset(dropped, one.config), one.config, {
      deployed_until: until,
      thresholds,
    });
    expect(after.predicted).toEqual(before.predicted);
  });

  test("keeps the scales of deployment: later weeks do not change earlier predictions", () => {
    const all = monitorModel(one.dataset, one.config, { deployed_until: until, thresholds });
    const half = takeFirstPeriods(one.dataset, 195);
    const early = monitorModel(half, one.config, { deployed_until: until, thresholds });
    expect(early.predicted).toEqual(all.predicted.slice(0, 13));
  });

  test.each([
    ["a date that is not there", "2001-01-01"],
    ["the last date", one.dataset.dates.at(-1) ?? ""],
  ])("refuses %s", (_, date) => {
    expect(() =>
      monitorModel(one.dataset, one.config, { deployed_until: date, thresholds }),
    ).toThrow(expect.objectContaining({ code: "monitor_data_mismatch" }));
  });
});
