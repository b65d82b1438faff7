import { describe, expect, it } from "vitest";
import { collect } from "../../support/collect.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { readLocal } from "../../../infra/embedded/read.ts";

const clock = { now: () => 0, sleep: () => Promise.resolve() };
const record = (key: string, partition?: number) => ({
  topic: "history",
  key,
  value: Buffer.from(key),
  headers: {},
  ...(partition === undefined ? {} : { partition }),
});

async function filled() {
  const log = createMemoryLog({ partitions: 2, clock });
  await log.append([record("a", 0), record("b", 0), record("a", 0), record("c", 1)]);
  return log;
}
const offsets = async (stream: AsyncIterable<{ partition: number; offset: number }>) =>
  (await collect(stream)).map(({ partition, offset }) => `${partition}/${offset}`);

describe("reading without a group", () => {
  it("gives all partitions in order, one after the other", async () => {
    const log = await filled();
    expect(await offsets(log.read({ topic: "history" }))).toEqual(["0/0", "0/1", "0/2", "1/0"]);
    expect(await offsets(log.read({ topic: "history", partition: 0, from: 1 }))).toEqual([
      "0/1",
      "0/2",
    ]);
  });

  it("gives one key's records alone", async () => {
    const log = createMemoryLog({ partitions: 2, clock });
    await log.append(["a", "b", "a"].map((key) => record(key)));
    const found = await collect(log.read({ topic: "history", key: "a" }));
    expect(found.map(({ key }) => key)).toEqual(["a", "a"]);
  });

  it("ends at the end that was there at the start, unless it follows", async () => {
    const log = await filled();
    const seen: number[] = [];
    for await (const { offset } of log.read({ topic: "history", partition: 1 })) {
      seen.push(offset);
      if (seen.length < 5) await log.append([record("c", 1)]);
    }
    expect(seen).toEqual([0]);
    const halt = new AbortController();
    const options = { topic: "history", partition: 1, follow: true, signal: halt.signal };
    for await (const { offset } of log.read(options)) {
      seen.push(offset);
      if (offset === 1) await log.append([record("c", 1)]);
      if (offset === 2) halt.abort();
    }
    expect(seen).toEqual([0, 0, 1, 2]);
  });

  it("needs a partition to begin at an offset", async () => {
    const stream = readLocal({} as never, { topic: "history", from: 3 }, 2);
    await expect(stream.next()).rejects.toThrow(/needs a partition/);
  });
});
