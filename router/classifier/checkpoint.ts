/**
 * A trained router on disk: `router.json` (labels, thresholds, digests, metrics), `head.f32`
 * (weights, little-endian), `bank.i8` (labelled embeddings) and `bank.jsonl` (their texts).
 *
 * I1. What is loaded is what was written: every file is pinned by its SHA-256, and router.json by
 *     the digest over its own canonical JSON.
 * I2. A checkpoint is refused for another encoder or other concepts than it was trained on.
 * I3. Writing is atomic: readers see the old folder or the new one, never a mixture.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError, describeError } from "../../schemas/errors.ts";
import type { Head } from "./head.ts";
import { createBank } from "./neighbours.ts";

const FORMAT = 1 as const;
const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);
const SHARE = z.number().min(-1).max(1);

const VALIDATION = z.object({
  examples: z.number().int(),
  accuracy: z.number(),
  log_loss: z.number(),
  calibration_error: z.number(),
});

const DOCUMENT = z.object({
  format: z.literal(FORMAT),
  labels: z.array(z.string().min(1).max(64)).min(2).max(1000),
  reject_label: z.string().nullable(),
  feature_dimension: z.number().int().min(1).max(100_000),
  embedding_dimension: z.number().int().min(1).max(4096),
  c: z.number().positive(),
  temperature: z.number().positive(),
  thresholds: z.object({ confidence: SHARE, familiarity: SHARE }),
  encoder_digest: SHA256,
  concept_digest: SHA256,
  data_digest: SHA256,
  seed: z.number().int(),
  support: z.record(z.string(), z.number().int()),
  metrics: VALIDATION,
  files: z.object({ "head.f32": SHA256, "bank.i8": SHA256, "bank.jsonl": SHA256 }),
  digest: SHA256,
});

export type CheckpointDocument = z.infer<typeof DOCUMENT>;

/** What a checkpoint says beside its head. */
export type CheckpointFacts = Pick<
  CheckpointDocument,
  "encoder_digest" | "concept_digest" | "data_digest" | "seed" | "support"
>;

export interface Checkpoint {
  readonly head: Head;
  readonly document: CheckpointDocument;
}

export type RefusalReason =
  | "missing"
  | "damaged"
  | "other_encoder"
  | "other_concepts"
  | "unknown_format";

/** The checkpoint shipped with the product. */
export const SHIPPED_CHECKPOINT: string = fileURLToPath(
  new URL("../../checkpoints/bert_router_v1/", import.meta.url),
);

/** Writes a checkpoint folder and returns its document. */
export async function writeCheckpoint(
  directory: string,
  head: Head,
  facts: CheckpointFacts,
): Promise<CheckpointDocument> {
  const files = {
    "head.f32": Buffer.from(head.weights.buffer, head.weights.byteOffset, head.weights.byteLength),
    "bank.i8": Buffer.from(head.bank.codes),
    "bank.jsonl": Buffer.from(formatBankLines(head)),
  };
  const document = createCheckpointDocument(head, facts, files);
  const target = directory.replace(/[/\\]+$/, "");
  const fresh = join(dirname(target), `tmp-${randomUUID()}`);
  await mkdir(fresh, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(fresh, name), bytes);
  await writeFile(join(fresh, "router.json"), `${JSON.stringify(document, null, 2)}\n`);
  await swap(fresh, target);
  return document;
}

/**
 * Reads a checkpoint for `computeEncoderDigest` and `computeConceptDigest`.
 * @throws MmmError checkpoint_refused with the reason in `data.reason`
 */
export async function readCheckpoint(
  directory: string,
  expected: { readonly encoderDigest: string; readonly conceptDigest: string },
): Promise<Checkpoint> {
  const document = parseDocument(directory, await readPart(directory, "router.json"));
  if (document.encoder_digest !== expected.encoderDigest) {
    throw refuse(directory, "other_encoder", "it was trained on another sentence encoder");
  }
  if (document.concept_digest !== expected.conceptDigest) {
    throw refuse(directory, "other_concepts", "it was trained with another table of concepts");
  }
  const weights = await readVerified(directory, "head.f32", document);
  const codes = await readVerified(directory, "bank.i8", document);
  const lines = await readVerified(directory, "bank.jsonl", document);
  return { document, head: createHead(directory, document, { weights, codes, lines }) };
}

