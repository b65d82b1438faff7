/** The coordinator alone, while its store is away. */
import { afterEach, describe, expect, it } from "vitest";
import { runCoordinator } from "../../consumers/coordinator.ts";
import { systemClock } from "../../infra/clock.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { SnapshotStore } from "../../session/ports.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { collectFaults, request, TEST_KEYS, until } from "../support/system.ts";

const opened: TestBackend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

/** A store that is away from its first write on: writes fail, readers wait until it is given up. */
function storeThatLeaves(store: SnapshotStore) {
  const away = new MmmError("snapshot_unavailable", "the store is away");
  const asked = Promise.withResolvers<void>();
  const givenUp = Promise.withResolvers<never>();
  givenUp.promise.catch(() => {});
  let here = true;
  const snapshots: SnapshotStore = {
    ...store,
    save: () => {
      here = false;
      return Promise.reject(away);
    },
    checkpoint: (partition) => {
      if (here) return store.checkpoint(partition);
      asked.resolve();
      return givenUp.promise;
    },
  };
  return { snapshots, asked: asked.promise, giveUp: () => givenUp.reject(away) };
}

describe("the coordinator", () => {
  it("gives its places up without an error while the store is away and a restore is under way", async () => {
    const backend = await BACKENDS[0]!.open();
    opened.push(backend);
    const store = storeThatLeaves(backend.snapshots);
    const running = await runCoordinator({
      log: backend.log,
      snapshots: store.snapshots,
      clock: systemClock,
      observer: collectFaults(),
      keys: TEST_KEYS,
      groupPrefix: "test",
      snapshotEveryMs: 20,
    });
    await request(backend.log, "s1");
    await store.asked;
    const stopped = running.stop();
    store.giveUp();
    await stopped;
    await expect(running.ended).resolves.toBeUndefined();
  });

  it("tells why it does not take a place, each time it is asked, and takes it in the end", async () => {
    const backend = await BACKENDS[0]!.open();
    opened.push(backend);
    const away = new MmmError("snapshot_unavailable", "the store is not there yet");
    let refusals = 0;
    const snapshots: SnapshotStore = {
      ...backend.snapshots,
      checkpoint: (partition) => {
        if (refusals >= 2 * backend.log.partitions) return backend.snapshots.checkpoint(partition);
        refusals += 1;
        return Promise.reject(away);
      },
    };
    const observer = collectFaults();
    const running = await runCoordinator({
      log: backend.log,
      snapshots,
      clock: systemClock,
      observer,
      keys: TEST_KEYS,
      groupPrefix: "test",
    });
    await request(backend.log, "s1");
    await until(backend.log, "s1", "SessionStarted");
    await running.stop();
    expect(observer.failures).toEqual(Array.from({ length: refusals }, () => away));
  });

  it("goes on after a snapshot that was stored though its answer was lost", async () => {
    const backend = await BACKENDS[0]!.open();
    opened.push(backend);
    const lost = new MmmError("snapshot_unavailable", "the answer was lost");
    let saves = 0;
    const snapshots: SnapshotStore = {
      ...backend.snapshots,
      save: async (...save) => {
        await backend.snapshots.save(...save);
        saves += 1;
        if (saves === 1) throw lost;
      },
    };
    const observer = collectFaults();
    const running = await runCoordinator({
      log: backend.log,
      snapshots,
      clock: systemClock,
      observer,
      keys: TEST_KEYS,
      groupPrefix: "test",
      snapshotEveryMs: 20,
    });
    await request(backend.log, "s1");
    while (saves < 1) await systemClock.sleep(10);
    await request(backend.log, "s2");
    await until(backend.log, "s2", "SessionStarted");
    await running.stop();
    expect(observer.failures).toEqual([lost]);
    expect((await snapshots.load("s2"))?.seq).toBeGreaterThan(0);
  });
});
