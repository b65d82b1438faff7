import { describe, expect, it } from "vitest";
import { collect } from "../../support/collect.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";

const record = (key: string) => ({ topic: "history", key, value: Buffer.from(key), headers: {} });
const clock = { now: () => 42, sleep: () => Promise.resolve() };

describe("the log in memory", () => {
  it("numbers records per partition and stamps them with its clock", async () => {
    const log = createMemoryLog({ partitions: 1, clock });
    await log.append([record("a"), record("b")]);
    await log.append([record("c")]);
    const found = await collect(log.read({ topic: "history" }));
    expect(found.map(({ offset, key, timestamp }) => [offset, key, timestamp])).toEqual([
      [0, "a", 42],
      [1, "b", 42],
      [2, "c", 42],
    ]);
  });

  it("knows nothing of another log's records", async () => {
    const one = createMemoryLog({ clock });
    await one.append([record("a")]);
    const other = createMemoryLog({ clock });
    expect(await collect(other.read({ topic: "history" }))).toEqual([]);
    expect(other.partitions).toBe(12);
  });
});
