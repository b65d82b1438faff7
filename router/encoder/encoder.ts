/**
 * One text → one unit vector, on one thread.
 *
 * Runs inside encoder-worker.ts, never on the event loop of a consumer. Texts are embedded one by
 * one, so that company cannot change an embedding.
 *
 * I1. Equal text, equal digest, equal machine and runtime → equal bytes; another machine or runtime
 *     changes an entry by less than 1e-4.
 * I2. Every vector has `dimension` entries and length 1.
 * I3. A text of several windows is the token-weighted mean of its windows' vectors.
 */
import type { RuntimeName } from "../runtime-name.ts";
import { type OpenedModel, openModel } from "./onnx-runtime.ts";
import { type TextTokenizer, openTokenizer } from "./tokenizer.ts";
import { type Weights, createEncoderUnavailable } from "./weights.ts";

export interface TextEncoder {
  readonly digest: string;
  readonly dimension: number;
  readonly runtime: RuntimeName;
  embed(text: string): Promise<Float32Array>;
  close(): Promise<void>;
}

interface Model extends OpenedModel {
  readonly tokenizer: TextTokenizer;
  readonly weights: Weights;
}

/**
 * Opens the model on one thread of `runtime`, or of the best there is.
 * @throws MmmError encoder_unavailable: module_missing, or runtime_failed
 */
export async function openEncoder(
  weights: Weights,
  runtime: RuntimeName | null = null,
): Promise<TextEncoder> {
  const { manifest } = weights;
  const tokenizer = openTokenizer(weights.tokenizerJson, manifest.window_tokens);
  const opened = await openModel(weights.model, runtime);
  const model: Model = { ...opened, tokenizer, weights };
  const encoder: TextEncoder = {
    digest: weights.digest,
    dimension: manifest.dimension,
    runtime: opened.runtime,
    embed: (text) => embedText(model, text),
    close: () => opened.session.release(),
  };
  await encoder.embed("warm up");
  return encoder;
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
  const output = await session.run(createFeeds(model, ids));
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
function createFeeds({ session, Tensor }: Model, ids: readonly number[]) {
  const shape = [1, ids.length];
  const values: Record<string, BigInt64Array> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: new BigInt64Array(ids.length).fill(1n),
    token_type_ids: new BigInt64Array(ids.length),
  };
  return Object.fromEntries(
    session.inputNames.map((name) => [
      name,
      new Tensor("int64", values[name] ?? new BigInt64Array(0), shape),
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
