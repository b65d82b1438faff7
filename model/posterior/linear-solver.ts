/**
 * V⁻¹ and γ̂ of the linear part for one residual and one κ (`linear-part.ts`).
 *
 *   c_g = W'r_g,  d_j = κ²λ_j/(1 + κ²λ_j),  Z'V⁻¹Z = Z'PZ − Σ_j d_j A_j,  A_j = Σ_g (w_j'Z_g)'(w_j'Z_g)
 *   e = P(r − Zγ̂) − Σ_j d_j w_j w_j'(r − Zγ̂)
 * Slopes by ln κ use ∂d_j/∂ln κ = 2 d_j (1 − d_j).
 */

import { log } from "./arithmetic.ts";
import type { Kernels, Workspace } from "./kernels.ts";
import { fillUp } from "./kernels.ts";
import type { LinearPart } from "./linear-part.ts";
import { dotProduct, factorize, solveLower, solveUpper } from "./symmetric.ts";

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
  readonly #kernels: Kernels;
  readonly #width: number;
  readonly #own: Basis;
  readonly #modes: Basis;
  /** w_j'r per geo, each geo's filled up to an even count. */
  readonly #modeDots: Float64Array;
  readonly #back: Float64Array;
  readonly #shrink: Float64Array;
  /** Columns shared by all geos. */
  readonly #columns: readonly Float64Array[];
  /** w_j'z_i per geo: (geo · J + j) · k + i. */
  readonly #modesOfShared: Float64Array;
  readonly #gram: Float64Array;
  readonly #gramSlope: Float64Array;
  readonly #factor: Float64Array;

  constructor(part: LinearPart, space: Workspace) {
    const { periods, geos, own, modes, shared } = part;
    this.#part = part;
    this.#kernels = space.kernels;
    this.#width = fillUp(periods);
    this.#own = layOutBasis(own, this.#width, space);
    this.#modes = layOutBasis(modes, this.#width, space);
    this.#modeDots = space.floats(geos * this.#modes.count);
    this.#back = space.floats(this.#modes.count);
    this.#shrink = new Float64Array(modes.length);
    this.#columns = shared.map((column) => fillColumn(column, part, space));
    this.#modesOfShared = modesOfShared(part);
    this.#gram = new Float64Array(shared.length * shared.length);
    this.#gramSlope = new Float64Array(shared.length * shared.length);
    this.#factor = new Float64Array(shared.length * shared.length);
    this.shared = new Float64Array(shared.length);
    this.error = space.floats(geos * this.#width);
    this.freedom = periods * geos - own.length * geos - shared.length;
  }

  /** Writes `error`, `shared` and the slopes; returns r'e. */
  solve(rest: Float64Array, level: number): number {
    const { geos, modes, eigenvalues } = this.#part;
    this.determinantSlope = 0;
    for (let j = 0; j < modes.length; j += 1) {
      const size = level * level * (eigenvalues[j] as number);
      this.#shrink[j] = size / (1 + size);
      this.determinantSlope += 2 * geos * (size / (1 + size));
    }
    this.logDeterminant = geos * logOfProduct(this.#shrink);
    this.error.set(rest);
    const { rows, dots, count } = this.#own;
    const { rows: modeRows, count: modeCount } = this.#modes;
    for (let geo = 0; geo < geos; geo += 1) {
      const part = this.error.byteOffset + 8 * geo * this.#width;
      const modeDots = this.#modeDots.byteOffset + 8 * geo * modeCount;
      this.#kernels.multiplyBasis(rows.byteOffset, part, dots.byteOffset, count, this.#width);
      this.#kernels.subtractBasis(rows.byteOffset, dots.byteOffset, part, count, this.#width);
      this.#kernels.multiplyBasis(modeRows.byteOffset, part, modeDots, modeCount, this.#width);
    }
    if (this.shared.length > 0) this.#solveShared();
    return this.#finish(rest);
  }

  #solveShared(): void {
    const { geos, modes } = this.#part;
    const k = this.shared.length;
    const { count } = this.#modes;
    this.#gram.fill(0);
    this.#gramSlope.fill(0);
    for (const [i, column] of this.#columns.entries()) {
      this.#gram[i * k + i] = 1;
      this.shared[i] = this.#kernels.dotRows(
        column.byteOffset,
        this.error.byteOffset,
        column.length,
      );
    }
    const slope = this.#gramSlope;
    for (let j = 0; j < modes.length; j += 1) {
      const d = this.#shrink[j] as number;
      const dSlope = 2 * d * (1 - d);
      for (let geo = 0; geo < geos; geo += 1) {
        const first = (geo * modes.length + j) * k;
        const dot = this.#modeDots[geo * count + j] as number;
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
    this.#subtractShared();
  }

  #subtractShared(): void {
    const { geos, modes } = this.#part;
    const k = this.shared.length;
    for (let geo = 0; geo < geos; geo += 1) {
      for (let j = 0; j < modes.length; j += 1) {
        const at = geo * modes.length + j;
        let fitted = 0;
        for (let i = 0; i < k; i += 1) {
          fitted += (this.#modesOfShared[at * k + i] as number) * (this.shared[i] as number);
        }
        const dot = geo * this.#modes.count + j;
        this.#modeDots[dot] = (this.#modeDots[dot] as number) - fitted;
      }
    }
    for (const [i, column] of this.#columns.entries()) {
      const by = -(this.shared[i] as number);
      this.#kernels.addRows(this.error.byteOffset, column.byteOffset, by, column.length);
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
    const { geos, modes } = this.#part;
    const { rows, count } = this.#modes;
    this.squareSlope = 0;
    for (let geo = 0; geo < geos; geo += 1) {
      for (let j = 0; j < modes.length; j += 1) {
        const d = this.#shrink[j] as number;
        const dot = this.#modeDots[geo * count + j] as number;
        this.#back[j] = d * dot;
        this.squareSlope -= 2 * d * (1 - d) * dot * dot;
      }
      const part = this.error.byteOffset + 8 * geo * this.#width;
      this.#kernels.subtractBasis(rows.byteOffset, this.#back.byteOffset, part, count, this.#width);
    }
    return this.#kernels.dotRows(rest.byteOffset, this.error.byteOffset, rest.length);
  }
}

/** Floats that a solver takes. */
export function solverFloats({ periods, geos, own, modes, shared }: LinearPart): number {
  const width = fillUp(periods);
  const counts = own.length + modes.length + 4;
  return counts * (width + geos + 4) + geos * width * (1 + shared.length) + 64;
}

interface Basis {
  /** `count` rows of `width`, the last zero when their number is odd. */
  readonly rows: Float64Array;
  readonly count: number;
  readonly dots: Float64Array;
}

function layOutBasis(columns: readonly Float64Array[], width: number, space: Workspace): Basis {
  const count = columns.length + (columns.length % 2);
  const rows = space.floats(count * width);
  for (const [i, column] of columns.entries()) rows.set(column, i * width);
  return { rows, count, dots: space.floats(count) };
}

function fillColumn(
  column: Float64Array,
  { geos, periods }: LinearPart,
  space: Workspace,
): Float64Array {
  const width = fillUp(periods);
  const filled = space.floats(geos * width);
  for (let geo = 0; geo < geos; geo += 1) {
    filled.set(column.subarray(geo * periods, (geo + 1) * periods), geo * width);
  }
  return filled;
}

function modesOfShared({ geos, periods, modes, shared }: LinearPart): Float64Array {
  const dots = new Float64Array(geos * modes.length * shared.length);
  for (let geo = 0; geo < geos; geo += 1) {
    for (const [j, mode] of modes.entries()) {
      for (const [i, column] of shared.entries()) {
        const own = column.subarray(geo * periods, (geo + 1) * periods);
        dots[(geo * modes.length + j) * shared.length + i] = dotProduct(mode, own);
      }
    }
  }
  return dots;
}

/** Σ_j ln(1 + κ²λ_j) = −Σ ln(1 − d_j). */
function logOfProduct(shrink: Float64Array): number {
  let sum = 0;
  for (const d of shrink) sum -= log(1 - d);
  return sum;
}
