/** Protects: the analytic gradient is the slope of the loss, and refinement walks down it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDataset } from "../../../model/data/dataset.ts";
import { computeLossGradient } from "../../../model/fit/gradient.ts";
import type { Objective } from "../../../model/fit/objective.ts";
import { createObjective } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { refineParameters, refineConfiguration } from "../../../model/search/refine.ts";
import { resolveBox } from "../../../model/search/bounds.ts";
import { parseModelConfig } from "../../../model/config.ts";
import { searchConfiguration } from "../../../model/search/search.ts";
import { trainModel } from "../../../model/train.ts";
import { golden, goldenConfig, simulated } from "../support.ts";

const config = goldenConfig();
const dataset = parseDataset(golden.objective.csv, config);

/** Central difference, or null where the loss has a kink between the two points. */
function difference(
  blend: (point: Float64Array) => number,
  point: Float64Array,
  at: number,
): number | null {
  const step = (size: number): number => {
    const [up, down] = [point.slice(), point.slice()];
    up[at] = (point[at] ?? 0) + size;
    down[at] = (point[at] ?? 0) - size;
    return (blend(up) - blend(down)) / (2 * size);
  };
  const size = 1e-6 * Math.max(1e-2, Math.abs(point[at] ?? 0));
  const [coarse, fine] = [step(4 * size), step(size)];
  return Math.abs(coarse - fine) > 1e-5 * (Math.abs(fine) + 1e-3) ? null : fine;
}

function expectSlopes(objective: Objective, point: Float64Array, inSampleWeight = 0): number {
  const { loss, gradient } = computeLossGradient(objective, point, inSampleWeight);
  expect(loss).toBe(objective.evaluate(point).loss);
  const blend = (of: Float64Array): number => {
    const found = objective.evaluate(of);
    return found.loss + inSampleWeight * found.inSample;
  };
  let compared = 0;
  for (const at of point.keys()) {
    const slope = difference(blend, point, at);
    if (slope === null) continue;
    compared += 1;
    expect(Math.abs((gradient[at] ?? 0) - slope)).toBeLessThan(1e-5 * (Math.abs(slope) + 1e-2));
  }
  return compared;
}

const parameter = fc.tuple(
  fc.double({ min: 0.02, max: 0.9, noNaN: true }),
  fc.double({ min: 0.4, max: 3.5, noNaN: true }),
  fc.double({ min: 0.2, max: 1.5, noNaN: true }),
);
const pointsOf = (channels: number) =>
  fc
    .tuple(
      fc.array(parameter, { minLength: channels, maxLength: channels }),
      fc.double({ min: 1e-3, max: 1, noNaN: true }),
    )
    .map(([rows, penalty]) => Float64Array.from([...rows.flat(), penalty]));

describe("lossGradient", () => {
  test("agrees with finite differences at random parameters", () => {
    const objective = createObjective(dataset, config);
    let compared = 0;
    fc.assert(
      fc.property(pointsOf(3), (point) => {
        compared += expectSlopes(objective, point);
      }),
      { numRuns: 60, seed: 11 },
    );
    expect(compared).toBeGreaterThan(400);
  });

  test("agrees with the in-sample error blended in", () => {
    const objective = createObjective(dataset, config);
    let compared = 0;
    for (const point of golden.objective.points) {
      compared += expectSlopes(objective, Float64Array.from(point), 1.5);
    }
    expect(compared).toBeGreaterThan(40);
  });

  test("agrees for five channels with flights, and for adstock that is not normalised", () => {
    for (const normalized of [true, false]) {
      const one = simulated(5, {}, { adstock: { normalized, max_lag_weeks: 6 } });
      const objective = createObjective(one.dataset, one.config);
      expect(expectSlopes(objective, toParameterVector(one.config))).toBeGreaterThan(12);
    }
  });

  test("agrees for geo panels, pooled and each geo apart", () => {
    const csv = golden.objective.csv.trimEnd().split("\n");
    const text = [
      `${csv[0]},geo`,
      ...csv.slice(1).map((line) => `${line},north`),
      ...csv.slice(1).map((line, row) => {
        const cells = line.split(",");
        const wobble = 1 + 0.2 * Math.sin(row * 1.7);
        return [cells[0], Number(cells[1]) * 0.4 * wobble, ...cells.slice(2), "south"].join(",");
      }),
    ].join("\n");
    for (const mode of ["pooled", "per_geo"]) {
      const geo = parseModelConfig({
        ...config,
        data: { ...config.data, geo: { column: "geo", mode } },
      });
      const objective = createObjective(parseDataset(text, geo), geo);
      expect(objective.engines).toHaveLength(mode === "pooled" ? 1 : 2);
      for (const point of golden.objective.points.slice(0, 3)) {
        expect(expectSlopes(objective, Float64Array.from(point))).toBeGreaterThan(5);
      }
    }
  });
});

