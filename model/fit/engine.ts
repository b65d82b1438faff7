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
import { hasCalibration, computeWindowPriors } from "./calibration.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FoldState } from "./fold.ts";
import { createFold } from "./fold.ts";
import { SegmentSums } from "./gram.ts";
import { createLayout } from "./layout.ts";
import type { MediaColumns } from "./media-columns.ts";
import { createMediaColumns } from "./media-columns.ts";
import type { Problem } from "./problem.ts";
import { createProblem, toParameterVector } from "./problem.ts";
import { RidgeSolver } from "./ridge.ts";

export interface Evaluation {
  /** Mean over folds of the validation wMAPE. */
  readonly loss: number;
  /** wMAPE of the fit on all training rows, on those rows. */
  readonly inSample: number;
  /** Largest relative KKT residual of the folds' solutions. */
  readonly kkt: number;
}

type Solve = (penalty: number) => number;

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
  readonly #solver: RidgeSolver;
  /** Solutions of the folds, the whole last. */
  readonly #solve: readonly Solve[];
  readonly #columns: readonly Float64Array[];
  readonly #calibrated: boolean;

  constructor(problem: Problem) {
    this.problem = problem;
    this.rows = problem.trainingRows;
    this.#channels = problem.exposures.length;
    this.dimension = this.#channels * 3 + 1;
    const layout = createLayout(problem, this.rows);
    this.block = layout.block;
    this.fixed = layout.fixed;
    this.media = createMediaColumns(problem, layout);
    this.folds = problem.windows.folds.map((fold) =>
      createFold(problem, layout, {
        trainRows: fold.trainEnd * problem.stride,
        aheadStart: fold.trainEnd * problem.stride,
        aheadEnd: fold.validationEnd * problem.stride,
      }),
    );
    const all = { trainRows: this.rows, aheadStart: 0, aheadEnd: this.rows };
    this.whole = createFold(problem, layout, all);
    this.foldErrors = new Float64Array(this.folds.length + 1);
    this.#sums = new SegmentSums(layout, [...this.folds.map((fold) => fold.trainRows), this.rows]);
    this.#total = layout.arena.floats(this.#channels * layout.width);
    this.#solver = new RidgeSolver(this.#channels, layout.arena);
    this.#solve = [...this.folds, this.whole].map((fold, index) =>
      this.#solver.prepare(fold.system, fold.beta, this.#startOf(index)),
    );
    this.#columns = layout.media;
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
      fold.reduce(this.#total);
      if (this.#calibrated) {
        setPriors(fold, computeWindowPriors(this.problem, this.#columns, fold.trainRows));
      }
      const residual = this.#calibrated
        ? this.#solver.solve(fold.system, penalty, fold.beta, this.#startOf(index))
        : (this.#solve[index] as Solve)(penalty);
      if (residual > kkt) kkt = residual;
      const error = fold.judge();
      this.foldErrors[index] = error;
      if (index < folds) loss += error / (fold.targetSum || 1);
      else inSample = error / (fold.targetSum || 1);
    }
    return { loss: loss / folds, inSample, kkt };
  }

  /** Training windows are nested: the fold before is a good place to begin. */
  #startOf(index: number): Float64Array | null {
    return this.folds[index - 1]?.beta ?? null;
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
export function createStartParameters(engine: Engine): Float64Array {
  return toParameterVector(engine.problem.config);
}

function setPriors(fold: FoldState, priors: Priors): void {
  fold.system = { ...fold.system, ...priors };
}
