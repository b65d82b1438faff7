/** How many streams each caller holds open, and when one is over. */
import type { ServerResponse } from "node:http";
import { MmmError } from "../../schemas/errors.ts";

export interface StreamCounter {
  /** Counts one more; what it returns gives the place back. Throws 429 above the limit. */
  hold(caller: string): () => void;
}

export function createStreamCounter(max: number): StreamCounter {
  const open = new Map<string, number>();
  return {
    hold(caller) {
      const now = open.get(caller) ?? 0;
      if (now >= max) {
        throw new MmmError("overloaded", `${caller} has ${now} streams open, at most ${max}`, {
          data: { http: 429, retry_after_s: 5 },
        });
      }
      open.set(caller, now + 1);
      return () => {
        const left = (open.get(caller) ?? 1) - 1;
        if (left <= 0) open.delete(caller);
        else open.set(caller, left);
      };
    },
  };
}

/** Aborts when the caller is gone or the server stops. */
export function abortWhenGone(response: ServerResponse, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return AbortSignal.any([gone.signal, stopping]);
}
