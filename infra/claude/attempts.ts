/**
 * How a request to a language model is tried again.
 *
 * I1. Only what a later attempt may mend is tried again: time-outs, overload, unreachable, 5xx, 409.
 * I2. Waiting grows by two with full jitter from a half (Brooker 2015, "equal jitter"), is never
 *     shorter than the server's retry-after, and a retry-after that does not fit the total ends it.
 * I3. `totalMs` bounds attempts and pauses together; the time spent in the gate's queue is not
 *     counted, as that is our own doing.
 * I4. While the circuit is open nothing is sent.
 */
import { MmmError } from "../../schemas/errors.ts";
import {
  countTokens,
  type CallOptions,
  type Completion,
  type LanguageModel,
  type ModelObserver,
  type ModelRequest,
} from "../../session/language-model.ts";
import type { Clock } from "../../session/ports.ts";
import { addJitter, doubling, retry, type RetryPolicy } from "../../session/waiting/retry.ts";
import type { Breaker } from "./breaker.ts";
import type { Gate } from "./gate.ts";

export interface AttemptOptions {
  readonly attemptsMax: number;
  readonly attemptMs: number;
  readonly totalMs: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

export interface AttemptTools {
  readonly gate: Gate;
  readonly breaker: Breaker;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter alone. */
  readonly random: () => number;
  readonly observer: ModelObserver;
}

/** Bytes of a request per token, for the rate limit's estimate alone. */
const BYTES_PER_TOKEN = 4;

/** `model` with retries, time-outs, the gate and the breaker around it. */
export function withAttempts(
  model: LanguageModel,
  options: AttemptOptions,
  tools: AttemptTools,
): LanguageModel {
  return {
    complete: (request, call) => completeWithRetries({ model, options, tools }, request, call),
  };
}

interface Trying {
  readonly model: LanguageModel;
  readonly options: AttemptOptions;
  readonly tools: AttemptTools;
}

async function completeWithRetries(
  trying: Trying,
  request: ModelRequest,
  call: CallOptions,
): Promise<Completion> {
  const { options, tools } = trying;
  const { clock, observer, random } = tools;
  let spentMs = 0;
  /** Of the attempt itself; what the gate refuses is not tried again. */
  let failure: MmmError | null = null;
  const work = async (): Promise<Completion> => {
    const leftMs = options.totalMs - spentMs;
    const attemptMs = Math.ceil(Math.min(options.attemptMs, leftMs));
    const outcome = await tryCompletion(trying, request, { ...call, timeoutMs: attemptMs });
    if (outcome.completion !== null) return outcome.completion;
    spentMs += outcome.ms;
    failure = outcome.error;
    throw outcome.error;
  };
  const pauseAfter = doubling(options.backoffMs, options.backoffMsMax);
  const policy: RetryPolicy = ({ error, tries }) => {
    if (failure === null || error !== failure) return null;
    const pauseMs = addJitter(pauseAfter(tries), random(), readAskedPause(failure));
    const again =
      failure.retriable && tries < options.attemptsMax && spentMs + pauseMs < options.totalMs;
    observer.attemptFailed({ model: request.model, code: failure.code, again });
    if (again) spentMs += pauseMs;
    return again ? pauseMs : null;
  };
  return retry(work, { policy, clock, signal: call.signal });
}

type Outcome =
  | { readonly completion: Completion; readonly ms: number }
  | { readonly completion: null; readonly error: MmmError; readonly ms: number };

async function tryCompletion(
  { model, tools }: Trying,
  request: ModelRequest,
  call: CallOptions,
): Promise<Outcome> {
  const { gate, clock } = tools;
  return gate.run<Outcome>(estimateRequestTokens(request), call.signal, async () => {
    const started = clock.now();
    const ms = () => clock.now() - started;
    try {
      const completion = await withBreaker(tools.breaker, () => model.complete(request, call));
      return { result: { completion, ms: ms() }, tokens: countTokens(completion.usage) };
    } catch (error) {
      call.signal.throwIfAborted();
      if (!(error instanceof MmmError)) throw error;
      return { result: { completion: null, error, ms: ms() }, tokens: 0 };
    }
  });
}

async function withBreaker(breaker: Breaker, send: () => Promise<Completion>): Promise<Completion> {
  if (!breaker.admits()) {
    throw new MmmError(
      "reasoner_failed",
      "Claude failed repeatedly and is left alone for a while",
      {
        data: { circuit: "open" },
      },
    );
  }
  try {
    const completion = await send();
    breaker.succeeded();
    return completion;
  } catch (error) {
    const code = error instanceof MmmError ? error.code : null;
    const status = error instanceof MmmError ? error.data["status"] : null;
    if (code === "reasoner_unavailable" || code === "timeout" || status === 529) breaker.failed();
    else if (code === null) breaker.dropped();
    else breaker.succeeded();
    throw error;
  }
}

/** Tokens a request will take about, for the rate limit. */
function estimateRequestTokens(request: ModelRequest): number {
  const bytes = request.system.length + JSON.stringify(request.turns).length;
  return Math.ceil(bytes / BYTES_PER_TOKEN) + Math.ceil(request.maxTokens / BYTES_PER_TOKEN);
}

/** What the server asked to be waited, milliseconds; null where it named nothing. */
function readAskedPause(error: MmmError): number | null {
  const asked = error.data["retryAfterMs"];
  return typeof asked === "number" ? asked : null;
}
