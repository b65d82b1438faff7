/**
 * BANKING77 and CLINC150 with the shipped encoder: logistic regression on frozen embeddings, few
 * shots, out-of-scope recall, against TF-IDF, nearest centroid and published figures.
 *
 * The folder holds `banking77/{train,test}.csv` (PolyAI-LDN/task-specific-datasets, CC BY 4.0) and
 * `clinc150/data_full.json` (clinc/oos-eval, CC BY 3.0). Neither is in this repository.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { fitTemperature } from "../../router/classifier/calibration.ts";
import { computeCalibrationError } from "../../router/classifier/calibration.ts";
import { createSeededRandom, shuffleCopy } from "../../router/classifier/random.ts";
import type { SentenceEncoder } from "../../router/encoder/sentence-encoder.ts";
import {
  fitSoftmax,
  computeLogits,
  applySoftmax,
} from "../../router/classifier/softmax-regression.ts";
import { computeRecallAt } from "../../router/training/metrics.ts";
import { type Labelled, tfidfAccuracy } from "./sparse.ts";

interface Embedded {
  readonly rows: readonly Labelled[];
  readonly vectors: readonly Float32Array[];
}

export type Figures = Readonly<Record<string, number | string | null>>;

async function embedded(encoder: SentenceEncoder, rows: readonly Labelled[]): Promise<Embedded> {
  return { rows, vectors: await encoder.embed(rows.map((row) => row.text)) };
}

/** BANKING77 (Casanueva et al. 2020). */
export async function benchBanking(folder: string, encoder: SentenceEncoder): Promise<Figures> {
  const read = (name: string): Labelled[] =>
    (
      parse(readFileSync(join(folder, "banking77", name)), { columns: true }) as {
        text: string;
        category: string;
      }[]
    ).map((row) => ({ text: row.text, label: row.category }));
  const train = await embedded(encoder, read("train.csv"));
  const test = await embedded(encoder, read("test.csv"));
  const labels = [...new Set(train.rows.map((row) => row.label))].toSorted();
  const described = await embedded(
    encoder,
    labels.map((label) => ({ text: label.replaceAll("_", " ").toLowerCase(), label })),
  );
  const full = fitted(train, labels, 30);
  return {
    set: "BANKING77",
    full: full(test).accuracy,
    full_ece: full(test).ece,
    full_centroid: centroidAccuracy(train, test, labels),
    full_tfidf_linear: tfidfAccuracy(train.rows, test.rows),
    ...fewShot(train, test, { labels, described, shots: 10 }),
    published_bert_full: "93.7 (tuned BERT-large, Casanueva et al. 2020, recalled)",
    published_setfit_25_shot: "85.3 (paraphrase-distilroberta, model card)",
  };
}

function fewShot(
  train: Embedded,
  test: Embedded,
  at: { labels: readonly string[]; described: Embedded; shots: number },
): Figures {
  const bare: number[] = [];
  const named: number[] = [];
  for (let draw = 1; draw <= 5; draw++) {
    const order = shuffleCopy([...train.rows.keys()], createSeededRandom(draw));
    const byLabel = Map.groupBy(order, (i) => train.rows[i]!.label);
    const picked = [...byLabel.values()].flatMap((pile) => pile.slice(0, at.shots));
    const few: Embedded = {
      rows: picked.map((i) => train.rows[i]!),
      vectors: picked.map((i) => train.vectors[i]!),
    };
    bare.push(fitted(few, at.labels, 100)(test).accuracy);
    named.push(fitted(joined(few, at.described), at.labels, 100)(test).accuracy);
  }
  return {
    [`${at.shots}_shot_mean_of_5`]: mean(bare),
    [`${at.shots}_shot_with_label_names`]: mean(named),
  };
}

/** CLINC150 (Larson et al. 2019). */
export async function benchClinc(folder: string, encoder: SentenceEncoder): Promise<Figures> {
  const raw = JSON.parse(
    readFileSync(join(folder, "clinc150", "data_full.json"), "utf8"),
  ) as Record<string, [string, string][]>;
  const part = (name: string) =>
    embedded(
      encoder,
      (raw[name] ?? []).map(([text, label]) => ({ text, label })),
    );
  const [train, val, test, oos] = [
    await part("train"),
    await part("val"),
    await part("test"),
    await part("oos_test"),
  ];
  const labels = [...new Set(train.rows.map((row) => row.label))].toSorted();
  const model = fitted(train, labels, 30, val);
  const inside = model(test);
  return {
    set: "CLINC150",
    in_scope: inside.accuracy,
    ece: inside.ece,
    // Threshold from in-scope validation texts only: 5 % of them are refused.
    oos_recall_at_5: computeRecallAt(scored(model(val)), scored(model(oos)), 0.05),
    in_scope_kept: 1 - (computeRecallAt(scored(model(val)), scored(inside), 0.05) ?? 0),
    centroid: centroidAccuracy(train, test, labels),
    tfidf_linear: tfidfAccuracy(train.rows, test.rows),
    published_bert: "96.2 in scope, OOS recall 52.3 (Larson et al. 2019, oos-threshold)",
  };
}

