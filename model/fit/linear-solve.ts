/**
 * Small symmetric positive definite systems by Cholesky.
 *
 * 1. A pivot that is not positive (a dependent row) makes that unknown 0 instead of NaN.
 */

/** Lower factor L with A = L Lᵀ; rows whose pivot vanishes are zero with diagonal 0. */
export function computeCholeskyFactor(matrix: readonly (readonly number[])[]): number[][] {
  const factor: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const own: number[] = [];
    for (let j = 0; j <= i; j += 1) {
      let value = row[j] ?? 0;
      for (let l = 0; l < j; l += 1) {
        value -= (own[l] ?? 0) * (j === i ? (own[l] ?? 0) : (factor[j]?.[l] ?? 0));
      }
      if (j === i) own.push(value > 1e-13 * Math.abs(row[i] ?? 0) ? Math.sqrt(value) : 0);
      else own.push((factor[j]?.[j] ?? 0) > 0 ? value / (factor[j]?.[j] ?? 1) : 0);
    }
    factor.push(own);
  }
  return factor;
}

/** x with A x = right. */
export function solveSymmetric(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): number[] {
  const factor = computeCholeskyFactor(matrix);
  const forward = right.map(() => 0);
  for (const [i, row] of factor.entries()) {
    let value = right[i] ?? 0;
    for (let j = 0; j < i; j += 1) value -= (row[j] ?? 0) * (forward[j] ?? 0);
    forward[i] = (row[i] ?? 0) > 0 ? value / (row[i] ?? 1) : 0;
  }
  const solution = right.map(() => 0);
  for (let i = right.length - 1; i >= 0; i -= 1) {
    let value = forward[i] ?? 0;
    for (let j = i + 1; j < right.length; j += 1)
      value -= (factor[j]?.[i] ?? 0) * (solution[j] ?? 0);
    const pivot = factor[i]?.[i] ?? 0;
    solution[i] = pivot > 0 ? value / pivot : 0;
  }
  return solution;
}
