/**
 * Final fits and what they say week by week.
 *
 * 1. actual − fitted is the residual; fitted = baseline + Σ channels, period by period.
 * 2. Covers the training periods only; the locked test has no contributions.
 */

import { computeContributionRows } from "./attribution.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { WindowFit } from "./fit.ts";
import { fitWindow } from "./fit.ts";
import type { Objective } from "./objective.ts";
import { createObjective } from "./objective.ts";
import { toParameterVector } from "./problem.ts";

/** The final fits: on all rows before the locked test, one per engine. */
export function fitTrainingRows(objective: Objective, parameters: Float64Array): WindowFit[] {
  return objective.engines.map((engine) =>
    fitWindow(engine.problem, parameters, {
      trainRows: engine.problem.trainingRows,
      rows: engine.problem.trainingRows,
    }),
  );
}

/** Fits of a configuration as it stands, for readers of curves and contributions. */
export function fitConfiguration(dataset: Dataset, config: ModelConfig): WindowFit[] {
  return fitTrainingRows(createObjective(dataset, config), toParameterVector(config));
}

export interface ContributionTable {
  readonly dates: readonly string[];
  readonly actual: readonly number[];
  readonly fitted: readonly number[];
  readonly baseline: readonly number[];
  readonly channels: Readonly<Record<string, readonly number[]>>;
}

/** Contributions per channel and period over the training periods, geos added up. */
export function computeContributions(dataset: Dataset, config: ModelConfig): ContributionTable {
  const fits = fitConfiguration(dataset, config);
  const periods = fits[0]?.problem.windows.trainingEnd ?? 0;
  const total = (of: (fit: WindowFit) => Float64Array): number[] => {
    const sums = Array.from({ length: periods }, () => 0);
    for (const fit of fits) {
      const values = of(fit);
      for (let row = 0; row < fit.trainRows; row += 1) {
        const period = Math.floor(row / fit.problem.stride);
        sums[period] = (sums[period] ?? 0) + (values[row] ?? 0);
      }
    }
    return sums;
  };
  return {
    dates: dataset.dates.slice(0, periods),
    actual: total((fit) => fit.problem.dataset.target),
    fitted: total((fit) => fit.fitted),
    baseline: total((fit) => fit.baseline),
    channels: Object.fromEntries(
      config.channels.map(({ name }, channel) => [
        name,
        total((fit) => computeContributionRows(fit, channel)),
      ]),
    ),
  };
}