function createCheckpointDocument(
  head: Head,
  facts: CheckpointFacts,
  files: Readonly<Record<keyof CheckpointDocument["files"], Buffer>>,
): CheckpointDocument {
  const bare = {
    format: FORMAT,
    labels: [...head.labels],
    reject_label: head.rejectLabel,
    feature_dimension: head.dimension,
    embedding_dimension: head.bank.dimension,
    c: head.c,
    temperature: head.temperature,
    thresholds: head.thresholds,
    metrics: head.validation,
    ...facts,
    files: {
      "head.f32": hashBytes(files["head.f32"]),
      "bank.i8": hashBytes(files["bank.i8"]),
      "bank.jsonl": hashBytes(files["bank.jsonl"]),
    },
  };
  return { ...bare, digest: hashBytes(Buffer.from(toCanonicalJson(bare))) };
}

/** Puts `fresh` in the place of `target`. */
async function swap(fresh: string, target: string): Promise<void> {
  const old = `${fresh}-old`;
  const had = await rename(target, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(fresh, target);
  } catch (cause) {
    if (had) await rename(old, target);
    await rm(fresh, { recursive: true, force: true });
    throw new MmmError("output_unwritable", `cannot write ${target}: ${describeError(cause)}`, {
      cause,
    });
  }
  await rm(old, { recursive: true, force: true });
}

function parseDocument(directory: string, bytes: Buffer): CheckpointDocument {
  let raw: unknown;
  try {
    raw = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw refuse(directory, "damaged", "router.json is not JSON", cause);
  }
  const format = typeof raw === "object" && raw !== null && "format" in raw ? raw.format : null;
  if (format !== FORMAT) {
    throw refuse(directory, "unknown_format", `its format is ${JSON.stringify(format)}, not 1`);
  }
  const parsed = DOCUMENT.safeParse(raw);
  if (!parsed.success) {
    throw refuse(directory, "damaged", `router.json: ${describeError(parsed.error)}`, parsed.error);
  }
  const { digest, ...bare } = parsed.data;
  if (hashBytes(Buffer.from(toCanonicalJson(bare))) !== digest) {
    throw refuse(directory, "damaged", "router.json was changed after it was written");
  }
  return parsed.data;
}

function createHead(
  directory: string,
  document: CheckpointDocument,
  parts: { weights: Buffer; codes: Buffer; lines: Buffer },
): Head {
  const { labels, feature_dimension: width, embedding_dimension: dimension } = document;
  const rows = parts.lines.toString("utf8").split("\n").filter(Boolean).map(parseBankLine);
  if (
    parts.weights.length !== 4 * labels.length * (width + 1) ||
    parts.codes.length !== rows.length * dimension
  ) {
    throw refuse(directory, "damaged", "its files have other sizes than router.json says");
  }
  return {
    labels,
    rejectLabel: document.reject_label,
    dimension: width,
    weights: new Float32Array(
      parts.weights.buffer.slice(parts.weights.byteOffset).slice(0, parts.weights.length),
    ),
    c: document.c,
    temperature: document.temperature,
    thresholds: document.thresholds,
    validation: document.metrics,
    bank: createBank(new Int8Array(parts.codes), dimension, rows),
  };
}

function formatBankLines({ bank }: Head): string {
  return bank.labels
    .map((label, i) => `${JSON.stringify({ label, text: bank.texts[i] ?? "" })}\n`)
    .join("");
}

/** The lines are verified by hash before, so their form is known. */
function parseBankLine(line: string): { label: string; text: string } {
  return JSON.parse(line) as { label: string; text: string };
}

async function readVerified(
  directory: string,
  name: keyof CheckpointDocument["files"],
  document: CheckpointDocument,
): Promise<Buffer> {
  const bytes = await readPart(directory, name);
  if (hashBytes(bytes) === document.files[name]) return bytes;
  throw refuse(directory, "damaged", `${name} differs from what router.json pins`);
}

async function readPart(directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, name));
  } catch (cause) {
    throw refuse(directory, "missing", `cannot read ${name}`, cause);
  }
}

function refuse(directory: string, reason: RefusalReason, what: string, cause?: unknown): MmmError {
  return new MmmError(
    "checkpoint_refused",
    `checkpoint ${directory}: ${what}; train it again or name another; routing by rules`,
    { data: { reason, directory }, cause },
  );
}

function hashBytes(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
