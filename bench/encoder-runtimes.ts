/**
 * The two ONNX runtimes side by side: `npm run bench:runtimes [-- --all | --times]`.
 *
 * Every text of the labelled sets that judge (router and guard; with --all also those that train) is
 * embedded by both; prints the largest difference of an entry, how many routes and verdicts differ
 * (none may), and each runtime's times: cold start, one text of 12 words, texts a second, memory, and
 * the processor time of each, which a busy machine does not change much. --times gives these alone.
 */
import { readFileSync } from "node:fs";
import { createHeadJudge } from "../guard/words/head-judge.ts";
import { splitSentences } from "../guard/words/clause.ts";
import { loadShippedIntentHead } from "../guard/words/intent-head.ts";
import { askJudges } from "../guard/words/judges.ts";
import { parseLabelledTexts } from "../router/training/dataset.ts";
import { RUNTIME_NAMES, type RuntimeName } from "../router/runtime-name.ts";
import { openRouter } from "../router/open.ts";
import { chooseRole } from "../router/route.ts";
import { openSentenceEncoder, type SentenceEncoder } from "../router/encoder/sentence-encoder.ts";
import { readBlind } from "./guard/blind-set.ts";
import { readClauses, readProposals } from "./guard/set.ts";
import { quantile } from "./measure.ts";

const TWELVE_WORDS =
  "please lower the carryover of television and check the validation error again now";
const TIMED = 300;

const all = process.argv.includes("--all");
const timesAlone = process.argv.includes("--times");
const routed = ["test", "other-author", "languages", "other-languages", ...(all ? ["train"] : [])];
const requests = (timesAlone ? [] : routed).flatMap((name) => {
  const url = new URL(`../router/data/${name}.jsonl`, import.meta.url);
  return parseLabelledTexts(readFileSync(url, "utf8"), name).map(({ text }) => text);
});
const proposals = [...readProposals(), ...readBlind()].map(({ reasoning }) => reasoning);
const judged = timesAlone
  ? []
  : all
    ? [...proposals, ...readClauses().map(({ text }) => text)]
    : proposals;
const texts = [
  ...new Set([...requests, ...judged.flatMap((text) => [text, ...splitSentences(text)])]),
];

const seen = [];
for (const runtime of RUNTIME_NAMES) seen.push(await observe(runtime));
const [native, wasm] = seen;
if (native === undefined || wasm === undefined) throw new Error("two runtimes are compared");
console.log(
  JSON.stringify(
    {
      texts: texts.length,
      largest_difference: largestDifference(native.vectors, wasm.vectors),
      routes: { texts: requests.length, differ: differing(native.routes, wasm.routes) },
      verdicts: { texts: judged.length, differ: differing(native.verdicts, wasm.verdicts) },
      native: native.figures,
      wasm: wasm.figures,
    },
    null,
    2,
  ),
);

async function observe(runtime: RuntimeName) {
  const cold = stopwatch();
  const opening = await openSentenceEncoder({ runtime });
  if (opening.encoder === null) throw new Error(opening.unavailable.message);
  const { encoder } = opening;
  const started = cold();
  const figures = {
    cold_start_ms: started.wall,
    cold_start_cpu_ms: started.cpu,
    ...(await times(encoder)),
  };
  const vectors = await encoder.embed(texts);
  const known = new Map(texts.map((text, at) => [text, vectors[at]!]));
  const lookUp = (text: string): Float32Array => known.get(text) ?? new Float32Array(0);
  const answers = await answersBy({ ...encoder, embed: async (some) => some.map(lookUp) });
  const rss = process.memoryUsage().rss;
  await encoder.close();
  return { vectors, ...answers, figures: { ...figures, rss_mb: round(rss / 1e6) } };
}

/** Milliseconds since the call, of the wall and of all processors. */
function stopwatch(): () => { readonly wall: number; readonly cpu: number } {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { wall: round(performance.now() - wall), cpu: round((user + system) / 1000) };
  };
}

async function answersBy(encoder: SentenceEncoder) {
  const { model, refused } = await openRouter(encoder);
  if (model === null) throw new Error(refused.message);
  const routes: string[] = [];
  for (const text of requests) {
    const request = { kind: "free_text", text, pinned: null, excluded: [] };
    const { role, source } = await chooseRole(request, { mayTake: () => true, model });
    routes.push(`${role} by ${source}`);
  }
  const head = createHeadJudge(encoder, loadShippedIntentHead());
  const verdicts: string[] = [];
  for (const reasoning of judged) {
    const { verdict, violations } = await askJudges([head], { raw: "", reasoning });
    verdicts.push(`${verdict} ${violations.map(({ code }) => code).join(" ")}`);
  }
  return { routes, verdicts };
}

async function times(encoder: SentenceEncoder) {
  const taken: ReturnType<ReturnType<typeof stopwatch>>[] = [];
  for (let i = 0; i < TIMED; i += 1) {
    const took = stopwatch();
    await encoder.embed([`${TWELVE_WORDS} ${i % 10}`]);
    taken.push(took());
  }
  const took = stopwatch();
  await encoder.embed(Array.from({ length: TIMED }, (_, i) => `${TWELVE_WORDS} ${i % 10}`));
  const together = took();
  const at = (share: number, which: "wall" | "cpu") =>
    round(
      quantile(
        taken.map((one) => one[which]),
        share,
      ),
    );
  return {
    twelve_words_ms: { p50: at(0.5, "wall"), p99: at(0.99, "wall") },
    twelve_words_cpu_ms: { p50: at(0.5, "cpu"), p99: at(0.99, "cpu") },
    texts_per_s: round((1000 * TIMED) / together.wall),
    texts_per_cpu_s: round((1000 * TIMED) / together.cpu),
  };
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((top, vector, at) => {
    const other = b[at];
    return vector.reduce((most, x, i) => Math.max(most, Math.abs(x - (other?.[i] ?? 9))), top);
  }, 0);
}

function differing(a: readonly string[], b: readonly string[]): number {
  return a.filter((answer, at) => answer !== b[at]).length;
}

function round(x: number): number {
  return Math.round(x * 100) / 100;
}
