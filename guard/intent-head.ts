/**
 * The trained head: logistic regression from the features of a sentence to the probability that it
 * intends a change of methodology. Inference and its file form; training is `bench/guard-train.ts`.
 *
 * I1. A head is used only with the encoder and the features it was trained on, and only as it was
 *     written: its own digest tells a head that was altered.
 * I2. Pure: equal sentence, equal probability.
 */
import { z } from "zod";
import { type Json, digestOf } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import shipped from "./data/intent-head.json" with { type: "json" };
import { FEATURES_DIGEST } from "./intent-features.ts";

const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const HEAD = z.strictObject({
  format: z.literal(1),
  /** Digest of the sentence encoder. */
  encoder: DIGEST,
  features: DIGEST,
  /** Digest of the sentences it learnt from. */
  learnt_from: DIGEST,
  dimension: z.int().positive(),
  bias: z.number(),
  /** Probability from which a sentence is not cleared. */
  threshold: z.number().min(0).max(1),
  /** Base64 of little-endian float32. */
  weights: z.string(),
  /** SHA-256 of the canonical JSON of all the rest. */
  digest: DIGEST,
});

export interface IntentHead {
  readonly digest: string;
  readonly encoder: string;
  readonly threshold: number;
  readonly bias: number;
  readonly weights: Float32Array;
}

/**
 * Reads a head.
 * @throws MmmError `checkpoint_refused` when it is damaged or made for other features
 */
export function parseIntentHead(value: Json): IntentHead {
  const parsed = HEAD.safeParse(value);
  if (!parsed.success) throw refused("not in the form that training writes", parsed.error);
  const { digest, ...rest } = parsed.data;
  const { encoder, features, dimension, bias, threshold } = rest;
  if (features !== FEATURES_DIGEST) throw refused("trained on other features");
  const bytes = Buffer.from(rest.weights, "base64");
  if (bytes.length !== 4 * dimension) throw refused("the number of weights does not fit");
  const weights = Float32Array.from({ length: dimension }, (_, at) => bytes.readFloatLE(4 * at));
  if (!weights.every(Number.isFinite)) throw refused("a weight is not a number");
  if (digest !== digestOf(rest)) throw refused("altered since it was trained");
  return { digest, encoder, threshold, bias, weights };
}

function refused(why: string, cause?: unknown): MmmError {
  const remedy = "install the package again, or train it (bench/guard-train.ts)";
  return new MmmError("checkpoint_refused", `Intent head: ${why}; ${remedy}`, { cause });
}

/** The head's file form. */
export function intentHeadJson(head: {
  readonly encoder: string;
  readonly learntFrom: string;
  readonly threshold: number;
  readonly bias: number;
  readonly weights: Float32Array;
}): Json {
  const bytes = Buffer.alloc(4 * head.weights.length);
  for (const [at, weight] of head.weights.entries()) bytes.writeFloatLE(weight, 4 * at);
  const content = {
    format: 1,
    encoder: head.encoder,
    features: FEATURES_DIGEST,
    learnt_from: head.learntFrom,
    dimension: head.weights.length,
    bias: head.bias,
    threshold: head.threshold,
    weights: bytes.toString("base64"),
  };
  return { ...content, digest: digestOf(content) };
}

/** Probability that a sentence with these features intends a change of methodology. */
export function intentProbability(head: IntentHead, features: Float32Array): number {
  let sum = head.bias;
  for (const [at, weight] of head.weights.entries()) sum += weight * (features[at] ?? 0);
  return 1 / (1 + Math.exp(-sum));
}

/** The shipped head, read when first asked for. */
export function shippedIntentHead(): IntentHead {
  return parseIntentHead(shipped as Json);
}
