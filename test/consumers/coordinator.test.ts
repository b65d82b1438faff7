/** The coordinator alone: while its store is away, and on sessions of other rules. */
import { afterEach, describe, expect, it } from "vitest";
import { runCoordinator } from "../../consumers/coordinator.ts";
import { systemClock } from "../../infra/clock.ts";
import { MmmError } from "../../schemas/errors.ts";
import { submit } from "../../producers/request.ts";
import type { LogRecord, SnapshotStore } from "../../session/ports.ts";
import { rederive } from "../../session/rederive.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { historyRecords, keptHistories, writtenByRules } from "../support/kept-histories.ts";
import { collectFaults, eventsOf, inputOf, request, TEST_KEYS, until } from "../support/system.ts";

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

  it("goes on with a session of the first version, by the rules of that version", async () => {
    const { log, deadLetters } = await coordinatorAfter(1);
    const entries = await until(log, "plain", "SessionSealed");
    expect(entries.slice(-3).map(({ event }) => event.type)).toEqual([
      "SessionCancelled",
      "SessionCompleted",
      "SessionSealed",
    ]);
    const events = eventsOf(entries);
    expect(rederive(events, () => null)).toMatchObject({ kind: "follows", logicVersion: 1 });
    expect(deadLetters()).toEqual([]);
  });

  it("lays what comes for a session of unknown rules aside, once, and waits for nothing in it", async () => {
    const { log, deadLetters } = await coordinatorAfter(9_999);
    const [letter] = await take(log.read({ topic: "dead-letters", follow: true }), 1);
    expect(letter?.headers["dlq-code"]).toBe("logic_unknown");
    expect(deadLetters()).toEqual(["coordinator/sessions"]);
    // The wait of that session ran out long ago; a look at all waits has passed.
    await systemClock.sleep(1_500);
    expect(deadLetters()).toHaveLength(1);
    expect(await take(log.read({ topic: "history", key: "plain" }), 99)).toHaveLength(PART);
  });
});

/** Records of the plain history before its first iteration ends. */
const PART = 13;

/** A coordinator on a half-told history by these rules, to which a cancellation has come. */
async function coordinatorAfter(logicVersion: number) {
  const backend = await BACKENDS[0]!.open();
  const { log, snapshots } = backend;
  const plain = keptHistories().find(({ name }) => name === "1/plain");
  await log.append(historyRecords(writtenByRules(plain?.text ?? "", logicVersion, PART)));
  const observer = collectFaults();
  const tools = { log, snapshots, clock: systemClock, observer, keys: TEST_KEYS };
  const running = await runCoordinator({ ...tools, groupPrefix: "test", snapshotEveryMs: 20 });
  opened.push({
    log,
    snapshots,
    close: async () => {
      await running.stop();
      await backend.close();
    },
  });
  const data = { by: "ann", reason: "enough" };
  await submit(log, inputOf("plain", "cancel"), { type: "SessionCancelled", data });
  return { log, deadLetters: () => observer.deadLetters };
}

async function take(records: AsyncIterable<LogRecord>, count: number): Promise<LogRecord[]> {
  const taken: LogRecord[] = [];
  for await (const record of records) {
    taken.push(record);
    if (taken.length === count) break;
  }
  return taken;
}
