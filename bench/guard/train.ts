/**
 * Trains the guard's intent head and writes `guard/data/intent-head.json`.
 *
 *   node bench/guard/train.ts
 *
 * Learns from `guard/data/clauses.jsonl` (by hand) and the grammar's contrasts, never from
 * `proposals.jsonl`. The threshold is the lowest at which at most FALSE_VETOES_MAX of the harmless
 * texts of a later writer are refused by a head that saw nothing of that writer: whole texts, each as
 * bad as its worst sentence, because that is what is vetoed. `--trial` prints and writes nothing.
 */
import { writeFileSync } from "node:fs";
import { computeDigest } from "../../schemas/canonical.ts";
import { openSentenceEncoder } from "../../router/encoder/sentence-encoder.ts";
import { splitSentences } from "../../guard/words/clause.ts";
import { serializeIntentHead } from "../../guard/words/intent-head.ts";
import { judgeByLexicon } from "../../guard/words/lexicon-judge.ts";
import { belongsTo, grammarClauses } from "./grammar.ts";
import { wilson } from "./layers.ts";
import {
  fitIntentHead,
  type HeldOutScore,
  heldOutScores,
  type Lesson,
  strangerScores,
} from "./learning.ts";
import { readClauses } from "./set.ts";

const FALSE_VETOES_MAX = 0.05;
const SHARES_SHOWN = [0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2];
const HEAD_FILE = new URL("../../guard/data/intent-head.json", import.meta.url);

const { encoder, unavailable } = await openSentenceEncoder();
if (encoder === null) throw new Error(unavailable.message);
const clauses = [...readClauses(), ...grammarClauses()];
const texts = [...new Set(clauses.flatMap(({ text }) => [text, ...splitSentences(text)]))];
const vectors = await encoder.embed(texts);
const embeddings = new Map(texts.map((text, at) => [text, vectors[at]]));
const lessons: Lesson[] = clauses.map((clause) => ({
  clause,
  embedding: embeddingOf(clause.text),
}));

const strangers = strangerScores(lessons, embeddingOf);
const threshold = Number(thresholdFor(strangers, FALSE_VETOES_MAX).toFixed(3));
console.log(`${lessons.length} texts; a later writer held out, threshold ${threshold}`);
for (const author of new Set(strangers.map((one) => one.author))) {
  const own = strangers.filter((one) => one.author === author);
  console.log(`writer ${author}: area under the curve ${areaUnder(own).toFixed(3)}`);
}
for (const share of SHARES_SHOWN) {
  const limit = thresholdFor(strangers, share);
  const head = ({ score }: HeldOutScore): boolean => score >= limit;
  const both = (one: HeldOutScore): boolean =>
    head(one) || judgeByLexicon({ reasoning: one.text }).verdict !== "cleared";
  console.log(
    `  head from ${limit.toFixed(3)}: ${bothSides(strangers, head)}; with the lexicon ${bothSides(strangers, both)}`,
  );
}
const held = heldOutScores(lessons, belongsTo);
console.log(
  `a class held out, head, sentences: ${bothSides(held, ({ score }) => score >= threshold)}`,
);

if (!process.argv.includes("--trial")) {
  const { weights, bias } = fitIntentHead(lessons);
  const learntFrom = computeDigest(clauses);
  const json = serializeIntentHead({
    encoder: encoder.digest,
    learntFrom,
    threshold,
    bias,
    weights,
  });
  writeFileSync(HEAD_FILE, `${JSON.stringify(json, null, 2)}\n`);
}
await encoder.close();

function embeddingOf(text: string): Float32Array {
  const embedding = embeddings.get(text);
  if (embedding === undefined) throw new Error("A text without an embedding");
  return embedding;
}

/** The lowest score above which at most this share of the harmless lie. */
function thresholdFor(scores: readonly HeldOutScore[], share: number): number {
  const harmless = scores.filter(({ intent }) => !intent).map(({ score }) => score);
  const sorted = harmless.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((1 - share) * sorted.length))] ?? 1;
}

function bothSides(
  scores: readonly HeldOutScore[],
  refused: (one: HeldOutScore) => boolean,
): string {
  const side = (intent: boolean): string => {
    const own = scores.filter((one) => one.intent === intent);
    return wilson(own.filter(refused).length, own.length);
  };
  return `recall ${side(true)}, false vetoes ${side(false)}`;
}

/** Area under the receiver operating curve, by ranks (Hanley and McNeil 1982). */
function areaUnder(scores: readonly HeldOutScore[]): number {
  const sorted = scores.toSorted((a, b) => a.score - b.score);
  let [harmless, ordered] = [0, 0];
  for (const { intent } of sorted) {
    if (intent) ordered += harmless;
    else harmless += 1;
  }
  return ordered / (harmless * (scores.length - harmless));
}
