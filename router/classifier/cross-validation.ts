/**
 * Cross-validation of a head: the penalty of least out-of-fold log-loss, and the out-of-fold logits
 * that temperature and thresholds are fitted on.
 *
 * I1. No row is scored by weights that were fitted on it or on its group.
 * I2. Descriptions of labels train in every fold and are held out in none.
 */
import { type HeldOut, fitTemperature, logLoss } from "./calibration.ts";
import { assignFolds } from "./folds.ts";
import { type Example, sampleEvenly, selectFeatures, createWeightedRows } from "./example.ts";
import { fitSoftmax, computeLogits } from "./softmax-regression.ts";

/** Examples that cross-validation looks at; more cost time and change little. */
const MAX_CV_EXAMPLES = 2000;
const FOLDS = 5;

export interface CrossValidationOptions {
  readonly seed: number;
  /** Values of C to choose from. Default [1, 3, 10, 30]. */
  readonly penalties?: readonly number[];
  /** Told after each fit, for progress. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Validated {
  readonly c: number;
  readonly held: HeldOut;
}

/** The C of least out-of-fold log-loss at its best temperature, and its out-of-fold logits. */
export function crossValidate(
  examples: readonly Example[],
  labels: readonly string[],
  options: CrossValidationOptions,
): Validated {
  const penalties = (options.penalties ?? [1, 3, 10, 30]).toSorted((a, b) => a - b);
  const descriptions = examples.filter((e) => e.description === true);
  const pool = sampleEvenly(
    examples.filter((e) => e.description !== true),
    MAX_CV_EXAMPLES,
    options.seed,
  );
  const folds = assignFolds(pool, FOLDS, options.seed);
  const byPenalty = penalties.map(() => createHeldOut(pool, labels));
  let done = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const training = [...pool.filter((_, i) => folds[i] !== fold), ...descriptions];
    const rows = createWeightedRows(training, labels);
    let start: Float64Array | undefined;
    for (const [p, c] of penalties.entries()) {
      // Warm start: the next weaker penalty begins where the last one ended.
      const warm = start === undefined ? {} : { start };
      start = fitSoftmax(rows, {
        classes: labels.length,
        c,
        maxIterations: 60,
        tolerance: 1e-4,
        ...warm,
      });
      fillHeldOut(byPenalty[p]!, start, { pool, folds, fold });
      options.onProgress?.(++done, FOLDS * penalties.length);
    }
  }
  const losses = byPenalty.map((held) => logLoss(held, fitTemperature(held)));
  const best = losses.indexOf(Math.min(...losses));
  return { c: penalties[best]!, held: byPenalty[best]! };
}

function createHeldOut(pool: readonly Example[], labels: readonly string[]): HeldOut {
  return {
    logits: new Float64Array(pool.length * labels.length),
    y: Int32Array.from(pool, (e) => labels.indexOf(e.label)),
    classes: labels.length,
  };
}

function fillHeldOut(
  held: HeldOut,
  w: Float64Array,
  at: { pool: readonly Example[]; folds: Int32Array; fold: number },
): void {
  for (const [i, example] of at.pool.entries()) {
    if (at.folds[i] !== at.fold) continue;
    const row = held.logits.subarray(i * held.classes, (i + 1) * held.classes);
    computeLogits(row, w, selectFeatures(example));
  }
}
