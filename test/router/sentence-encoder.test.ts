import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MmmError } from "../../schemas/errors.ts";
import { type SentenceEncoder, openSentenceEncoder } from "../../router/sentence-encoder.ts";
import { SHIPPED_WEIGHTS, readWeights } from "../../router/weights.ts";

const golden = JSON.parse(
  readFileSync(new URL("../golden/router-embeddings.json", import.meta.url), "utf8"),
) as { files: Record<string, string>; texts: string[]; vectors: number[][] };

function largestDifference(a: Float32Array, b: readonly number[]): number {
  return Math.max(...b.map((x, i) => Math.abs(x - a[i]!)));
}

describe("the sentence encoder with the shipped weights", () => {
  let encoder: SentenceEncoder;

  beforeAll(async () => {
    const opening = await openSentenceEncoder();
    if (opening.encoder === null) throw new Error(opening.unavailable.message);
    encoder = opening.encoder;
  });
  afterAll(() => encoder.close());

  it("embeds like the Python reference, to 1e-4 on any machine", async () => {
    const { manifest } = await readWeights();
    expect(golden.files).toEqual(manifest.files);
    const vectors = await encoder.embed(golden.texts);
    for (const [i, vector] of vectors.entries()) {
      expect(largestDifference(vector, golden.vectors[i]!), golden.texts[i]).toBeLessThan(1e-4);
    }
  });

  it("gives a text the same vector alone and in company", async () => {
    const texts = ["lower the decay of tv", "go live?", "a much longer text ".repeat(20)];
    const together = await encoder.embed(texts);
    for (const [i, text] of texts.entries()) {
      expect([...(await encoder.embed([text]))[0]!]).toEqual([...together[i]!]);
    }
  });

  it("keeps the order of many texts asked for at once", async () => {
    const texts = Array.from({ length: 50 }, (_, i) => `decay of channel ${i}`);
    const [all, last] = await Promise.all([encoder.embed(texts), encoder.embed([texts[49]!])]);
    expect([...all[49]!]).toEqual([...last[0]!]);
    expect([...all[0]!]).not.toEqual([...last[0]!]);
  });

  it("judges a long text by all its windows, not by its head alone", async () => {
    const filler = "the weather in spring was mild and nothing happened in the shops ".repeat(14);
    const [head, both] = await encoder.embed([
      filler,
      `${filler} ${"deploy the model ".repeat(60)}`,
    ]);
    expect(largestDifference(both!, [...head!])).toBeGreaterThan(0.01);
  });

  it.each([
    ["empty", ""],
    ["binary", "\u0000\u0001\ud800\udfff\ud800"],
    ["emoji", "😀".repeat(500)],
    ["1 MB without a space", "x".repeat(1_000_000)],
    ["1 MB of words", "word ".repeat(200_000)],
  ])("gives a vector of length 1 for a text that is %s", async (_, text) => {
    const [vector] = await encoder.embed([text]);
    expect(vector).toHaveLength(encoder.dimension);
    expect(Math.hypot(...vector!)).toBeCloseTo(1, 4);
  });

  it("answers no texts with no vectors", async () => {
    expect(await encoder.embed([])).toEqual([]);
  });
});

describe("a sentence encoder that cannot be had", () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  function folderWith(files: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), "weights-"));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  function manifest(model: string, tokenizer: string): string {
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    return JSON.stringify({
      model: "toy",
      licence: "none",
      source: "test",
      pooling: "cls",
      window_tokens: 16,
      dimension: 8,
      files: { "model.onnx": sha(model), "tokenizer.json": sha(tokenizer) },
    });
  }

  it("is said to miss its weights when the folder is empty", async () => {
    const opening = await openSentenceEncoder({ directory: folderWith({}) });
    expect(opening.encoder).toBeNull();
    expect(opening.unavailable?.reason).toBe("weights_missing");
  });

  it("is said to be damaged when a file differs from the manifest", async () => {
    const directory = folderWith({
      "model.onnx": "other bytes",
      "tokenizer.json": "{}",
      "weights.json": manifest("bytes", "{}"),
    });
    expect((await openSentenceEncoder({ directory })).unavailable?.reason).toBe("weights_damaged");
  });

  it("is said to be damaged when the manifest is not one", async () => {
    const directory = folderWith({ "weights.json": "{" });
    expect((await openSentenceEncoder({ directory })).unavailable?.reason).toBe("weights_damaged");
  });

  it("is said to fail when the runtime cannot read the model", async () => {
    const tokenizer = readFileSync(join(SHIPPED_WEIGHTS, "tokenizer.json"), "utf8");
    const directory = folderWith({
      "model.onnx": "not onnx",
      "tokenizer.json": tokenizer,
      "weights.json": manifest("not onnx", tokenizer),
    });
    expect((await openSentenceEncoder({ directory })).unavailable?.reason).toBe("runtime_failed");
  });

  it("passes on that the runtime's package is missing", async () => {
    const workerUrl = new URL("./fixture-worker-unavailable.ts", import.meta.url);
    const opening = await openSentenceEncoder({ workerUrl });
    expect(opening.unavailable?.reason).toBe("module_missing");
  });

  it("is said to fail when its worker dies before it is ready", async () => {
    const workerUrl = new URL("./no-such-worker.ts", import.meta.url);
    expect((await openSentenceEncoder({ workerUrl })).unavailable?.reason).toBe("runtime_failed");
  });
});

describe("a worker that dies at work", () => {
  const workerUrl = new URL("./fixture-worker-dies.ts", import.meta.url);

  async function opened(): Promise<SentenceEncoder> {
    const opening = await openSentenceEncoder({ workerUrl });
    if (opening.encoder === null) throw new Error(opening.unavailable.message);
    return opening.encoder;
  }

  it("fails its texts and is replaced", async () => {
    const encoder = await opened();
    await expect(encoder.embed(["die"])).rejects.toMatchObject({ code: "encoder_unavailable" });
    await expect
      .poll(
        () =>
          encoder.embed(["live"]).then(
            (v) => v.length,
            () => 0,
          ),
        { timeout: 5000 },
      )
      .toBe(1);
    await encoder.close();
  });

  it("is not replaced for ever, and every embed settles", async () => {
    const encoder = await opened();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, () => encoder.embed(["die"])),
    );
    expect(outcomes.every((o) => o.status === "rejected")).toBe(true);
    await expect(encoder.embed(["live"])).rejects.toBeInstanceOf(MmmError);
    await encoder.close();
  });

  it("fails the batch, not the worker, when one text fails", async () => {
    const encoder = await opened();
    await expect(encoder.embed(["fail"])).rejects.toMatchObject({ code: "encoder_unavailable" });
    expect(await encoder.embed(["live"])).toHaveLength(1);
    await encoder.close();
  });

  it("refuses texts after close", async () => {
    const encoder = await opened();
    await encoder.close();
    await expect(encoder.embed(["live"])).rejects.toMatchObject({ code: "encoder_unavailable" });
  });
});
