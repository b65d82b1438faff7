/**
 * V⁻¹ and γ̂ of the linear part for one residual and one κ (`linear-part.ts`).
 *
 *   c_g = W'r_g,  d_j = κ²λ_j/(1 + κ²λ_j),  Z'V⁻¹Z = Z'PZ − Σ_j d_j A_j,  A_j = Σ_g (w_j'Z_g)'(w_j'Z_g)
 *   e = P(r − Zγ̂) − Σ_j d_j w_j w_j'(r − Zγ̂)
 * Slopes by ln κ use ∂d_j/∂ln κ = 2 d_j (1 − d_j).
 */

import { log } from "./arithmetic.ts";
import type { LinearPart } from "./linear-part.ts";
import { multiplyBasis, subtractBasis } from "./media-loops.ts";
import { addMultiple, dotProduct, factorize, solveLower, solveUpper } from "./symmetric.ts";

export class LinearSolver {
  /** N − k. */
  readonly freedom: number;
  /** e of the last solve. */
  readonly error: Float64Array;
  /** γ̂ of the shared columns. */
  readonly shared: Float64Array;
  logDeterminant = 0;
  /** ∂/∂ ln κ of the determinant's logarithm and of the square. */
  determinantSlope = 0;
  squareSlope = 0;
  readonly #part: LinearPart;
  readonly #own: Float64Array;
  readonly #modes: Float64Array;
  readonly #ownDots: Float64Array;
  readonly #modeDots: Float64Array;
  readonly #shrink: Float64Array;
  /** w_j'z_i per geo: geo · J · k + j · k + i. */
  readonly #modesOfShared: Float64Array;
  readonly #gram: Float64Array;
  readonly #factor: Float64Array;

  constructor(part: LinearPart) {
    const { periods, geos, own, modes, shared } = part;
    this.#part = part;
    this.#own = join(own, periods);
    this.#modes = join(modes, periods);
    this.#ownDots = new Float64Array(own.length);
    this.#modeDots = new Float64Array(geos * modes.length);
    this.#shrink = new Float64Array(modes.length);
    this.#modesOfShared = new Float64Array(geos * modes.length * shared.length);
    this.#gram = new Float64Array(shared.length * shared.length);
    this.#factor = new Float64Array(shared.length * shared.length);
    this.shared = new Float64Array(shared.length);
    this.error = new Float64Array(periods * geos);
    this.freedom = periods * geos - own.length * geos - shared.length;
    for (let geo = 0; geo < geos; geo += 1) {
      for (const [j, mode] of modes.entries()) {
        for (const [i, column] of shared.entries()) {
          const at = (geo * modes.length + j) * shared.length + i;
          this.#modesOfShared[at] = dotProduct(
            mode,
            column.subarray(geo * periods, (geo + 1) * periods),
          );
        }
      }
    }
  }

  /** Writes `error`, `shared` and the slopes; returns r'e. */
  solve(rest: Float64Array, level: number): number {
    const { periods, geos, modes, eigenvalues } = this.#part;
    this.logDeterminant = 0;
    this.determinantSlope = 0;
    for (let j = 0; j < modes.length; j += 1) {
      const size = level * level * (eigenvalues[j] as number);
      this.#shrink[j] = size / (1 + size);
      this.determinantSlope += 2 * geos * (size / (1 + size));
    }
    this.logDeterminant = geos * logOfProduct(this.#shrink);
    this.error.set(rest);
    for (let geo = 0; geo < geos; geo += 1) {
      const part = this.error.subarray(geo * periods, (geo + 1) * periods);
      multiplyBasis(this.#own, part, this.#ownDots);
      subtractBasis(this.#own, this.#ownDots, part);
      const dots = this.#modeDots.subarray(geo * modes.length, (geo + 1) * modes.length);
      multiplyBasis(this.#modes, part, dots);
    }
    if (this.shared.length > 0) this.#solveShared();
    return this.#finish(rest);
  }

  #solveShared(): void {
    const { geos, modes, shared } = this.#part;
    const k = shared.length;
    this.#gram.fill(0);
    for (let i = 0; i < k; i += 1) {
      this.#gram[i * k + i] = 1;
      this.shared[i] = dotProduct(shared[i] as Float64Array, this.error);
    }
    const slope = new Float64Array(k * k);
    for (let j = 0; j < modes.length; j += 1) {
      const d = this.#shrink[j] as number;
      const dSlope = 2 * d * (1 - d);
      for (let geo = 0; geo < geos; geo += 1) {
        const first = (geo * modes.length + j) * k;
        const dot = this.#modeDots[geo * modes.length + j] as number;
        for (let i = 0; i < k; i += 1) {
          const w = this.#modesOfShared[first + i] as number;
          this.shared[i] = (this.shared[i] as number) - d * w * dot;
          for (let m = 0; m <= i; m += 1) {
            const product = w * (this.#modesOfShared[first + m] as number);
            this.#gram[i * k + m] = (this.#gram[i * k + m] as number) - d * product;
            slope[i * k + m] = (slope[i * k + m] as number) - dSlope * product;
          }
        }
      }
    }
    this.#factorizeShared(slope);
    for (let geo = 0; geo < geos; geo += 1) {
      for (let j = 0; j < modes.length; j += 1) {
        const at = geo * modes.length + j;
        let fitted = 0;
        for (let i = 0; i < k; i += 1) {
          fitted += (this.#modesOfShared[at * k + i] as number) * (this.shared[i] as number);
        }
        this.#modeDots[at] = (this.#modeDots[at] as number) - fitted;
      }
    }
    for (const [i, column] of shared.entries()) {
      addMultiple(this.error, column, -(this.shared[i] as number));
    }
  }

  /** γ̂ and the determinant of Z'V⁻¹Z with its slope: tr(S⁻¹ ∂S). */
  #factorizeShared(slope: Float64Array): void {
    const k = this.shared.length;
    factorize(this.#gram, k, this.#factor);
    solveLower(this.#factor, k, this.shared);
    solveUpper(this.#factor, k, this.shared);
    let product = 0;
    const column = new Float64Array(k);
    for (let i = 0; i < k; i += 1) {
      product += 2 * log(this.#factor[i * k + i] as number);
      for (let m = 0; m < k; m += 1) column[m] = slope[Math.max(i, m) * k + Math.min(i, m)] ?? 0;
      solveLower(this.#factor, k, column);
      solveUpper(this.#factor, k, column);
      this.determinantSlope += column[i] as number;
    }
    this.logDeterminant += product;
  }

  #finish(rest: Float64Array): number {
    const { periods, geos, modes } = this.#part;
    this.squareSlope = 0;
    const back = new Float64Array(modes.length);
    for (let geo = 0; geo < geos; geo += 1) {
      for (let j = 0; j < modes.length; j += 1) {
        const d = this.#shrink[j] as number;
        const dot = this.#modeDots[geo * modes.length + j] as number;
        back[j] = d * dot;
        this.squareSlope -= 2 * d * (1 - d) * dot * dot;
      }
      subtractBasis(this.#modes, back, this.error.subarray(geo * periods, (geo + 1) * periods));
    }
    return dotProduct(rest, this.error);
  }
}

/** Σ_j ln(1 + κ²λ_j) = −Σ ln(1 − d_j). */
function logOfProduct(shrink: Float64Array): number {
  let sum = 0;
  for (const d of shrink) sum -= log(1 - d);
  return sum;
}

function join(columns: readonly Float64Array[], rows: number): Float64Array {
  const joined = new Float64Array(columns.length * rows);
  for (const [i, column] of columns.entries()) joined.set(column, i * rows);
  return joined;
}
