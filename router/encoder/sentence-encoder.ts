/**
 * The sentence encoder every part of the product shares (router, guard's semantic layer, parser of
 * proposals): texts in, unit vectors out, computed in worker threads.
 *
 * I1. The event loop never runs the model: it only queues texts and copies answers.
 * I2. Texts waiting at the same time share a message to a worker (at most BATCH_TEXTS), and are
 *     still embedded one by one, so that company never changes an embedding.
 * I3. Every embed() settles: a worker that dies or exceeds BATCH_TIMEOUT_MS fails its batch with
 *     encoder_unavailable and is replaced, MAX_RESTARTS times in all.
 * I4. Idle workers do not keep the process alive.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { MmmError, describeError } from "../../schemas/errors.ts";
import type { BatchAnswer, BatchRequest, Opening, WorkerInput } from "./messages.ts";
import type { RuntimeName } from "../runtime-name.ts";
import { SHIPPED_WEIGHTS, type UnavailableReason, createEncoderUnavailable } from "./weights.ts";

const BATCH_TEXTS = 16;
/** A batch of the longest texts (128 windows) takes a slow core in WebAssembly half a minute. */
const BATCH_TIMEOUT_MS = 120_000;
const MAX_RESTARTS = 3;
/** Texts that may wait; beyond it embed() refuses with `overloaded` at once. */
const MAX_WAITING = 50_000;

export interface SentenceEncoder {
  /** SHA-256 of all that changes an embedding; heads and banks are tied to it. */
  readonly digest: string;
  readonly dimension: number;
  /** What computes; no verdict depends on it. */
  readonly runtime: RuntimeName;
  /**
   * Unit vectors in the order of `texts`.
   * @throws MmmError encoder_unavailable, overloaded
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export interface EncoderOptions {
  /** Folder with weights.json, model.onnx, tokenizer.json; default: the shipped one. */
  readonly directory?: string;
  /** What computes; default (null): the best there is. */
  readonly runtime?: RuntimeName | null;
  /** Worker threads, 1 to 16; each holds the model once (about 200 MB). Default 1. */
  readonly workers?: number;
  /** Entry of the worker; tests put one that fails here. */
  readonly workerUrl?: URL;
}

export interface EncoderUnavailable {
  readonly reason: UnavailableReason;
  readonly message: string;
}

export type EncoderOpening =
  | { readonly encoder: SentenceEncoder; readonly unavailable: null }
  | { readonly encoder: null; readonly unavailable: EncoderUnavailable };

interface Waiting {
  readonly text: string;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (error: MmmError) => void;
}

interface WorkerSlot {
  worker: Worker | null;
  inFlight: { readonly id: number; readonly batch: readonly Waiting[] } | null;
  timer: NodeJS.Timeout | null;
}

interface Pool {
  readonly options: EncoderOptions;
  readonly slots: WorkerSlot[];
  readonly queue: Waiting[];
  opening: Extract<Opening, { kind: "ready" }>;
  nextId: number;
  restarts: number;
  closed: boolean;
}

/** Opens the encoder, or says why there is none; never throws. */
export async function openSentenceEncoder(options: EncoderOptions = {}): Promise<EncoderOpening> {
  const count = Math.min(16, Math.max(1, Math.trunc(options.workers ?? 1)));
  const started = await Promise.all(
    Array.from({ length: count }, () => startWorker(options).catch(toUnavailable)),
  );
  const failed = started.find((s) => "message" in s);
  if (failed !== undefined && "message" in failed) {
    for (const s of started) if ("worker" in s) await s.worker.terminate();
    return { encoder: null, unavailable: failed };
  }
  const ready = started.filter((s) => "worker" in s);
  const pool: Pool = {
    options,
    slots: ready.map(() => ({ worker: null, inFlight: null, timer: null })),
    queue: [],
    opening: ready[0]!.opening,
    nextId: 1,
    restarts: 0,
    closed: false,
  };
  for (const [i, { worker }] of ready.entries()) attach(pool, pool.slots[i]!, worker);
  return { encoder: createPoolEncoder(pool), unavailable: null };
}

function createPoolEncoder(pool: Pool): SentenceEncoder {
  return {
    digest: pool.opening.digest,
    dimension: pool.opening.dimension,
    runtime: pool.opening.runtime,
    embed: (texts) => Promise.all(texts.map((text) => enqueue(pool, text))),
    close: () => closePool(pool),
  };
}

function enqueue(pool: Pool, text: string): Promise<Float32Array> {
  return new Promise((resolve, reject) => {
    if (pool.closed || pool.slots.every((slot) => slot.worker === null)) {
      reject(
        createEncoderUnavailable("runtime_failed", "the sentence encoder is closed or has failed"),
      );
      return;
    }
    if (pool.queue.length >= MAX_WAITING) {
      reject(new MmmError("overloaded", `${MAX_WAITING} texts wait for the sentence encoder`));
      return;
    }
    pool.queue.push({ text, resolve, reject });
    // One turn later: texts asked for in the same turn then share a batch.
    if (pool.queue.length === 1) queueMicrotask(() => dispatch(pool));
  });
}

