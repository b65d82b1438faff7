/**
 * Entry of an encoder's worker thread: opens the model, then answers batches of texts.
 *
 * I1. The first message out is `ready` or `unavailable`.
 * I2. One answer per batch, in order; a text that fails fails its batch, not the worker.
 */
import { parentPort, workerData } from "node:worker_threads";
import { MmmError, errorText } from "../schemas/errors.ts";
import { type TextEncoder, openEncoder } from "./encoder.ts";
import type { BatchAnswer, BatchRequest, Opening, WorkerInput } from "./encoder-messages.ts";
import { readWeights } from "./weights.ts";

const port = parentPort;
if (port === null) throw new Error("encoder-worker.ts runs in a worker thread only");

function post(message: Opening | BatchAnswer, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function answer(encoder: TextEncoder, request: BatchRequest): Promise<void> {
  try {
    const vectors = new Float32Array(request.texts.length * encoder.dimension);
    for (const [i, text] of request.texts.entries()) {
      vectors.set(await encoder.embed(text), i * encoder.dimension);
    }
    post({ kind: "batch", id: request.id, vectors, error: null }, [vectors.buffer]);
  } catch (error) {
    post({ kind: "batch", id: request.id, vectors: null, error: errorText(error) });
  }
}

try {
  const { directory, runtime } = workerData as WorkerInput;
  const encoder = await openEncoder(await readWeights(directory), runtime);
  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: BatchRequest | "close") => {
    if (request === "close") {
      void last.then(() => encoder.close()).finally(() => port.close());
      return;
    }
    last = last.then(() => answer(encoder, request));
  });
  const { digest, dimension } = encoder;
  post({ kind: "ready", digest, dimension, runtime: encoder.runtime });
} catch (error) {
  const reason = error instanceof MmmError ? error.data["reason"] : undefined;
  post({
    kind: "unavailable",
    reason: typeof reason === "string" ? reason : "runtime_failed",
    message: errorText(error),
  });
  port.close();
}
