/** Protects: the loss is the one numpy computes, is a pure function, and never sees what it must not. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseModelConfig } from "../../../model/config.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { createEngine, createStartParameters } from "../../../model/fit/engine.ts";
import { fitWindow } from "../../../model/fit/fit.ts";
import { Likelihood } from "../../../model/fit/likelihood.ts";
import { createProblem, toParameterVector } from "../../../model/fit/problem.ts";
import { golden, goldenConfig, simulated, withColumn } from "../support.ts";

const config = goldenConfig();
const dataset = parseDataset(golden.objective.csv, config);
const points = golden.objective.points.map((point) => Float64Array.from(point));

describe("Engine", () => {
  test("agrees with the numpy objective to rounding error", () => {
    const engine = createEngine(dataset, config);
    for (const [at, point] of points.entries()) {
      const { loss, kkt } = engine.evaluate(point);
      expect(loss).toBeCloseTo(golden.objective.loss_plain[at] ?? 0, 10);
      expect(kkt).toBeLessThan(1e-10);
    }
  });

  test("gives the same bits whatever was evaluated before", () => {
    const engine = createEngine(dataset, config);
    const fresh = points.map((point) => createEngine(dataset, config).evaluate(point).loss);
    fc.assert(
      fc.property(fc.array(fc.nat(points.length - 1), { maxLength: 12 }), (order) => {
        for (const at of order) {
          expect(engine.evaluate(points[at] ?? new Float64Array(0)).loss).toBe(fresh[at]);
        }
      }),
    );
  });

  test("gives the same bits when only one parameter changed", () => {
    const engine = createEngine(dataset, config);
    const point = createStartParameters(engine);
    engine.evaluate(point);
    for (const [at, value] of [
      [0, 0.3],
      [4, 2],
      [8, 0.9],
      [9, 0.2],
    ] as const) {
      point[at] = value;
      expect(engine.evaluate(point).loss).toBe(createEngine(dataset, config).evaluate(point).loss);
    }
  });

  test("a fold's fit does not change when rows after its training window change", () => {
    const start = toParameterVector(config);
    const before = createEngine(dataset, config);
    before.evaluate(start);
    for (const [index, fold] of before.folds.entries()) {
      const csv = ["sales", "a", "b", "c", "index"].reduce(
        (text, column) =>
          withColumn(text, column, (row, old) =>
            row < fold.trainRows ? old : String(Number(old) * 3 + 17),
          ),
        golden.objective.csv,
      );
      const after = createEngine(parseDataset(csv, config), config);
      after.evaluate(start);
      for (let earlier = 0; earlier <= index; earlier += 1) {
        expect([...(after.folds[earlier]?.beta ?? [])]).toEqual([
          ...(before.folds[earlier]?.beta ?? []),
        ]);
      }
      expect([...(after.folds[index]?.nuisance ?? [])]).toEqual([...fold.nuisance]);
    }
  });

  test("locked rows change no loss", () => {
    const csv = ["sales", "a", "b", "c", "index"].reduce(
      (text, column) => withColumn(text, column, (row, old) => (row < 117 ? old : "12345")),
      golden.objective.csv,
    );
    const changed = createEngine(parseDataset(csv, config), config);
    const engine = createEngine(dataset, config);
    for (const point of points)
      expect(changed.evaluate(point).loss).toBe(engine.evaluate(point).loss);
  });

  test("does not care about the order of channels", () => {
    const turned = parseModelConfig({ ...config, channels: [...config.channels].reverse() });
    const engine = createEngine(dataset, config);
    const other = createEngine(parseDataset(golden.objective.csv, turned), turned);
    for (const point of points) {
      const flipped = Float64Array.from(
        [2, 1, 0].flatMap((c) => [...point.subarray(3 * c, 3 * c + 3)]).concat(point[9] ?? 0),
      );
      expect(other.evaluate(flipped).loss).toBeCloseTo(engine.evaluate(point).loss, 10);
    }
  });

  test("does not care about the unit of spend", () => {
    const csv = withColumn(golden.objective.csv, "b", (_, old) => String(Number(old) / 1000));
    const engine = createEngine(dataset, config);
    const other = createEngine(parseDataset(csv, config), config);
    for (const point of points) {
      expect(other.evaluate(point).loss).toBeCloseTo(engine.evaluate(point).loss, 8);
    }
  });

  test("pooling a geo with its double is the national model", () => {
    const lines = golden.objective.csv.trimEnd().split("\n");
    const geo = [
      `${lines[0]},geo`,
      ...lines.slice(1).map((line) => `${line},north`),
      ...lines.slice(1).map((line) => {
        const cells = line.split(",");
        return [
          cells[0],
          ...cells.slice(1, 5).map((cell) => String(2 * Number(cell))),
          cells[5],
          "south",
        ].join(",");
      }),
    ].join("\n");
    const pooled = parseModelConfig({
      ...config,
      data: { ...config.data, geo: { column: "geo" } },
    });
    const engine = createEngine(parseDataset(geo, pooled), pooled);
    const national = createEngine(dataset, config);
    for (const point of points) {
      expect(engine.evaluate(point).loss).toBeCloseTo(national.evaluate(point).loss, 8);
    }
  });
});

describe("fitWindow", () => {
  test("predicts the locked rows as numpy does", () => {
    const problem = createProblem(dataset, config);
    for (const [at, point] of points.entries()) {
      const fit = fitWindow(problem, point, {
        trainRows: problem.trainingRows,
        rows: problem.rows,
      });
      let errors = 0;
      let size = 0;
      for (let row = problem.trainingRows; row < problem.rows; row += 1) {
        errors += Math.abs((dataset.target[row] ?? 0) - (fit.fitted[row] ?? 0));
        size += Math.abs(dataset.target[row] ?? 0);
      }
      expect(errors / size).toBeCloseTo(golden.objective.locked_wmape[at] ?? 0, 9);
    }
  });

  test("on the last fold's rows is that fold's fit", () => {
    const engine = createEngine(dataset, config);
    const point = points[0] ?? createStartParameters(engine);
    engine.evaluate(point);
    for (const fold of engine.folds) {
      const fit = fitWindow(engine.problem, point, {
        trainRows: fold.trainRows,
        rows: fold.aheadEnd,
      });
      for (const [at, beta] of fold.beta.entries()) expect(fit.beta[at]).toBeCloseTo(beta, 6);
      expect(engine.predict(fold, fold.trainRows)).toBeCloseTo(fit.fitted[fold.trainRows] ?? 0, 6);
    }
  });

  test("leaves the residual sum of squares the likelihood states", () => {
    const problem = createProblem(dataset, config);
    const likelihood = new Likelihood(problem);
    for (const point of points) {
      const fit = fitWindow(problem, point, {
        trainRows: problem.trainingRows,
        rows: problem.trainingRows,
      });
      const rss = fit.fitted.reduce(
        (sum, value, row) => sum + ((dataset.target[row] ?? 0) - value) ** 2,
        0,
      );
      expect(likelihood.residualSquares(point) / rss).toBeCloseTo(1, 8);
    }
  });

  test("without noise and at the true parameters finds the true coefficients", () => {
    const {
      simulation,
      config: base,
      dataset: clean,
    } = simulated(3, { noise: 0 }, { training: { l2_penalty: 1e-8 } });
    const truth = simulation.truth.channels;
    const exact = {
      ...base,
      hyperparameters: Object.fromEntries(
        Object.entries(truth).map(([name, { decay, alpha, gamma }]) => [
          name,
          { decay, alpha, gamma },
        ]),
      ),
      architecture: { ...base.architecture, seasonality: { fourier_pairs: 1, day_of_week: false } },
    };
    const problem = createProblem(clean, exact);
    const fit = fitWindow(problem, toParameterVector(exact), {
      trainRows: problem.trainingRows,
      rows: problem.trainingRows,
    });
    for (const [at, channel] of base.channels.entries()) {
      expect((fit.beta[at] ?? 0) / (truth[channel.name]?.coefficient ?? 1)).toBeCloseTo(1, 3);
    }
  });
});
