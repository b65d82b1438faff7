/** Protects: cheap ROI intervals equal the long way round, repeat themselves, and are narrower. */

import { describe, expect, test } from "vitest";
import { computeChannelAttribution } from "../../../model/fit/attribution.ts";
import { drawBootstrapTarget } from "../../../model/results/block-bootstrap.ts";
import { estimateConditionalRoiIntervals } from "../../../model/results/conditional-intervals.ts";
import { fitTrainingRows } from "../../../model/fit/contributions.ts";
import { fitWindow } from "../../../model/fit/fit.ts";
import { computeQuantile } from "../../../model/numbers.ts";
import { createObjective } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { Random, deriveSeed } from "../../../model/random.ts";
import { trainModel } from "../../../model/train.ts";
import { simulated, withColumn } from "../support.ts";
import { parseDataset } from "../../../model/data/dataset.ts";

const { dataset, config, simulation } = simulated(3);

function fitsOf(data: typeof dataset) {
  return fitTrainingRows(createObjective(data, config), toParameterVector(config));
}

describe("conditionalRoiIntervals", () => {
  test("are those of whole refits on the same resampled targets", () => {
    const [fit] = fitsOf(dataset);
    if (fit === undefined) throw new Error("no fit");
    const random = new Random(deriveSeed(5, 3));
    const rois = Array.from({ length: 200 }, () => {
      const problem = { ...fit.problem, scaledTarget: drawBootstrapTarget(fit, random) };
      const rows = { trainRows: fit.trainRows, rows: fit.rows };
      const again = fitWindow(problem, fit.parameters, rows);
      return config.channels.map(
        (_, channel) => computeChannelAttribution([again], channel).roi ?? 0,
      );
    });
    for (const [channel, interval] of estimateConditionalRoiIntervals([fit], 5).entries()) {
      const values = rois.map((row) => row[channel] ?? 0);
      expect(interval?.low).toBeCloseTo(computeQuantile(values, 0.05), 8);
      expect(interval?.high).toBeCloseTo(computeQuantile(values, 0.95), 8);
    }
  });

  test("repeat themselves, differ by seed, and come with every training", () => {
    const fits = fitsOf(dataset);
    expect(estimateConditionalRoiIntervals(fits, 5)).toEqual(
      estimateConditionalRoiIntervals(fits, 5),
    );
    expect(estimateConditionalRoiIntervals(fits, 6)).not.toEqual(
      estimateConditionalRoiIntervals(fits, 5),
    );
    const trained = trainModel(dataset, config, { seed: 5 });
    expect(
      trained.channels.map(({ roi_low, roi_high }) => ({ low: roi_low, high: roi_high })),
    ).toEqual(estimateConditionalRoiIntervals(fits, 5));
    for (const { roi, roi_low, roi_high } of trained.channels) {
      expect(roi_low).toBeLessThanOrEqual(roi ?? 0);
      expect(roi_high).toBeGreaterThanOrEqual(roi ?? 0);
    }
  });

  test("are null without spend", () => {
    const silent = parseDataset(
      withColumn(simulation.csv, config.channels[0]?.spend ?? "", () => "0"),
      config,
    );
    const [first, second] = estimateConditionalRoiIntervals(fitsOf(silent), 5);
    expect(first).toBeNull();
    expect(second?.low).toBeGreaterThanOrEqual(0);
  });
});
