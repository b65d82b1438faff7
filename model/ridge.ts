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
 * by Cholesky, leaving the support where it must (Lawson & Hanson 1974), and the Karush–Kuhn–Tucker
 * conditions are checked. If they do not hold, descent goes on from there. Given a start near the
 * solution (the fold before), its support is tried first: then one Cholesky factor is all there is.
 *
 * 1. β ≥ 0, and a column without own variation (G_cc ≈ 0) has β = 0.
 * 2. The returned KKT residual is max_c |violation_c| / max_c |h_c| of the scaled system.
 * 3. Same input (the start is one), same output: no state is carried between calls but buffers.
 */

/** Relative KKT residual at which a solution is accepted. */
const KKT_TOLERANCE = 1e-10;
const SWEEPS_PER_ROUND = 3;
const ROUNDS_MAX = 200;
/** A pivot below this share of the diagonal means the support is not independent. */
const PIVOT_SHARE_MIN = 1e-12;

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

/** A solver with buffers for `size` columns. */
export class RidgeSolver {
  readonly #size: number;
  readonly #scaled: Float64Array;
  readonly #target: Float64Array;
  readonly #root: Float64Array;
  readonly #diagonal: Float64Array;
  readonly #solution: Float64Array;
  readonly #trial: Float64Array;
  readonly #factor: Float64Array;
  readonly #active: Int32Array;

  constructor(size: number) {
    this.#size = size;
    this.#scaled = new Float64Array(size * size);
    this.#target = new Float64Array(size);
    this.#root = new Float64Array(size);
    this.#diagonal = new Float64Array(size);
    this.#solution = new Float64Array(size);
    this.#trial = new Float64Array(size);
    this.#factor = new Float64Array(size * size);
    this.#active = new Int32Array(size);
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
    const largest = this.#load(system, penalty);
    if (largest === 0) {
      this.#finish(beta);
      return 0;
    }
    let residual = Infinity;
    if (start !== null) {
      for (let c = 0; c < this.#size; c += 1) {
        this.#solution[c] = (start[c] as number) * (this.#root[c] as number);
      }
      this.#solveSupport();
      residual = this.#violation() / largest;
    }
    for (let round = 0; round < ROUNDS_MAX && residual > KKT_TOLERANCE; round += 1) {
      for (let count = 0; count < SWEEPS_PER_ROUND; count += 1) this.#sweep();
      this.#solveSupport();
      residual = this.#violation() / largest;
    }
    this.#finish(beta);
    return residual;
  }

