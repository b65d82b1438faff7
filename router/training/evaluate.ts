/**
 * Judges routers on labelled texts: a model, the rules, or any two side by side on the same data.
 */
import type { LabelledText } from "./dataset.ts";
import { type Prediction, type Report, computeReport } from "./metrics.ts";
import { OUT_OF_SCOPE } from "../words/roles.ts";
import type { RouterModel } from "../classifier/router-model.ts";
import { judgeByRules } from "../words/rules.ts";

/** Predictions of a trained model; texts in languages it does not judge count as label null. */
export async function predictByModel(
  rows: readonly LabelledText[],
  model: RouterModel,
): Promise<Prediction[]> {
  const judgements = await Promise.all(rows.map((row) => model.judge(row.text)));
  return judgements.map(({ classification: found, unjudged }, i) => {
    const truth = rows[i]!.label;
    if (found === null) {
      // A text without a letter in it is refused by rule, which is an answer.
      const empty = unjudged === "empty";
      return {
        truth,
        label: empty ? OUT_OF_SCOPE : null,
        confidence: empty ? 1 : 0,
        accepted: empty,
        inScope: 0,
      };
    }
    return {
      truth,
      label: found.label,
      confidence: found.confidence,
      accepted: found.rejected === null,
      inScope: 1 - (found.scores[OUT_OF_SCOPE] ?? 0),
    };
  });
}

/** Predictions of the rules: the best label by points, accepted when it won clearly. */
export function predictByRules(rows: readonly LabelledText[]): Prediction[] {
  return rows.map((row) => {
    const verdict = judgeByRules(row.text);
    const [best] = Object.entries(verdict.points).toSorted((a, b) => b[1] - a[1]);
    const label = best === undefined || best[1] === 0 ? null : best[0];
    const found =
      label === null ? 0 : Object.entries(verdict.scores).find(([l]) => l === label)![1];
    return {
      truth: row.label,
      label,
      confidence: found,
      accepted: verdict.label !== null,
      inScope: 1 - verdict.scores[OUT_OF_SCOPE],
    };
  });
}

export interface Comparison {
  readonly candidate: Report;
  /** Of another checkpoint on the same rows; null when there is none. */
  readonly running: Report | null;
  readonly rules: Report;
}

/** A candidate against the running checkpoint and the rules, on the same rows. */
export async function compareRouters(
  rows: readonly LabelledText[],
  candidate: RouterModel,
  running: RouterModel | null,
): Promise<Comparison> {
  return {
    candidate: computeReport(await predictByModel(rows, candidate), OUT_OF_SCOPE),
    running:
      running === null ? null : computeReport(await predictByModel(rows, running), OUT_OF_SCOPE),
    rules: computeReport(predictByRules(rows), OUT_OF_SCOPE),
  };
}
