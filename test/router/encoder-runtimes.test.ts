/** The native runtime and WebAssembly compute the same, so no verdict depends on which is installed. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentencesOf } from "../../guard/clause.ts";
import { headJudge } from "../../guard/head-judge.ts";
import { shippedIntentHead } from "../../guard/intent-head.ts";
import { openModel } from "../../router/onnx-runtime.ts";
import { openRouter } from "../../router/open.ts";
import { chooseRole } from "../../router/route.ts";
import { openSentenceEncoder, type SentenceEncoder } from "../../router/sentence-encoder.ts";

/** Every `step`-th of a labelled set; `bench/encoder-runtimes.ts` takes them all. */
function drawn(path: string, field: string, step: number): string[] {
  const lines = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines
    .filter((_, at) => at % step === 0)
    .map((line) => (JSON.parse(line) as Record<string, string>)[field] ?? "");
}

const requests = [
  ...drawn("router/data/test.jsonl", "text", 12),
  ...drawn("router/data/other-author.jsonl", "text", 6),
  ...drawn("router/data/languages.jsonl", "text", 8),
];
const reasonings = [
  ...drawn("guard/data/proposals.jsonl", "reasoning", 24),
  ...drawn("guard/data/proposals-blind.jsonl", "reasoning", 12),
];
const LONG = "please lower the carryover of television and check the validation error ".repeat(60);

async function opened(runtime: "native" | "wasm"): Promise<SentenceEncoder> {
  const opening = await openSentenceEncoder({ runtime });
  if (opening.encoder === null) throw new Error(opening.unavailable.message);
  expect(opening.encoder.runtime).toBe(runtime);
  return opening.encoder;
}

describe("the native runtime and WebAssembly", () => {
  let native: SentenceEncoder;
  let wasm: SentenceEncoder;

  beforeAll(async () => {
    native = await opened("native");
    wasm = await opened("wasm");
  });
  afterAll(async () => {
    await native.close();
    await wasm.close();
  });

  it("embed the labelled texts, and odd ones, equally to 1e-4", async () => {
    expect(wasm.digest).toBe(native.digest);
    const texts = [...requests, ...reasonings.flatMap(sentencesOf), LONG, "", "👍🏽", "幾何"];
    expect(texts.length).toBeGreaterThan(100);
    const [a, b] = await Promise.all([native.embed(texts), wasm.embed(texts)]);
    for (const [at, text] of texts.entries()) {
      const other = b[at]!;
      const difference = a[at]!.reduce((top, x, i) => Math.max(top, Math.abs(x - other[i]!)), 0);
      expect(difference, text).toBeLessThan(1e-4);
    }
  });

  it("route alike", async () => {
    const route = async (encoder: SentenceEncoder) => {
      const { model } = await openRouter(encoder);
      return Promise.all(
        requests.map(async (text) => {
          const request = { kind: "free_text", text, pinned: null, excluded: [] };
          const { role, source } = await chooseRole(request, { mayTake: () => true, model });
          return { text, role, source };
        }),
      );
    };
    expect(await route(wasm)).toEqual(await route(native));
  });

  it("judge alike", async () => {
    const judge = (encoder: SentenceEncoder) => {
      const head = headJudge(encoder, shippedIntentHead());
      return Promise.all(
        reasonings.map(async (reasoning) => {
          const { verdict, violations } = await head.judge({ reasoning, raw: "" });
          return { reasoning, verdict, codes: violations.map(({ code }) => code) };
        }),
      );
    };
    const verdicts = await judge(wasm);
    expect(new Set(verdicts.map(({ verdict }) => verdict)).size).toBe(2);
    expect(verdicts).toEqual(await judge(native));
  });

  it("leave the event loop free: WebAssembly runs in the worker's thread, too", async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    await wasm.embed([LONG]);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
  });
});

describe("a model that quantises activations", () => {
  it("is refused with the remedy: its embeddings would depend on the machine", async () => {
    const model = Buffer.from("...DynamicQuantizeLinear...");
    await expect(openModel(model)).rejects.toMatchObject({
      code: "encoder_unavailable",
      message: expect.stringContaining("float_activations.py"),
    });
  });
});
