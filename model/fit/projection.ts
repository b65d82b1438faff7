/**
 * Taking the unpenalised columns out of a regression once, so that only media are left to fit.
 *
 * Frisch & Waugh (1933), Lovell (1963): with Z = QR on the training rows, the media coefficients
 * of the full regression are those of regressing (I − QQᵀ)y on (I − QQᵀ)X. In Gram form
 *   G̃ = XᵀX − (QᵀX)ᵀ(QᵀX),   b̃ = Xᵀy − (QᵀX)ᵀ(Qᵀy),   QᵀX = R⁻ᵀ ZᵀX,
 * so a fold needs only the sums ZᵀX, XᵀX, Xᵀy over its rows. Predictions for later rows are
 *   ŷ = Z R⁻¹ (Qᵀy − QᵀX β) + X β.
 *
 * 1. Depends on the training rows only.
 * 2. A column that is (nearly) a combination of earlier ones on the training rows is left out.
 */

/** Share of a column's length that must be new for the column to be kept. */
const INDEPENDENT_SHARE = 1e-7;

export interface Projection {
  /** Indices of the columns kept. */
  readonly kept: readonly number[];
  /** R⁻ᵀ as kept × columns, row-major (zero for columns left out): Qᵀx = inverse · Zᵀx. */
  readonly inverse: Float64Array;
  /** Qᵀy of the training rows. */
  readonly rotatedTarget: Float64Array;
}

/** Orthogonalises the columns over the first `trainRows` rows. */
export function projectOut(
  columns: readonly Float64Array[],
  target: Float64Array,
  trainRows: number,
): Projection {
  const { basis, kept, upper } = computeOrthonormalBasis(columns, trainRows);
  return {
    kept,
    inverse: computeInverseTranspose(upper, kept, columns.length),
    rotatedTarget: Float64Array.from(basis, (vector) =>
      computeDotProduct(vector, target, trainRows),
    ),
  };
}

interface Orthonormal {
  readonly basis: readonly Float64Array[];
  readonly kept: readonly number[];
  /** R: column j holds the weights of basis vectors 0 … j in kept column j. */
  readonly upper: readonly (readonly number[])[];
}

/** Modified Gram–Schmidt, done twice for accuracy (Björck 1994, "twice is enough"). */
export function computeOrthonormalBasis(
  columns: readonly Float64Array[],
  rows: number,
): Orthonormal {
  const basis: Float64Array[] = [];
  const kept: number[] = [];
  const upper: number[][] = [];
  for (const [index, column] of columns.entries()) {
    const vector = column.slice(0, rows);
    const length = Math.sqrt(computeDotProduct(vector, vector, rows));
    const weights = basis.map(() => 0);
    for (let pass = 0; pass < 2; pass += 1) {
      for (const [at, direction] of basis.entries()) {
        const weight = computeDotProduct(direction, vector, rows);
        weights[at] = (weights[at] ?? 0) + weight;
        for (let row = 0; row < rows; row += 1) {
          vector[row] = (vector[row] ?? 0) - weight * (direction[row] ?? 0);
        }
      }
    }
    const rest = Math.sqrt(computeDotProduct(vector, vector, rows));
    if (rest === 0 || rest <= INDEPENDENT_SHARE * length) continue;
    kept.push(index);
    upper.push([...weights, rest]);
    basis.push(vector.map((value) => value / rest));
  }
  return { basis, kept, upper };
}

/** R⁻ᵀ by forward substitution, spread over all columns. */
function computeInverseTranspose(
  upper: readonly (readonly number[])[],
  kept: readonly number[],
  width: number,
): Float64Array {
  const rank = kept.length;
  const inverse = new Float64Array(rank * width);
  for (let unit = 0; unit < rank; unit += 1) {
    // Solve Rᵀ q = e_unit, so q_at = (R⁻ᵀ)_{at,unit}: row `at` is about the basis vector `at`.
    const q = new Float64Array(rank);
    for (let at = unit; at < rank; at += 1) {
      let sum = at === unit ? 1 : 0;
      for (let before = unit; before < at; before += 1) {
        sum -= (upper[at]?.[before] ?? 0) * (q[before] ?? 0);
      }
      q[at] = sum / (upper[at]?.[at] ?? 1);
      inverse[at * width + (kept[unit] ?? 0)] = q[at] ?? 0;
    }
  }
  return inverse;
}

export function computeDotProduct(left: Float64Array, right: Float64Array, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += (left[row] as number) * (right[row] as number);
  return sum;
}
