/**
 * Calibrated confidence: one temperature (Guo et al. 2017, §4.2) fitted on held-out logits, and
 * the expected calibration error it is judged by (ibid., eq. 3).
 *
 * I1. A temperature never changes which label is first, only how sure it is said to be.
 */

/** Logits of held-out rows, [rows, classes], and each row's true class. */
export interface HeldOut {
  readonly logits: Float64Array;
  readonly y: Int32Array;
  readonly classes: number;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The temperature (0.05 … 20) of least log-loss, by golden-section search over log T. */
export function fitTemperature(held: HeldOut): number {
  let low = Math.log(0.05);
  let high = Math.log(20);
  for (let i = 0; i < 60; i++) {
    const a = high - GOLDEN * (high - low);
    const b = low + GOLDEN * (high - low);
    if (logLoss(held, Math.exp(a)) < logLoss(held, Math.exp(b))) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/** Mean −log p of the true class at temperature `t`. */
export function logLoss(held: HeldOut, t: number): number {
  const { logits, y, classes } = held;
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    let max = -Infinity;
    for (let k = 0; k < classes; k++) max = Math.max(max, logits[i * classes + k]! / t);
    let total = 0;
    for (let k = 0; k < classes; k++) total += Math.exp(logits[i * classes + k]! / t - max);
    sum += max + Math.log(total) - logits[i * classes + y[i]!]! / t;
  }
  return y.length === 0 ? 0 : sum / y.length;
}

export interface Judged {
  /** 0 … 1 */
  readonly confidence: number;
  readonly correct: boolean;
}

/** Expected calibration error, equal-width bins; 0 … 1; 0 for no rows. */
export function computeCalibrationError(rows: readonly Judged[], bins = 10): number {
  const byBin = Map.groupBy(rows, (r) => Math.min(bins - 1, Math.floor(r.confidence * bins)));
  let error = 0;
  for (const members of byBin.values()) {
    const correct = members.filter((r) => r.correct).length / members.length;
    const said = members.reduce((sum, r) => sum + r.confidence, 0) / members.length;
    error += (members.length / rows.length) * Math.abs(correct - said);
  }
  return error;
}

/**
 * The lowest confidence from which on the rows are wrong at most `maxError` of the time; `bounds`
 * when no such level lies between them.
 */
export function computeConfidenceThreshold(
  rows: readonly Judged[],
  maxError: number,
  bounds: { readonly min: number; readonly max: number },
): number {
  const sorted = rows.toSorted((a, b) => b.confidence - a.confidence);
  let threshold = bounds.max;
  let wrong = 0;
  for (const [i, row] of sorted.entries()) {
    if (!row.correct) wrong += 1;
    if (wrong / (i + 1) <= maxError) threshold = Math.min(threshold, row.confidence);
  }
  return Math.min(bounds.max, Math.max(bounds.min, threshold));
}
