import { describe, expect, test } from "vitest";
import {
  computeChannelAttribution,
  computeContributionRows,
  computeResponseAt,
} from "../../../model/fit/attribution.ts";
import { fitWindow, type WindowFit } from "../../../model/fit/fit.ts";
import { createProblem, toParameterVector } from "../../../model/fit/problem.ts";
import { sum } from "../../../model/numbers.ts";
import { computeEffectDuration } from "../../../model/transform/effect-duration.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const config = smallConfig();
const problem = createProblem(smallDataset(), config);
const rows = problem.trainingRows;
const fit = fitWindow(problem, toParameterVector(config), { trainRows: rows, rows });

describe("what a channel did", () => {
  test("scales with spend along the Hill curve", () => {
    const half = {
      beta: Float64Array.of(2),
      parameters: Float64Array.of(0, 2, 0.5),
      media: [Float64Array.of(0.5)],
      problem: { weights: Float64Array.of(1) },
      trainRows: 1,
    } as unknown as WindowFit;
    // q = γ^α at half saturation; three times the spend gives 9 q, so 9/10 of saturation.
    expect(computeResponseAt(half, 0, 3)).toBeCloseTo(1.8, 12);
    expect(computeResponseAt(half, 0, 1)).toBeCloseTo(1, 12);
    expect(computeResponseAt(half, 0, 0)).toBe(0);
  });

  test("is its contribution over its spend, with less for the next unit where returns diminish", () => {
    for (const channel of [0, 1]) {
      const found = computeChannelAttribution([fit], channel);
      const contribution = sum(computeContributionRows(fit, channel));
      expect(found.contribution).toBeCloseTo(contribution, 4);
      expect((found.roi ?? 0) * found.spend).toBeCloseTo(contribution, 4);
      expect(found.mroi).toBeLessThan(found.roi ?? 0);
      expect(found.immediate_share).toBeGreaterThan(0);
      expect(found.immediate_share).toBeLessThan(1);
    }
  });

  test("is undefined per unit of spend where nothing was spent", () => {
    const found = computeChannelAttribution([], 0);
    expect(found).toMatchObject({ roi: null, mroi: null, immediate_share: null });
  });

  test("lasts as long as the weights of the model say", () => {
    const { half_life_weeks, duration_90_weeks } = computeChannelAttribution([fit], 0);
    const decay = config.hyperparameters["tv"]?.decay ?? 0;
    expect(half_life_weeks).toBe(computeEffectDuration(decay, 0.5, 13));
    expect(duration_90_weeks).toBe(computeEffectDuration(decay, 0.1, 13));
  });
});
