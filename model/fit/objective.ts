/**
 * The objective of a configuration's whole data set: one engine, or one per geo.
 *
 * Geo modes: `pooled` fits all geos together (`problem.ts`); `per_geo` fits each geo on its own
 * with the same transform parameters and adds errors up, so a large geo counts for more.
 *
 * 1. One engine: exactly the engine's loss. Several: mean over folds of Σ_geo|e| / Σ_geo|y|.
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Evaluation } from "./engine.ts";
import { createEngine } from "./engine.ts";
import type { Engine } from "./engine.ts";

export interface Objective {
  readonly engines: readonly Engine[];
  readonly dimension: number;
  evaluate(parameters: Float64Array): Evaluation;
}

/** The objective of search, refinement and selection; see `engine.ts` for the loss. */
export function createObjective(dataset: Dataset, config: ModelConfig): Objective {
  const engines = splitGeos(dataset, config).map((part) => createEngine(part, config));
  const only = engines[0];
  if (only !== undefined && engines.length === 1) {
    return {
      engines,
      dimension: only.dimension,
      evaluate: (parameters) => only.evaluate(parameters),
    };
  }
  return {
    engines,
    dimension: only?.dimension ?? 0,
    evaluate(parameters) {
      let kkt = 0;
      for (const engine of engines) kkt = Math.max(kkt, engine.evaluate(parameters).kkt);
      const folds = only?.folds.length ?? 0;
      const share = (fold: number): number => {
        let errors = 0;
        let targets = 0;
        for (const engine of engines) {
          errors += engine.foldErrors[fold] ?? 0;
          targets += (engine.folds[fold] ?? engine.whole).targetSum;
        }
        return errors / (targets || 1);
      };
      let loss = 0;
      for (let fold = 0; fold < folds; fold += 1) loss += share(fold);
      return { loss: loss / folds, inSample: share(folds), kkt };
    },
  };
}

/**
 * Errors at the last evaluation, scaled so that their absolute values sum up to
 * (loss + inSampleWeight · in-sample wMAPE) / (1 + inSampleWeight).
 */
export function computeScaledErrors({ engines }: Objective, inSampleWeight: number): Float64Array {
  const folds = engines[0]?.folds.length ?? 0;
  const errors: number[] = [];
  for (let index = 0; index <= (inSampleWeight > 0 ? folds : folds - 1); index += 1) {
    let targets = 0;
    for (const engine of engines) targets += (engine.folds[index] ?? engine.whole).targetSum;
    const weight = (index < folds ? 1 / folds : inSampleWeight) / (1 + inSampleWeight);
    for (const engine of engines) {
      const { scaledTarget, weights } = engine.problem;
      const fold = engine.folds[index] ?? engine.whole;
      for (let row = fold.aheadStart; row < fold.aheadEnd; row += 1) {
        const error = (scaledTarget[row] as number) - engine.predict(fold, row);
        errors.push((error * (weights[row] as number) * weight) / (targets || 1));
      }
    }
  }
  return Float64Array.from(errors);
}

/** One data set per geo when the configuration asks for it, else the data set itself. */
export function splitGeos(dataset: Dataset, config: ModelConfig): Dataset[] {
  const geos = dataset.geos.length;
  if (geos === 1 || config.data.geo?.mode !== "per_geo") return [dataset];
  return dataset.geos.map((geo, index) => {
    const pick = (values: Float64Array): Float64Array =>
      Float64Array.from(dataset.dates, (_, period) => values[period * geos + index] ?? 0);
    return {
      ...dataset,
      geos: [geo],
      target: pick(dataset.target),
      channels: dataset.channels.map((channel) => ({
        ...channel,
        spend: pick(channel.spend),
        exposure: pick(channel.exposure),
      })),
      columns: dataset.columns.map((column) => ({ ...column, values: pick(column.values) })),
    };
  });
}
