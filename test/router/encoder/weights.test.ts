import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { computeEncoderDigest, readWeights } from "../../../router/encoder/weights.ts";

const folder = mkdtempSync(join(tmpdir(), "weights-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const manifest = {
  model: "m",
  licence: "l",
  source: "s",
  pooling: "cls" as const,
  window_tokens: 128,
  dimension: 384,
  files: { "model.onnx": sha256("model"), "tokenizer.json": sha256("{}") },
};
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

beforeEach(() => {
  write("weights.json", JSON.stringify(manifest));
  write("model.onnx", "model");
  write("tokenizer.json", "{}");
});

describe("weights on disk", () => {
  it("are used when both files are those of the manifest", async () => {
    const weights = await readWeights(folder);
    expect(weights).toMatchObject({ manifest, tokenizerJson: "{}" });
    expect(weights.digest).toBe(computeEncoderDigest(manifest));
  });

  it.each([
    ["weights_damaged", "model.onnx", "modex"],
    ["weights_damaged", "tokenizer.json", "{} "],
    ["weights_damaged", "weights.json", "{}"],
  ])("are %s when %s differs", async (reason, name, text) => {
    write(name, text);
    await expect(readWeights(folder)).rejects.toMatchObject({
      code: "encoder_unavailable",
      data: { reason },
    });
  });

  it("are missing when a file is", async () => {
    rmSync(join(folder, "model.onnx"));
    await expect(readWeights(folder)).rejects.toMatchObject({
      data: { reason: "weights_missing" },
    });
  });

  it("have another digest for another pooling or window", () => {
    const digests = [
      manifest,
      { ...manifest, pooling: "mean" as const },
      { ...manifest, window_tokens: 64 },
    ].map(computeEncoderDigest);
    expect(new Set(digests).size).toBe(3);
    expect(computeEncoderDigest({ ...manifest, licence: "other" })).toBe(digests[0]);
  });
});