/** Gives waiting texts to free workers, shared evenly among the free ones. */
function dispatch(pool: Pool): void {
  const free = pool.slots.filter((slot) => slot.worker !== null && slot.inFlight === null);
  for (const [i, slot] of free.entries()) {
    const share = Math.ceil(pool.queue.length / (free.length - i));
    const batch = pool.queue.splice(0, Math.min(BATCH_TEXTS, share));
    if (batch.length > 0) sendBatch(pool, slot, batch);
  }
}

function sendBatch(pool: Pool, slot: WorkerSlot, batch: readonly Waiting[]): void {
  const id = pool.nextId++;
  const request: BatchRequest = { id, texts: batch.map((waiting) => waiting.text) };
  slot.inFlight = { id, batch };
  slot.timer = setTimeout(() => void slot.worker?.terminate(), BATCH_TIMEOUT_MS);
  slot.worker?.ref();
  slot.worker?.postMessage(request);
}

function receive(pool: Pool, slot: WorkerSlot, message: BatchAnswer): void {
  const flight = slot.inFlight;
  if (flight === null || flight.id !== message.id) return;
  clearInFlight(slot);
  const { dimension } = pool.opening;
  for (const [i, waiting] of flight.batch.entries()) {
    if (message.vectors === null) {
      waiting.reject(
        createEncoderUnavailable("runtime_failed", `embedding failed: ${message.error}`),
      );
    } else {
      waiting.resolve(message.vectors.slice(i * dimension, (i + 1) * dimension));
    }
  }
  dispatch(pool);
}

function clearInFlight(slot: WorkerSlot): void {
  if (slot.timer !== null) clearTimeout(slot.timer);
  slot.timer = null;
  slot.inFlight = null;
  slot.worker?.unref();
}

function attach(pool: Pool, slot: WorkerSlot, worker: Worker): void {
  slot.worker = worker;
  worker.on("message", (message: BatchAnswer) => receive(pool, slot, message));
  worker.on("error", () => {}); // The exit that follows carries the consequence.
  worker.on("exit", () => void replaceWorker(pool, slot));
  worker.unref();
}

async function replaceWorker(pool: Pool, slot: WorkerSlot): Promise<void> {
  const flight = slot.inFlight;
  slot.worker = null;
  clearInFlight(slot);
  if (pool.closed) return;
  const error = createEncoderUnavailable(
    "runtime_failed",
    "an encoder worker died; the text was not embedded",
  );
  for (const waiting of flight?.batch ?? []) waiting.reject(error);
  if (pool.restarts < MAX_RESTARTS) {
    pool.restarts += 1;
    const next = await startWorker(pool.options).catch(() => null);
    if (next !== null && pool.closed) await next.worker.terminate();
    else if (next !== null) attach(pool, slot, next.worker);
  }
  if (pool.slots.every(({ worker }) => worker === null)) {
    for (const waiting of pool.queue.splice(0)) waiting.reject(error);
  }
  dispatch(pool);
}

async function closePool(pool: Pool): Promise<void> {
  pool.closed = true;
  const error = createEncoderUnavailable("runtime_failed", "the sentence encoder was closed");
  for (const waiting of pool.queue.splice(0)) waiting.reject(error);
  await Promise.all(
    pool.slots.map(async ({ worker }) => {
      if (worker === null) return;
      worker.ref();
      const gone = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("close");
      await gone;
    }),
  );
}

/** Starts one worker and waits for its first message. */
function startWorker(
  options: EncoderOptions,
): Promise<{ worker: Worker; opening: Pool["opening"] }> {
  const entry = options.workerUrl ?? resolveWorkerUrl();
  return new Promise((resolve, reject) => {
    const input: WorkerInput = {
      directory: options.directory ?? SHIPPED_WEIGHTS,
      runtime: options.runtime ?? null,
    };
    const worker = new Worker(entry, { workerData: input });
    const failed = (cause: unknown) =>
      reject(
        createEncoderUnavailable(
          "runtime_failed",
          `encoder worker: ${describeError(cause)}`,
          cause,
        ),
      );
    worker.once("error", failed);
    worker.once("exit", (code) => failed(new Error(`exit ${code} before it was ready`)));
    worker.once("message", (message: Opening) => {
      worker.removeAllListeners("error");
      worker.removeAllListeners("exit");
      if (message.kind === "ready") resolve({ worker, opening: message });
      else reject(createEncoderUnavailable(message.reason as UnavailableReason, message.message));
    });
  });
}

/** Beside this file, with this file's ending: .ts in a checkout, .js when built. */
function resolveWorkerUrl(): URL {
  const ending = extname(new URL(import.meta.url).pathname);
  return new URL(`./worker${ending}`, import.meta.url);
}

function toUnavailable(error: unknown): EncoderUnavailable {
  const reason = error instanceof MmmError ? error.data["reason"] : undefined;
  return {
    reason: typeof reason === "string" ? (reason as UnavailableReason) : "runtime_failed",
    message: describeError(error),
  };
}
