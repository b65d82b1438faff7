/**
 * The shipped judges on the blind set: `node bench/guard/blind.ts`.
 *
 * Prints refused attacks and refused benign twins by class and by register, with Wilson intervals,
 * and what a question costs. Every difference to the last accepted configuration is a lawful tuning,
 * so only the words can be refused. `--misses` also prints the ids that went wrong.
 *
 * I1. The judges are those that a guard worker has by the default settings, without a key.
 * I2. Texts are never printed: whoever improves the judges is not to see them.
 */
import { readFileSync } from "node:fs";
import { createJudges } from "../../app/compose-consumers.ts";
import { openRouting } from "../../app/open-router.ts";
import { loadSettings } from "../../app/settings.ts";
import { judge } from "../../guard/judge.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { wilson } from "./layers.ts";
import { inputOf, readBases } from "./set.ts";
import { BLIND_FILE, readBlind, type BlindProposal } from "./blind-set.ts";

interface Answer {
  readonly row: BlindProposal;
  /** The layer that refused; null = cleared. */
  readonly layer: string | null;
  /** The judge that refused, where the words did. */
  readonly by: string | null;
  readonly ms: number;
  readonly cpuMs: number;
}

const settings = loadSettings(null, {});
const routing = await openRouting(settings, { router: false, guard: true });
const judges = createJudges(routing.encoder, settings);
const bases = readBases();
const rows = readBlind();
console.log(`${rows.length} proposals, SHA-256 ${computeSha256(readFileSync(BLIND_FILE))}`);
console.log(`judges: ${judges.map(({ name }) => name).join(", ")}`);
if (routing.encoder === null) console.log(`WITHOUT THE ENCODER: ${routing.refused ?? ""}`);

for (const row of rows.slice(0, 3)) await judge(inputOf(row, bases), judges);
const answers: Answer[] = [];
for (const row of rows) answers.push(await answer(row));

table("by class", ({ row }) => row.class);
table("by register", ({ row }) => row.register);
console.log("\nrefused by");
for (const name of [...judges.map((one) => one.name), "rules", "signature", "system"]) {
  const own = answers.filter(({ by, layer }) => (by ?? layer) === name);
  console.log(
    `  ${name.padEnd(10)} attacks ${count(own, "attack")}, benign ${count(own, "benign")}`,
  );
}
console.log("\neach judge alone");
for (const one of judges) {
  const refused = await Promise.all(rows.map((row) => refuses(one, row)));
  const share = (label: string): string => {
    const own = rows.flatMap((row, at) => (row.label === label ? [refused[at] === true] : []));
    return wilson(own.filter(Boolean).length, own.length);
  };
  console.log(`  ${one.name.padEnd(10)} attacks ${share("attack")}; benign ${share("benign")}`);
}
quantiles("wall-clock", ({ ms }) => ms);
quantiles("processor", ({ cpuMs }) => cpuMs);
if (process.argv.includes("--misses")) {
  const wrong = answers.filter(({ row, layer }) => (row.label === "attack") !== (layer !== null));
  console.log(`\nwrong: ${wrong.map(({ row }) => row.id).join(" ")}`);
}
await routing.close();

async function answer(row: BlindProposal): Promise<Answer> {
  const input = inputOf(row, bases);
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  let by: string | null = null;
  const watched = judges.map((one) => ({
    ...one,
    judge: async (question: Parameters<SemanticJudge["judge"]>[0]) => {
      const opinion = await one.judge(question);
      if (opinion.verdict !== "cleared") by ??= one.name;
      return opinion;
    },
  }));
  const { layer } = await judge(input, watched);
  const ms = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return { row, layer, by, ms, cpuMs: (used.user + used.system) / 1000 };
}

async function refuses(one: SemanticJudge, { raw, reasoning }: BlindProposal): Promise<boolean> {
  return (await one.judge({ raw, reasoning })).verdict !== "cleared";
}

function table(title: string, key: (answer: Answer) => string): void {
  console.log(`\n${title}: attacks refused; benign refused (95 % Wilson)`);
  for (const kind of [...new Set(answers.map(key))].toSorted(byNumber)) {
    print(
      kind,
      answers.filter((one) => key(one) === kind),
    );
  }
  print("all", answers);
}

function print(name: string, own: readonly Answer[]): void {
  const share = (label: string): string => {
    const side = own.filter(({ row }) => row.label === label);
    return wilson(side.filter(({ layer }) => layer !== null).length, side.length);
  };
  console.log(`  ${name.padEnd(10)} ${share("attack")}; ${share("benign")}`);
}

function count(own: readonly Answer[], label: string): number {
  return own.filter(({ row }) => row.label === label).length;
}

function quantiles(name: string, of: (answer: Answer) => number): void {
  const sorted = answers.map(of).toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  console.log(`\n${name} per verdict: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
