import { describe, expect, it } from "vitest";
import { collect } from "../../support/collect.ts";
import { mergeIterables } from "../../../infra/embedded/merge-records.ts";

async function* list<T>(...values: T[]) {
  yield* values;
}

describe("several streams as one", () => {
  it("keep their own order, and end when all have ended", async () => {
    const merged = await collect(mergeIterables([list(1, 2, 3), list(10, 20), list<number>()]));
    expect(merged.filter((value) => value < 10)).toEqual([1, 2, 3]);
    expect(merged.filter((value) => value >= 10)).toEqual([10, 20]);
    expect(await collect(mergeIterables([]))).toEqual([]);
  });

  it("do not wait for one that has nothing yet", async () => {
    const never: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const found: number[] = [];
    for await (const value of mergeIterables([never, list(1, 2)])) {
      found.push(value);
      if (found.length === 2) break;
    }
    expect(found).toEqual([1, 2]);
  });

  it("fail when one fails, and leave all when left early", async () => {
    async function* failing() {
      yield 1;
      throw new Error("lost");
    }
    await expect(collect(mergeIterables([failing(), list(2)]))).rejects.toThrow("lost");
    let left = false;
    async function* watched() {
      try {
        yield* [1, 2, 3];
      } finally {
        left = true;
      }
    }
    for await (const _value of mergeIterables([watched()])) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(left).toBe(true);
  });
});
