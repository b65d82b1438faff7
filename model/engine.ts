/**
 * The validation objective: parameters in, rolling-origin error out.
 *
 * For each fold: media columns at the parameters, the unpenalised part projected out, non-negative
 * ridge on the fold's training rows, error on the fold's validation rows. The loss is the mean over
 * folds of wMAPE = Σ|y − ŷ| / Σ|y| in target units: defined whenever the target is not all zero,
 * unlike MAPE. It is the one figure by which configurations are compared and selected; search adds
 * the in-sample error and a prior to it (`search-space.ts`), for which the fit on all training rows
 * is evaluated, too.
 *
 * Cost of one changed channel: O(rows × (columns + channels)), plus O(channels²) per fold.
 *
 * 1. `evaluate` is a function of its argument: what was evaluated before changes nothing.
 * 2. A fold's fit reads no target at or after its `trainEnd`, and nothing reads locked rows.
 * 3. The loss is finite for parameters inside the hard limits of the configuration.
 */

import type { Priors } from "./calibration.ts";
import { hasCalibration, priorsForWindow } from "./calibration.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./dataset.ts";
import { SegmentSums, addCombination } from "./gram.ts";
import type { MediaColumns } from "./media-columns.ts";
import { createMediaColumns } from "./media-columns.ts";
import type { Problem } from "./problem.ts";
import { createProblem, layOutBlock, parametersOf } from "./problem.ts";
import type { Projection } from "./projection.ts";
import { projectOut } from "./projection.ts";
import type { RidgeSystem } from "./ridge.ts";
import { RidgeSolver } from "./ridge.ts";

/** Share of a column's sum of squares that must be left after projection to identify it. */
export const IDENTIFIED_SHARE = 1e-9;

export interface Evaluation {
  /** Mean over folds of the validation wMAPE. */
  readonly loss: number;
  /** wMAPE of the fit on all training rows, on those rows. */
  readonly inSample: number;
  /** Largest relative KKT residual of the folds' solutions. */
  readonly kkt: number;
}

/** Everything about one fold that the parameters do not change, and its last solution. */
export interface FoldState {
  /** Trains on rows [0, trainRows). */
  readonly trainRows: number;
  /** Is judged on rows [aheadStart, aheadEnd). */
  readonly aheadStart: number;
  readonly aheadEnd: number;
  readonly projection: Projection;
  /** Σ|y| of the judged rows, in target units. */
  readonly targetSum: number;
  system: RidgeSystem;
  /** QᵀX, channel-major. */
  readonly rotated: Float64Array;
  readonly beta: Float64Array;
  /** Qᵀy − QᵀX β. */
  readonly nuisance: Float64Array;
  /** Weights of the block's columns [Z | y | X] in a prediction; 0 for y. */
  readonly weights: Float64Array;
}

export class Engine {
  readonly problem: Problem;
  readonly folds: readonly FoldState[];
  /** The fit on all training rows, judged on the same rows. */
  readonly whole: FoldState;
  /** Length of a parameter vector: three per channel and the ridge penalty. */
  readonly dimension: number;
  readonly rows: number;
  readonly fixed: number;
  readonly block: Float64Array;
  readonly media: MediaColumns;
  /** Σ|y − ŷ| of each fold's judged rows at the last evaluation, target units; the whole last. */
  readonly foldErrors: Float64Array;
  readonly #channels: number;
  readonly #sums: SegmentSums;
  readonly #total: Float64Array;
  readonly #predicted: Float64Array;
  readonly #solver: RidgeSolver;
  readonly #columns: readonly Float64Array[];
  readonly #calibrated: boolean;

