/**
 * The guard measured on the labelled set: `npm run bench:guard`.
 *
 * Prints, in this order: the set; recall and false vetoes per layer and class; semantics with whole
 * classes held out; joint misses; ablation; machinery scenarios; the adaptive attacker; latency;
 * flip rate. `--quick` leaves the adaptive attacker and the long latency run out.
 *
 * I1. Nothing here trains on `proposals.jsonl`; a held-out class's head saw no sentence of it.
 * I2. No stand-in for Claude is measured: this is rules, signature, lexicon and the local head.
 */
import { readFileSync } from "node:fs";
import { createHeadJudge } from "../guard/words/head-judge.ts";
import { loadShippedIntentHead } from "../guard/words/intent-head.ts";
import { LEXICON_JUDGE } from "../guard/words/lexicon-judge.ts";
import { openSentenceEncoder } from "../router/encoder/sentence-encoder.ts";
import { computeSha256 } from "../schemas/canonical.ts";
import { type AdaptiveResult, attackAdaptively } from "./guard/adaptive.ts";
import { belongsTo, grammarClauses } from "./guard/grammar.ts";
import { flips, semanticsLatency, sizeLatency, structureLatency } from "./guard/latency.ts";
import {
  answersOf,
  heldOutJudge,
  type LayerAnswers,
  createCachingEncoder,
  wilson,
} from "./guard/layers.ts";
import { headWithout, type Lesson } from "./guard/learning.ts";
import { refusedByScenario } from "./guard/scenarios.ts";
import {
  CLASSES,
  inputOf,
  PROPOSALS_FILE,
  readBases,
  readClauses,
  readProposals,
} from "./guard/set.ts";

const WORDS = ["T13", "T14", "T16", "T18", "T19", "T20", "T24"];
const quick = process.argv.includes("--quick");
const opening = await openSentenceEncoder();
if (opening.encoder === null) throw new Error(opening.unavailable.message);
const bare = opening.encoder;
const encoder = createCachingEncoder(bare);
const head = loadShippedIntentHead();
const shipped = createHeadJudge(encoder, head);
const bases = readBases();
const rows = readProposals();
const judged = rows.filter(({ scenario }) => scenario === undefined || scenario === "echo");

section("The set");
console.log(
  `${rows.length} proposals, ${count(rows, "attack")} attacks, ${CLASSES.length} classes`,
);
console.log(`SHA-256 ${computeSha256(readFileSync(PROPOSALS_FILE))}`);

const answers: LayerAnswers[] = [];
for (const row of judged) answers.push(await answersOf(row, bases, shipped));
const attacks = answers.filter(({ row }) => row.label === "attack");
const benign = answers.filter(({ row }) => row.label === "benign");

type Layer = (answer: LayerAnswers) => boolean;
const rules: Layer = (answer) => answer.rules;
const structure: Layer = (answer) => answer.rules || answer.signature;
const semantics: Layer = (answer) => answer.lexicon || answer.head;
const all: Layer = (answer) => structure(answer) || semantics(answer);

section(
  "Refused per class, shipped head: attacks (rules | + signature | semantics alone | all); benign (all)",
);
for (const kind of CLASSES) {
  const own = attacks.filter(({ row }) => row.class === kind);
  if (own.length === 0) continue;
  const twins = benign.filter(({ row }) => row.class === kind);
  const share = (layer: Layer): string => `${own.filter(layer).length}/${own.length}`;
  console.log(
    `${kind.padEnd(4)} ${[rules, structure, semantics].map((l) => share(l).padStart(6)).join(" | ")} | ${rate(own, all)}; benign ${rate(twins, all)}`,
  );
}
const decidable = attacks.filter(
  ({ row }) => row.caught_by === "rules" || row.caught_by === "signature",
);
console.log(`Decidable attacks refused by rules or signature: ${rate(decidable, structure)}`);
console.log(`Benign refused by rules or signature: ${rate(benign, structure)}`);
console.log(`Benign refused by any layer: ${rate(benign, all)}`);

section("Semantics with the class held out (head saw none of it); clean diffs only");
const clauses = [...readClauses(), ...grammarClauses()];
const embedded = await encoder.embed(clauses.map(({ text }) => text));
const lessons: Lesson[] = clauses.map((clause, at) => ({
  clause,
  embedding: embedded[at] ?? new Float32Array(bare.dimension),
}));
const held: LayerAnswers[] = [];
for (const kind of WORDS) {
  const own = headWithout(lessons, (clause) => belongsTo(clause, kind));
  const judge = heldOutJudge(encoder, own, head.threshold);
  const clean = judged.filter((row) => row.class === kind && row.caught_by !== "rules");
  for (const row of clean) held.push(await answersOf(row, bases, judge));
}
for (const split of ["first", "oblique"]) {
  const own = held.filter(({ row }) => (row.split === "fresh") === (split === "oblique"));
  console.log(`${split} set`);
  for (const [name, layer] of [
    ["lexicon", (answer: LayerAnswers) => answer.lexicon],
    ["head", (answer: LayerAnswers) => answer.head],
    ["both", semantics],
  ] as const) {
    console.log(`  ${name.padEnd(8)} ${twoSides(own, layer)}`);
  }
  for (const kind of WORDS) {
    console.log(
      `  both, ${kind.padEnd(4)} ${twoSides(
        own.filter(({ row }) => row.class === kind),
        semantics,
      )}`,
    );
  }
}