describe("refine", () => {
  const objective = createObjective(dataset, config);
  const start = toParameterVector(config);
  const box = resolveBox(config);

  test("lowers the loss, stays in the box and leaves the penalty alone", () => {
    const refined = refineParameters(objective, start, { box, learningRate: 0.05, steps: 60 });
    expect(refined.lossAfter).toBeLessThan(refined.lossBefore);
    expect(objective.evaluate(refined.parameters).loss).toBe(refined.lossAfter);
    expect(refined.parameters[9]).toBe(start[9]);
    for (const [at, value] of refined.parameters.entries()) {
      expect(value).toBeGreaterThanOrEqual((box.low[at] ?? 0) - 1e-12);
      expect(value).toBeLessThanOrEqual((box.high[at] ?? 0) + 1e-12);
    }
  });

  test("does not trade the validation loss away for the fit in sample", () => {
    const tuned = searchConfiguration(dataset, config, {
      seed: 7,
      evaluations: 600,
      prior_weight: 0,
      in_sample_weight: 0,
    });
    const best = toParameterVector(tuned.config);
    const refined = refineParameters(objective, best, { box, learningRate: 0.05, steps: 40 });
    expect(refined.lossAfter).toBeLessThanOrEqual(refined.lossBefore);
  });

  test("goes as far as its learning rate lets it", () => {
    const moved = (learningRate: number): number => {
      const { parameters } = refineParameters(objective, start, { box, learningRate, steps: 1 });
      return Math.max(
        ...parameters.map(
          (value, at) =>
            Math.abs(value - (start[at] ?? 0)) / ((box.high[at] ?? 1) - (box.low[at] ?? 0)),
        ),
      );
    };
    expect(moved(0.001)).toBeCloseTo(0.001, 6);
    expect(moved(0.01)).toBeCloseTo(0.01, 5);
  });

  test("with no steps changes nothing", () => {
    const still = refineParameters(objective, start, { box, learningRate: 0.05, steps: 0 });
    expect([...still.parameters]).toEqual([...start]);
    expect(still.lossAfter).toBe(still.lossBefore);
  });

  test("makes another configuration, which is then trained as it stands", () => {
    const asked = { ...config, training: { ...config.training, refinement_steps: 30 } };
    const asGiven = trainModel(dataset, asked, { seed: 1 });
    expect(asGiven.refinement).toBeNull();
    expect(asGiven.hyperparameters).toEqual(config.hyperparameters);
    const refined = refineConfiguration(objective, asked);
    const result = trainModel(dataset, refined.config, { seed: 1, refinement: refined });
    expect(result.refinement?.loss_after).toBe(result.loss);
    expect(result.loss).toBeLessThan(asGiven.loss);
    expect(result.hyperparameters).toEqual(refined.config.hyperparameters);
  });

  test("works with finite differences when the model is calibrated", () => {
    const calibrated = parseModelConfig({
      ...config,
      calibration: { roi_priors: [{ channel: "a", roi: 1, sd: 0.5 }] },
    });
    const refined = refineConfiguration(createObjective(dataset, calibrated), {
      ...calibrated,
      training: { ...calibrated.training, refinement_steps: 5 },
    });
    expect(refined.lossAfter).toBeLessThan(refined.lossBefore);
  });
});
