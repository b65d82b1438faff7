import { describe, expect, it } from "vitest";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import type { Snapshot } from "../../../session/ports.ts";

const snapshot = (session: string, offset: number, status = "running"): Snapshot =>
  ({
    session,
    partition: 0,
    offset,
    seq: offset,
    head: "h",
    state: "{}",
    summary: { session, status },
  }) as Snapshot;
const at = (offset: number) => ({ partition: 0, offset, historyOffset: offset });

describe("snapshots in memory", () => {
  it("never go back", async () => {
    const store = createMemorySnapshots();
    await store.save([snapshot("a", 5)], at(5));
    await store.save([snapshot("a", 3)], at(3));
    expect((await store.load("a"))?.offset).toBe(5);
    expect((await store.checkpoint(0))?.offset).toBe(5);
  });

  it("are saved on top of the checkpoint that was named, or not at all", async () => {
    const store = createMemorySnapshots();
    await store.save([], at(1), null);
    await expect(store.save([snapshot("a", 9)], at(9), at(2))).rejects.toThrow(/snapshots are not/);
    expect(await store.load("a")).toBeNull();
    await store.save([snapshot("a", 9)], at(9), at(1));
    expect((await store.load("a"))?.offset).toBe(9);
  });

  it("are read by status and forgotten with their partition", async () => {
    const store = createMemorySnapshots();
    await store.save([snapshot("b", 1), snapshot("a", 1, "failed")], at(1));
    const ids = async (statuses?: string[]) =>
      (await store.loadPartition(0, statuses)).map(({ session }) => session);
    expect(await ids()).toEqual(["a", "b"]);
    expect(await ids(["running"])).toEqual(["b"]);
    await store.clear(0);
    expect([await ids(), await store.checkpoint(0)]).toEqual([[], null]);
  });

  it("keep the first answer of a key until its time is over", async () => {
    const store = createMemorySnapshots();
    expect(await store.putIfAbsent("k", "one", 10)).toBe("one");
    expect(await store.putIfAbsent("k", "two")).toBe("one");
    await store.expire(9);
    expect(await store.get("k")).toBe("one");
    await store.expire(10);
    expect(await store.get("k")).toBeNull();
  });
});
