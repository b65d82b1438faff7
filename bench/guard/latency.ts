/**
 * How long a verdict takes, and whether it is always the same.
 *
 * I1. Each proposal is new to the guard; the pinned configurations are not, as in a session.
 */
import { type JudgeInput, judgeStructure } from "../../guard/judge.ts";
import type { SemanticJudge } from "../../guard/words/judges.ts";

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** Microseconds for rules and signature on proposals of about a kilobyte. */
export function structureLatency(input: JudgeInput, count: number): Quantiles & { bytes: number } {
  const channels = input.base.config.channels.map(({ name }) => name);
  const texts = Array.from({ length: count }, (_, at) => {
    const changes = channels.flatMap((name) =>
      ["decay", "alpha", "gamma"].map((part) => ({
        path: `hyperparameters.${name}.${part}`,
        to: Number((0.5 + (at % 97) / 1000).toFixed(4)),
      })),
    );
    const reasoning = "Validation error falls in all four folds. ".repeat(4) + at;
    return JSON.stringify({ changes, reasoning });
  });
  for (const raw of texts.slice(0, 2000)) judgeStructure({ ...input, raw });
  const times = texts.map((raw) => {
    const start = process.hrtime.bigint();
    judgeStructure({ ...input, raw });
    return Number(process.hrtime.bigint() - start) / 1000;
  });
  return { ...quantiles(times), bytes: texts[0]?.length ?? 0 };
}

/** Milliseconds for a semantic judge on each of these texts. */
export async function semanticsLatency(
  judge: SemanticJudge,
  texts: readonly string[],
): Promise<Quantiles> {
  const times: number[] = [];
  for (const reasoning of texts) {
    const start = process.hrtime.bigint();
    await judge.judge({ raw: "", reasoning });
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return quantiles(times);
}

/** Of these texts, how many get another verdict in one of five further calls. */
export async function flips(judge: SemanticJudge, texts: readonly string[]): Promise<number> {
  let flipped = 0;
  for (const reasoning of texts) {
    const verdicts = new Set<string>();
    for (let call = 0; call < 5; call += 1) {
      verdicts.add((await judge.judge({ raw: "", reasoning })).verdict);
    }
    if (verdicts.size > 1) flipped += 1;
  }
  return flipped;
}

/** Processor time to refuse a text of each size; linear when the last column stays level. */
export function sizeLatency(input: JudgeInput): string[] {
  const rounds = 5;
  return [1_000, 10_000, 100_000, 1_000_000].map((size) => {
    const raw = `{"changes":[${"[1,2],".repeat(size / 6)}1]}`;
    for (let warm = 0; warm < 3; warm += 1) judgeStructure({ ...input, raw });
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) judgeStructure({ ...input, raw });
    const { user, system } = process.cpuUsage(before);
    const ns = (1000 * (user + system)) / rounds / size;
    return `${size} characters: ${((ns * size) / 1e6).toFixed(2)} ms, ${ns.toFixed(0)} ns a character`;
  });
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
