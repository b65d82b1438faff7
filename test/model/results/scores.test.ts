import { describe, expect, test } from "vitest";
import { createStartParameters } from "../../../model/fit/engine.ts";
import type { Engine } from "../../../model/fit/engine.ts";
import { createObjective } from "../../../model/fit/objective.ts";
import {
  computeDiagnostics,
  computeFoldResults,
  computePooledMetrics,
} from "../../../model/results/scores.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const objective = createObjective(smallDataset(), smallConfig());
const engine = objective.engines[0] as Engine;
const { loss } = objective.evaluate(createStartParameters(engine));

describe("errors of a model", () => {
  test("are those of the folds, whose mean wMAPE is the loss", () => {
    const folds = computeFoldResults(objective);
    const mean = folds.reduce((sum, fold) => sum + (fold.metrics.wmape ?? 0), 0) / folds.length;
    expect(mean).toBeCloseTo(loss, 10);
    expect(folds.map((fold) => fold.actual.length)).toEqual([13, 13, 13, 13]);
    expect(folds[0]?.training_periods).toBe(156 - 5 * 13);
  });

  test("pool all validation rows", () => {
    const folds = computeFoldResults(objective);
    const errors = folds.flatMap((fold) => fold.actual.map((y, at) => y - fold.predicted[at]!));
    const mae = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
    expect(computePooledMetrics(folds, objective).mae).toBeCloseTo(mae, 8);
  });

  test("of unseen rows know no correction for the coefficients fitted", () => {
    const folds = computeFoldResults(objective);
    expect(folds[0]?.metrics.adj_r2).toBeNull();
    expect(computePooledMetrics(folds, objective).adj_r2).toBeNull();
  });

  test("stand per period, too", () => {
    const [fold] = computeFoldResults(objective);
    expect(fold?.totals).toEqual({ actual: fold?.actual, predicted: fold?.predicted });
  });

  test("measure how far effects are from spends (DECOMP.RSSD)", () => {
    const channels = [
      { effect_share: 0.9, spend_share: 0.5 },
      { effect_share: 0.1, spend_share: 0.4 },
    ];
    const { decomp_rssd, durbin_watson } = computeDiagnostics([], channels as never);
    expect(decomp_rssd).toBeCloseTo(0.5, 12);
    expect(durbin_watson).toBeNull();
  });
});
