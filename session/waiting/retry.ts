/**
 * The one way in which something is tried again: a policy says whether and when, a clock waits.
 *
 * I1. What is given up throws its last error; what is called off throws the signal's reason.
 * I2. Nothing is tried again without a pause that the policy states.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { Clock } from "../ports.ts";

/** Milliseconds to wait after a failed try; null to give up. `tries` counts from 1. */
export type RetryPolicy = (failure: {
  readonly error: unknown;
  readonly tries: number;
}) => number | null;

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal?: AbortSignal;
  /** Told of every failure, with the pause that follows; null where it is given up. */
  readonly failed?: (error: unknown, pauseMs: number | null) => void;
}

/** Runs `work` until it succeeds, the policy gives up or the signal aborts. */
export async function retry<T>(
  work: (tries: number) => Promise<T>,
  { policy, clock, signal, failed }: RetryOptions,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries);
    } catch (error) {
      signal?.throwIfAborted();
      const pauseMs = policy({ error, tries });
      failed?.(error, pauseMs);
      if (pauseMs === null) throw error;
      await clock.sleep(pauseMs, signal);
      signal?.throwIfAborted();
    }
  }
}

/** Whether a later try may mend an error, by its code. */
export function isRetriable(error: unknown): boolean {
  return error instanceof MmmError && error.retriable;
}

interface PolicyParts {
  /** After the n-th failed try, from 1. */
  readonly pauseMs: (tries: number) => number;
  /** In all; without an end by default. */
  readonly triesMax?: number;
  /** True where a later try may help; always by default. */
  readonly canHelp?: (error: unknown) => boolean;
}

export function createPolicy({
  pauseMs,
  triesMax = Number.POSITIVE_INFINITY,
  canHelp = () => true,
}: PolicyParts): RetryPolicy {
  return ({ error, tries }) => (tries < triesMax && canHelp(error) ? pauseMs(tries) : null);
}

/** A pause that doubles after each failed try, between two bounds. */
export function doubling(firstMs: number, mostMs: number): (tries: number) => number {
  return (tries) => Math.min(mostMs, firstMs * 2 ** (tries - 1));
}

/**
 * "Equal jitter" (Brooker 2015, "Exponential Backoff And Jitter"): between half of a pause and all of
 * it; `random` is uniform in [0, 1). Where a server has named a time, a little behind that time.
 */
export function addJitter(pauseMs: number, random: number, askedMs: number | null = null): number {
  const own = pauseMs * (0.5 + random / 2);
  return askedMs === null ? own : Math.max(own, askedMs + (own - pauseMs / 2));
}
