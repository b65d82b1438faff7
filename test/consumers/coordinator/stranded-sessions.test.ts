/**
 * Sessions that wait for what nobody will bring: their names are told, and those of no others.
 */
import { afterEach, expect, test } from "vitest";
import {
  createWatchdog,
  listIdlePartitions,
  type QuietSession,
} from "../../../consumers/coordinator/stranded-sessions.ts";
import { SILENT } from "../../../consumers/loop/observer.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import type { EventLog } from "../../../session/ports.ts";
import { collectFaults, request, startSystem, TEST_KEYS, until } from "../../support/system.ts";

const PARTITIONS = 3;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const newLog = (): EventLog => createMemoryLog({ partitions: PARTITIONS, clock: systemClock });

/** A log of which this consumer never gets this type of record, as if it were hidden. */
function hiding(log: EventLog, consumer: string, type: string): EventLog {
  return {
    ...log,
    consume: (options, sink) =>
      log.consume(options, {
        ...sink,
        deliver: async (topicPartition, records) => {
          const isHidden = options.group === `test.${consumer}`;
          const rest = records.filter(({ headers }) => headers["ce_type"] !== `mmm.${type}`);
          await sink.deliver(topicPartition, isHidden ? rest : records);
        },
      }),
    lag: async (group, topic) => {
      const rows = await log.lag(group, topic);
      if (group !== `test.${consumer}`) return rows;
      return rows.map((row) => ({ ...row, committed: row.high, oldestMs: null }));
    },
  };
}

test("a session whose next record nobody can see is named once, with what it waits for", async () => {
  const log = hiding(newLog(), "trainer", "TrainingRequested");
  const observer = collectFaults();
  const system = await startSystem({
    log,
    snapshots: createMemorySnapshots(),
    observer,
    quietMs: 100,
  });
  stops.push(() => system.stop());
  await request(log, "s1");
  await until(log, "s1", "TrainingRequested");
  while (observer.failures.length === 0) await systemClock.sleep(20);
  await systemClock.sleep(1_500);
  expect(observer.failures).toEqual(["s1 waits for training in vain"]);
});

test("a session whose consumer still has its record to read is not named", async () => {
  const log = newLog();
  const observer = collectFaults();
  const system = await startSystem({
    log,
    snapshots: createMemorySnapshots(),
    observer,
    without: ["trainer"],
    quietMs: 100,
  });
  stops.push(() => system.stop());
  await request(log, "s1");
  await until(log, "s1", "TrainingRequested");
  const idle = async () => (await listIdlePartitions(log, "test")).has(log.partitionOf("s1"));
  for (let look = 0; look < 10; look += 1) {
    expect(await idle()).toBe(false);
    await systemClock.sleep(150);
  }
  expect(observer.failures).toEqual([]);
});

test("the inbox is looked at last: an answer that comes meanwhile is not overlooked", async () => {
  const asked: string[] = [];
  const lag: EventLog["lag"] = async (group, topic) => {
    asked.push(`${group} ${topic}`);
    await systemClock.sleep(asked.length % 3);
    return [];
  };
  await listIdlePartitions({ lag, partitions: 1 }, "p");
  expect(asked).toHaveLength(9);
  expect(asked.at(-1)).toBe("p.coordinator sessions");
});

test("a session to which something happens while lag is measured is not named", async () => {
  const one: QuietSession = { session: "s1", seq: 5, waitsFor: "review", key: "k" };
  const named: string[] = [];
  const log: EventLog = { ...newLog(), lag: async () => [] };
  const watchdog = createWatchdog(
    {
      log,
      clock: systemClock,
      snapshots: createMemorySnapshots(),
      keys: TEST_KEYS,
      groupPrefix: "test",
      quietMs: 0,
      observer: { ...SILENT, stranded: (session) => void named.push(session) },
    },
    0,
  );
  watchdog.scan({ quiet: () => [one], isUnchanged: () => false });
  await systemClock.sleep(50);
  expect(named).toEqual([]);
  watchdog.scan({ quiet: () => [one], isUnchanged: () => true });
  await systemClock.sleep(50);
  expect(named).toEqual(["s1"]);
});

test("a partition that was given up names nobody any more", async () => {
  const named: string[] = [];
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const log: EventLog = {
    ...newLog(),
    lag: async () => {
      asked.resolve();
      await answered.promise;
      return [];
    },
  };
  const watchdog = createWatchdog(
    {
      log,
      clock: systemClock,
      snapshots: createMemorySnapshots(),
      keys: TEST_KEYS,
      groupPrefix: "test",
      quietMs: 0,
      observer: { ...SILENT, stranded: (session) => void named.push(session) },
    },
    0,
  );
  const one: QuietSession = { session: "s1", seq: 5, waitsFor: "review", key: "k" };
  watchdog.scan({ quiet: () => [one], isUnchanged: () => true });
  await asked.promise;
  watchdog.stop();
  answered.resolve();
  await systemClock.sleep(50);
  expect(named).toEqual([]);
});
