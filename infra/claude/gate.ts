/**
 * How many requests a process has in flight, and how many tokens it asks for in a minute.
 *
 * I1. At most `concurrency` holders at once; waiters are served in order of arrival.
 * I2. Tokens are a bucket that fills evenly and holds one minute's worth; what an answer really cost
 *     corrects it, so that a wrong estimate is paid back by waiting.
 * I3. A waiter whose signal aborts leaves the queue.
 */
import type { Clock } from "../../session/ports.ts";

export interface GateOptions {
  readonly concurrency: number;
  /** 0 = no limit. */
  readonly tokensPerMinute: number;
  readonly clock: Clock;
}

export interface Gate {
  /**
   * Runs `work` when a place and `tokens` are free. `work` resolves with its result and the tokens
   * it really took.
   */
  run<T>(
    tokens: number,
    signal: AbortSignal,
    work: () => Promise<{ readonly result: T; readonly tokens: number }>,
  ): Promise<T>;
}

const MINUTE_MS = 60_000;

export function createGate(options: GateOptions): Gate {
  const { clock, concurrency } = options;
  const bucket = createBucket(options);
  const waiting: (() => void)[] = [];
  let free = concurrency;

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const take = () => turn.resolve();
    const leave = () => {
      const index = waiting.indexOf(take);
      if (index < 0) return;
      waiting.splice(index, 1);
      turn.reject(signal.reason);
    };
    waiting.push(take);
    signal.addEventListener("abort", leave, { once: true });
    await turn.promise.finally(() => signal.removeEventListener("abort", leave));
  }

  function exit(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async run(tokens, signal, work) {
      await enter(signal);
      try {
        for (let ms = bucket.take(tokens); ms > 0; ms = bucket.take(tokens)) {
          await clock.sleep(ms, signal);
          signal.throwIfAborted();
        }
        try {
          const { result, tokens: used } = await work();
          bucket.giveBack(tokens - used);
          return result;
        } catch (error) {
          bucket.giveBack(tokens);
          throw error;
        }
      } finally {
        exit();
      }
    },
  };
}

interface Bucket {
  /** Milliseconds to wait before the tokens can be taken; 0 = taken. */
  take(tokens: number): number;
  giveBack(tokens: number): void;
}

function createBucket({ tokensPerMinute, clock }: GateOptions): Bucket {
  if (tokensPerMinute <= 0) return { take: () => 0, giveBack: () => {} };
  let level = tokensPerMinute;
  let at = clock.now();
  return {
    take(tokens) {
      const now = clock.now();
      level = Math.min(tokensPerMinute, level + ((now - at) * tokensPerMinute) / MINUTE_MS);
      at = now;
      // A request larger than a minute's worth goes when the bucket is full.
      const wanted = Math.min(tokens, tokensPerMinute);
      if (level >= wanted) {
        level -= tokens;
        return 0;
      }
      return Math.max(1, Math.ceil(((wanted - level) * MINUTE_MS) / tokensPerMinute));
    },
    giveBack(tokens) {
      level = Math.min(tokensPerMinute, level + tokens);
    },
  };
}
