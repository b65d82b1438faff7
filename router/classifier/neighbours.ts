/**
 * A bank of labelled examples: the nearest ones explain a decision, and how near they are says
 * whether a text is like anything seen (mean cosine of the top K; research on few broad roles:
 * AUROC 0.92–0.97 against 0.86–0.89 for softmax confidence).
 *
 * Rows are kept as int8 with one scale per row: a quarter of float32, cosine error below 0.005.
 * Thresholds are fitted on the stored form, so that error cancels.
 *
 * I1. A row is never its own neighbour when its threshold is fitted (leave one out).
 */
const NEIGHBOURS = 3;
/** Rows that a threshold is fitted on, at most. */
const LEFT_OUT_ROWS = 2000;

export interface Bank {
  /** [rows, dimension], each row scaled to ±127. */
  readonly codes: Int8Array;
  readonly dimension: number;
  /** The codes scaled to length 1, for the arithmetic. */
  readonly units: Float32Array;
  readonly labels: readonly string[];
  readonly texts: readonly string[];
}

export interface Neighbour {
  readonly row: number;
  readonly label: string;
  readonly text: string;
  /** Cosine, −1 … 1. */
  readonly similarity: number;
}

export interface BankRow {
  readonly embedding: Float32Array;
  readonly label: string;
  readonly text: string;
}

export function buildBank(rows: readonly BankRow[], dimension: number): Bank {
  const codes = new Int8Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) codes.set(quantize(row.embedding), i * dimension);
  return createBank(codes, dimension, rows);
}

/** A bank from codes that are quantised already. */
export function createBank(
  codes: Int8Array,
  dimension: number,
  rows: readonly Pick<BankRow, "label" | "text">[],
): Bank {
  const units = new Float32Array(codes.length);
  for (let i = 0; i < rows.length; i++) {
    const row = codes.subarray(i * dimension, (i + 1) * dimension);
    units.set(toUnitVector(row), i * dimension);
  }
  return {
    codes,
    dimension,
    units,
    labels: rows.map((row) => row.label),
    texts: rows.map((row) => row.text),
  };
}

function quantize(vector: Float32Array): Int8Array {
  let max = 0;
  for (const x of vector) max = Math.max(max, Math.abs(x));
  const scale = max > 0 ? 127 / max : 0;
  return Int8Array.from(vector, (x) => Math.round(x * scale));
}

function toUnitVector(vector: ArrayLike<number>): Float32Array {
  const values = Float32Array.from(vector);
  const norm = Math.hypot(...values);
  return norm > 0 ? values.map((x) => x / norm) : values;
}

/** Cosine of `query` with every row; never NaN: an all-zero row or query gives 0. */
function computeCosines(bank: Bank, query: Float32Array): Float64Array {
  const q = toUnitVector(query);
  const d = bank.dimension;
  const result = new Float64Array(bank.labels.length);
  for (let i = 0; i < result.length; i++) result[i] = computeInnerProduct(bank.units, i * d, q);
  return result;
}

/** As computeDotAt, but only ever called with one kind of array, which makes it five times as fast. */
function computeInnerProduct(a: Float32Array, from: number, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = b.length - (b.length % 4);
  for (let j = 0; j < whole; j += 4) {
    s0 += a[from + j]! * b[j]!;
    s1 += a[from + j + 1]! * b[j + 1]!;
    s2 += a[from + j + 2]! * b[j + 2]!;
    s3 += a[from + j + 3]! * b[j + 3]!;
  }
  for (let j = whole; j < b.length; j++) s0 += a[from + j]! * b[j]!;
  return s0 + s1 + (s2 + s3);
}

export interface Likeness {
  /** The rows nearest to the query, nearest first. */
  readonly neighbours: readonly Neighbour[];
  /** Mean cosine of the nearest rows that satisfy `counts`; −1 when there is none. */
  readonly familiarity: number;
}

/** How like its examples a text is; only rows that satisfy `counts` make it familiar. */
export function computeLikeness(
  bank: Bank,
  query: Float32Array,
  counts: (row: number) => boolean,
): Likeness {
  const similarity = computeCosines(bank, query);
  const neighbours = selectTopRows(similarity, NEIGHBOURS, () => true).map((row) => ({
    row,
    label: bank.labels[row] ?? "",
    text: bank.texts[row] ?? "",
    similarity: similarity[row]!,
  }));
  return { neighbours, familiarity: meanOfNearest(similarity, counts) };
}

function meanOfNearest(similarity: Float64Array, counts: (row: number) => boolean): number {
  const rows = selectTopRows(similarity, NEIGHBOURS, counts);
  if (rows.length === 0) return -1;
  return rows.reduce((sum, row) => sum + similarity[row]!, 0) / rows.length;
}

/**
 * The familiarity below which `error` (0 … 1) of the bank's own rows would fall, each judged
 * without itself; only rows that satisfy `counts` are judged and count as neighbours.
 */
export function leaveOneOutThreshold(
  bank: Bank,
  error: number,
  counts: (row: number) => boolean,
): number {
  const d = bank.dimension;
  const values: number[] = [];
  // Every row of a small bank; of a large one, enough of them to place a quantile.
  const stride = Math.ceil(bank.labels.length / LEFT_OUT_ROWS);
  for (let i = 0; i < bank.labels.length; i += stride) {
    if (!counts(i)) continue;
    const similarity = computeCosines(bank, bank.units.subarray(i * d, (i + 1) * d));
    values.push(meanOfNearest(similarity, (row) => row !== i && counts(row)));
  }
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(error * values.length))] ?? -1;
}

function selectTopRows(
  similarity: Float64Array,
  count: number,
  counts: (row: number) => boolean,
): number[] {
  const top: number[] = [];
  for (let row = 0; row < similarity.length; row++) {
    if (!counts(row)) continue;
    let at = top.length;
    while (at > 0 && similarity[top[at - 1]!]! < similarity[row]!) at -= 1;
    if (at >= count) continue;
    top.splice(at, 0, row);
    if (top.length > count) top.pop();
  }
  return top;
}