function scored(result: Result): { inScope: number }[] {
  return result.energies.map((inScope) => ({ inScope }));
}

interface Result {
  readonly accuracy: number;
  readonly ece: number;
  /** log Σ exp of the logits: high for texts like those trained on (Liu et al. 2020). */
  readonly energies: readonly number[];
}

/** A fitted classifier as a function of a test set; calibrated on `held` where given. */
function fitted(train: Embedded, labels: readonly string[], c: number, held?: Embedded) {
  const dimension = train.vectors[0]!.length;
  const x = new Float32Array(train.vectors.length * dimension);
  for (const [i, v] of train.vectors.entries()) x.set(v, i * dimension);
  const y = Int32Array.from(train.rows, (row) => labels.indexOf(row.label));
  const weight = new Float64Array(y.length).fill(1);
  const w = fitSoftmax(
    { x, y, weight, dimension },
    { classes: labels.length, c, maxIterations: 60 },
  );
  const logitsOf = (v: Float32Array) => {
    const logits = new Float64Array(labels.length);
    computeLogits(logits, w, v);
    return logits;
  };
  const temperature = held === undefined ? 1 : temperatureOn(held, labels, logitsOf);
  return (test: Embedded): Result => {
    const energies: number[] = [];
    const judged = test.vectors.map((v, i) => {
      const logits = logitsOf(v).map((z) => z / temperature);
      energies.push(applySoftmax(logits));
      const best = logits.indexOf(Math.max(...logits));
      return { confidence: logits[best]!, correct: labels[best] === test.rows[i]!.label };
    });
    const accuracy = judged.filter((row) => row.correct).length / judged.length;
    return { accuracy, ece: computeCalibrationError(judged), energies };
  };
}

function temperatureOn(
  held: Embedded,
  labels: readonly string[],
  logitsOf: (v: Float32Array) => Float64Array,
): number {
  const logits = new Float64Array(held.vectors.length * labels.length);
  for (const [i, v] of held.vectors.entries()) logits.set(logitsOf(v), i * labels.length);
  const y = Int32Array.from(held.rows, (row) => labels.indexOf(row.label));
  return fitTemperature({ logits, y, classes: labels.length });
}

function centroidAccuracy(train: Embedded, test: Embedded, labels: readonly string[]): number {
  const dimension = train.vectors[0]!.length;
  const sums = new Map(labels.map((label) => [label, new Float64Array(dimension)]));
  for (const [i, v] of train.vectors.entries()) {
    const sum = sums.get(train.rows[i]!.label)!;
    for (let j = 0; j < dimension; j++) sum[j]! += v[j]!;
  }
  const centroids = [...sums].map(([label, sum]) => {
    const norm = Math.hypot(...sum) || 1;
    return { label, unit: sum.map((s) => s / norm) };
  });
  const right = test.vectors.filter((v, i) => {
    let best = { label: "", score: -Infinity };
    for (const { label, unit } of centroids) {
      const score = unit.reduce((sum, u, j) => sum + u * v[j]!, 0);
      if (score > best.score) best = { label, score };
    }
    return best.label === test.rows[i]!.label;
  });
  return right.length / test.vectors.length;
}

function joined(a: Embedded, b: Embedded): Embedded {
  return { rows: [...a.rows, ...b.rows], vectors: [...a.vectors, ...b.vectors] };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** Accuracy of nearest centroid and of TF-IDF on any labelled texts. */
export async function baselines(
  encoder: SentenceEncoder,
  train: readonly Labelled[],
  test: readonly Labelled[],
): Promise<Figures> {
  const labels = [...new Set(train.map((row) => row.label))].toSorted();
  const [a, b] = [await embedded(encoder, train), await embedded(encoder, test)];
  return {
    centroid: centroidAccuracy(a, b, labels),
    tfidf_linear: tfidfAccuracy(train, test),
    embedding_only: fitted(a, labels, 10)(b).accuracy,
  };
}
