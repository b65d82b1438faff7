/**
 * A session is begun once, whatever a snapshot store has lost: single snapshots that were evicted or
 * removed, of sessions that are over or open, with or without a trace in the store.
 */
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { readSessionsBegun } from "../../../schemas/headers.ts";
import { readLink } from "../../../session/chain.ts";
import type { EventLog, Snapshot, StateStore } from "../../../session/ports.ts";
import { readAll } from "../../contract/log-contract.ts";
import { collectFaults, request, startSystem, until, type Faults } from "../../support/system.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Losing extends StateStore {
  /** Takes a snapshot away; `traced`: the store's indexes still name its session. */
  lose(session: string, traced: boolean): void;
  /** Puts a snapshot in the place of what was stored. */
  forge(snapshot: Snapshot): void;
}

function createLosingStore(): Losing {
  const store = createMemorySnapshots();
  const forged = new Map<string, Snapshot>();
  const lost = new Map<string, { readonly traced: boolean }>();
  const vanished = (session: string): MmmError =>
    new MmmError("state_damaged", `the snapshot of ${session} vanished`);
  return {
    ...store,
    forge: (snapshot) => void forged.set(snapshot.session, snapshot),
    lose: (session, traced) => void lost.set(session, { traced }),
    load: async (session) => {
      const loss = lost.get(session);
      if (loss === undefined) return forged.get(session) ?? store.load(session);
      if (loss.traced) throw vanished(session);
      return null;
    },
    count: async (partition) => {
      const all = await store.loadPartition(partition);
      return all.filter(({ session }) => lost.get(session)?.traced !== false).length;
    },
    loadPartition: async (partition, statuses) => {
      const all = await store.loadPartition(partition, statuses);
      const traced = all.find(({ session }) => lost.get(session)?.traced === true);
      if (traced !== undefined) throw vanished(traced.session);
      return all.filter(({ session }) => !lost.has(session));
    },
    clear: async (partition) => {
      lost.clear();
      forged.clear();
      await store.clear(partition);
    },
  };
}

interface World {
  readonly log: EventLog;
  readonly snapshots: Losing;
  readonly faults: Faults;
}

function createWorld(): World {
  const log = createMemoryLog({ partitions: 1, clock: systemClock });
  return { log, snapshots: createLosingStore(), faults: collectFaults() };
}

async function start(world: World, without: readonly string[] = []) {
  const { log, snapshots, faults } = world;
  const system = await startSystem({ log, snapshots, observer: faults, without });
  stops.push(() => system.stop());
  return system;
}

async function listSeqs(log: EventLog, session: string): Promise<number[]> {
  const records = await readAll(log, { topic: "history" });
  return records.filter(({ key }) => key === session).map(({ headers }) => readLink(headers).seq);
}

describe.each([
  { name: "that the store still names", traced: true },
  { name: "without a trace", traced: false },
])("a snapshot that is gone, $name,", ({ traced }) => {
  it("of a session that is over: the same request again begins no second chain", async () => {
    const world = createWorld();
    const first = await start(world);
    await request(world.log, "s1");
    await until(world.log, "s1");
    await first.stop();
    const before = await listSeqs(world.log, "s1");
    world.snapshots.lose("s1", traced);
    await start(world);
    await request(world.log, "s1");
    await request(world.log, "s2");
    await until(world.log, "s2", "SessionSealed", 60);
    expect(await listSeqs(world.log, "s1")).toEqual(before);
    expect(JSON.stringify(world.faults.failures)).toMatch(/made again from history/);
  });

  it("of an open session: a restart finds it, makes it again and finishes it", async () => {
    const world = createWorld();
    const first = await start(world, ["trainer"]);
    await request(world.log, "s1");
    await until(world.log, "s1", "TrainingRequested");
    await first.stop();
    world.snapshots.lose("s1", traced);
    await start(world);
    const entries = await until(world.log, "s1", "SessionSealed", 60);
    expect(entries.map(({ line }) => line.seq)).toEqual(entries.map((_, index) => index + 1));
    expect(world.faults.deadLetters).toEqual([]);
    expect(JSON.stringify(world.faults.failures)).toMatch(/made again from history/);
  });
});

describe("a row that somebody wrote into the store", () => {
  it("opens no session: it is found out, and the partition is made again from its history", async () => {
    const world = createWorld();
    const first = await start(world, ["trainer"]);
    await request(world.log, "s1");
    await until(world.log, "s1", "TrainingRequested");
    await first.stop();
    const open = (await world.snapshots.load("s1")) ?? expect.fail();
    const second = await start(world);
    await until(world.log, "s1");
    await second.stop();
    await start(world);
    await request(world.log, "s2");
    await until(world.log, "s2");
    // The finished session stands open in the store, as it was before its training.
    world.snapshots.forge({ ...open, offset: 1_000_000 });
    const before = await listSeqs(world.log, "s1");
    await request(world.log, "s1");
    await request(world.log, "s3");
    await until(world.log, "s3", "SessionSealed", 60);
    expect(await listSeqs(world.log, "s1")).toEqual(before);
    expect(JSON.stringify(world.faults.failures)).toMatch(/made again from history/);
  });
});

describe("history records", () => {
  it("count the sessions that their partition has begun", async () => {
    const world = createWorld();
    await start(world);
    for (const session of ["s1", "s2", "s3"]) {
      await request(world.log, session);
      await until(world.log, session);
    }
    const records = await readAll(world.log, { topic: "history" });
    const counts = new Map(records.map(({ key, headers }) => [key, readSessionsBegun(headers)]));
    expect([...counts.values()]).toEqual([1, 2, 3]);
  });
});

describe("an outcome for a session that nobody knows", () => {
  it("is a dead letter that is counted", async () => {
    const world = createWorld();
    await start(world);
    await request(world.log, "s1");
    await until(world.log, "s1");
    const [, outcome] = await readAll(world.log, { topic: "sessions" });
    if (outcome === undefined) throw new Error("no outcome on the inbox");
    const { topic, value, headers } = outcome;
    const strange = { ...headers, ce_subject: "nobody" };
    await world.log.append([{ topic, key: "nobody", value, headers: strange }]);
    await expect.poll(() => world.faults.deadLetters.length).toBeGreaterThan(0);
  });
});
