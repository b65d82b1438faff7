/**
 * What every `SnapshotStore` promises, as one suite that all adapters run.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SessionSummary, Snapshot, SnapshotStore, StateStore } from "../../session/ports.ts";

export interface StoreUnderTest {
  readonly store: StateStore;
  /** Number of partitions and where a session belongs. */
  partitionOf(session: string): number;
  remove(): Promise<void>;
}

export function summary(session: string, more: Partial<SessionSummary> = {}): SessionSummary {
  return {
    session,
    business_unit: "retail",
    status: "running",
    phase: "technical_optimization",
    iteration: 1,
    requested_by: "ana",
    started: "2026-01-01T00:00:00.000Z",
    updated: "2026-01-02T00:00:00.000Z",
    baseline_loss: 12.5,
    best_loss: null,
    open_escalation: null,
    deadline: 1_800_000_000_000,
    ...more,
  };
}

/** Runs the suite; `create` gives a fresh, empty store. */
export function snapshotContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`the snapshot store on ${name}`, () => {
    let under: StoreUnderTest;
    let store: SnapshotStore;
    beforeEach(async () => {
      under = await create();
      store = under.store;
    });
    afterEach(async () => {
      await under.remove();
    });
    function snapshot(session: string, offset: number, more: Partial<Snapshot> = {}): Snapshot {
      const partition = under.partitionOf(session);
      const state = `{"at":${offset},"text":"für 'alle' \\u0000"}`;
      const base = { session, partition, offset, seq: offset * 2, head: `h${offset}`, state };
      return { ...base, summary: summary(session), ...more };
    }
    async function save(one: Snapshot): Promise<void> {
      const { partition, offset } = one;
      await store.save([one], { partition, offset, historyOffset: offset * 2 });
    }

    test("knows nothing at first", async () => {
      expect(await store.load("s1")).toBeNull();
      expect(await store.checkpoint(0)).toBeNull();
      expect(await store.loadPartition(0)).toEqual([]);
      expect(await store.list({})).toEqual([]);
    });

    test("gives back what was saved, byte for byte, with the partition's checkpoint", async () => {
      const one = snapshot("s1", 5);
      await save(one);
      expect(await store.load("s1")).toEqual(one);
      expect(await store.checkpoint(one.partition)).toEqual({
        partition: one.partition,
        offset: 5,
        historyOffset: 10,
      });
    });

    test("knows how many sessions of a partition it has", async () => {
      const one = snapshot("s1", 5);
      expect(await store.count(one.partition)).toBe(0);
      await save(one);
      await save(snapshot("s1", 6));
      expect(await store.count(one.partition)).toBe(1);
      await store.clear(one.partition);
      expect(await store.count(one.partition)).toBe(0);
    });

    test("never lets an older snapshot or checkpoint replace a newer one", async () => {
      const newer = snapshot("s1", 100);
      await save(newer);
      await save(snapshot("s1", 99));
      expect(await store.load("s1")).toEqual(newer);
      expect((await store.checkpoint(newer.partition))?.offset).toBe(100);
      await save(snapshot("s1", 100, { seq: 199 }));
      expect((await store.load("s1"))?.seq).toBe(200);
      await save(snapshot("s1", 100, { seq: 201 }));
      expect((await store.load("s1"))?.seq).toBe(201);
    });

    test("compares offsets as numbers, also above 2^31 and across digits", async () => {
      await save(snapshot("s1", 9));
      await save(snapshot("s1", 10));
      expect((await store.load("s1"))?.offset).toBe(10);
      const large = 9_007_199_254_740_001;
      await save(snapshot("s1", large, { seq: 1 }));
      await save(snapshot("s1", large - 1, { seq: 1 }));
      expect((await store.load("s1"))?.offset).toBe(large);
    });

    test("saves on top of the checkpoint that was stored last, and on no other", async () => {
      const one = snapshot("s1", 5);
      const { partition } = one;
      const first = { partition, offset: 5, historyOffset: 10 };
      const second = { partition, offset: 8, historyOffset: 16 };
      await expect(store.save([one], first, second)).rejects.toMatchObject({
        code: "snapshot_unavailable",
      });
      expect(await store.load("s1")).toBeNull();
      await store.save([one], first, null);
      await store.save([snapshot("s1", 8)], second, first);
      for (const onto of [null, first, { ...second, historyOffset: 17 }]) {
        await expect(
          store.save([snapshot("s1", 9)], { ...second, offset: 9 }, onto),
        ).rejects.toMatchObject({ code: "snapshot_unavailable" });
      }
      expect((await store.load("s1"))?.offset).toBe(8);
      expect(await store.checkpoint(partition)).toEqual(second);
      await store.clear(partition);
      await expect(store.save([], second, second)).rejects.toMatchObject({
        code: "snapshot_unavailable",
      });
    });

    test("moves the checkpoint without a snapshot", async () => {
      await store.save([], { partition: 3, offset: 7, historyOffset: 2 });
      expect(await store.checkpoint(3)).toEqual({ partition: 3, offset: 7, historyOffset: 2 });
    });

    test("loads all sessions of one partition and no other, in the order of their ids", async () => {
      const sessions = Array.from({ length: 60 }, (_, at) => `s${at}`);
      for (const session of sessions) await save(snapshot(session, 1));
      const partition = under.partitionOf("s7");
      const found = await store.loadPartition(partition);
      const expected = sessions.filter((one) => under.partitionOf(one) === partition).toSorted();
      expect(found.map((one) => one.session)).toEqual(expected);
    });

    test("loads the sessions of a partition that have one of some statuses", async () => {
      const partition = under.partitionOf("s1");
      const mine = Array.from({ length: 200 }, (_, at) => `s${at}`)
        .filter((one) => under.partitionOf(one) === partition)
        .slice(0, 3);
      const statuses = ["running", "waiting", "completed"];
      for (const [at, session] of mine.entries()) {
        const summary_ = { ...summary(session), status: statuses[at] ?? "" };
        await save(snapshot(session, 1, { summary: summary_ }));
      }
      const open = await store.loadPartition(partition, ["waiting", "running"]);
      expect(open.map((one) => one.session)).toEqual(mine.slice(0, 2).toSorted());
      expect(await store.loadPartition(partition, [])).toEqual([]);
      expect(await store.loadPartition(partition)).toHaveLength(3);
    });

    test("lists by business unit, status and time, in order, in pages", async () => {
      const units = ["retail", "travel"];
      for (let at = 0; at < 20; at += 1) {
        const session = `s${String(at).padStart(2, "0")}`;
        const updated = `2026-01-${String(at + 1).padStart(2, "0")}T00:00:00.000Z`;
        const status = at < 15 ? "running" : "completed";
        const more = { business_unit: units[at % 2] ?? "", status, updated };
        await save(snapshot(session, 1, { summary: summary(session, more) }));
      }
      const ids = async (filter: Parameters<StateStore["list"]>[0]) =>
        (await store.list(filter)).map((one) => one.session);
      expect((await ids({})).length).toBe(20);
      expect((await ids({ business_unit: "travel" })).length).toBe(10);
      expect(await ids({ status: "completed" })).toEqual(["s15", "s16", "s17", "s18", "s19"]);
      expect(await ids({ since: "2026-01-19T00:00:00.000Z" })).toEqual(["s18", "s19"]);
      expect(await ids({ business_unit: "retail", status: "completed" })).toEqual(["s16", "s18"]);
      expect(await ids({ limit: 3 })).toEqual(["s00", "s01", "s02"]);
      expect(await ids({ limit: 3, after: "s02" })).toEqual(["s03", "s04", "s05"]);
      expect(await ids({ business_unit: "nobody" })).toEqual([]);
    });

    test("lists a session under its present status only", async () => {
      await save(snapshot("s1", 1));
      await save(snapshot("s1", 2, { summary: summary("s1", { status: "completed" }) }));
      expect(await store.list({ status: "running" })).toEqual([]);
      expect((await store.list({ status: "completed" })).length).toBe(1);
    });

    test("has another version for every other snapshot of a session, and none without", async () => {
      expect(await store.version("s1")).toBeNull();
      const seen: (string | null)[] = [];
      for (const offset of [1, 2, 1]) {
        await save(snapshot("s1", offset));
        seen.push(await store.version("s1"));
      }
      await save(snapshot("s1", 2, { seq: 9 }));
      seen.push(await store.version("s1"));
      expect(seen).not.toContain(null);
      expect([seen[0] === seen[1], seen[1] === seen[2], seen[2] === seen[3]]).toEqual([
        false,
        true,
        false,
      ]);
    });

    test("forgets one partition but no value, and takes older snapshots there again", async () => {
      await save(snapshot("s1", 5));
      const other = ["s2", "s3", "s4", "s5"].find(
        (one) => under.partitionOf(one) !== under.partitionOf("s1"),
      ) as string;
      await save(snapshot(other, 5));
      await under.store.putIfAbsent("paid", "answer");
      await store.clear(under.partitionOf("s1"));
      expect(await under.store.get("paid")).toBe("answer");
      expect(await store.load("s1")).toBeNull();
      expect(await store.checkpoint(under.partitionOf("s1"))).toBeNull();
      expect((await store.list({})).map((one) => one.session)).toEqual([other]);
      await save(snapshot("s1", 2));
      expect((await store.load("s1"))?.offset).toBe(2);
    });
  });
}
