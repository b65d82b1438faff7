/** Protects: a training result is complete, finite, repeatable, blind to locked rows, and names bad data. */

import { describe, expect, test } from "vitest";
import { parseModelConfig } from "../../model/config.ts";
import { computeResponseAt } from "../../model/fit/attribution.ts";
import { attributePeriods } from "../../model/fit/contributions.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { estimateEffects } from "../../model/effects.ts";
import { ModelError } from "../../model/errors.ts";
import { assessForecast, fitForecast } from "../../model/forecast.ts";
import { solveSymmetric } from "../../model/fit/linear-solve.ts";
import { trainModel } from "../../model/train.ts";
import type { ForecastResult, TrainingResult } from "../../model/results/training-result.ts";
import { computeHillSaturation } from "../../model/transform/transform.ts";
import { golden, goldenConfig, simulated, unsafeNumbers, withColumn } from "./support.ts";

const config = goldenConfig();

function train(csv: string, changes: Record<string, unknown> = {}): TrainingResult {
  const changed = parseModelConfig({ ...config, ...changes });
  const result = trainModel(parseDataset(csv, changed), changed, { seed: 1 });
  expect(unsafeNumbers(result)).toEqual([]);
  return result;
}

/** The forecast alone: what bad data do to a fit. */
function forecast(csv: string, changes: Record<string, unknown> = {}): ForecastResult {
  const changed = parseModelConfig({ ...config, ...changes });
  const result = assessForecast(parseDataset(csv, changed), changed);
  expect(unsafeNumbers(result)).toEqual([]);
  return result;
}

const codes = (result: ForecastResult): string[] =>
  result.findings.map((finding) => `${finding.code} ${finding.channel ?? ""}`.trim());

describe("trainModel", () => {
  const { csv } = golden.objective;
  const result = train(csv);

  test("survives JSON unchanged and repeats itself", () => {
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(JSON.stringify(train(csv))).toBe(JSON.stringify(result));
  });

  test("states the mean of the folds' wMAPE as its loss", () => {
    const folds = result.validation.folds.map((fold) => fold.metrics.wmape ?? 0);
    expect(result.loss).toBeCloseTo(folds.reduce((a, b) => a + b, 0) / folds.length, 12);
    expect(result.loss).toBe(result.validation.mean.wmape);
    expect(result.validation.folds.map((fold) => fold.training_periods)).toEqual([65, 78, 91, 104]);
  });

  test("changes in no figure when the locked rows change", () => {
    const other = ["sales", "a", "b", "c", "index"].reduce(
      (text, column) =>
        withColumn(text, column, (row, old) => (row < 117 ? old : String(Number(old) * 7 + 1))),
      csv,
    );
    expect(train(other)).toEqual(result);
  });

  test("splits the fitted target into baseline and contributions", () => {
    const dataset = parseDataset(csv, config);
    const table = attributePeriods(dataset, estimateEffects(dataset, config));
    expect(table.dates).toHaveLength(117);
    for (const [at, fitted] of table.fitted.entries()) {
      const parts = Object.values(table.channels).reduce(
        (sum, column) => sum + (column[at] ?? 0),
        table.baseline[at] ?? 0,
      );
      expect(parts).toBeCloseTo(fitted, 6);
    }
    for (const channel of result.channels) {
      const total = table.channels[channel.name]?.reduce((a, b) => a + b, 0);
      expect(channel.contribution).toBeCloseTo(total ?? 0, 5);
      expect(channel.roi).toBeCloseTo(channel.contribution / channel.spend, 12);
    }
    expect(result.channels.reduce((sum, channel) => sum + channel.effect_share, 0)).toBeCloseTo(
      1,
      12,
    );
    const media = result.channels.reduce((sum, channel) => sum + channel.contribution_share, 0);
    expect(media + result.baseline.share).toBeCloseTo(1, 9);
  });

  test("gives half-lives in weeks, for daily data too", () => {
    expect(result.channels[0]?.half_life_weeks).toBeCloseTo(Math.log(0.5) / Math.log(0.4), 4);
    const daily = simulated(2, { frequency: "daily", periods: 900 });
    const trained = assessForecast(daily.dataset, daily.config);
    expect(unsafeNumbers(trained)).toEqual([]);
    expect(trained.channels[0]?.half_life_weeks).toBeCloseTo(
      // Read from the truncated weights, between two days: the closed form lies within a hundredth.
      Math.log(0.5) / Math.log(0.55),
      2,
    );
    expect(trained.data).toMatchObject({ frequency: "daily", periods: 900, locked_periods: 91 });
  });

  test("scores its convergence by the weakest part", () => {
    const { solver, sampler, roi_stability, score } = result.convergence;
    expect(solver).toBe(1);
    expect(score).toBe(Math.min(solver, sampler ?? roi_stability));
    const forecast = assessForecast(parseDataset(csv, config), config).convergence;
    expect(forecast.score).toBe(Math.min(forecast.solver, roi_stability));
    expect(roi_stability).toBeGreaterThanOrEqual(0);
  });

  test("reports variance inflation as the regression of one column on all others gives it", () => {
    const dataset = parseDataset(csv, config);
    const [fit] = fitForecast(dataset, config).fits;
    if (fit === undefined) throw new Error("there is no fit");
    const rows = fit.trainRows;
    const product = (a: Float64Array, b: Float64Array): number =>
      a.subarray(0, rows).reduce((sum, value, row) => sum + value * (b[row] ?? 0), 0);
    for (const [at, channel] of result.channels.entries()) {
      const own = fit.media[at] ?? new Float64Array(rows);
      const others = [
        ...fit.problem.design.columns,
        ...fit.media.filter((_, other) => other !== at),
      ];
      const beta = solveSymmetric(
        others.map((a) => others.map((b) => product(a, b))),
        others.map((a) => product(a, own)),
      );
      const mean = own.reduce((sum, value) => sum + value, 0) / rows;
      let [rest, total] = [0, 0];
      for (let row = 0; row < rows; row += 1) {
        const guess = others.reduce(
          (sum, column, index) => sum + (beta[index] ?? 0) * (column[row] ?? 0),
          0,
        );
        rest += ((own[row] ?? 0) - guess) ** 2;
        total += ((own[row] ?? 0) - mean) ** 2;
      }
      expect(channel.vif).toBeGreaterThan(1.01);
      expect(channel.vif).toBeCloseTo(total / rest, 6);
    }
  });

  test("scales a channel's response by scaling its adstock", () => {
    const [fit] = fitForecast(parseDataset(csv, config), config).fits;
    if (fit === undefined) throw new Error("there is no fit");
    const { alpha, gamma } = config.hyperparameters["a"] ?? { alpha: 0, gamma: 0 };
    const adstocked = fit.adstocked[0] ?? new Float64Array(0);
    const scale = adstocked.subarray(0, 65).reduce((most, value) => Math.max(most, value), 0);
    const steep = { ...fit, parameters: fit.parameters.with(1, 2.5) };
    steep.media = fit.media.map((column, at) =>
      at === 0 ? adstocked.map((a) => computeHillSaturation(a / scale, 2.5, gamma)) : column,
    );
    for (const [of, shape] of [
      [fit, alpha],
      [steep, 2.5],
    ] as const) {
      const expected = adstocked.reduce(
        (sum, a) => sum + computeHillSaturation((1.7 * a) / scale, shape, gamma),
        0,
      );
      expect(computeResponseAt(of, 0, 1.7)).toBeCloseTo((fit.beta[0] ?? 0) * expected, 6);
    }
  });
});

