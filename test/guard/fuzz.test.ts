/**
 * Texts that nobody wrote: mutations of the labelled proposals, and other spellings of them. Whatever
 * comes, there is a verdict, and what is cleared is a lawful tuning.
 *
 * MMM_FUZZ_RUNS sets how many of each (300).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputOf, readBases, readProposals } from "../../bench/guard/set.ts";
import { computeContentDigest } from "../../guard/proposal/content.ts";
import { judge, type JudgeInput } from "../../guard/judge.ts";
import { LEXICON_JUDGE } from "../../guard/words/lexicon-judge.ts";
import { computeTunableBounds, readTunableValues } from "../../guard/specification/tunables.ts";
import type { Verdict } from "../../guard/verdict.ts";
import { type ModelConfig, parseModelConfig } from "../../model/config.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";

const numRuns = Number(process.env["MMM_FUZZ_RUNS"] ?? "300");
const bases = readBases();
const rows = readProposals();
const inputs = new Map(rows.map((row) => [row.id, inputOf(row, bases)]));
/** Drawn by name, so that a counterexample is short. */
const anyId = fc.constantFrom(...inputs.keys());

const ask = (input: JudgeInput) => judge(input, [LEXICON_JUDGE]);

/** All but the numbers that may be tuned, written without the guard's help. */
function methodologyOf({ hyperparameters, training, ...rest }: ModelConfig): string {
  return toCanonicalJson({
    ...rest,
    channelsTuned: Object.keys(hyperparameters).toSorted(),
    settings: Object.keys(training).toSorted(),
  });
}

/** A verdict, and if it clears, a configuration that differs from the baseline in lawful numbers. */
function expectSound({ baseline, spec }: JudgeInput, verdict: Verdict): void {
  if (verdict.verdict === "vetoed") {
    expect(verdict.violations.length).toBeGreaterThan(0);
    expect(verdict.config).toBeNull();
    return;
  }
  const config = parseModelConfig(JSON.parse(verdict.config));
  expect(methodologyOf(config)).toBe(methodologyOf(baseline.config));
  const bounds = computeTunableBounds(baseline.config, spec);
  for (const [path, value] of readTunableValues(config)) {
    const { min, max } = bounds.get(path)!;
    expect(value, path).toBeGreaterThanOrEqual(min);
    expect(value, path).toBeLessThanOrEqual(max);
  }
}

const TOKENS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "true",
  "1e999",
  "-0",
  "0.5",
  "1e-7",
  "9".repeat(400),
  "\u0000",
  "\ud800",
  "\u202e",
  "\u0435",
  "\\u0065",
  "\\ud800",
  '"__proto__":{"a":1},',
  '"constructor":1,',
  '"config":{},',
  '"changes":[],',
  '"reasoning":"x",',
  "// note\n",
  "\ufeff",
  "hyperparameters.tv.decay",
  "adstock.max_lag_weeks",
];

type Mutation = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (text: string, share: number): number => Math.floor(share * (text.length + 1));

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...TOKENS)).map(
    ([share, token]): Mutation =>
      (text) =>
        text.slice(0, at(text, share)) + token + text.slice(at(text, share)),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
    ([share, length]): Mutation =>
      (text) =>
        text.slice(0, at(text, share)) + text.slice(at(text, share) + length),
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 60 })).map(
    ([from, to, length]): Mutation =>
      (text) =>
        text.slice(0, at(text, to)) +
        text.slice(at(text, from), at(text, from) + length) +
        text.slice(at(text, to)),
  ),
  fc.tuple(place, fc.integer({ min: 0, max: 0xffff })).map(
    ([share, code]): Mutation =>
      (text) =>
        text.slice(0, at(text, share)) +
        String.fromCharCode(code) +
        text.slice(at(text, share) + 1),
  ),
  fc.double().map(
    (value): Mutation =>
      (text) =>
        text.replace(/-?\d+(?:\.\d+)?/, String(value)),
  ),
  anyId.map((id): Mutation => {
    const { raw } = inputs.get(id)!;
    return (text) => text.slice(0, text.length / 2) + raw.slice(raw.length / 2);
  }),
);

