/**
 * Trains the guard's intent head and writes `guard/data/intent-head.json`.
 *
 *   node bench/guard-train.ts
 *
 * Learns from `guard/data/clauses.jsonl` (by hand) and the grammar's contrasts, never from
 * `proposals.jsonl`. The threshold is the lowest at which at most FALSE_VETOES_MAX of the held-out
 * harmless sentences are refused, each scored by a head that saw nothing of its class.
 */
import { writeFileSync } from "node:fs";
import { digestOf } from "../schemas/canonical.ts";
import { openSentenceEncoder } from "../router/sentence-encoder.ts";
import { intentHeadJson } from "../guard/intent-head.ts";
import { belongsTo, grammarClauses } from "./guard-grammar.ts";
import { fitIntentHead, heldOutScores, type Lesson } from "./guard-learning.ts";
import { readClauses } from "./guard-set.ts";

const FALSE_VETOES_MAX = 0.04;
const HEAD_FILE = new URL("../guard/data/intent-head.json", import.meta.url);

const { encoder, unavailable } = await openSentenceEncoder();
if (encoder === null) throw new Error(unavailable.message);
const clauses = [...readClauses(), ...grammarClauses()];
const embeddings = await encoder.embed(clauses.map((clause) => clause.text));
const lessons: Lesson[] = clauses.map((clause, at) => ({
  clause,
  embedding: embeddings[at] ?? new Float32Array(encoder.dimension),
}));
const held = heldOutScores(lessons, belongsTo);
const harmless = held.filter(({ intent }) => !intent).map(({ score }) => score);
const threshold = quantile(harmless, 1 - FALSE_VETOES_MAX);
const { weights, bias } = fitIntentHead(lessons);
const json = intentHeadJson({
  encoder: encoder.digest,
  learntFrom: digestOf(clauses),
  threshold: Number(threshold.toFixed(3)),
  bias,
  weights,
});
await encoder.close();

writeFileSync(HEAD_FILE, `${JSON.stringify(json, null, 2)}\n`);
const intents = held.filter(({ intent }) => intent);
const recall = intents.filter(({ score }) => score >= threshold).length / intents.length;
console.log(
  `${lessons.length} sentences; held out by class: threshold ${threshold.toFixed(3)}, recall ${(100 * recall).toFixed(1)} % at ${100 * FALSE_VETOES_MAX} % false vetoes (head alone)`,
);

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length))] ?? 1;
}
