/**
 * Labelled texts for training and judging the router: parsed strictly, without near-duplicates,
 * without leakage between train and test.
 *
 * I1. A line that is not a labelled text is refused with its number; none is skipped silently.
 * I2. Two texts that differ in case, digits, punctuation or a word or two count once; where their
 *     labels differ the heavier one stays, of equal weight the later one.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { MmmError, describeError } from "../../schemas/errors.ts";
import { LABELS } from "../words/roles.ts";
import { createSeededRandom, shuffleCopy } from "../classifier/random.ts";

const MAX_LINES = 200_000;

const ROW = z.object({
  text: z.string().min(1).max(65_536),
  label: z.enum(LABELS),
  /** ISO 639-1; default en. */
  lang: z.string().min(2).max(8).default("en"),
  author: z.string().max(128).optional(),
  style: z.string().max(32).optional(),
  session: z.string().max(128).optional(),
  /** Relative weight; a person's correction weighs most. */
  weight: z.number().positive().max(1000).optional(),
  /** How the label came about: written, outcome, person … */
  ground: z.string().max(64).optional(),
});

export type LabelledText = z.infer<typeof ROW>;

/**
 * Parses JSON lines.
 * @param name what to call the data in an error
 * @throws MmmError data_invalid with the line's number
 */
export function parseLabelledTexts(ndjson: string, name: string): LabelledText[] {
  const lines = ndjson.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > MAX_LINES) {
    throw new MmmError("data_invalid", `${name}: more than ${MAX_LINES} lines; split the file`);
  }
  return lines.map((line, i) => {
    try {
      return ROW.parse(JSON.parse(line));
    } catch (cause) {
      const message = `${name}, line ${i + 1}: not a labelled text (${describeError(cause).slice(0, 200)})`;
      throw new MmmError("data_invalid", message, { cause });
    }
  });
}

/** One JSON line per row. */
export function formatLabelledTexts(rows: readonly LabelledText[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** SHA-256 over texts, labels and weights, in any order. */
export function computeDatasetDigest(rows: readonly LabelledText[]): string {
  const keys = rows.map((row) => JSON.stringify([row.text, row.label, row.weight ?? 1]));
  return createHash("sha256").update(keys.toSorted().join("\n")).digest("hex");
}

/** The rows without near-duplicates, in their order. */
export function withoutDuplicates(rows: readonly LabelledText[]): LabelledText[] {
  const order = [...rows.keys()].toSorted(
    (a, b) => getRowWeight(rows[b]!) - getRowWeight(rows[a]!) || b - a,
  );
  const index = new NearIndex();
  const kept = new Set<number>();
  for (const i of order) {
    if (index.has(rows[i]!.text)) continue;
    index.add(rows[i]!.text);
    kept.add(i);
  }
  return rows.filter((_, i) => kept.has(i));
}

/** `train` without texts that are in `test` or nearly so. */
export function withoutLeakage(
  train: readonly LabelledText[],
  test: readonly LabelledText[],
): LabelledText[] {
  const index = new NearIndex();
  for (const row of test) index.add(row.text);
  return train.filter((row) => !index.has(row.text));
}

/** Splits by session, so that one session's texts are all on one side. */
export function splitBySession(
  rows: readonly LabelledText[],
  testShare: number,
  seed: number,
): { train: LabelledText[]; test: LabelledText[] } {
  const groups = [...Map.groupBy(rows.keys(), (i) => rows[i]!.session ?? `row ${i}`).values()];
  const test = new Set<number>();
  for (const members of shuffleCopy(groups, createSeededRandom(seed))) {
    if (test.size + members.length > testShare * rows.length) continue;
    for (const i of members) test.add(i);
  }
  return {
    train: rows.filter((_, i) => !test.has(i)),
    test: rows.filter((_, i) => test.has(i)),
  };
}

function getRowWeight(row: LabelledText): number {
  return row.weight ?? 1;
}

/** Share of words two texts must have in common (Jaccard) to count as one. */
const NEAR = 0.85;

/** Finds near-duplicates through their rarest-looking (longest) words. */
class NearIndex {
  readonly #byWord = new Map<string, ReadonlySet<string>[]>();

  has(text: string): boolean {
    const words = extractWordSet(text);
    return selectKeyWords(words).some((word) =>
      (this.#byWord.get(word) ?? []).some((other) => computeJaccard(words, other) >= NEAR),
    );
  }

  add(text: string): void {
    const words = extractWordSet(text);
    for (const word of selectKeyWords(words)) {
      const list = this.#byWord.get(word) ?? [];
      list.push(words);
      this.#byWord.set(word, list);
    }
  }
}

function extractWordSet(text: string): ReadonlySet<string> {
  const plain = text.toLowerCase().replace(/\p{N}+/gu, "0");
  return new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [plain.trim()]);
}

function selectKeyWords(words: ReadonlySet<string>): string[] {
  return [...words].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, 4);
}

function computeJaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((word) => b.has(word)).length;
  return common / (a.size + b.size - common);
}
