/** Protects: a search obeys its ranges, constraints and budget, repeats itself, and helps. */

import { describe, expect, test } from "vitest";
import { parseDataset } from "../../../model/data/dataset.ts";
import { DEFAULT_BOUNDS, MEDIA_TYPES, createDefaultTransform } from "../../../model/media-types.ts";
import { createObjective } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { searchConfiguration } from "../../../model/search/search.ts";
import { assessForecast } from "../../../model/forecast.ts";
import {
  PYMC_CSV,
  ROBYN_CSV,
  golden,
  goldenConfig,
  hasPymc,
  hasRobyn,
  robynCase,
  unsafeNumbers,
} from "../support.ts";
import { readFileSync } from "node:fs";
import { parseModelConfig } from "../../../model/config.ts";

const config = goldenConfig();
const dataset = parseDataset(golden.objective.csv, config);
const search = (options: Partial<Parameters<typeof searchConfiguration>[2]> = {}) =>
  searchConfiguration(dataset, config, { seed: 7, evaluations: 300, ...options });

describe("searchConfiguration", () => {
  test("lowers the validation loss, says what it changed, and repeats itself", () => {
    const result = search();
    expect(unsafeNumbers(result)).toEqual([]);
    expect(result.loss_after).toBeLessThan(result.loss_before);
    expect(result.loss_after).toBe(
      createObjective(dataset, config).evaluate(toParameterVector(result.config)).loss,
    );
    for (const change of result.changes) {
      const [, channel, parameter] = change.path.split(".");
      const of = (from: typeof config) =>
        channel === "l2_penalty"
          ? from.training.l2_penalty
          : from.hyperparameters[channel ?? ""]?.[parameter as "decay"];
      expect(of(config)).toBe(change.from);
      expect(of(result.config)).toBe(change.to);
    }
    expect(search()).toEqual(result);
    expect(search({ seed: 8 }).trace).not.toEqual(result.trace);
  });

  test("changes nothing but hyperparameters and the penalty", () => {
    const { config: found } = search();
    expect({
      ...found,
      hyperparameters: config.hyperparameters,
      training: config.training,
    }).toEqual(config);
    expect(parseModelConfig(found)).toEqual(found);
  });

  test("spends no more than its evaluations", () => {
    for (const evaluations of [20, 97, 300])
      expect(search({ evaluations }).evaluations).toBeLessThanOrEqual(evaluations);
  });

  test("stays in its ranges and reports parameters at their edge", () => {
    const bounds = {
      hyperparameters: { a: { decay: [0.05, 0.1] as const, gamma: [0.5, 0.5] as const } },
      l2_penalty: [0.01, 0.02] as const,
    };
    const result = search({ bounds, prior_weight: 0 });
    const a = result.config.hyperparameters["a"];
    expect(a?.decay).toBeGreaterThanOrEqual(0.05);
    expect(a?.decay).toBeLessThanOrEqual(0.1);
    expect(a?.gamma).toBe(0.5);
    expect(result.config.training.l2_penalty).toBeLessThanOrEqual(0.02);
    expect(result.at_bounds.map((one) => [one.code, one.channel])).toContainEqual([
      "parameter_at_bound",
      "a",
    ]);
  });

  test("moves only the paths it is told to", () => {
    const result = search({ constraints: { only: ["hyperparameters.b.decay"] } });
    expect(result.changes.map((change) => change.path)).toEqual(["hyperparameters.b.decay"]);
  });

  test("obeys half-life and ROI constraints", () => {
    const free = assessForecast(dataset, search().config);
    const roi = (free.channels[0]?.roi ?? 0) * 0.8;
    const result = search({
      evaluations: 600,
      constraints: { half_life_weeks: { c: [1, 1.5] }, roi: { a: [0, roi] } },
    });
    const c = result.config.hyperparameters["c"]?.decay ?? 0;
    expect(Math.log(0.5) / Math.log(c)).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(Math.log(0.5) / Math.log(c)).toBeLessThanOrEqual(1.5 + 1e-9);
    const constrained = assessForecast(dataset, result.config);
    expect(constrained.channels[0]?.roi).toBeLessThan(roi * 1.1);
  });

  test("with nothing left to move returns the configuration", () => {
    const result = search({ constraints: { only: [] } });
    expect(result.changes).toEqual([]);
    expect(result.config).toEqual(config);
  });

  test("scores how settled it was by its gain in the last quarter", () => {
    for (const evaluations of [20, 40, 300]) {
      const result = search({ evaluations });
      const last = result.trace.at(-1)?.loss ?? 0;
      const mark = result.trace.findLast((row) => row.evaluation <= 0.75 * result.evaluations);
      const gain = ((mark?.loss ?? 0) - last) / last;
      expect(result.search_score).toBeCloseTo(Math.min(1, Math.max(0, 1 - gain / 0.02)), 9);
    }
    expect(search({ evaluations: 40 }).search_score).toBeLessThan(1);
  });

  test("compares restarts", () => {
    const result = search({ restarts: 3, evaluations: 600 });
    expect(result.restarts).toHaveLength(3);
    expect(result.search_score).toBeGreaterThanOrEqual(0);
    expect(result.search_score).toBeLessThanOrEqual(1);
    expect(result.roi_stability).toBeLessThanOrEqual(1);
  });

  test.each([
    ["ranges upside down", { bounds: { l2_penalty: [1, 0.1] as const } }],
    [
      "ranges beyond the schema",
      { bounds: { hyperparameters: { a: { decay: [0, 1.5] as const } } } },
    ],
    ["ranges of no channel", { bounds: { hyperparameters: { x: {} } } }],
    ["a constraint on no path", { constraints: { only: ["adstock.type"] } }],
    ["a constraint on no channel", { constraints: { roi: { x: [0, 1] as const } } }],
    [
      "a half-life no allowed decay has",
      { constraints: { half_life_weeks: { a: [50, 60] as const } } },
    ],
    ["too few evaluations", { evaluations: 5 }],
  ])("refuses %s", (_, options) => {
    expect(() => search(options)).toThrow(expect.objectContaining({ name: "ModelError" }));
  });
});

