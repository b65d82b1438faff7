import { describe, expect, test } from "vitest";
import { createProblem, toParameterVector, withParameters } from "../../../model/fit/problem.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();

describe("a problem ready for fitting", () => {
  test("writes parameters into a configuration and reads the same ones back", () => {
    const parameters = Float64Array.of(0.1, 1.1, 0.4, 0.2, 2, 0.6, 0.05);
    const changed = withParameters(config, parameters);
    expect(toParameterVector(changed)).toEqual(parameters);
    expect(changed.hyperparameters["search"]).toEqual({ decay: 0.2, alpha: 2, gamma: 0.6 });
    expect(changed.training.l2_penalty).toBe(0.05);
    expect(config.training.l2_penalty).not.toBe(0.05);
  });

  test("weighs a geo by its mean target in the first window", () => {
    const dataset = smallDataset();
    const double = (values: Float64Array) =>
      Float64Array.from({ length: 2 * values.length }, (_, at) => {
        const value = values[at >> 1] ?? 0;
        return at % 2 === 0 ? value : 3 * value;
      });
    const panel = {
      ...dataset,
      geos: ["a", "b"],
      target: double(dataset.target),
      channels: dataset.channels.map((one) => ({ ...one, exposure: double(one.exposure) })),
    };
    const { weights, scaledTarget, windows } = createProblem(panel, config);
    const first = dataset.target.subarray(0, windows.folds[0]?.trainEnd);
    const mean = first.reduce((sum, y) => sum + y, 0) / first.length;
    expect(weights[0]).toBeCloseTo(mean, 6);
    expect(weights[1]).toBeCloseTo(3 * mean, 6);
    expect(scaledTarget[10]).toBeCloseTo(scaledTarget[11] ?? 0, 12);
  });

  test("has something to explain", () => {
    const dataset = smallDataset();
    const flat = { ...dataset, target: dataset.target.map(() => 5) };
    expect(() => createProblem(flat, config)).toThrow(
      expect.objectContaining({ code: "target_constant" }),
    );
  });
});
