import { describe, expect, test } from "vitest";
import { createObjective } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { refineConfiguration } from "../../../model/search/refine.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const bounds = { hyperparameters: { tv: { decay: [0.3, 0.5] } } } as const;
const config = smallConfig({
  hyperparameters: {
    tv: { decay: 0.45, alpha: 2.5, gamma: 0.9 },
    search: { decay: 0.25, alpha: 2.5, gamma: 0.9 },
  },
  training: { learning_rate: 0.02, refinement_steps: 12 },
});
const objective = createObjective(smallDataset(), config);

describe("refinement by gradient", () => {
  test("walks downhill from a poor start, inside the ranges, and leaves the penalty alone", () => {
    const refined = refineConfiguration(objective, config, bounds);
    expect(refined.lossAfter).toBeLessThan(refined.lossBefore);
    const decay = refined.config.hyperparameters["tv"]?.decay ?? 0;
    expect(decay).toBeGreaterThanOrEqual(0.3);
    expect(decay).toBeLessThanOrEqual(0.5);
    expect(refined.config.training.l2_penalty).toBeCloseTo(config.training.l2_penalty, 12);
    const again = objective.evaluate(toParameterVector(refined.config)).loss;
    expect(again).toBeCloseTo(refined.lossAfter, 12);
  });

  test("is the start itself after no steps", () => {
    const still = { ...config, training: { ...config.training, refinement_steps: 0 } };
    const refined = refineConfiguration(objective, still);
    expect(refined.lossAfter).toBe(refined.lossBefore);
    expect(refined.config.hyperparameters).toEqual(config.hyperparameters);
  });
});
