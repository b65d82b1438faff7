/**
 * The sentence encoder's weights on disk: which files there are, what they must hash to, how the
 * model is read. Knows no inference runtime.
 *
 * I1. Weights that are missing or differ from the manifest by one byte are never used.
 * I2. The digest names everything that changes an embedding: both files, pooling and window. A
 *     head or a bank trained on one digest is refused for another (see checkpoint.ts).
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { MmmError, errorText } from "../schemas/errors.ts";

const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);

const MANIFEST = z.object({
  model: z.string().min(1),
  licence: z.string().min(1),
  source: z.string().min(1),
  pooling: z.enum(["cls", "mean"]),
  window_tokens: z.number().int().min(8).max(512),
  dimension: z.number().int().min(8).max(4096),
  files: z.object({ "model.onnx": SHA256, "tokenizer.json": SHA256 }),
});

export type WeightsManifest = z.infer<typeof MANIFEST>;

/** Why no encoder can be had; each one sends every text to the rules. */
export type UnavailableReason =
  | "weights_missing"
  | "weights_damaged"
  | "module_missing"
  | "runtime_failed";

export interface Weights {
  readonly manifest: WeightsManifest;
  /** SHA-256 (hex) of everything that changes an embedding. */
  readonly digest: string;
  /** Bytes of model.onnx, as hashed. */
  readonly model: Uint8Array;
  readonly tokenizerJson: string;
}

/** The folder shipped with the product. */
export const SHIPPED_WEIGHTS: string = fileURLToPath(new URL("./weights/", import.meta.url));

/** An `encoder_unavailable` error that says why in `data.reason`. */
export function unavailable(reason: UnavailableReason, message: string, cause?: unknown): MmmError {
  return new MmmError("encoder_unavailable", message, { data: { reason }, cause });
}

/**
 * Reads and verifies the weights in `directory`.
 * @throws MmmError encoder_unavailable with reason weights_missing or weights_damaged
 */
export async function readWeights(directory: string = SHIPPED_WEIGHTS): Promise<Weights> {
  const manifest = parseManifest(directory, await readPart(directory, "weights.json"));
  const model = await readPart(directory, "model.onnx");
  const tokenizer = await readPart(directory, "tokenizer.json");
  verify(directory, "model.onnx", model, manifest);
  verify(directory, "tokenizer.json", tokenizer, manifest);
  return {
    manifest,
    digest: encoderDigest(manifest),
    model,
    tokenizerJson: tokenizer.toString("utf8"),
  };
}

/** SHA-256 of what the manifest says about embeddings; the files are pinned by their own hashes. */
export function encoderDigest(manifest: WeightsManifest): string {
  const parts = [
    manifest.files["model.onnx"],
    manifest.files["tokenizer.json"],
    manifest.pooling,
    String(manifest.window_tokens),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}

async function readPart(directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, name));
  } catch (cause) {
    throw unavailable(
      "weights_missing",
      `encoder weights: cannot read ${name} in ${directory}; restore the folder or route by rules`,
      cause,
    );
  }
}

function parseManifest(directory: string, bytes: Buffer): WeightsManifest {
  try {
    return MANIFEST.parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    throw unavailable(
      "weights_damaged",
      `encoder weights: weights.json in ${directory} is not a manifest (${errorText(cause)})`,
      cause,
    );
  }
}

function verify(
  directory: string,
  name: "model.onnx" | "tokenizer.json",
  bytes: Buffer,
  manifest: WeightsManifest,
): void {
  const found = createHash("sha256").update(bytes).digest("hex");
  const expected = manifest.files[name];
  if (found === expected) return;
  throw unavailable(
    "weights_damaged",
    `encoder weights: ${name} in ${directory} has SHA-256 ${found}, the manifest says ${expected}`,
  );
}
