/** What passes between sentence-encoder.ts and encoder-worker.ts; plain data only. */
import type { RuntimeName } from "../runtime-name.ts";

export interface WorkerInput {
  readonly directory: string;
  /** Null = the best there is. */
  readonly runtime: RuntimeName | null;
}

export type Opening =
  | {
      readonly kind: "ready";
      readonly digest: string;
      readonly dimension: number;
      readonly runtime: RuntimeName;
    }
  | { readonly kind: "unavailable"; readonly reason: string; readonly message: string };

export interface BatchRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** `vectors` is row-major [texts, dimension]. */
export interface BatchAnswer {
  readonly kind: "batch";
  readonly id: number;
  readonly vectors: Float32Array | null;
  readonly error: string | null;
}
