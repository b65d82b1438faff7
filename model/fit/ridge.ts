/**
 * Non-negative ridge regression on a Gram matrix.
 *
 *   min_{β ≥ 0}  ½ βᵀGβ − bᵀβ + ½ Σ_c λ G_cc β_c²  + ½ Σ_c p_c (β_c − μ_c)²
 *
 * Ridge: Hoerl & Kennard (1970). λ is unit-free because it is multiplied with G_cc: scaling a
 * column scales its coefficient and changes no prediction. The last sum holds experiment and ROI
 * priors (Zhang et al. 2024 as a ridge towards a prior mean) and is zero unless given.
 *
 * Solver: cyclic coordinate descent (Friedman, Hastie & Tibshirani 2010) on the system scaled to
 * unit diagonal; after a few sweeps the equations of the positive coefficients are solved exactly
 * by Cholesky's method, leaving the support where it must (Lawson & Hanson 1974), and the Karush–Kuhn–Tucker
 * conditions are checked. If they do not hold, descent goes on from there. Given a start near the
 * solution (the fold before), its support is tried first: then one elimination is all there is.
 * The method is `solve` of `kernel-ridge.as`.
 *
 * 1. β ≥ 0, and a column without own variation (G_cc ≈ 0) has β = 0.
 * 2. The returned KKT residual is max_c |violation_c| / max_c |h_c| of the scaled system.
 * 3. Same input (the start is one), same output: no state is carried between calls but buffers.
 */

import { Arena, roundUpToFour } from "../transform/kernels.ts";

export interface RidgeSystem {
  /** Gram matrix, row-major, size × size. */
  readonly gram: Float64Array;
  readonly right: Float64Array;
  /** Smallest G_cc that counts as variation, per column. */
  readonly diagonalMin: Float64Array;
  /** Extra precision p_c and its mean μ_c. */
  readonly priorPrecision: Float64Array | null;
  readonly priorMean: Float64Array | null;
}

/** Where the record's fields begin that change from call to call, and those after them. */
const ARGUMENTS_AT = 2;
const BUFFERS_AT = 9;

/** A solver with buffers for `size` columns. */
export class RidgeSolver {
  readonly #arena: Arena;
  /** The fields of `Ridge` in kernel-ridge.as, in order. */
  readonly #record: Int32Array;
  /** Copies of what is not in the arena: gram, right, diagonalMin, precision, mean, beta, start. */
  readonly #copies: readonly Float64Array[];

  /** @param arena with `countRidgeBytes(size)` to spare; arrays in it need no copying */
  constructor(size: number, arena: Arena = new Arena(countRidgeBytes(size))) {
    this.#arena = arena;
    const line = roundUpToFour(size);
    this.#copies = [size * size, size, size, size, size, size, size].map((length) =>
      arena.floats(length),
    );
    // scaled, target, root, diagonal, solution, trial, work, and the active columns.
    const buffers = [line * size, line, line, line, line, line, line * size, line];
    this.#record = arena.integers(BUFFERS_AT + buffers.length);
    this.#record.set([size, 8 * line]);
    this.#record.set(
      buffers.map((length) => arena.floats(length).byteOffset),
      BUFFERS_AT,
    );
  }

  /**
   * Solves into `beta` and returns the relative KKT residual.
   *
   * @param start where to begin; from zero when null
   */
  solve(
    system: RidgeSystem,
    penalty: number,
    beta: Float64Array,
    start: Float64Array | null = null,
  ): number {
    const places = listSolverArguments(system, beta, start).map((array, index) => {
      if (array === null || this.#arena.holds(array)) return array;
      const copy = this.#copies[index] as Float64Array;
      copy.set(array);
      return copy;
    });
    const residual = this.#run(this.#record, places)(penalty);
    const solved = places[BETA] as Float64Array;
    if (solved !== beta) beta.set(solved);
    return residual;
  }

  /** `solve` for arrays of the arena that are solved again and again, whatever they then hold. */
  prepare(
    system: RidgeSystem,
    beta: Float64Array,
    start: Float64Array | null,
  ): (penalty: number) => number {
    const record = this.#arena.integers(this.#record.length);
    record.set(this.#record);
    return this.#run(record, listSolverArguments(system, beta, start));
  }

  #run(record: Int32Array, places: readonly (Float64Array | null)[]): (penalty: number) => number {
    record.set(
      places.map((array) => array?.byteOffset ?? 0),
      ARGUMENTS_AT,
    );
    const { kernels } = this.#arena;
    const { byteOffset } = record;
    return (penalty) => kernels.solve(byteOffset, penalty);
  }
}

/** In the order of the record, β at `BETA`. */
function listSolverArguments(
  system: RidgeSystem,
  beta: Float64Array,
  start: Float64Array | null,
): (Float64Array | null)[] {
  const { gram, right, diagonalMin, priorPrecision, priorMean } = system;
  return [gram, right, diagonalMin, priorPrecision, priorMean, beta, start];
}

const BETA = 5;

/** Bytes of an arena a solver takes. */
export function countRidgeBytes(size: number): number {
  const line = roundUpToFour(size);
  return 8 * (size * size + 2 * line * size + 16 * line + 32);
}
