/**
 * Protects: the figures of inputs whose right values are known by other means (numpy, scipy, hand). The
 * inputs are kept beside the repository and are skipped where they are not.
 */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseModelConfig, type ModelConfig } from "../../model/config.ts";
import { parseDataset, type Dataset } from "../../model/data/dataset.ts";
import { computeResponseAt } from "../../model/fit/attribution.ts";
import { assessForecast, fitForecast } from "../../model/forecast.ts";
import { createMonitoringPlan } from "../../agents/builtin/monitoring-plan.ts";
import { parseBusinessContextText } from "../../agents/business-context.ts";
import { BUSINESS_SETTINGS } from "../../agents/business-settings.ts";
import { monitorDeployed } from "../../agents/monitor-deployment.ts";
import { sum } from "../../model/numbers.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import type { ForecastResult } from "../../model/results/training-result.ts";
import { allocateCurves, type SpendCurve } from "../../model/spend-split.ts";

const CASES = "../shared/cases";
const ROBYN = "../shared/data/robyn/dt_simulated_weekly.csv";

const readConfig = (path: string, more: object = {}): ModelConfig => {
  const given = JSON.parse(readFileSync(`${CASES}/${path}`, "utf8")) as { data: object };
  return parseModelConfig({ ...given, data: { ...given.data, ...more } });
};
const readCase = (path: string, csv: string, more: object = {}) => {
  const config = readConfig(path, more);
  return { config, dataset: parseDataset(readFileSync(`${CASES}/${csv}`, "utf8"), config) };
};
const assess = ({ config, dataset }: { config: ModelConfig; dataset: Dataset }): ForecastResult =>
  assessForecast(dataset, config);
const codes = ({ findings }: ForecastResult): string[] => findings.map(({ code }) => code);

const robynCurves = (): SpendCurve[] => {
  const config = readConfig("target-roi/config.json");
  const { fits } = fitForecast(parseDataset(readFileSync(ROBYN, "utf8"), config), config);
  const fit = fits[0];
  if (fit === undefined) throw new Error("no fit");
  return config.channels.map(({ name }, index) => {
    const spend = fit.problem.dataset.channels[index]?.spend ?? new Float64Array(0);
    const today = sum(spend, 0, fit.trainRows);
    const response = (amount: number) => computeResponseAt(fit, index, amount / today);
    return { name, today, low: 0, high: 2 * today, response };
  });
};

