/**
 * Figures of columns: sizes, outliers, how far columns move together.
 *
 * 1. Missing values (NaN) enter no figure.
 */

export interface ColumnFigures {
  readonly sum: number;
  readonly mean: number;
  /** Standard deviation over the mean; null where the mean is 0. */
  readonly variation: number | null;
  readonly least: number;
  readonly largest: number;
  /** Share of values that are 0. */
  readonly zeros: number;
}

/** Robust distance beyond which a value is an outlier. */
const FAR = 5;
/** Standard deviations of a normal distribution in its median absolute deviation. */
const SCALE = 1.4826;

/** Figures of the values that are there. */
export function summarizeValues(values: readonly number[]): ColumnFigures {
  const known = values.filter((value) => !Number.isNaN(value));
  const sum = known.reduce((total, value) => total + value, 0);
  const mean = known.length === 0 ? 0 : sum / known.length;
  const squares = known.reduce((total, value) => total + (value - mean) ** 2, 0);
  const sd = known.length < 2 ? 0 : Math.sqrt(squares / (known.length - 1));
  return {
    sum,
    mean,
    variation: mean === 0 ? null : sd / Math.abs(mean),
    least: known.reduce((least, value) => Math.min(least, value), Infinity),
    largest: known.reduce((largest, value) => Math.max(largest, value), -Infinity),
    zeros: known.length === 0 ? 0 : known.filter((value) => value === 0).length / known.length,
  };
}

/** Rows whose value lies far from the median of those that are not 0 (Iglewicz & Hoaglin 1993). */
export function findOutliers(values: readonly number[]): number[] {
  const known = values.filter((value) => !Number.isNaN(value) && value !== 0);
  const middle = computeMedian(known);
  const spread = SCALE * computeMedian(known.map((value) => Math.abs(value - middle)));
  if (!(spread > 0)) return [];
  return values.flatMap((value, row) =>
    value !== 0 && Math.abs(value - middle) > FAR * spread ? [row] : [],
  );
}

function computeMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[half] ?? 0)
    : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

/** Pearson's correlation over the rows that both have; 0 where one does not vary. */
export function correlate(a: readonly number[], b: readonly number[]): number {
  const rows = a.flatMap((value, row) =>
    Number.isNaN(value) || Number.isNaN(b[row] ?? Number.NaN)
      ? []
      : [[value, b[row] ?? 0] as const],
  );
  const meanA = rows.reduce((sum, [x]) => sum + x, 0) / rows.length;
  const meanB = rows.reduce((sum, [, y]) => sum + y, 0) / rows.length;
  let both = 0;
  let ownA = 0;
  let ownB = 0;
  for (const [x, y] of rows) {
    both += (x - meanA) * (y - meanB);
    ownA += (x - meanA) ** 2;
    ownB += (y - meanB) ** 2;
  }
  return ownA > 0 && ownB > 0 ? both / Math.sqrt(ownA * ownB) : 0;
}

/**
 * Variance inflation of each column by the others: the diagonal of the inverse correlation matrix.
 * Infinity where a column is a sum of others. Source: Marquardt (1970), Technometrics 12.
 */
export function computeInflation(correlations: readonly (readonly number[])[]): number[] {
  const size = correlations.length;
  const work = correlations.map((row, at) => [
    ...row,
    ...Array.from({ length: size }, (_, column) => (column === at ? 1 : 0)),
  ]);
  for (let pivot = 0; pivot < size; pivot += 1) {
    const row = work[pivot] ?? [];
    const scale = row[pivot] ?? 0;
    if (Math.abs(scale) < 1e-10) return correlations.map(() => Infinity);
    for (let column = 0; column < 2 * size; column += 1) row[column] = (row[column] ?? 0) / scale;
    for (const [other, values] of work.entries()) {
      const factor = values[pivot] ?? 0;
      if (other === pivot || factor === 0) continue;
      for (let column = 0; column < 2 * size; column += 1) {
        values[column] = (values[column] ?? 0) - factor * (row[column] ?? 0);
      }
    }
  }
  return work.map((row, at) => row[size + at] ?? Infinity);
}