describe("bad data", () => {
  const { csv } = golden.objective;

  test("an all-zero channel is named and gets no effect and no ROI", () => {
    const result = forecast(withColumn(csv, "b", () => "0"));
    expect(codes(result)).toContain("channel_all_zero b");
    expect(result.channels[1]).toMatchObject({ coefficient: 0, roi: null, mroi: null, spend: 0 });
  });

  test("a constant channel is named", () => {
    const result = forecast(withColumn(csv, "b", () => "250"));
    expect(codes(result)).toContain("channel_constant b");
  });

  test("a channel that is one spike is named", () => {
    const result = forecast(withColumn(csv, "b", (row) => (row === 30 ? "9000" : "0")));
    expect(codes(result)).toContain("channel_one_spike b");
  });

  test("channels that move together are named", () => {
    const result = forecast(
      withColumn(csv, "b", (row) =>
        String(2 * Number(csv.split("\n")[row + 1]?.split(",")[2] ?? 0)),
      ),
    );
    expect(codes(result)).toContain("channels_collinear a");
    expect(codes(result)).toContain("vif_high b");
    const near = forecast(
      withColumn(csv, "b", (row) =>
        String(2 * Number(csv.split("\n")[row + 1]?.split(",")[2] ?? 0) + (row % 3)),
      ),
    );
    expect(near.channels[1]?.vif).toBeGreaterThan(10);
    expect(codes(near)).toContain("vif_high b");
  });

  test("a channel that starts late is named, and early folds live without it", () => {
    const result = forecast(withColumn(csv, "b", (row, old) => (row < 80 ? "0" : old)));
    expect(codes(result)).toContain("channel_inactive_in_first_window b");
  });

  test("a channel active only in the locked weeks is none", () => {
    const result = forecast(withColumn(csv, "b", (row) => (row < 117 ? "0" : "500")));
    expect(codes(result)).toContain("channel_all_zero b");
  });

  test("zeros in the target leave MAPE undefined and say so", () => {
    const result = forecast(withColumn(csv, "sales", (row, old) => (row === 70 ? "0" : old)));
    expect(result.validation.mean.mape).toBeNull();
    expect(result.validation.mean.wmape).toBeGreaterThan(0);
    expect(codes(result)).toContain("target_has_zeros");
  });

  test("a negative target is fitted and named", () => {
    const result = forecast(withColumn(csv, "sales", (_, old) => String(Number(old) - 4000)));
    expect(codes(result)).toContain("target_has_negatives");
  });

  test("a constant control is left out and named", () => {
    const result = forecast(withColumn(csv, "index", () => "7"));
    expect(codes(result)).toContain("control_constant");
    expect(result.other_coefficients["index"]).toBe(0);
  });

  test("a control that repeats another is left out and named", () => {
    const lines = csv.trimEnd().split("\n");
    const twice = lines
      .map(
        (line, at) =>
          `${line},${at === 0 ? "again" : String(3 * Number(line.split(",")[5]) + 0.1)}`,
      )
      .join("\n");
    const result = forecast(twice, { data: { ...config.data, controls: ["index", "again"] } });
    expect(codes(result)).toContain("control_redundant");
    expect(result.other_coefficients["again"]).toBe(0);
    expect(result.loss).toBeCloseTo(forecast(csv).loss, 9);
  });

  test("fewer rows than variables is refused", () => {
    const short = csv.split("\n").slice(0, 74).join("\n");
    expect(() => forecast(short)).toThrow(ModelError);
    expect(() => forecast(short)).toThrow(/coefficients/);
  });

  test("a constant target is refused", () => {
    expect(() => forecast(withColumn(csv, "sales", () => "5"))).toThrow(/nothing to explain/);
  });

  test("huge and tiny units change no share and no error", () => {
    const plain = forecast(csv);
    const scaled = forecast(
      withColumn(
        withColumn(csv, "sales", (_, old) => String(Number(old) * 1e9)),
        "a",
        (_, old) => String(Number(old) * 1e-6),
      ),
    );
    expect(scaled.loss).toBeCloseTo(plain.loss, 8);
    expect(scaled.channels[0]?.effect_share).toBeCloseTo(plain.channels[0]?.effect_share ?? 0, 6);
  });
});

