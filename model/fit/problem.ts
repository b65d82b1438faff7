/**
 * A data set and a configuration as arrays ready for fitting.
 *
 * Owns: row weights of geo panels, parameter vectors. Not: any fit, nor how arrays lie (`layout.ts`).
 *
 * Geo panels (pooled): one set of transform parameters and coefficients for all geos. Each row is
 * divided by its geo's mean target in the first training window, so coefficients are relative to
 * the size of a geo; contributions are multiplied back. For national data the weight is 1.
 *
 * 1. Nothing here depends on target values after the first training window, but `target` itself.
 */

import { countPeriods } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Design } from "../data/design.ts";
import { buildDesign, countDesignColumns } from "../data/design.ts";
import { ModelError } from "../errors.ts";
import type { TransformSettings } from "../transform/transform.ts";
import type { Windows } from "../data/windows.ts";
import { cutWindows } from "../data/windows.ts";

export interface Problem {
  readonly config: ModelConfig;
  readonly dataset: Dataset;
  readonly windows: Windows;
  /** Rows per period. */
  readonly stride: number;
  /** All rows, locked ones too. */
  readonly rows: number;
  /** Rows before the locked test. */
  readonly trainingRows: number;
  /** Size of the row's geo; target = weight × scaledTarget. */
  readonly weights: Float64Array;
  readonly scaledTarget: Float64Array;
  readonly design: Design;
  readonly exposures: readonly Float64Array[];
  readonly settings: TransformSettings;
}

/**
 * Lays out the data for fitting.
 *
 * @param given windows to use instead of those cut from the data's own length
 *
 * @throws ModelError `rows_too_few`, `target_constant`.
 */
export function createProblem(dataset: Dataset, config: ModelConfig, given?: Windows): Problem {
  const stride = dataset.geos.length;
  const coefficients = countDesignColumns(dataset, config) + config.channels.length;
  const windows = given ?? cutWindows(dataset, config, coefficients);
  const firstRows = (windows.folds[0]?.trainEnd ?? windows.trainingEnd) * stride;
  checkTarget(dataset.target, firstRows, config.data.target);
  const weights = computeGeoWeights(dataset.target, stride, firstRows);
  return {
    config,
    dataset,
    windows,
    stride,
    rows: dataset.target.length,
    trainingRows: windows.trainingEnd * stride,
    weights,
    scaledTarget: dataset.target.map((value, row) => value / (weights[row] ?? 1)),
    design: buildDesign(dataset, config, firstRows),
    exposures: dataset.channels.map((channel) => channel.exposure),
    settings: {
      stride,
      lagMax: countPeriods(config.adstock.max_lag_weeks, dataset.periodsPerWeek),
      normalized: config.adstock.normalized,
      scaleEnds: [
        ...windows.folds.map((fold) => fold.trainEnd * stride),
        windows.trainingEnd * stride,
        dataset.target.length,
      ],
    },
  };
}

function checkTarget(target: Float64Array, rows: number, column: string): void {
  const first = target[0] ?? 0;
  for (let row = 1; row < rows; row += 1) if (target[row] !== first) return;
  throw new ModelError(
    "target_constant",
    `Column "${column}" has the same value in the whole first training window; there is nothing to explain`,
    { column, value: first, rows },
  );
}

function computeGeoWeights(target: Float64Array, stride: number, rows: number): Float64Array {
  const weights = new Float64Array(target.length).fill(1);
  if (stride === 1) return weights;
  for (let geo = 0; geo < stride; geo += 1) {
    let sum = 0;
    for (let row = geo; row < rows; row += stride) sum += Math.abs(target[row] ?? 0);
    const mean = (sum * stride) / rows;
    for (let row = geo; row < weights.length; row += stride) weights[row] = mean > 0 ? mean : 1;
  }
  return weights;
}

/** Parameter vector of a configuration: [decay, alpha, gamma] per channel, then l2_penalty. */
export function toParameterVector(config: ModelConfig): Float64Array {
  const values = config.channels.flatMap(({ name }) => {
    const transform = config.hyperparameters[name];
    if (transform === undefined) {
      throw new ModelError(
        "parameters_invalid",
        `Model configuration, hyperparameters.${name}: missing; parse the configuration first`,
        { channel: name },
      );
    }
    return [transform.decay, transform.alpha, transform.gamma];
  });
  return Float64Array.from([...values, config.training.l2_penalty]);
}

/** The configuration with the values of a parameter vector in it. */
export function withParameters(config: ModelConfig, parameters: Float64Array): ModelConfig {
  const hyperparameters: ModelConfig["hyperparameters"] = {};
  for (const [index, { name }] of config.channels.entries()) {
    hyperparameters[name] = {
      decay: parameters[index * 3] ?? 0,
      alpha: parameters[index * 3 + 1] ?? 1,
      gamma: parameters[index * 3 + 2] ?? 0.5,
    };
  }
  const l2 = parameters[config.channels.length * 3] ?? config.training.l2_penalty;
  return { ...config, hyperparameters, training: { ...config.training, l2_penalty: l2 } };
}
