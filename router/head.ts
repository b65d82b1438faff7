/**
 * A trained classifier on sentence embeddings, for any closed set of labels: the router's roles,
 * the guard's kinds of violation, a parser's intents.
 *
 * Training: C by cross-validated log-loss (a fixed C fails on noisy history), balanced class
 * weights, descriptions of labels as extra examples, temperature and thresholds from out-of-fold
 * scores only. Rejection: a text unlike all labelled examples, or one whose calibrated confidence
 * is below the threshold, is not accepted.
 *
 * I1. Pure and seeded: equal examples, equal options → equal head.
 * I2. Descriptions teach but never test: they are in no held-out fold and not in the bank.
 * I3. Scores are probabilities over `labels` and sum to 1.
 */
import { confidenceThreshold, fitTemperature, logLoss } from "./calibration.ts";
import { assignFolds } from "./folds.ts";
import {
  type Bank,
  type Neighbour,
  buildBank,
  familiarity,
  leaveOneOutThreshold,
  nearest,
} from "./neighbours.ts";
import { seeded, shuffled } from "./random.ts";
import { type Rows, fitSoftmax, logitsInto, softmaxInPlace } from "./softmax-regression.ts";

export interface Example {
  readonly embedding: Float32Array;
  readonly label: string;
  /** Shown when this example explains a decision; default "". */
  readonly text?: string;
  /** Relative weight, > 0; default 1. */
  readonly weight?: number;
  /** Examples of one group (a session) share a fold. */
  readonly group?: string;
  /** A description of the label rather than an example of it. */
  readonly description?: boolean;
}

export interface TrainOptions {
  readonly seed: number;
  /** Label that means "none of the others": its rows never make a text familiar. */
  readonly rejectLabel?: string;
  /** Values of C to choose from. Default [1, 3, 10, 30, 100]. */
  readonly penalties?: readonly number[];
  /** Share of familiar texts that the similarity gate may refuse. Default 0.05. */
  readonly rejectionError?: number;
  /** Share of accepted texts that may be wrong. Default 0.03. */
  readonly acceptedError?: number;
  /** Told after each fit, for progress. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Thresholds {
  /** Lowest calibrated confidence that is accepted. */
  readonly confidence: number;
  /** Lowest mean cosine to the nearest examples that is accepted. */
  readonly familiarity: number;
}

export interface Head {
  readonly labels: readonly string[];
  readonly rejectLabel: string | null;
  readonly dimension: number;
  /** [labels, dimension + 1], the last column the intercept. */
  readonly weights: Float32Array;
  readonly c: number;
  readonly temperature: number;
  readonly thresholds: Thresholds;
  readonly bank: Bank;
}

export type Rejection = "reject_label" | "unfamiliar" | "low_confidence";

export interface Classification {
  /** The best-scored label. */
  readonly label: string;
  /** Its calibrated probability. */
  readonly confidence: number;
  /** Calibrated probability of every label. */
  readonly scores: Readonly<Record<string, number>>;
  /** Mean cosine to the nearest labelled examples. */
  readonly familiarity: number;
  /** Null when the label may be used. */
  readonly rejected: Rejection | null;
}

/** Examples that cross-validation looks at; more cost time and change nothing. */
const MAX_CV_EXAMPLES = 3000;
/** Examples kept in the bank, drawn evenly over labels. */
const MAX_BANK_ROWS = 4000;
const FOLDS = 5;
const CONFIDENCE_BOUNDS = { min: 0.4, max: 0.9 };

/**
 * @throws RangeError with fewer than two labels or fewer than two examples of a label
 */
export function trainHead(examples: readonly Example[], options: TrainOptions): Head {
  const labels = labelsOf(examples);
  const dimension = examples[0]?.embedding.length ?? 0;
  const { c, held } = crossValidate(examples, labels, options);
  const weights = fitSoftmax(rowsOf(examples, labels), { classes: labels.length, c });
  const temperature = fitTemperature(held);
  const rejectLabel = options.rejectLabel ?? null;
  const bank = buildBank(bankRows(examples, options.seed), dimension);
  const familiar = (row: number) => bank.labels[row] !== rejectLabel;
  return {
    labels,
    rejectLabel,
    dimension,
    weights: Float32Array.from(weights),
    c,
    temperature,
    thresholds: {
      confidence: confidenceThreshold(
        judge(held, temperature),
        options.acceptedError ?? 0.03,
        CONFIDENCE_BOUNDS,
      ),
      familiarity: leaveOneOutThreshold(bank, options.rejectionError ?? 0.05, familiar),
    },
    bank,
  };
}

/** Scores one embedding of `head.dimension` entries. */
export function classify(head: Head, embedding: Float32Array): Classification {
  const probabilities = scoreLabels(head, embedding);
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if (probabilities[k]! > probabilities[best]!) best = k;
  }
  const label = head.labels[best]!;
  const confidence = probabilities[best]!;
  const near = familiarity(
    head.bank,
    embedding,
    (row) => head.bank.labels[row] !== head.rejectLabel,
  );
  return {
    label,
    confidence,
    scores: Object.fromEntries(head.labels.map((name, k) => [name, probabilities[k]!])),
    familiarity: near,
    rejected: rejection(head, { label, confidence, near }),
  };
}

/** The labelled examples nearest to `embedding`, for people who ask why. */
export function explain(head: Head, embedding: Float32Array, count = 3): Neighbour[] {
  return nearest(head.bank, embedding, count);
}

function scoreLabels(head: Head, embedding: Float32Array): Float64Array {
  const logits = new Float64Array(head.labels.length);
  logitsInto(logits, head.weights, embedding);
  for (let k = 0; k < logits.length; k++) logits[k] = logits[k]! / head.temperature;
  softmaxInPlace(logits);
  return logits;
}

