/**
 * How good a router is on labelled texts. Pure figures over predictions.
 *
 * I1. A prediction of null (nobody sure enough) is wrong in `accuracy` and is not "accepted".
 * I2. Out-of-scope recall is read at the threshold that refuses a stated share of in-scope texts.
 */
import { computeCalibrationError } from "../classifier/calibration.ts";

export interface Prediction {
  readonly truth: string;
  /** The best label, whether accepted or not. */
  readonly label: string | null;
  readonly confidence: number;
  readonly accepted: boolean;
  /** Higher = more surely in scope. */
  readonly inScope: number;
}

export interface LabelFigures {
  readonly support: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Report {
  readonly texts: number;
  readonly accuracy: number;
  readonly macro_f1: number;
  readonly calibration_error: number;
  /** Share of in-scope texts that were accepted. */
  readonly coverage: number;
  /** Of the accepted ones. */
  readonly accepted_accuracy: number | null;
  /** Share of out-of-scope texts not accepted for a role. */
  readonly out_of_scope_refused: number | null;
  readonly out_of_scope_recall_at_5: number | null;
  readonly by_label: Readonly<Record<string, LabelFigures>>;
  /** confusion[truth][label]; "none" for null. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * @param rejectLabel the label that means "none of the roles"
 */
export function computeReport(predictions: readonly Prediction[], rejectLabel: string): Report {
  const labels = [...new Set(predictions.map((p) => p.truth))].toSorted();
  const byLabel = Object.fromEntries(
    labels.map((label) => [label, labelFigures(predictions, label)]),
  );
  const inScope = predictions.filter((p) => p.truth !== rejectLabel);
  const outside = predictions.filter((p) => p.truth === rejectLabel);
  const accepted = predictions.filter((p) => p.accepted && p.label !== rejectLabel);
  return {
    texts: predictions.length,
    accuracy: computeShare(predictions, (p) => p.label === p.truth) ?? 0,
    macro_f1: computeMean(labels.map((label) => byLabel[label]!.f1)),
    calibration_error: computeCalibrationError(
      predictions.map((p) => ({ confidence: p.confidence, correct: p.label === p.truth })),
    ),
    coverage: computeShare(inScope, (p) => p.accepted && p.label !== rejectLabel) ?? 0,
    accepted_accuracy: computeShare(accepted, (p) => p.label === p.truth),
    out_of_scope_refused: computeShare(outside, (p) => !p.accepted || p.label === rejectLabel),
    out_of_scope_recall_at_5: computeRecallAt(inScope, outside, 0.05),
    by_label: byLabel,
    confusion: countConfusions(predictions),
  };
}

/** Share of `outside` below the score that refuses `error` of `inside`; null without either. */
export function computeRecallAt(
  inside: readonly Pick<Prediction, "inScope">[],
  outside: readonly Pick<Prediction, "inScope">[],
  error: number,
): number | null {
  if (inside.length === 0 || outside.length === 0) return null;
  const sorted = inside.map((p) => p.inScope).toSorted((a, b) => a - b);
  const threshold = sorted[Math.floor(error * sorted.length)] ?? -Infinity;
  return computeShare(outside, (p) => p.inScope < threshold);
}

function labelFigures(predictions: readonly Prediction[], label: string): LabelFigures {
  const support = predictions.filter((p) => p.truth === label).length;
  const said = predictions.filter((p) => p.label === label).length;
  const right = predictions.filter((p) => p.truth === label && p.label === label).length;
  return {
    support,
    precision: said === 0 ? 0 : right / said,
    recall: support === 0 ? 0 : right / support,
    f1: support + said === 0 ? 0 : (2 * right) / (support + said),
  };
}

function countConfusions(
  predictions: readonly Prediction[],
): Record<string, Record<string, number>> {
  const table: Record<string, Record<string, number>> = {};
  for (const { truth, label } of predictions) {
    const row = (table[truth] ??= {});
    const column = label ?? "none";
    row[column] = (row[column] ?? 0) + 1;
  }
  return table;
}

function computeShare<T>(items: readonly T[], holds: (item: T) => boolean): number | null {
  return items.length === 0 ? null : items.filter(holds).length / items.length;
}

function computeMean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, v) => sum + v, 0) / values.length;
}
