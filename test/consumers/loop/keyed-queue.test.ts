import { describe, expect, it } from "vitest";
import { Lanes } from "../../../consumers/loop/keyed-queue.ts";
import type { LogRecord } from "../../../session/ports.ts";

const record = (offset: number, key: string) => ({ offset, key }) as LogRecord;
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

function open(widthMax: number) {
  const started: number[] = [];
  const held = new Map<number, PromiseWithResolvers<void>>();
  let progressed = 0;
  const queue = new Lanes({
    widthMax,
    handle: ({ offset }) => {
      started.push(offset);
      const turn = Promise.withResolvers<void>();
      held.set(offset, turn);
      return turn.promise;
    },
    progressed: () => {
      progressed += 1;
    },
  });
  const end = async (offset: number, error?: Error) => {
    if (error === undefined) held.get(offset)?.resolve();
    else held.get(offset)?.reject(error);
    await settle();
  };
  return { queue, started, end, progressed: () => progressed };
}

describe("records of one partition", () => {
  it("of one key are handled one after the other, keys side by side", async () => {
    const { queue, started, end } = open(10);
    queue.push([record(5, "a"), record(6, "a"), record(7, "b")]);
    expect(started).toEqual([5, 7]);
    await end(5);
    expect(started).toEqual([5, 7, 6]);
  });

  it("are at most so many at once", async () => {
    const { queue, started, end } = open(2);
    queue.push([record(1, "a"), record(2, "b"), record(3, "c")]);
    expect(started).toEqual([1, 2]);
    await end(2);
    expect(started).toEqual([1, 2, 3]);
  });

  it("count as done up to the first that is not", async () => {
    const { queue, end, progressed } = open(10);
    queue.push([record(5, "a"), record(6, "b"), record(9, "c")]);
    await end(6);
    await end(9);
    expect([queue.lowWater, queue.inHand, progressed()]).toEqual([5, 3, 2]);
    await end(5);
    expect([queue.lowWater, queue.inHand]).toEqual([10, 0]);
  });

  it("that were told to stop stay not done, and what waits is dropped", async () => {
    const { queue, started, end } = open(1);
    queue.push([record(1, "a"), record(2, "a")]);
    let drained = false;
    void queue.drain().then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    await end(1, new Error("stopped"));
    expect([drained, queue.lowWater, started]).toEqual([true, 1, [1]]);
  });
});
