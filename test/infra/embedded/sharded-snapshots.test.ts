import { describe, expect, it } from "vitest";
import { createShardedSnapshots } from "../../../infra/embedded/sharded-snapshots.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import type { Snapshot } from "../../../session/ports.ts";

const snapshot = (session: string, partition: number): Snapshot =>
  ({
    session,
    partition,
    offset: 1,
    seq: 1,
    head: "h",
    state: "{}",
    summary: {
      session,
      business_unit: "u",
      status: "running",
      updated: "2026-01-01T00:00:00.000Z",
    },
  }) as Snapshot;

function open() {
  const stores = [createMemorySnapshots(), createMemorySnapshots()];
  const partitionOf = (session: string) => Number(session.slice(1));
  return { stores, all: createShardedSnapshots(stores, { partitionOf, home: 0 }) };
}

describe("one store made of several", () => {
  it("keeps a partition's snapshots in the store of its shard", async () => {
    const { stores, all } = open();
    const checkpoint = { partition: 3, offset: 1, historyOffset: 1 };
    await all.save([snapshot("s3", 3)], checkpoint);
    expect(await stores[1]?.load("s3")).not.toBeNull();
    expect(await stores[0]?.load("s3")).toBeNull();
    expect(await all.load("s3")).toMatchObject({ session: "s3" });
    expect(await all.checkpoint(3)).toEqual(checkpoint);
  });

  it("lists over all of them, in order, up to the limit", async () => {
    const { all } = open();
    for (const partition of [2, 1, 4]) {
      const checkpoint = { partition, offset: 1, historyOffset: 1 };
      await all.save([snapshot(`s${partition}`, partition)], checkpoint);
    }
    const ids = (await all.list({ limit: 2 })).map(({ session }) => session);
    expect(ids).toEqual(["s1", "s2"]);
  });

  it("finds a remembered answer wherever it is and writes at home alone", async () => {
    const { stores, all } = open();
    await stores[1]?.putIfAbsent("k", "theirs");
    expect(await all.putIfAbsent("k", "ours")).toBe("theirs");
    expect(await all.get("k")).toBe("theirs");
    expect(await all.putIfAbsent("n", "new")).toBe("new");
    expect([await stores[0]?.get("n"), await stores[1]?.get("n")]).toEqual(["new", null]);
  });
});
