/**
 * A trained classifier on sentence embeddings (and what else is known of a text), for any closed set of labels: the router's roles,
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
import {
  type HeldOut,
  computeCalibrationError,
  computeConfidenceThreshold,
  fitTemperature,
  logLoss,
} from "./calibration.ts";
import { type CrossValidationOptions, crossValidate } from "./cross-validation.ts";
import { type Example, sampleEvenly, selectFeatures, createWeightedRows } from "./example.ts";
import {
  type Bank,
  type Neighbour,
  buildBank,
  leaveOneOutThreshold,
  computeLikeness,
} from "./neighbours.ts";
import { fitSoftmax, computeLogits, applySoftmax } from "./softmax-regression.ts";

export interface TrainOptions extends CrossValidationOptions {
  /** Label that means "none of the others": its rows never make a text familiar. */
  readonly rejectLabel?: string;
  /** Share of familiar texts that the similarity gate may refuse. Default 0.05. */
  readonly rejectionError?: number;
  /** Share of accepted texts that may be wrong. Default 0.05. */
  readonly acceptedError?: number;
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
  /** Entries of a feature vector. */
  readonly dimension: number;
  /** [labels, dimension + 1], the last column the intercept. */
  readonly weights: Float32Array;
  readonly c: number;
  readonly temperature: number;
  readonly thresholds: Thresholds;
  readonly bank: Bank;
  /** Judged on held-out folds only. */
  readonly validation: Validation;
}

export interface Validation {
  readonly examples: number;
  readonly accuracy: number;
  readonly log_loss: number;
  readonly calibration_error: number;
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
  /** The labelled examples nearest to the text, for people who ask why. */
  readonly neighbours: readonly Neighbour[];
  /** Null when the label may be used. */
  readonly rejected: Rejection | null;
}

/** Examples kept in the bank, drawn evenly over labels. */
const MAX_BANK_ROWS = 4000;
const CONFIDENCE_BOUNDS = { min: 0.4, max: 0.9 };

/**
 * @throws RangeError with fewer than two labels or fewer than two examples of a label
 */
export function trainHead(examples: readonly Example[], options: TrainOptions): Head {
  const labels = listTrainingLabels(examples);
  const dimension = selectFeatures(examples[0]!).length;
  const { c, held } = crossValidate(examples, labels, options);
  const weights = fitSoftmax(createWeightedRows(examples, labels), { classes: labels.length, c });
  const temperature = fitTemperature(held);
  const judged = scoreHeldOut(held, temperature);
  const rejectLabel = options.rejectLabel ?? null;
  const bank = buildBank(selectBankRows(examples, options.seed), examples[0]!.embedding.length);
  const familiar = (row: number) => bank.labels[row] !== rejectLabel;
  return {
    labels,
    rejectLabel,
    dimension,
    weights: Float32Array.from(weights),
    c,
    temperature,
    thresholds: {
      confidence: computeConfidenceThreshold(
        judged,
        options.acceptedError ?? 0.05,
        CONFIDENCE_BOUNDS,
      ),
      familiarity: leaveOneOutThreshold(bank, options.rejectionError ?? 0.05, familiar),
    },
    bank,
    validation: {
      examples: judged.length,
      accuracy: judged.filter((row) => row.correct).length / judged.length,
      log_loss: logLoss(held, temperature),
      calibration_error: computeCalibrationError(judged),
    },
  };
}

/**
 * Scores one text.
 * @param features `head.dimension` entries; default: the embedding
 */
export function classify(
  head: Head,
  embedding: Float32Array,
  features: Float32Array = embedding,
): Classification {
  const probabilities = scoreLabels(head, features);
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if (probabilities[k]! > probabilities[best]!) best = k;
  }
  const label = head.labels[best]!;
  const confidence = probabilities[best]!;
  const { familiarity, neighbours } = computeLikeness(
    head.bank,
    embedding,
    (row) => head.bank.labels[row] !== head.rejectLabel,
  );
  return {
    label,
    confidence,
    scores: Object.fromEntries(head.labels.map((name, k) => [name, probabilities[k]!])),
    familiarity,
    neighbours,
    rejected: findRejection(head, { label, confidence, near: familiarity }),
  };
}

function scoreLabels(head: Head, features: Float32Array): Float64Array {
  const logits = new Float64Array(head.labels.length);
  computeLogits(logits, head.weights, features);
  for (let k = 0; k < logits.length; k++) logits[k] = logits[k]! / head.temperature;
  applySoftmax(logits);
  return logits;
}

function findRejection(
  head: Head,
  found: { label: string; confidence: number; near: number },
): Rejection | null {
  if (found.confidence < head.thresholds.confidence) return "low_confidence";
  if (found.label === head.rejectLabel) return "reject_label";
  return found.near < head.thresholds.familiarity ? "unfamiliar" : null;
}

function listTrainingLabels(examples: readonly Example[]): string[] {
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

function scoreHeldOut(
  held: HeldOut,
  temperature: number,
): { confidence: number; correct: boolean }[] {
  return Array.from(held.y, (truth, i) => {
    const row = held.logits.slice(i * held.classes, (i + 1) * held.classes);
    for (let k = 0; k < row.length; k++) row[k] = row[k]! / temperature;
    applySoftmax(row);
    const best = row.indexOf(Math.max(...row));
    return { confidence: row[best]!, correct: best === truth };
  });
}

function selectBankRows(examples: readonly Example[], seed: number) {
  return sampleEvenly(
    examples.filter((e) => e.description !== true),
    MAX_BANK_ROWS,
    seed,
  ).map(({ embedding, label, text = "" }) => ({ embedding, label, text }));
}
