/** TF-IDF over words and word pairs with a linear softmax on top: the classical baseline. */
import { minimize } from "../../router/classifier/lbfgs.ts";
import { applySoftmax } from "../../router/classifier/softmax-regression.ts";

interface SparseRow {
  readonly index: Int32Array;
  readonly value: Float64Array;
}

export interface Labelled {
  readonly text: string;
  readonly label: string;
}

/** Trains on `train`, returns the share of `test` labelled right. */
export function tfidfAccuracy(
  train: readonly Labelled[],
  test: readonly Labelled[],
  c = 10,
): number {
  const documents = train.map((row) => termsOf(row.text));
  const vocabulary = vocabularyOf(documents);
  const idf = idfOf(documents, vocabulary);
  const labels = [...new Set(train.map((row) => row.label))].toSorted();
  const rows = documents.map((terms) => vectorOf(terms, vocabulary, idf));
  const y = Int32Array.from(train, (row) => labels.indexOf(row.label));
  const w = fit(rows, y, { classes: labels.length, width: vocabulary.size, c });
  const right = test.filter((row) => {
    const logits = logitsOf(w, vectorOf(termsOf(row.text), vocabulary, idf), {
      classes: labels.length,
      width: vocabulary.size,
    });
    return labels[logits.indexOf(Math.max(...logits))] === row.label;
  });
  return right.length / test.length;
}

/** Terms that occur in two texts or more. */
function vocabularyOf(documents: readonly Map<string, number>[]): Map<string, number> {
  const seen = new Map<string, number>();
  for (const terms of documents) {
    for (const term of terms.keys()) seen.set(term, (seen.get(term) ?? 0) + 1);
  }
  const kept = [...seen].filter(([, n]) => n > 1).map(([term]) => term);
  return new Map(kept.map((term, i) => [term, i]));
}

function termsOf(text: string): Map<string, number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const [i, word] of words.entries()) {
    for (const term of i > 0 ? [word, `${words[i - 1]} ${word}`] : [word]) {
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  }
  return counts;
}

function idfOf(documents: readonly Map<string, number>[], vocabulary: ReadonlyMap<string, number>) {
  const df = new Float64Array(vocabulary.size);
  for (const terms of documents) {
    for (const t of terms.keys()) {
      const i = vocabulary.get(t);
      if (i !== undefined) df[i]! += 1;
    }
  }
  return df.map((n) => Math.log((1 + documents.length) / (1 + n)) + 1);
}

function vectorOf(
  terms: ReadonlyMap<string, number>,
  vocabulary: ReadonlyMap<string, number>,
  idf: Float64Array,
): SparseRow {
  const known = [...terms].filter(([t]) => vocabulary.has(t));
  const index = Int32Array.from(known, ([t]) => vocabulary.get(t)!);
  const raw = Float64Array.from(known, ([, n], i) => (1 + Math.log(n)) * idf[index[i]!]!);
  const norm = Math.hypot(...raw) || 1;
  return { index, value: raw.map((x) => x / norm) };
}

function logitsOf(w: Float64Array, row: SparseRow, at: { classes: number; width: number }) {
  return Float64Array.from({ length: at.classes }, (_, k) => {
    let sum = w[at.classes * at.width + k]!;
    for (let j = 0; j < row.index.length; j++)
      sum += w[k * at.width + row.index[j]!]! * row.value[j]!;
    return sum;
  });
}

function fit(
  rows: readonly SparseRow[],
  y: Int32Array,
  at: { classes: number; width: number; c: number },
): Float64Array {
  const size = at.classes * at.width;
  return minimize(
    (w, gradient) => {
      let value = 0;
      for (let j = 0; j < w.length; j++) {
        const wj = j < size ? w[j]! : 0;
        gradient[j] = wj / at.c / rows.length;
        value += (wj * wj) / (2 * at.c) / rows.length;
      }
      for (const [i, row] of rows.entries()) {
        const logits = logitsOf(w, row, at);
        const own = logits[y[i]!]!;
        value += (applySoftmax(logits) - own) / rows.length;
        for (let k = 0; k < at.classes; k++) {
          const error = (logits[k]! - (k === y[i] ? 1 : 0)) / rows.length;
          for (let j = 0; j < row.index.length; j++) {
            gradient[k * at.width + row.index[j]!]! += error * row.value[j]!;
          }
          gradient[size + k]! += error;
        }
      }
      return value;
    },
    new Float64Array(size + at.classes),
    { maxIterations: 40, tolerance: 1e-4 },
  ).x;
}
