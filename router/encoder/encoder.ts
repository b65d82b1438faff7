/**
 * One text → one unit vector, on one thread; the one file that knows onnxruntime-node.
 *
 * Runs inside encoder-worker.ts, never on the event loop of a consumer. Texts are embedded one by
 * one: the int8 graph scales activations per tensor, so a batch or padding changes an embedding
 * by up to 2.5e-2, and batching short texts gains little on one core.
 *
 * I1. Equal text, equal digest, equal machine → equal bytes.
 * I2. Every vector has `dimension` entries and length 1.
 * I3. A text of several windows is the token-weighted mean of its windows' vectors.
 */
import type * as Ort from "onnxruntime-node";
import { describeError } from "../../schemas/errors.ts";
import { type TextTokenizer, openTokenizer } from "./tokenizer.ts";
import { type Weights, createEncoderUnavailable } from "./weights.ts";

type Runtime = typeof Ort;

export interface TextEncoder {
  readonly digest: string;
  readonly dimension: number;
  embed(text: string): Promise<Float32Array>;
  close(): Promise<void>;
}

interface Model {
  readonly runtime: Runtime;
  readonly session: Ort.InferenceSession;
  readonly tokenizer: TextTokenizer;
  readonly weights: Weights;
}

/**
 * Opens the model on one thread.
 * @throws MmmError encoder_unavailable: module_missing, or runtime_failed
 */
export async function openEncoder(weights: Weights): Promise<TextEncoder> {
  const runtime = await loadRuntime();
  const { manifest } = weights;
  const tokenizer = openTokenizer(weights.tokenizerJson, manifest.window_tokens);
  const session = await createSession(runtime, weights.modelPath);
  const model: Model = { runtime, session, tokenizer, weights };
  const encoder: TextEncoder = {
    digest: weights.digest,
    dimension: manifest.dimension,
    embed: (text) => embedText(model, text),
    close: () => session.release(),
  };
  await encoder.embed("warm up");
  return encoder;
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw createEncoderUnavailable(
      "module_missing",
      "onnxruntime-node is not installed or has no binary for this system; routing by rules",
      cause,
    );
  }
}

async function createSession(runtime: Runtime, path: string): Promise<Ort.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(path, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
    });
  } catch (cause) {
    throw createEncoderUnavailable(
      "runtime_failed",
      `cannot open ${path}: ${describeError(cause)}`,
      cause,
    );
  }
}

async function embedText(model: Model, text: string): Promise<Float32Array> {
  const sum = new Float32Array(model.weights.manifest.dimension);
  for (const ids of model.tokenizer.windows(text)) {
    const vector = normalizeEmbedding(await runWindow(model, ids));
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + ids.length * vector[i]!;
  }
  return normalizeEmbedding(sum);
}

async function runWindow(model: Model, ids: readonly number[]): Promise<Float32Array> {
  const { session } = model;
  const output = await session.run(createFeeds(model.runtime, session.inputNames, ids));
  const hidden = output[session.outputNames[0] ?? ""];
  const { dimension, pooling } = model.weights.manifest;
  if (!(hidden?.data instanceof Float32Array) || hidden.data.length !== ids.length * dimension) {
    throw createEncoderUnavailable(
      "runtime_failed",
      "the encoder's output has an unexpected shape",
    );
  }
  return pooling === "cls" ? hidden.data.slice(0, dimension) : meanRows(hidden.data, dimension);
}

/** [1, n] int64 inputs; the graph names which of them it takes. */
function createFeeds(
  runtime: Runtime,
  names: readonly string[],
  ids: readonly number[],
): Record<string, Ort.Tensor> {
  const shape = [1, ids.length];
  const values: Record<string, BigInt64Array> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: new BigInt64Array(ids.length).fill(1n),
    token_type_ids: new BigInt64Array(ids.length),
  };
  return Object.fromEntries(
    names.map((name) => [
      name,
      new runtime.Tensor("int64", values[name] ?? new BigInt64Array(0), shape),
    ]),
  );
}

function meanRows(data: Float32Array, dimension: number): Float32Array {
  const mean = new Float32Array(dimension);
  for (let i = 0; i < data.length; i++) mean[i % dimension] = mean[i % dimension]! + data[i]!;
  return mean;
}

function normalizeEmbedding(vector: Float32Array): Float32Array {
  let square = 0;
  for (const x of vector) square += x * x;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  return vector.map((x) => x * scale);
}