function rejection(
  head: Head,
  found: { label: string; confidence: number; near: number },
): Rejection | null {
  if (found.confidence < head.thresholds.confidence) return "low_confidence";
  if (found.label === head.rejectLabel) return "reject_label";
  return found.near < head.thresholds.familiarity ? "unfamiliar" : null;
}

function labelsOf(examples: readonly Example[]): string[] {
  const counts = Map.groupBy(
    examples.filter((e) => e.description !== true),
    (e) => e.label,
  );
  const labels = [...new Set(examples.map((e) => e.label))].toSorted();
  if (labels.length < 2) throw new RangeError("training needs examples of two labels or more");
  const thin = labels.find((label) => (counts.get(label)?.length ?? 0) < 2);
  if (thin !== undefined) throw new RangeError(`training needs two examples of "${thin}" or more`);
  return labels;
}

/** Rows with balanced class weights: n / (classes · nₖ), times each example's own weight. */
function rowsOf(examples: readonly Example[], labels: readonly string[]): Rows {
  const dimension = examples[0]?.embedding.length ?? 0;
  const index = new Map(labels.map((label, k) => [label, k]));
  const x = new Float32Array(examples.length * dimension);
  const mass = new Float64Array(labels.length);
  const y = Int32Array.from(examples, (e) => index.get(e.label) ?? 0);
  for (const [i, example] of examples.entries()) {
    x.set(example.embedding, i * dimension);
    mass[y[i]!] = mass[y[i]!]! + (example.weight ?? 1);
  }
  const total = mass.reduce((sum, m) => sum + m, 0);
  const weight = Float64Array.from(
    examples,
    (e, i) => ((e.weight ?? 1) * total) / (labels.length * mass[y[i]!]!),
  );
  return { x, y, weight, dimension };
}

interface Validated {
  readonly c: number;
  readonly held: HeldOutLogits;
}

type HeldOutLogits = { logits: Float64Array; y: Int32Array; classes: number };

/** The C of least out-of-fold log-loss at its best temperature, and its out-of-fold logits. */
function crossValidate(
  examples: readonly Example[],
  labels: readonly string[],
  options: TrainOptions,
): Validated {
  const penalties = (options.penalties ?? [1, 3, 10, 30, 100]).toSorted((a, b) => a - b);
  const descriptions = examples.filter((e) => e.description === true);
  const pool = evenly(
    examples.filter((e) => e.description !== true),
    MAX_CV_EXAMPLES,
    options.seed,
  );
  const folds = assignFolds(pool, FOLDS, options.seed);
  const byPenalty = penalties.map(() => emptyHeldOut(pool, labels));
  let done = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const training = [...pool.filter((_, i) => folds[i] !== fold), ...descriptions];
    const rows = rowsOf(training, labels);
    let start: Float64Array | undefined;
    for (const [p, c] of penalties.entries()) {
      // Warm start: the next weaker penalty begins where the last one ended.
      const warm = start === undefined ? {} : { start };
      start = fitSoftmax(rows, { classes: labels.length, c, maxIterations: 80, ...warm });
      fillHeldOut(byPenalty[p]!, start, { pool, folds, fold });
      options.onProgress?.(++done, FOLDS * penalties.length);
    }
  }
  const losses = byPenalty.map((held) => logLoss(held, fitTemperature(held)));
  const best = losses.indexOf(Math.min(...losses));
  return { c: penalties[best]!, held: byPenalty[best]! };
}

function emptyHeldOut(pool: readonly Example[], labels: readonly string[]): HeldOutLogits {
  return {
    logits: new Float64Array(pool.length * labels.length),
    y: Int32Array.from(pool, (e) => labels.indexOf(e.label)),
    classes: labels.length,
  };
}

function fillHeldOut(
  held: HeldOutLogits,
  w: Float64Array,
  at: { pool: readonly Example[]; folds: Int32Array; fold: number },
): void {
  for (const [i, example] of at.pool.entries()) {
    if (at.folds[i] !== at.fold) continue;
    const row = held.logits.subarray(i * held.classes, (i + 1) * held.classes);
    logitsInto(row, w, example.embedding);
  }
}

function judge(
  held: HeldOutLogits,
  temperature: number,
): { confidence: number; correct: boolean }[] {
  return Array.from(held.y, (truth, i) => {
    const row = held.logits.slice(i * held.classes, (i + 1) * held.classes);
    for (let k = 0; k < row.length; k++) row[k] = row[k]! / temperature;
    softmaxInPlace(row);
    const best = row.indexOf(Math.max(...row));
    return { confidence: row[best]!, correct: best === truth };
  });
}

function bankRows(examples: readonly Example[], seed: number) {
  return evenly(
    examples.filter((e) => e.description !== true),
    MAX_BANK_ROWS,
    seed,
  ).map(({ embedding, label, text = "" }) => ({ embedding, label, text }));
}

/** At most `limit` examples, drawn in turn from every label, in their original order. */
function evenly(examples: readonly Example[], limit: number, seed: number): Example[] {
  if (examples.length <= limit) return [...examples];
  const random = seeded(seed);
  const piles = [...Map.groupBy(examples, (e) => e.label).values()].map((pile) =>
    shuffled(pile, random),
  );
  const kept = new Set<Example>();
  for (let turn = 0; kept.size < limit; turn++) {
    for (const pile of piles) {
      const example = pile[turn];
      if (example !== undefined && kept.size < limit) kept.add(example);
    }
  }
  return examples.filter((e) => kept.has(e));
}
