/**
 * Estimates effects off the event thread: a posterior takes seconds.
 *
 * I1. A worker per job, gone after it; an aborted job's worker is stopped.
 * I2. What the engine refuses comes back as the engine's error, everything else as `internal`.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ModelConfig } from "../model/config.ts";
import type { Dataset } from "../model/data/dataset.ts";
import type { EffectSummary } from "../model/effect-summary.ts";
import { ModelError, type ModelErrorCode, type ModelErrorData } from "../model/errors.ts";
import { MmmError } from "../schemas/errors.ts";
import type { PublishedEvidence } from "../schemas/evidence.ts";

/** What passes to the worker; plain data only. */
export interface EffectsJob {
  readonly dataset: Dataset;
  readonly config: ModelConfig;
}

export type EffectsAnswer =
  | {
      readonly kind: "effects";
      readonly summary: EffectSummary;
      readonly draws: Uint8Array | null;
      /** Null where only a point was estimated. */
      readonly evidence: PublishedEvidence | null;
    }
  | {
      readonly kind: "refused";
      readonly code: ModelErrorCode;
      readonly message: string;
      readonly data: ModelErrorData;
    }
  | { readonly kind: "failed"; readonly message: string };

/** The published figures, the kept draws as bytes, and what speaks for or against acting on them. */
export type EstimatedEffects = Omit<Extract<EffectsAnswer, { kind: "effects" }>, "kind">;

/** Estimates in a worker of its own. Rejects with `ModelError`, or when `signal` aborts. */
export async function estimateInThread(
  job: EffectsJob,
  signal: AbortSignal,
): Promise<EstimatedEffects> {
  signal.throwIfAborted();
  const answer = await runWorker(job, signal);
  if (answer.kind === "refused") throw new ModelError(answer.code, answer.message, answer.data);
  if (answer.kind === "failed") throw new MmmError("internal", `effects: ${answer.message}`);
  const { summary, draws, evidence } = answer;
  return { summary, draws, evidence };
}

function runWorker(job: EffectsJob, signal: AbortSignal): Promise<EffectsAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(ownWorkerUrl(), { workerData: job });
    const stop = (): void => {
      void worker.terminate();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
    const ended = (): void => signal.removeEventListener("abort", stop);
    worker.once("message", (answer: EffectsAnswer) => {
      ended();
      resolve(answer);
    });
    worker.once("error", (cause) => {
      ended();
      reject(new MmmError("internal", "the worker that estimates effects failed", { cause }));
    });
    worker.once("exit", (code) => {
      ended();
      reject(new MmmError("internal", `the worker that estimates effects left with ${code}`));
    });
  });
}

/** Beside this file, with this file's ending: .ts in a checkout, .js when built. */
function ownWorkerUrl(): URL {
  const ending = extname(new URL(import.meta.url).pathname);
  return new URL(`./posterior-worker${ending}`, import.meta.url);
}