  /** Scales to unit diagonal (a column without variation gets root 0); returns max |h|. */
  #load(system: RidgeSystem, penalty: number): number {
    const size = this.#size;
    const root = this.#root;
    let largest = 0;
    for (let c = 0; c < size; c += 1) {
      const own = system.gram[c * size + c] as number;
      root[c] = own > (system.diagonalMin[c] as number) ? Math.sqrt(own) : 0;
    }
    for (let c = 0; c < size; c += 1) {
      const rootC = root[c] as number;
      this.#solution[c] = 0;
      if (rootC === 0) continue;
      for (let j = 0; j < c; j += 1) {
        const rootJ = root[j] as number;
        const value = rootJ === 0 ? 0 : (system.gram[c * size + j] as number) / (rootC * rootJ);
        this.#scaled[c * size + j] = value;
        this.#scaled[j * size + c] = value;
      }
      this.#scaled[c * size + c] = 1;
      const precision = (system.priorPrecision?.[c] ?? 0) / (rootC * rootC);
      const towards = precision * rootC * (system.priorMean?.[c] ?? 0);
      this.#diagonal[c] = 1 + penalty + precision;
      this.#target[c] = (system.right[c] as number) / rootC + towards;
      largest = Math.max(largest, Math.abs(this.#target[c] as number));
    }
    return largest;
  }

  /** −∂/∂β_c of the scaled objective: h_c − Σ_j H_cj β_j − (d_c − 1) β_c. */
  #slope(values: Float64Array, c: number): number {
    const size = this.#size;
    const scaled = this.#scaled;
    let sum =
      (this.#target[c] as number) - ((this.#diagonal[c] as number) - 1) * (values[c] as number);
    const at = c * size;
    for (let j = 0; j < size; j += 1) {
      const value = values[j] as number;
      if (value !== 0) sum -= (scaled[at + j] as number) * value;
    }
    return sum;
  }

  #sweep(): void {
    const solution = this.#solution;
    for (let c = 0; c < this.#size; c += 1) {
      if (this.#root[c] === 0) continue;
      const step = this.#slope(solution, c) / (this.#diagonal[c] as number);
      const next = (solution[c] as number) + step;
      solution[c] = next > 0 ? next : 0;
    }
  }

  #violation(): number {
    let worst = 0;
    for (let c = 0; c < this.#size; c += 1) {
      if (this.#root[c] === 0) continue;
      const slope = this.#slope(this.#solution, c);
      const broken = (this.#solution[c] as number) > 0 ? Math.abs(slope) : Math.max(0, slope);
      if (broken > worst) worst = broken;
    }
    return worst;
  }

  /**
   * Moves to the exact solution for the columns now positive; where that would make some of them
   * negative, goes as far as the first reaches zero, drops it and solves again (Lawson & Hanson).
   */
  #solveSupport(): void {
    const solution = this.#solution;
    for (let pass = 0; pass < this.#size; pass += 1) {
      let count = 0;
      for (let c = 0; c < this.#size; c += 1) {
        if ((solution[c] as number) > 0) {
          this.#active[count] = c;
          count += 1;
        }
      }
      if (count === 0 || !this.#factorSupport(count)) return;
      this.#substitute(count);
      let length = 1;
      let first = -1;
      for (let i = 0; i < count; i += 1) {
        const c = this.#active[i] as number;
        const [from, to] = [solution[c] as number, this.#trial[c] as number];
        if (to > 0) continue;
        const reach = from / (from - to);
        if (reach < length || first < 0) {
          length = Math.min(reach, length);
          first = c;
        }
      }
      for (let i = 0; i < count; i += 1) {
        const c = this.#active[i] as number;
        const [from, to] = [solution[c] as number, this.#trial[c] as number];
        solution[c] = length === 1 ? to : Math.max(0, from + length * (to - from));
      }
      if (first < 0) return;
      solution[first] = 0;
    }
  }

  /** Forward and back substitution of the support's system into the trial. */
  #substitute(count: number): void {
    const size = this.#size;
    const factor = this.#factor;
    const trial = this.#trial;
    const active = this.#active;
    for (let i = 0; i < count; i += 1) {
      let sum = this.#target[active[i] as number] as number;
      for (let j = 0; j < i; j += 1) {
        sum -= (factor[i * size + j] as number) * (trial[active[j] as number] as number);
      }
      trial[active[i] as number] = sum / (factor[i * size + i] as number);
    }
    for (let i = count - 1; i >= 0; i -= 1) {
      let sum = trial[active[i] as number] as number;
      for (let j = i + 1; j < count; j += 1) {
        sum -= (factor[j * size + i] as number) * (trial[active[j] as number] as number);
      }
      trial[active[i] as number] = sum / (factor[i * size + i] as number);
    }
  }

  /** Cholesky factor of the support's system; false when it is not positive definite. */
  #factorSupport(count: number): boolean {
    const size = this.#size;
    const factor = this.#factor;
    const active = this.#active;
    for (let i = 0; i < count; i += 1) {
      const rowI = (active[i] as number) * size;
      for (let j = 0; j <= i; j += 1) {
        const own = i === j;
        let sum = own
          ? (this.#diagonal[active[i] as number] as number)
          : (this.#scaled[rowI + (active[j] as number)] as number);
        for (let l = 0; l < j; l += 1) {
          sum -= (factor[i * size + l] as number) * (factor[j * size + l] as number);
        }
        if (!own) factor[i * size + j] = sum / (factor[j * size + j] as number);
        else if (sum <= PIVOT_SHARE_MIN) return false;
        else factor[i * size + i] = Math.sqrt(sum);
      }
    }
    return true;
  }

  #finish(beta: Float64Array): void {
    for (let c = 0; c < this.#size; c += 1) {
      const root = this.#root[c] as number;
      beta[c] = root === 0 ? 0 : (this.#solution[c] as number) / root;
    }
  }
}