describe("default ranges", () => {
  test("ascend and hold their own start", () => {
    for (const type of MEDIA_TYPES) {
      const start = createDefaultTransform(type, 1);
      for (const parameter of ["decay", "alpha", "gamma"] as const) {
        const [low, high] = DEFAULT_BOUNDS[type][parameter];
        expect(low).toBeLessThan(high);
        expect(start[parameter]).toBeGreaterThanOrEqual(low);
        expect(start[parameter]).toBeLessThanOrEqual(high);
      }
    }
  });
});

describe("public data sets", () => {
  test.skipIf(!hasRobyn)(
    `Robyn's weekly set (${ROBYN_CSV}): search lowers the validated MAPE`,
    () => {
      const { config: robyn, dataset: data } = robynCase();
      const before = assessForecast(data, robyn);
      const found = searchConfiguration(data, robyn, { seed: 7, evaluations: 500 });
      const after = assessForecast(data, found.config);
      expect(after.validation.mean.mape ?? 1).toBeLessThan(
        0.85 * (before.validation.mean.mape ?? 0),
      );
    },
  );

  test.skipIf(!hasPymc)(
    `PyMC-Marketing's example (${PYMC_CSV}): decay is recovered within 0.05 and R² is at least 0.95`,
    () => {
      const pymc = parseModelConfig({
        model_id: "pymc",
        data: { path: PYMC_CSV, date: "date_week", target: "y", controls: ["event_1", "event_2"] },
        channels: ["x1", "x2"].map((name) => ({ name, spend: name, media_type: "other" })),
        adstock: { max_lag_weeks: 7 },
      });
      const data = parseDataset(readFileSync(PYMC_CSV, "utf8"), pymc);
      const found = searchConfiguration(data, pymc, { seed: 7, evaluations: 2000 });
      expect(Math.abs((found.config.hyperparameters["x1"]?.decay ?? 0) - 0.4)).toBeLessThan(0.05);
      expect(Math.abs((found.config.hyperparameters["x2"]?.decay ?? 0) - 0.2)).toBeLessThan(0.05);
      expect(assessForecast(data, found.config).in_sample.r2).toBeGreaterThanOrEqual(0.95);
    },
  );
});
