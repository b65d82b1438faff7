/**
 * Local search in the unit cube for a loss that is a sum of absolute errors, which can pause.
 *
 * Gauss–Newton for absolute errors (prox-linear: Burke 1985; Lewis & Wright 2016): errors are
 * linearised by one-sided differences, the piecewise linear model is minimised inside a trust region
 * (`least-deviations.ts`), and the region follows how well the model foretold the loss. The minima of
 * such a loss lie at kinks, where as many errors vanish as parameters are free; this goes there in a
 * few steps, while quasi-Newton methods on gradients stall 0.1 to 0.5 % above (docs/MODEL.md).
 *
 * The loss is factor(u) · Σ|e_i(u)|, with the factor's slope known: the pull of a prior.
 * A step costs one evaluation per coordinate and one or more to try.
 *
 * 1. `best` is never above the start. 2. `run(costMax)` evaluates at most `costMax` times.
 * 3. Deterministic.
 */

import type { CubePoint } from "./differential-evolution.ts";
import { solveLeastDeviations } from "./least-deviations.ts";
import { clamp } from "../numbers.ts";

const DIFFERENCE = 1e-5;
const RADIUS_FIRST = 0.05;
const RADIUS_MAX = 0.3;
const RADIUS_MIN = 1e-5;
const TRIES_MAX = 6;
const SHRINK = 0.3;
const GROWTH = 2;
/** Share of the foretold gain that makes a step acceptable, and the region larger. */
const ENOUGH = 0.1;
const GOOD = 0.7;
/** A foretold gain below this share of the loss is none. */
const SMALL_GAIN = 1e-7;

/** The parts of the loss at the point evaluated last. */
export interface LossParts {
  /** e; the loss is factor · Σ|e|. */
  readonly errors: Float64Array;
  readonly factor: number;
  /** Slope of the factor by each coordinate. */
  readonly slope: Float64Array;
}

export interface CubeObjective {
  readonly evaluate: (point: Float64Array) => number;
  /** Of the point that was evaluated last. */
  readonly parts: (point: Float64Array) => LossParts;
}

interface Model extends LossParts {
  readonly slopes: readonly Float64Array[];
}

export class Descent {
  readonly #objective: CubeObjective;
  #at: CubePoint;
  #model: Model | null = null;
  #radius = RADIUS_FIRST;
  #tries = 0;
  #ended = false;

  /** @param start an evaluated point */
  constructor(objective: CubeObjective, start: CubePoint) {
    this.#objective = objective;
    this.#at = start;
  }

  /** Best point so far. */
  get best(): CubePoint {
    return this.#at;
  }

  /** Whether there is nothing more to gain. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Goes on until it ends or the cost is spent; returns what it cost, in evaluations. */
  run(costMax: number): number {
    let cost = 0;
    const stepCost = countStepEvaluations(this.#at.point.length);
    while (!this.#ended) {
      if (this.#model === null) {
        if (costMax - cost < stepCost) break;
        this.#model = this.#linearise();
        cost += stepCost - 1;
      }
      if (costMax - cost < 1) break;
      cost += this.#try(this.#model);
    }
    return cost;
  }

  /** Errors and their slopes at the point where it stands. */
  #linearise(): Model {
    const { point } = this.#at;
    this.#objective.evaluate(point);
    const parts = this.#objective.parts(point);
    const slopes = Array.from(point, (value, index) => {
      const width = value + DIFFERENCE > 1 ? -DIFFERENCE : DIFFERENCE;
      const beside = point.slice();
      beside[index] = value + width;
      this.#objective.evaluate(beside);
      const { errors } = this.#objective.parts(beside);
      return errors.map((error, at) => (error - (parts.errors[at] as number)) / width);
    });
    return { ...parts, slopes };
  }

  /** Tries the step of the model; returns its cost. */
  #try({ errors, factor, slope, slopes }: Model): number {
    const { point, loss } = this.#at;
    const radius = this.#radius;
    const found = solveLeastDeviations({
      errors,
      slopes,
      linear: slope.map((value) => ((value / factor) * loss) / factor),
      low: point.map((value) => -Math.min(radius, value)),
      high: point.map((value) => Math.min(radius, 1 - value)),
    });
    const foretold = loss - factor * found.value;
    if (!(foretold > SMALL_GAIN * loss)) {
      this.#ended = true;
      return 0;
    }
    const next = point.map((value, index) => clamp(value + (found.step[index] as number), 0, 1));
    const nextLoss = this.#objective.evaluate(next);
    const gain = loss - nextLoss;
    if (gain > ENOUGH * foretold) {
      if (gain > GOOD * foretold) this.#radius = Math.min(RADIUS_MAX, radius * GROWTH);
      this.#at = { point: next, loss: nextLoss };
      this.#model = null;
      this.#tries = 0;
    } else {
      this.#radius = radius * SHRINK;
      this.#tries += 1;
      this.#ended = this.#radius < RADIUS_MIN || this.#tries >= TRIES_MAX;
    }
    return 1;
  }
}

/** Evaluations of a step that succeeds at once. */
export function countStepEvaluations(dimension: number): number {
  return dimension + 2;
}
