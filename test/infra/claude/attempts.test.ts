import { describe, expect, it } from "vitest";
import { withAttempts, type AttemptOptions } from "../../../infra/claude/attempts.ts";
import { createBreaker } from "../../../infra/claude/breaker.ts";
import { createGate } from "../../../infra/claude/gate.ts";
import { MmmError, type ErrorCode } from "../../../schemas/errors.ts";
import {
  NO_USAGE,
  SILENT_MODEL_OBSERVER,
  type CallOptions,
  type Completion,
  type LanguageModel,
  type ModelRequest,
} from "../../../session/language-model.ts";
import type { Clock } from "../../../session/ports.ts";

/** Time that moves only when somebody sleeps. */
function tickingClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
      await Promise.resolve();
    },
  };
}

const REQUEST: ModelRequest = {
  model: "m",
  system: "s".repeat(400),
  turns: [],
  tools: [],
  toolsAllowed: false,
  answer: {},
  maxTokens: 400,
  effort: "low",
};

const DONE: Completion = {
  content: [],
  stop: "end",
  stopDetail: null,
  model: "m",
  usage: { ...NO_USAGE, input: 60, output: 40 },
  requestId: null,
};

const OPTIONS: AttemptOptions = {
  attemptsMax: 4,
  attemptMs: 1000,
  totalMs: 10_000,
  backoffMs: 100,
  backoffMsMax: 800,
};

function failing(...codes: readonly (ErrorCode | MmmError | null)[]) {
  const calls: CallOptions[] = [];
  const model: LanguageModel = {
    complete: async (_request, call) => {
      const code = codes[calls.length] ?? null;
      calls.push(call);
      if (code === null) return DONE;
      throw code instanceof MmmError ? code : new MmmError(code, `scripted ${code}`);
    },
  };
  return { calls, model };
}

interface Setup {
  readonly options?: Partial<AttemptOptions>;
  readonly clock?: Clock & { readonly slept: number[] };
  readonly failures?: number;
  readonly concurrency?: number;
  readonly tokensPerMinute?: number;
}

function wrapped(model: LanguageModel, setup: Setup = {}) {
  const clock = setup.clock ?? tickingClock();
  const seen: { code: string; again: boolean }[] = [];
  const { concurrency = 10, tokensPerMinute = 0, failures = 0 } = setup;
  const tried = withAttempts(
    model,
    { ...OPTIONS, ...setup.options },
    {
      gate: createGate({ concurrency, tokensPerMinute, clock }),
      breaker: createBreaker({ failures, cooldownMs: 5000, clock }),
      clock,
      random: () => 1,
      observer: { ...SILENT_MODEL_OBSERVER, attemptFailed: (one) => void seen.push(one) },
    },
  );
  const call = (signal = new AbortController().signal) =>
    tried.complete(REQUEST, { signal, timeoutMs: 0, conversation: "s" });
  return { call, clock, seen };
}

describe("attempts", () => {
  it("try again what may pass, with growing pauses", async () => {
    const { model, calls } = failing("overloaded", "timeout", "reasoner_unavailable");
    const { call, clock } = wrapped(model);
    expect(await call()).toBe(DONE);
    expect(calls).toHaveLength(4);
    expect(clock.slept).toEqual([100, 200, 400]);
  });

  it("do not try again what no retry mends", async () => {
    const { model, calls } = failing("reasoner_failed");
    await expect(wrapped(model).call()).rejects.toMatchObject({ code: "reasoner_failed" });
    expect(calls).toHaveLength(1);
  });

  it("end at their number and say so", async () => {
    const { model, calls } = failing(...Array<ErrorCode>(9).fill("overloaded"));
    const { call, seen } = wrapped(model);
    await expect(call()).rejects.toMatchObject({ code: "overloaded" });
    expect(calls).toHaveLength(4);
    expect(seen.map(({ again }) => again)).toEqual([true, true, true, false]);
  });

  it("never wait less than the server asks", async () => {
    const asked = new MmmError("overloaded", "x", { data: { retryAfterMs: 2500 } });
    const { call, clock } = wrapped(failing(asked).model);
    await call();
    expect(clock.slept[0]).toBeGreaterThanOrEqual(2500);
    expect(clock.slept[0]).toBeLessThanOrEqual(2600);
  });

  it("give up at once when the server asks for longer than the total allows", async () => {
    const asked = new MmmError("overloaded", "x", { data: { retryAfterMs: 60_000 } });
    const { model, calls } = failing(asked);
    const { call, clock } = wrapped(model);
    await expect(call()).rejects.toMatchObject({ code: "overloaded" });
    expect(calls).toHaveLength(1);
    expect(clock.slept).toEqual([]);
  });

  it("shorten the last attempt to what the total leaves", async () => {
    const { model, calls } = failing("timeout", "timeout");
    await wrapped(model, { options: { totalMs: 350 } }).call();
    expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([350, 250, 50]);
  });

  it("stop when cancelled while pausing", async () => {
    const stop = new AbortController();
    const { model, calls } = failing("overloaded", "overloaded");
    const clock = tickingClock();
    const sleep: Clock["sleep"] = async (ms) => {
      await clock.sleep(ms);
      stop.abort(new Error("stopped"));
    };
    const { call } = wrapped(model, { clock: { ...clock, sleep } });
    await expect(call(stop.signal)).rejects.toThrow("stopped");
    expect(calls).toHaveLength(1);
  });
});

