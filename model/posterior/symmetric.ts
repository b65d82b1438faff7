/**
 * Small dense matrices: Cholesky, solves, eigenvectors. Row-major Float64Array of size × size.
 *
 * Eigenvectors by Jacobi's cyclic rotations (Golub & Van Loan 2013, §8.5): slow for large sizes,
 * exact to rounding for the few dozen rows used here, and the same bits everywhere.
 */

/** Lower factor of a positive definite matrix, written over `factor`; false when it is not. */
export function factorize(matrix: Float64Array, size: number, factor: Float64Array): boolean {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k += 1) {
        sum -= (factor[row * size + k] as number) * (factor[column * size + k] as number);
      }
      if (row === column) {
        if (!(sum > 0)) return false;
        factor[row * size + row] = Math.sqrt(sum);
      } else factor[row * size + column] = sum / (factor[column * size + column] as number);
    }
    for (let column = row + 1; column < size; column += 1) factor[row * size + column] = 0;
  }
  return true;
}

/** Solves L x = b in place. */
export function solveLower(factor: Float64Array, size: number, b: Float64Array): void {
  for (let row = 0; row < size; row += 1) {
    let sum = b[row] as number;
    for (let k = 0; k < row; k += 1) sum -= (factor[row * size + k] as number) * (b[k] as number);
    b[row] = sum / (factor[row * size + row] as number);
  }
}

/** Solves L' x = b in place. */
export function solveUpper(factor: Float64Array, size: number, b: Float64Array): void {
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = b[row] as number;
    for (let k = row + 1; k < size; k += 1) {
      sum -= (factor[k * size + row] as number) * (b[k] as number);
    }
    b[row] = sum / (factor[row * size + row] as number);
  }
}

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** Row i is the vector of value i. */
  readonly vectors: Float64Array;
}

const SWEEPS_MAX = 30;

/** Eigenvalues and vectors of a symmetric matrix. */
export function computeEigen(symmetric: Float64Array, size: number): Eigen {
  const a = symmetric.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) v[i * size + i] = 1;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    if (!rotateAll(a, v, size)) break;
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, j) => (a[j * size + j] as number) - (a[i * size + i] as number) || i - j,
  );
  const values = Float64Array.from(order, (i) => a[i * size + i] as number);
  const vectors = new Float64Array(size * size);
  for (const [to, from] of order.entries()) {
    vectors.set(v.subarray(from * size, (from + 1) * size), to * size);
  }
  return { values, vectors };
}

/** One sweep over all pairs; false when nothing was left to rotate. */
function rotateAll(a: Float64Array, v: Float64Array, size: number): boolean {
  let rotated = false;
  for (let p = 0; p < size - 1; p += 1) {
    for (let q = p + 1; q < size; q += 1) {
      const off = a[p * size + q] as number;
      const scale = Math.abs(a[p * size + p] as number) + Math.abs(a[q * size + q] as number);
      if (Math.abs(off) <= 1e-15 * scale) continue;
      rotated = true;
      rotatePair(a, v, { size, p, q });
    }
  }
  return rotated;
}

function rotatePair(
  a: Float64Array,
  v: Float64Array,
  { size, p, q }: { size: number; p: number; q: number },
): void {
  const off = a[p * size + q] as number;
  const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * off);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k += 1) {
    const kp = a[k * size + p] as number;
    const kq = a[k * size + q] as number;
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k += 1) {
    const pk = a[p * size + k] as number;
    const qk = a[q * size + k] as number;
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const vp = v[p * size + k] as number;
    const vq = v[q * size + k] as number;
    v[p * size + k] = c * vp - s * vq;
    v[q * size + k] = s * vp + c * vq;
  }
}

/**
 * An orthonormal basis of the columns' span (Gram–Schmidt done twice); dependent columns are left
 * out.
 */
export function orthonormalize(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const rest = column.slice();
    const before = Math.sqrt(dotProduct(rest, rest));
    for (let pass = 0; pass < 2; pass += 1) {
      for (const one of basis) addMultiple(rest, one, -dotProduct(one, rest));
    }
    const size = Math.sqrt(dotProduct(rest, rest));
    if (size > 1e-8 * before && size > 0) basis.push(rest.map((value) => value / size));
  }
  return basis;
}

export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** to += by · from. */
export function addMultiple(to: Float64Array, from: Float64Array, by: number): void {
  for (let i = 0; i < to.length; i += 1) to[i] = (to[i] as number) + by * (from[i] as number);
}