describe.skipIf(!existsSync(CASES))("given cases", () => {
  test.each([
    [8, 84.95e6, 10.618e6],
    [20, 14.18e6, 0.709e6],
  ])("target-roi: a return of %d is met at the largest response", (target, response, spent) => {
    const curves = robynCurves();
    const spends = allocateCurves(curves, sum(curves.map(({ today }) => today)), target);
    const found = sum(curves.map((curve, at) => curve.response(spends[at] ?? 0)));
    expect(Math.abs(found / response - 1)).toBeLessThan(1e-3);
    expect(Math.abs(sum(spends) / spent - 1)).toBeLessThan(2e-3);
    expect(found / sum(spends)).toBeGreaterThanOrEqual(target * (1 - 1e-6));
  });

  test("target-roi: a return that no plan reaches is refused", () => {
    const curves = robynCurves();
    expect(() => allocateCurves(curves, sum(curves.map(({ today }) => today)), 1000)).toThrow(
      expect.objectContaining({ code: "allocation_infeasible" }),
    );
  });

  test("lift-test-dates: whole weeks count, and what does not enter says so", () => {
    const tv = (name: string) =>
      assess(readCase(`lift-test-dates/${name}.json`, "lift-test-dates/data.csv"));
    const roi = (result: ForecastResult) => result.channels[0]?.roi;
    expect(roi(tv("good"))).toBeCloseTo(23.1692, 3);
    for (const name of ["before_data", "wrong_year_after", "locked", "ends_one_day_into_locked"]) {
      expect(roi(tv(name)), name).toBeCloseTo(1.6108, 3);
      expect(codes(tv(name)), name).not.toContain("calibration_used");
    }
    const midweek = tv("midweek_5_days");
    expect(codes(midweek)).toContain("calibration_used");
    // Five of the week's seven days: the statement is of 5/7 of its effect.
    expect(roi(midweek)).toBeGreaterThan(6);
  });

  test("week-ending-dates: the label says which week an event is in", () => {
    const path = "week-ending-dates";
    const unlabelled = assess(readCase(`${path}/config.json`, `${path}/data.csv`));
    expect(codes(unlabelled)).toContain("week_label_unstated");
    const labelled = readCase(`${path}/config.json`, `${path}/data.csv`, { week_label: "end" });
    const started = readCase(`${path}/config.json`, `${path}/data_week_start.csv`);
    expect(assess(labelled).in_sample.r2).toBeCloseTo(0.954, 3);
    expect(assess(labelled).in_sample.r2).toBeCloseTo(assess(started).in_sample.r2 ?? 0, 9);
  });

  test("carryover-beyond-lag: durations are those of the weights up to the longest lag", () => {
    const path = "carryover-beyond-lag";
    const { channels } = assess(readCase(`${path}/config.json`, `${path}/data.csv`));
    const lags = channels
      .slice(0, 2)
      .flatMap((row) => [row.half_life_weeks, row.duration_90_weeks].map(Math.floor));
    expect(lags).toEqual([3, 7, 4, 8]);
  });

  test("panel-r2: noise around the means of geos is no fit", () => {
    const result = assess(readCase("panel-r2/config.json", "panel-r2/data.csv"));
    expect(Math.abs(result.in_sample.r2 ?? 1)).toBeLessThan(0.06);
    expect(codes(result)).not.toContain("fit_suspicious");
  });

  const deploy = (folder: string, digest: string) => {
    const { config, dataset } = readCase(`${folder}/baseline.json`, `${folder}/session.csv`);
    const { channels, validation } = assessForecast(dataset, config);
    const context = parseBusinessContextText('{"business_unit":"unit"}');
    const plan = createMonitoringPlan(validation.mean, context, BUSINESS_SETTINGS.parse({}));
    const coefficients = Object.fromEntries(channels.map((row) => [row.name, row.coefficient]));
    return {
      session: "s",
      decision: "approve",
      config,
      published: null,
      rules: [...plan.monitoring],
      deployedUntil: dataset.dates.at(-1) ?? null,
      dataDigest: digest,
      recorded: { firstDate: dataset.dates[0] ?? null, coefficients },
    };
  };
  const text = (path: string) => readFileSync(`${CASES}/${path}`, "utf8");

  test("monitor-new-channel: spend beyond the trained range is a warning that names it", () => {
    const folder = "monitor-new-channel";
    const deployed = deploy(folder, computeSha256(text(`${folder}/session.csv`)));
    const csv = text(`${folder}/with_new_weeks.csv`);
    const report = monitorDeployed({ deployed, csv, returns: false });
    expect(report.status).toBe("warn");
    expect(report.summary).toMatch(/tiktok: beyond the trained range: 480000/);
  });

  test("monitor-session-file: the deployed model is judged on its session's own weeks", () => {
    const folder = "monitor-session-file";
    const session = text(`${folder}/session.csv`);
    const deployed = deploy(folder, computeSha256(session));
    const watch = (name: string, more: object = {}) =>
      monitorDeployed({ deployed, csv: text(`${folder}/${name}.csv`), returns: false, ...more });
    const refused = expect.objectContaining({ code: "data_changed" }) as Error;
    expect(watch("all_unchanged").status).toBe("ok");
    expect(watch("new_only", { sessionCsv: session }).status).toBe("ok");
    const wrong = { sessionCsv: text(`${folder}/wrong_session.csv`) };
    expect(() => watch("new_only", wrong)).toThrow(refused);
    const restated = watch("history_restated", { keptCsv: session });
    expect(restated.history.map(({ code }) => code)).toEqual(["history_changed"]);
    const rolling = watch("rolling_export", { sessionCsv: session });
    expect(rolling.history.map(({ code }) => code)).toEqual(["history_missing"]);
    expect(rolling.status).toBe("ok");
    expect(() => watch("history_restated")).toThrow(refused);
    expect(() => watch("rolling_export")).toThrow(refused);
  });

  test("panel-picture: folds add up over geos, period by period", () => {
    const panel = readCase("panel-picture/with_geo.json", "panel-picture/geo2.csv");
    const { validation } = assess(panel);
    const { dataset } = panel;
    for (const { from, totals } of validation.folds) {
      const first = dataset.dates.indexOf(from);
      expect(totals.predicted).toHaveLength(13);
      for (const [at, actual] of totals.actual.entries()) {
        const rows = [0, 1].map((geo) => dataset.target[(first + at) * 2 + geo] ?? 0);
        expect(actual).toBeCloseTo(sum(rows), 6);
      }
    }
  });
});