  constructor(problem: Problem) {
    this.problem = problem;
    this.rows = problem.trainingRows;
    this.#channels = problem.exposures.length;
    this.dimension = this.#channels * 3 + 1;
    const { block, media, fixed } = layOutBlock(problem, this.rows);
    this.block = block;
    this.fixed = fixed;
    this.media = createMediaColumns(problem.exposures, media, problem.settings);
    this.folds = problem.windows.folds.map((fold) =>
      createFold(problem, {
        trainRows: fold.trainEnd * problem.stride,
        aheadStart: fold.trainEnd * problem.stride,
        aheadEnd: fold.validationEnd * problem.stride,
      }),
    );
    this.whole = createFold(problem, { trainRows: this.rows, aheadStart: 0, aheadEnd: this.rows });
    this.foldErrors = new Float64Array(this.folds.length + 1);
    this.#sums = new SegmentSums({
      block,
      rows: this.rows,
      fixed,
      channels: this.#channels,
      ends: [...this.folds.map((fold) => fold.trainRows), this.rows],
    });
    this.#total = new Float64Array(this.#channels * (fixed + this.#channels));
    this.#predicted = new Float64Array(this.rows);
    this.#solver = new RidgeSolver(this.#channels);
    this.#columns = media;
    this.#calibrated = hasCalibration(problem.config);
  }

  /** Loss and worst KKT residual at a parameter vector (`parametersOf`). */
  evaluate(parameters: Float64Array): Evaluation {
    const changed = this.media.update(parameters);
    if (changed.length > 0) this.#sums.update(changed);
    const penalty = parameters[this.dimension - 1] as number;
    this.#total.fill(0);
    let loss = 0;
    let inSample = 0;
    let kkt = 0;
    const folds = this.folds.length;
    for (let index = 0; index <= folds; index += 1) {
      const fold = index < folds ? (this.folds[index] as FoldState) : this.whole;
      this.#sums.addTo(index, this.#total);
      reduceSums(this.#total, fold, { fixed: this.fixed, channels: this.#channels });
      if (this.#calibrated) {
        setPriors(fold, priorsForWindow(this.problem, this.#columns, fold.trainRows));
      }
      // Training windows are nested: the fold before is a good place to begin.
      const start = index > 0 ? (this.folds[index - 1] as FoldState).beta : null;
      const residual = this.#solver.solve(fold.system, penalty, fold.beta, start);
      if (residual > kkt) kkt = residual;
      const error = this.#judge(fold);
      this.foldErrors[index] = error;
      if (index < folds) loss += error / (fold.targetSum || 1);
      else inSample = error / (fold.targetSum || 1);
    }
    return { loss: loss / folds, inSample, kkt };
  }

  /** Σ|y − ŷ| over the fold's judged rows, in target units. */
  #judge(fold: FoldState): number {
    solveNuisance(fold, this.fixed - 1);
    const { scaledTarget, weights } = this.problem;
    const { aheadStart: from, aheadEnd: to } = fold;
    const predicted = this.#predicted;
    predicted.fill(0, from, to);
    addCombination(this.block, { rows: this.rows, from, to }, fold.weights, predicted);
    let sum = 0;
    for (let row = from; row < to; row += 1) {
      const error = (scaledTarget[row] as number) - (predicted[row] as number);
      sum += Math.abs(error) * (weights[row] as number);
    }
    return sum;
  }

  /** Prediction of one row with the fold's last solution, in scaled units. */
  predict(fold: FoldState, row: number): number {
    let value = 0;
    for (let column = 0; column < fold.weights.length; column += 1) {
      value += (fold.weights[column] as number) * (this.block[column * this.rows + row] as number);
    }
    return value;
  }
}

/** An engine for a data set under a configuration; `parameters` are the configuration's own. */
export function createEngine(dataset: Dataset, config: ModelConfig): Engine {
  return new Engine(createProblem(dataset, config));
}

/** The parameter vector of the engine's own configuration. */
export function startParameters(engine: Engine): Float64Array {
  return parametersOf(engine.problem.config);
}

function createFold(
  problem: Problem,
  rows: { trainRows: number; aheadStart: number; aheadEnd: number },
): FoldState {
  const projection = projectOut(problem.design.columns, problem.scaledTarget, rows.trainRows);
  const channels = problem.exposures.length;
  const target = problem.dataset.target;
  let targetSum = 0;
  for (let row = rows.aheadStart; row < rows.aheadEnd; row += 1) {
    targetSum += Math.abs(target[row] ?? 0);
  }
  return {
    ...rows,
    projection,
    targetSum,
    system: {
      gram: new Float64Array(channels * channels),
      right: new Float64Array(channels),
      diagonalMin: new Float64Array(channels),
      priorPrecision: null,
      priorMean: null,
    },
    rotated: new Float64Array(channels * projection.kept.length),
    beta: new Float64Array(channels),
    nuisance: new Float64Array(projection.kept.length),
    weights: new Float64Array(problem.design.columns.length + 1 + channels),
  };
}

/** G̃ and b̃ of `projection.ts` from the raw sums of a fold's training rows. */
export function reduceSums(
  total: Float64Array,
  fold: Pick<FoldState, "projection" | "system" | "rotated">,
  { fixed, channels }: { fixed: number; channels: number },
): void {
  const width = fixed + channels;
  const { inverse, rotatedTarget } = fold.projection;
  const rank = rotatedTarget.length;
  const { rotated, system } = fold;
  const columns = fixed - 1;
  for (let c = 0; c < channels; c += 1) {
    const at = c * width;
    const to = c * rank;
    for (let index = 0; index < rank; index += 1) {
      let sum = 0;
      const from = index * columns;
      for (let z = 0; z < columns; z += 1) {
        sum += (inverse[from + z] as number) * (total[at + z] as number);
      }
      rotated[to + index] = sum;
    }
    let right = total[at + columns] as number;
    for (let index = 0; index < rank; index += 1) {
      right -= (rotated[to + index] as number) * (rotatedTarget[index] as number);
    }
    system.right[c] = right;
    system.diagonalMin[c] = IDENTIFIED_SHARE * (total[at + fixed + c] as number);
    for (let j = 0; j <= c; j += 1) {
      let value = total[at + fixed + j] as number;
      const other = j * rank;
      for (let index = 0; index < rank; index += 1) {
        value -= (rotated[to + index] as number) * (rotated[other + index] as number);
      }
      system.gram[c * channels + j] = value;
      system.gram[j * channels + c] = value;
    }
  }
}

function setPriors(fold: FoldState, priors: Priors): void {
  fold.system = { ...fold.system, ...priors };
}

/** Qᵀy − QᵀX β, and from it and β the weights of all columns, into the fold. */
function solveNuisance(fold: FoldState, columns: number): void {
  const { inverse, rotatedTarget } = fold.projection;
  const { beta, nuisance, rotated, weights } = fold;
  const rank = nuisance.length;
  weights.fill(0, 0, columns);
  for (let index = 0; index < rank; index += 1) {
    let value = rotatedTarget[index] as number;
    for (let c = 0; c < beta.length; c += 1) {
      value -= (rotated[c * rank + index] as number) * (beta[c] as number);
    }
    nuisance[index] = value;
    const at = index * columns;
    for (let z = 0; z < columns; z += 1) {
      weights[z] = (weights[z] as number) + value * (inverse[at + z] as number);
    }
  }
  weights.set(beta, columns + 1);
}