describe("the breaker", () => {
  const DOWN = Array<ErrorCode>(20).fill("reasoner_unavailable");

  it("opens after failures in a row and sends nothing more", async () => {
    const { model, calls } = failing(...DOWN);
    const { call } = wrapped(model, { failures: 3 });
    await expect(call()).rejects.toMatchObject({ data: { circuit: "open" } });
    await expect(call()).rejects.toMatchObject({ data: { circuit: "open" } });
    expect(calls).toHaveLength(3);
  });

  it("lets one probe through after the pause, and closes on its success", async () => {
    const { model, calls } = failing(...DOWN.slice(0, 3));
    const { call, clock } = wrapped(model, { failures: 3 });
    await expect(call()).rejects.toMatchObject({ data: { circuit: "open" } });
    await clock.sleep(5000);
    expect(await call()).toBe(DONE);
    expect(await call()).toBe(DONE);
    expect(calls).toHaveLength(5);
  });

  it("opens again when the probe fails", async () => {
    const { model, calls } = failing(...DOWN.slice(0, 4));
    const { call, clock } = wrapped(model, { failures: 3, options: { attemptsMax: 1 } });
    for (let index = 0; index < 3; index += 1) await call().catch(() => {});
    await clock.sleep(5000);
    await expect(call()).rejects.toMatchObject({ code: "reasoner_unavailable" });
    await expect(call()).rejects.toMatchObject({ data: { circuit: "open" } });
    expect(calls).toHaveLength(4);
  });

  it("does not count rate limits and bad requests", async () => {
    const { model } = failing(...Array<ErrorCode>(6).fill("reasoner_failed"));
    const { call } = wrapped(model, { failures: 2 });
    for (let index = 0; index < 6; index += 1) {
      await expect(call()).rejects.not.toMatchObject({ data: { circuit: "open" } });
    }
    expect(await call()).toBe(DONE);
  });
});

describe("the gate", () => {
  it("never lets more in than its width, in order of arrival", async () => {
    let open = 0;
    let most = 0;
    const order: number[] = [];
    const gate = createGate({ concurrency: 3, tokensPerMinute: 0, clock: tickingClock() });
    const { signal } = new AbortController();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        gate.run(1, signal, async () => {
          order.push(index);
          open += 1;
          most = Math.max(most, open);
          await new Promise((resolve) => setTimeout(resolve, 1));
          open -= 1;
          return { result: null, tokens: 1 };
        }),
      ),
    );
    expect(most).toBe(3);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("lets a waiter go when it is cancelled, and keeps its place free", async () => {
    const gate = createGate({ concurrency: 1, tokensPerMinute: 0, clock: tickingClock() });
    const { signal } = new AbortController();
    const first = Promise.withResolvers<void>();
    const holding = gate.run(1, signal, async () => {
      await first.promise;
      return { result: "first", tokens: 1 };
    });
    const stop = new AbortController();
    const waiting = gate.run(1, stop.signal, async () => ({ result: "no", tokens: 1 }));
    stop.abort(new Error("left"));
    await expect(waiting).rejects.toThrow("left");
    first.resolve();
    expect(await holding).toBe("first");
    expect(await gate.run(1, signal, async () => ({ result: "next", tokens: 1 }))).toBe("next");
  });

  it("spreads tokens over the minute and settles to what was really used", async () => {
    const { model } = failing();
    const { call, clock } = wrapped(model, { tokensPerMinute: 600, concurrency: 1 });
    // A request is estimated at 101 tokens in and 100 out and takes 100 in all.
    for (let index = 0; index < 4; index += 1) await call();
    expect(clock.slept).toEqual([]);
    for (let index = 0; index < 3; index += 1) await call();
    // The seventh finds the bucket empty and waits for its 201 tokens at 10 a second.
    expect(clock.now()).toBeGreaterThanOrEqual(20_000);
    expect(clock.now()).toBeLessThan(21_000);
  });
});