describe("any mutation of a proposal", () => {
  test("has a verdict, and what is cleared is a lawful tuning", async () => {
    const cleared = { count: 0 };
    await fc.assert(
      fc.asyncProperty(
        anyId,
        fc.array(mutation, { minLength: 0, maxLength: 4 }),
        async (id, mutations) => {
          const input = inputs.get(id)!;
          const raw = mutations.reduce((text, mutate) => mutate(text), input.raw);
          const verdict = await ask({ ...input, raw });
          expectSound(input, verdict);
          if (verdict.verdict === "cleared") cleared.count += 1;
        },
      ),
      { numRuns },
    );
    // Else nothing was looked at but refusals.
    expect(cleared.count).toBeGreaterThan(numRuns / 50);
  });
});

type Draw = () => number;

/** A JSON value in another spelling: order of keys, white space, escapes, spelling of numbers. */
function respelled(value: unknown, draw: Draw): string {
  const space = () => ["", " ", "\n", "\t ", "\r\n"][Math.floor(draw() * 5)] ?? "";
  if (typeof value === "string") return spelledText(value, draw);
  if (typeof value === "number") return spelledNumber(value, draw);
  if (Array.isArray(value)) {
    return `[${value.map((one) => `${space()}${respelled(one, draw)}${space()}`).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .map((member) => ({ member, order: draw() }))
    .toSorted((a, b) => a.order - b.order)
    .map(
      ({ member: [key, own] }) =>
        `${space()}${spelledText(key, draw)}${space()}:${space()}${respelled(own, draw)}`,
    );
  return `{${members.join(",")}${space()}}`;
}

function spelledText(text: string, draw: Draw): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  const spelled = units.map((code, index) => {
    const plain = JSON.stringify(text[index]).slice(1, -1);
    const pair = code >= 0xd800 && code <= 0xdfff;
    return !pair && draw() < 0.3
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : pair
        ? (text[index] ?? "")
        : plain;
  });
  return `"${spelled.join("")}"`;
}

function spelledNumber(value: number, draw: Draw): string {
  const plain = JSON.stringify(value);
  // Beyond that a number in full is refused where one with an exponent may not be.
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return plain;
  const ways = [plain, value.toExponential(), `${value.toExponential()}`.replace("e", "E")];
  if (Number.isInteger(value)) ways.push(`${plain}.0`, `${plain}e0`);
  else if (!plain.includes("e")) ways.push(`${plain}0`, `${plain}e+0`);
  const spelled = ways[Math.floor(draw() * ways.length)] ?? plain;
  return Object.is(Number(spelled), value) ? spelled : plain;
}

const readable = [...inputs].flatMap(([id, { raw }]) => {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === "object" && value !== null ? [id] : [];
  } catch {
    return [];
  }
});

describe("another spelling of a proposal", () => {
  test("has the same verdict, codes, configuration and content", async () => {
    expect(readable.length).toBeGreaterThan(400);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...readable),
        fc.array(place, { minLength: 64, maxLength: 64 }),
        async (id, draws) => {
          const input = inputs.get(id)!;
          const value: unknown = JSON.parse(input.raw);
          let drawn = 0;
          const draw: Draw = () => draws[(drawn += 7) % draws.length] ?? 0;
          const plain = { ...input, raw: JSON.stringify(value) };
          const one = await ask(plain);
          const other = await ask({ ...input, raw: respelled(value, draw) });
          const parts = ({
            verdict,
            layer,
            violations,
            config,
            contentDigest: content,
          }: Verdict) => ({
            verdict,
            layer,
            codes: violations.map(({ code }) => code).toSorted(),
            config,
            // What no strict parser reads is counted by its letters, in their order.
            content: violations.some(({ code }) => code.startsWith("json_")) ? "" : content,
          });
          expect(parts(other), id).toEqual(parts(one));
        },
      ),
      { numRuns },
    );
  });

  test("is the same content also where it is not JSON, as far as letters go", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 80 }), (text) => {
        const broken = `{"a":1,"a":2} ${text.replaceAll("\\", "")}`;
        const escaped = Array.from(broken, (letter) =>
          /[a-z]/.test(letter) ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter,
        ).join("");
        expect(computeContentDigest(escaped, undefined)).toBe(
          computeContentDigest(broken, undefined),
        );
      }),
      { numRuns },
    );
  });
});
