/**
 * Fitting the guard's intent head, and scoring with whole classes or whole writers held out.
 *
 * I1. Deterministic: no chance; equal sentences give equal weights.
 */
import { splitSentences } from "../../guard/words/clause.ts";
import { countFeatures, computeIntentFeatures } from "../../guard/words/intent-features.ts";
import type { IntentHead } from "../../guard/words/intent-head.ts";
import { computeIntentProbability } from "../../guard/words/intent-head.ts";
import { fitSoftmax } from "../../router/classifier/softmax-regression.ts";
import type { LabelledClause } from "./set.ts";

export interface Lesson {
  readonly clause: LabelledClause;
  readonly embedding: Float32Array;
}

/** Inverse strength of the penalty; by leave-writer-out, as the weights below. */
const C = 3;
/** Weight of a sentence of the grammar beside one by hand of the first writer. */
const GRAMMAR_WEIGHT = 0.1;
/** Weight of a text of the later writers, who wrote the least and the closest to business prose. */
const LATER_WEIGHT = 4;
const HELD_OUT = ["T1", "T13", "T14", "T16", "T18", "T19", "T20", "T24"];

/** Weights of a head for these sentences; the two sides weigh the same. */
export function fitIntentHead(lessons: readonly Lesson[]): {
  readonly weights: Float32Array;
  readonly bias: number;
} {
  const dimension = countFeatures(lessons[0]?.embedding.length ?? 0);
  const x = new Float32Array(lessons.length * dimension);
  for (const [at, { clause, embedding }] of lessons.entries()) {
    x.set(computeIntentFeatures(embedding, clause.text), at * dimension);
  }
  const y = Int32Array.from(lessons, ({ clause }) => (clause.intent ? 1 : 0));
  const own = lessons.map(({ clause }) => weightOf(clause));
  const side = [0, 0];
  for (const [at, label] of y.entries()) side[label] = (side[label] ?? 0) + (own[at] ?? 0);
  const total = (side[0] ?? 0) + (side[1] ?? 0);
  const weight = Float64Array.from(own, (w, at) => (w * total) / (2 * (side[y[at] ?? 0] ?? 1)));
  const fitted = fitSoftmax({ x, y, weight, dimension }, { classes: 2, c: C });
  const row = dimension + 1;
  return {
    weights: Float32Array.from(
      { length: dimension },
      (_, at) => (fitted[row + at] ?? 0) - (fitted[at] ?? 0),
    ),
    bias: (fitted[2 * row - 1] ?? 0) - (fitted[row - 1] ?? 0),
  };
}

function weightOf(clause: LabelledClause): number {
  if (clause.grammar === true) return GRAMMAR_WEIGHT;
  return clause.author === undefined ? 1 : LATER_WEIGHT;
}

export interface HeldOutScore {
  readonly text: string;
  readonly intent: boolean;
  readonly score: number;
}

/** Each sentence by hand, scored by a head that saw no sentence of its class. */
export function heldOutScores(
  lessons: readonly Lesson[],
  belongs: (clause: LabelledClause, kind: string) => boolean,
): HeldOutScore[] {
  return HELD_OUT.flatMap((kind) => {
    const head = headWithout(lessons, (clause) => belongs(clause, kind));
    return lessons
      .filter(({ clause }) => clause.grammar !== true && clause.class.split("+")[0] === kind)
      .map(({ clause, embedding }) => ({
        text: clause.text,
        intent: clause.intent,
        score: computeIntentProbability(head, computeIntentFeatures(embedding, clause.text)),
      }));
  });
}

/**
 * Each text of a later writer, scored as the judge does, by its highest sentence, with a head that
 * saw nothing of that writer. Predicts a stranger's texts, which held-out classes do not: there the
 * writer's manner is known.
 */
export function strangerScores(
  lessons: readonly Lesson[],
  embeddingOf: (sentence: string) => Float32Array,
): (HeldOutScore & { readonly author: string })[] {
  const authors = new Set(lessons.flatMap(({ clause }) => clause.author ?? []));
  return [...authors].flatMap((author) => {
    const head = headWithout(lessons, (clause) => clause.author === author);
    return lessons
      .filter(({ clause }) => clause.author === author)
      .map(({ clause: { text, intent } }) => {
        const scores = splitSentences(text).map((sentence) =>
          computeIntentProbability(head, computeIntentFeatures(embeddingOf(sentence), sentence)),
        );
        return { text, intent, author, score: Math.max(0, ...scores) };
      });
  });
}

/** A head that never saw what `leftOut` names; its threshold and digests are not meant to be used. */
export function headWithout(
  lessons: readonly Lesson[],
  leftOut: (clause: LabelledClause) => boolean,
): IntentHead {
  const { weights, bias } = fitIntentHead(lessons.filter(({ clause }) => !leftOut(clause)));
  return { digest: "", encoder: "", threshold: 1, bias, weights };
}