describe("geo panels", () => {
  const { csv } = golden.objective;
  const lines = csv.trimEnd().split("\n");
  const panel = [
    `${lines[0]},geo`,
    ...lines.slice(1).map((line) => `${line},north`),
    ...lines.slice(1).map((line) => `${line},south`),
  ].join("\n");

  test.each(["pooled", "per_geo"])("two equal geos %s have the national forecast", (mode) => {
    const national = assessForecast(parseDataset(csv, config), config);
    const split = parseModelConfig({
      ...config,
      data: { ...config.data, geo: { column: "geo", mode } },
    });
    const result = assessForecast(parseDataset(panel, split), split);
    expect(result.data.geos).toBe(2);
    for (const [at, channel] of result.channels.entries()) {
      expect(channel.roi).toBeCloseTo(national.channels[at]?.roi ?? 0, 6);
    }
    expect(result.loss).toBeCloseTo(national.loss, 8);
  });
});

describe("calibration", () => {
  const { csv } = golden.objective;
  const prior = (roi: number, sd: number) => ({
    calibration: { roi_priors: [{ channel: "a", roi, sd }] },
  });

  test("when not given changes nothing, and empty is not given", () => {
    expect(train(csv, { calibration: {} })).toEqual(train(csv));
  });

  test("draws ROI to its prior, the more the surer the prior is", () => {
    const free = train(csv).channels[0]?.roi ?? 0;
    const aim = 3 * free;
    const weak = train(csv, prior(aim, 100 * aim)).channels[0]?.roi ?? 0;
    const strong = train(csv, prior(aim, aim / 1000)).channels[0]?.roi ?? 0;
    expect(weak).toBeCloseTo(free, 1);
    expect(strong / aim).toBeCloseTo(1, 2);
    expect(codes(train(csv, prior(aim, 1)))).toContain("calibration_used");
  });

  test("draws the effect in a lift test's weeks to what the test measured", () => {
    const test1 = {
      channel: "a",
      start: "2021-06-07",
      end: "2021-09-05",
      effect: 9000,
      standard_error: 1,
    };
    const result = parseModelConfig({ ...config, calibration: { lift_tests: [test1] } });
    const dataset = parseDataset(csv, result);
    const table = attributePeriods(dataset, estimateEffects(dataset, result));
    const from = table.dates.indexOf(test1.start);
    const to = table.dates.indexOf("2021-08-30") + 1;
    const effect = table.channels["a"]?.slice(from, to).reduce((sum, value) => sum + value, 0);
    expect((effect ?? 0) / 9000).toBeCloseTo(1, 2);
  });

  test("no fold sees a lift test that ended after its training window", () => {
    const late = {
      channel: "a",
      start: "2022-11-07",
      end: "2022-12-26",
      effect: 9e4,
      standard_error: 1,
    };
    const folds = forecast(csv, { calibration: { lift_tests: [late] } }).validation.folds;
    const free = forecast(csv).validation.folds;
    expect(folds[0]).toEqual(free[0]);
    expect(folds[2]).toEqual(free[2]);
  });
});
