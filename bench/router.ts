/**
 * Evidence for the router: `npm run bench:router [-- --datasets FOLDER] [--checkpoint FOLDER]`.
 *
 * Prints one JSON document: the own test split and the texts by another hand (model, rules,
 * baselines), the whole decision end to end, other languages, speed; with a folder also BANKING77
 * and CLINC150. Figures marked "published" are others' and were not run here.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type LabelledText, parseLabelledTexts } from "../router/training/dataset.ts";
import { compareRouters } from "../router/training/evaluate.ts";
import { detectLanguage, isEncoderLanguage } from "../router/words/language.ts";
import { openRouter } from "../router/open.ts";
import { OUT_OF_SCOPE } from "../router/words/roles.ts";
import { chooseRole } from "../router/route.ts";
import type { RouterModel } from "../router/classifier/router-model.ts";
import { openSentenceEncoder } from "../router/encoder/sentence-encoder.ts";
import { benchLatency } from "./router/latency.ts";
import { baselines, benchBanking, benchClinc } from "./router/public.ts";

const { values: options } = parseArgs({
  options: { datasets: { type: "string" }, checkpoint: { type: "string" } },
});

function own(name: string): LabelledText[] {
  const url = new URL(`../router/data/${name}`, import.meta.url);
  return parseLabelledTexts(readFileSync(url, "utf8"), name);
}

/** Who decides, and how often rightly; a person is right for texts that belong to nobody. */
async function endToEnd(rows: readonly LabelledText[], model: RouterModel) {
  const tally: Record<string, { texts: number; right: number }> = {};
  for (const row of rows) {
    const request = { kind: "free_text", text: row.text, pinned: null, excluded: [] };
    const { role, source } = await chooseRole(request, { mayTake: () => true, model });
    const entry = (tally[source] ??= { texts: 0, right: 0 });
    entry.texts += 1;
    if (role === (row.label === OUT_OF_SCOPE ? null : row.label)) entry.right += 1;
  }
  return tally;
}

/** The whole decision for one text of 12 words: embedding, concepts, head, likeness, reason. */
async function decisionTimes(model: RouterModel) {
  const text = "please lower the carryover of television and check the validation error again";
  const request = { kind: "free_text", text, pinned: null, excluded: [] };
  const times: number[] = [];
  for (let i = 0; i < 500; i++) {
    const start = performance.now();
    await chooseRole(request, { mayTake: () => true, model });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { p50_ms: times[250]!, p99_ms: times[495]! };
}

/** Tells which part has begun: the public sets take minutes. */
function begin(part: string): void {
  process.stderr.write(`${part} …\n`);
}

begin("speed");
const latency = await benchLatency();
const opening = await openSentenceEncoder({ workers: 2 });
if (opening.encoder === null) throw new Error(opening.unavailable.message);
const { encoder } = opening;
const { model, refused, document } = await openRouter(encoder, options.checkpoint);
if (model === null) throw new Error(refused.message);

const train = own("train.jsonl");
const results: Record<string, unknown> = {
  checkpoint: document.digest,
  latency,
  decision_12_words: await decisionTimes(model),
};
for (const name of ["test.jsonl", "other-author.jsonl"]) {
  begin(name);
  const rows = own(name);
  results[name] = {
    ...(await compareRouters(rows, model, null)),
    baselines: await baselines(encoder, train, rows),
    end_to_end: await endToEnd(rows, model),
  };
}
for (const name of ["languages.jsonl", "other-languages.jsonl"]) {
  const rows = own(name);
  results[name] = {
    texts: rows.length,
    recognised_as_not_english: rows.filter((row) => !isEncoderLanguage(detectLanguage(row.text)))
      .length,
    end_to_end: await endToEnd(rows, model),
  };
}
if (options.datasets !== undefined) {
  begin("BANKING77");
  results["banking77"] = await benchBanking(options.datasets, encoder);
  begin("CLINC150");
  results["clinc150"] = await benchClinc(options.datasets, encoder);
}
await encoder.close();
console.log(JSON.stringify(results, null, 2));