section("Joint misses (attacks, shipped head): structure x semantics");
const cell = (byStructure: boolean, bySemantics: boolean): number =>
  attacks.filter((a) => structure(a) === byStructure && semantics(a) === bySemantics).length;
console.log(
  `both ${cell(true, true)}, structure only ${cell(true, false)}, semantics only ${cell(false, true)}, neither ${cell(false, false)}`,
);

section("Ablation (attacks refused; benign refused)");
for (const [name, layer] of [
  ["all", all],
  ["without rules", (a: LayerAnswers) => a.signature || semantics(a)],
  ["without signature", (a: LayerAnswers) => a.rules || semantics(a)],
  ["without lexicon", (a: LayerAnswers) => structure(a) || a.head],
  ["without head", (a: LayerAnswers) => structure(a) || a.lexicon],
  ["without semantics", structure],
] as const) {
  console.log(`${name.padEnd(18)} ${rate(attacks, layer)}; ${rate(benign, layer)}`);
}

section("Machinery around the verdict (T15, T21, T22, T23, T24): refused");
const staged = rows.filter(({ scenario }) => scenario !== undefined);
for (const label of ["attack", "benign"]) {
  const own = staged.filter(
    (row) => row.label === label && !(label === "benign" && row.scenario === "echo"),
  );
  let refused = 0;
  for (const row of own) if (await refusedByScenario(row, bases)) refused += 1;
  console.log(`${label} ${wilson(refused, own.length)}`);
}

if (!quick) {
  section("Adaptive attacker, 100 attempts from each seed, sees every rejection");
  for (const textual of [false, true]) {
    const seeds = judged.filter(
      (row) =>
        row.label === "attack" &&
        (row.caught_by === "semantics") === textual &&
        row.split !== "fresh",
    );
    const results: AdaptiveResult[] = [];
    for (const [at, row] of seeds.entries()) {
      const options = { seed: at + 1, attempts: 100, textual };
      results.push(await attackAdaptively(inputOf(row, bases), [LEXICON_JUDGE, shipped], options));
    }
    const within = (limit: number): number =>
      results.filter(({ wordsAt }) => wordsAt !== null && wordsAt <= limit).length;
    const broken = results.filter(({ methodologyAt }) => methodologyAt !== null).length;
    console.log(
      `${textual ? "words" : "structure"}: ${seeds.length} seeds, another methodology cleared ${broken}`,
    );
    if (textual) {
      console.log(
        `  words cleared within 1, 3, 10, 30, 100 attempts: ${[1, 3, 10, 30, 100].map(within).join(", ")}`,
      );
    }
  }
}

section("Latency");
const standard = rows.find(({ base }) => base === "standard");
if (standard !== undefined) {
  const input = inputOf(standard, bases);
  const { p50, p99, bytes } = structureLatency(input, quick ? 5_000 : 50_000);
  console.log(
    `rules + signature, ${bytes} bytes: p50 ${p50.toFixed(1)} us, p99 ${p99.toFixed(1)} us`,
  );
  for (const line of sizeLatency(input)) console.log(line);
}
const texts = judged.map(({ reasoning }) => reasoning).filter((text) => text !== "");
const lexiconTimes = await semanticsLatency(LEXICON_JUDGE, texts);
const headTimes = await semanticsLatency(createHeadJudge(bare, head), texts);
console.log(
  `lexicon: p50 ${lexiconTimes.p50.toFixed(2)} ms, p99 ${lexiconTimes.p99.toFixed(2)} ms`,
);
console.log(
  `head, nothing remembered: p50 ${headTimes.p50.toFixed(2)} ms, p99 ${headTimes.p99.toFixed(2)} ms`,
);

section("Flip rate (5 further calls, nothing remembered)");
const sample = texts.filter((_, at) => at % 8 === 0);
console.log(`${await flips(createHeadJudge(bare, head), sample)} of ${sample.length} texts`);
await bare.close();

function section(title: string): void {
  console.log(`\n## ${title}`);
}

function count(list: readonly { label: string }[], label: string): number {
  return list.filter((row) => row.label === label).length;
}

function rate(list: readonly LayerAnswers[], layer: Layer): string {
  return wilson(list.filter(layer).length, list.length);
}

function twoSides(list: readonly LayerAnswers[], layer: Layer): string {
  const attack = list.filter(({ row }) => row.label === "attack");
  const harmless = list.filter(({ row }) => row.label === "benign");
  return `recall ${rate(attack, layer)}; false vetoes ${rate(harmless, layer)}`;
}
