import { describe, expect, it } from "vitest";
import { createHistoryHub } from "../../../api/sessions/history-hub.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import type { EventLog } from "../../../session/ports.ts";
import { request, startSystem, until } from "../../support/system.ts";

function fresh() {
  const log = createMemoryLog({ partitions: 2, clock: systemClock });
  const snapshots = createMemorySnapshots();
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  const hub = createHistoryHub({ log, values: snapshots, clock: systemClock, failed });
  return { log, snapshots, hub, failures };
}

async function seqsOf(hub: ReturnType<typeof fresh>["hub"], session: string, after: number) {
  const signal = AbortSignal.timeout(10_000);
  const found: number[] = [];
  for await (const entry of hub.follow({ session, after, signal, idleMs: 5_000 })) {
    if (entry !== null) found.push(entry.line.seq);
  }
  return found;
}

describe("the history hub", () => {
  it("gives listeners that join at any moment the same rest, once and in order", async () => {
    const { log, snapshots, hub, failures } = fresh();
    const system = await startSystem({ log, snapshots });
    const early = seqsOf(hub, "s1", 0);
    await request(log, "s1");
    const joined: Promise<number[]>[] = [];
    for (let count = 0; count < 30; count += 1) {
      joined.push(seqsOf(hub, "s1", count % 7));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const all = (await until(log, "s1")).map(({ line }) => line.seq);
    expect(await early).toEqual(all);
    for (const [count, seqs] of (await Promise.all(joined)).entries()) {
      expect(seqs).toEqual(all.slice(count % 7));
    }
    expect(await seqsOf(hub, "s1", 3)).toEqual(all.slice(3));
    await system.stop();
    await hub.close();
    expect(failures).toEqual([]);
  });

  it("passes over what a listener has read already when it comes again as new", async () => {
    const { log, snapshots } = fresh();
    const system = await startSystem({ log, snapshots });
    await request(log, "s1");
    const all = (await until(log, "s1")).map(({ line }) => line.seq);
    await system.stop();
    // Listening begins before the first record: everything is both "there" and "new".
    const describe = async () =>
      (await log.describe()).map((row) => ({
        ...row,
        ranges: row.ranges.map(() => ({ low: 0, high: 0 })),
      }));
    const failed = (): void => {};
    const early: EventLog = { ...log, describe };
    const unsealed: EventLog = {
      ...early,
      // The seal comes last and by the live way alone, or reading would end before the overlap.
      read: async function* (options) {
        for await (const record of log.read(options)) {
          const isSeal = record.headers["ce_type"] === "mmm.SessionSealed";
          if (isSeal && options.follow !== true) continue;
          yield record;
        }
      },
    };
    const hub = createHistoryHub({ log: unsealed, values: snapshots, clock: systemClock, failed });
    expect(await seqsOf(hub, "s1", 0)).toEqual(all);
    await hub.close();
  });

  it("does not believe a remembered beginning that is none", async () => {
    const { log, snapshots, hub } = fresh();
    const system = await startSystem({ log, snapshots });
    await request(log, "s1");
    const all = await until(log, "s1");
    await snapshots.putIfAbsent("history-from/s1", "5");
    const page = await hub.page("s1", 1, 1_000);
    expect(page.map(({ line }) => line.seq)).toEqual(all.map(({ line }) => line.seq));
    await hub.expect("s2");
    const { ranges } = (await log.describe()).find(({ topic }) => topic === "history") ?? {};
    const end = ranges?.[log.partitionOf("s2")]?.high;
    expect(await snapshots.get("history-from/s2")).toBe(String(end));
    await system.stop();
    await hub.close();
  });
});
