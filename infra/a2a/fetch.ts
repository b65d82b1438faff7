/**
 * HTTP to one remote agent that may be slow, busy or gone, and how such a call is tried again.
 *
 * I1. Only what a later attempt may mend is tried again: no connection, time-out, 408, 425, 429, 5xx.
 *     What is sent is the same each time, so a server that remembers message ids counts it once.
 * I2. Waiting grows by two with full jitter between half and whole ("equal jitter", Brooker 2015) and
 *     is never shorter than the server's Retry-After; one that does not fit ends the call.
 * I3. After `breakerFailures` failures in a row nothing is sent for `breakerMs`.
 * I4. An answer is read up to a bound; redirects are errors; nothing leaves for another origin.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { Clock } from "../../session/ports.ts";
import {
  addJitter,
  doubling,
  isRetriable,
  retry,
  type RetryPolicy,
} from "../../session/waiting/retry.ts";
import { createBreaker, type Breaker } from "../claude/breaker.ts";

export interface RemoteCallOptions {
  /** The only origin that is called. */
  readonly origin: string;
  readonly attemptsMax: number;
  readonly attemptMs: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  readonly breakerFailures: number;
  readonly breakerMs: number;
  readonly answerBytesMax: number;
}

export interface RemoteCallTools {
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter alone. */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  /** Headers that say who asks. */
  readonly headers: Readonly<Record<string, string>>;
}

const AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A `fetch` that keeps I1 to I4. Rejects with `reasoner_unavailable` or `timeout`. */
export function createRemoteFetch(
  options: RemoteCallOptions,
  tools: RemoteCallTools,
): typeof fetch {
  const { breakerFailures: failures, breakerMs: cooldownMs } = options;
  const breaker = createBreaker({ failures, cooldownMs, clock: tools.clock });
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== options.origin) {
      throw new MmmError("reasoner_failed", `${url.origin} is not the agent's own address`);
    }
    let asked: number | null = null;
    const work = async (): Promise<Response> => {
      const outcome = await tryFetch({ options, tools, breaker }, url, init);
      const { response } = outcome;
      if (response !== null && !AGAIN.has(response.status)) return response;
      asked = parseRetryAfterMs(response?.headers.get("retry-after") ?? null);
      throw createFetchError(outcome);
    };
    const pauseAfter = doubling(options.backoffMs, options.backoffMsMax);
    const policy: RetryPolicy = ({ error, tries }) => {
      if (!isRetriable(error)) return null;
      const pauseMs = addJitter(pauseAfter(tries), tools.random(), asked);
      return tries >= options.attemptsMax || pauseMs > options.backoffMsMax * 2 ? null : pauseMs;
    };
    const { signal } = init;
    const { clock } = tools;
    return retry(work, { policy, clock, ...(signal ? { signal } : {}) });
  };
}

interface Trying {
  readonly options: RemoteCallOptions;
  readonly tools: RemoteCallTools;
  readonly breaker: Breaker;
}

interface Outcome {
  readonly response: Response | null;
  readonly error: unknown;
}

async function tryFetch(trying: Trying, url: URL, init: RequestInit): Promise<Outcome> {
  const { options, tools, breaker } = trying;
  if (!breaker.admits()) {
    throw new MmmError(
      "reasoner_failed",
      `${options.origin} failed repeatedly and is left alone for a while`,
      { data: { circuit: "open" } },
    );
  }
  const late = AbortSignal.timeout(options.attemptMs);
  const signals = init.signal === undefined || init.signal === null ? [late] : [init.signal, late];
  try {
    const response = await tools.fetch(url, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init.headers)), ...tools.headers },
      redirect: "error",
      signal: AbortSignal.any(signals),
    });
    const whole = await readBoundedBody(response, options.answerBytesMax);
    if (response.status >= 500) breaker.failed();
    else breaker.succeeded();
    return { response: whole, error: null };
  } catch (error) {
    if (init.signal?.aborted === true) {
      breaker.dropped();
      throw error;
    }
    if (error instanceof MmmError) {
      breaker.succeeded();
      throw error;
    }
    breaker.failed();
    return { response: null, error };
  }
}

/** The response with its body read, up to a bound. */
async function readBoundedBody(response: Response, bytesMax: number): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > bytesMax) {
      await response.body?.cancel().catch(() => {});
      throw new MmmError("reasoner_failed", `the answer is longer than ${bytesMax} bytes`);
    }
    chunks.push(chunk as Uint8Array);
  }
  const { status, headers } = response;
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : Buffer.concat(chunks), { status, headers });
}

/** Milliseconds of a Retry-After in seconds; a date counts as none. */
function parseRetryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

function createFetchError({ response, error }: Outcome): MmmError {
  if (response !== null) {
    return new MmmError("reasoner_unavailable", `the agent answered ${response.status}`, {
      data: { status: response.status },
    });
  }
  const timedOut = error instanceof Error && error.name === "TimeoutError";
  return new MmmError(
    timedOut ? "timeout" : "reasoner_unavailable",
    timedOut
      ? "the agent did not answer in time"
      : `the agent cannot be reached (${describeError(error)})`,
    { cause: error },
  );
}
