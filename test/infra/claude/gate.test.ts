import { describe, expect, it } from "vitest";
import { createGate } from "../../../infra/claude/gate.ts";

function open(options: { concurrency?: number; tokensPerMinute?: number }) {
  let now = 0;
  const slept: number[] = [];
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
  const gate = createGate({ concurrency: 10, tokensPerMinute: 0, ...options, clock });
  return { gate, slept };
}
const signal = new AbortController().signal;
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe("requests in flight", () => {
  it("are at most so many, served in the order of arrival", async () => {
    const { gate } = open({ concurrency: 1 });
    const order: string[] = [];
    const held = Promise.withResolvers<void>();
    const run = (name: string, until: Promise<void> = Promise.resolve()) =>
      gate.run(0, signal, async () => {
        order.push(name);
        await until;
        return { result: name, tokens: 0 };
      });
    const all = [run("a", held.promise), run("b"), run("c")];
    await settle();
    expect(order).toEqual(["a"]);
    held.resolve();
    expect(await Promise.all(all)).toEqual(["a", "b", "c"]);
    expect(order).toEqual(["a", "b", "c"]);
  });

  it("give their place back when they fail, and leave the queue when nobody waits for them", async () => {
    const { gate } = open({ concurrency: 1 });
    const fails = () => Promise.reject(new Error("no"));
    await expect(gate.run(0, signal, fails)).rejects.toThrow("no");
    const held = Promise.withResolvers<{ result: number; tokens: number }>();
    const first = gate.run(0, signal, () => held.promise);
    const gone = new AbortController();
    const second = gate.run(0, gone.signal, fails);
    gone.abort(new Error("left"));
    await expect(second).rejects.toThrow("left");
    held.resolve({ result: 1, tokens: 0 });
    expect(await first).toBe(1);
    expect(await gate.run(0, signal, () => Promise.resolve({ result: 2, tokens: 0 }))).toBe(2);
  });
});

describe("tokens of a minute", () => {
  it("are waited for once they are spent, and wrong estimates are paid back", async () => {
    const { gate, slept } = open({ tokensPerMinute: 600 });
    const take = (tokens: number, used = tokens) =>
      gate.run(tokens, signal, () => Promise.resolve({ result: null, tokens: used }));
    await take(600);
    await take(60);
    expect(slept).toEqual([6_000]);
    await take(60, 0);
    await take(60);
    expect(slept).toEqual([6_000, 6_000]);
  });
});
