/**
 * Histories that have lost their last records though these were acknowledged, as after a broker that
 * dropped the end of a transaction: what the coordinator refuses, and what it makes again.
 */
import { afterEach, expect, test } from "vitest";
import { runCoordinator } from "../../../consumers/coordinator/coordinator.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { readInboxOffset } from "../../../schemas/headers.ts";
import { CONSUMERS, TOPIC_ROWS, listTopicsReadBy } from "../../../schemas/topics.ts";
import { computeHistoryDigest } from "../../../session/audit.ts";
import type { EventLog, LogRecord, OutgoingRecord, SnapshotStore } from "../../../session/ports.ts";
import { readAll } from "../../contract/log-contract.ts";
import {
  collectFaults,
  eventsOf,
  request,
  startSystem,
  TEST_KEYS,
  until,
} from "../../support/system.ts";

const PARTITIONS = 2;
const newLog = (): EventLog => createMemoryLog({ partitions: PARTITIONS, clock: systemClock });
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Waits until a condition holds; the test's own limit ends it. */
async function when(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(10);
}

/** A whole session on a log of its own, stopped. */
async function wholeSession(snapshots: SnapshotStore): Promise<EventLog> {
  const log = newLog();
  const system = await startSystem({ log, snapshots });
  await request(log, "s1");
  await until(log, "s1");
  await system.stop();
  return log;
}

/** A copy of all that stands in a log, but for what `keep` leaves out, with all offsets of groups. */
async function copyOf(
  log: EventLog,
  keep: (record: LogRecord) => OutgoingRecord | null,
): Promise<EventLog> {
  const copy = newLog();
  for (const { topic } of TOPIC_ROWS) {
    if (topic === "schemas") continue;
    const kept = (await readAll(log, { topic })).map((record) => keep(record));
    await copy.append(kept.filter((record) => record !== null));
  }
  for (const consumer of CONSUMERS) {
    for (const topic of listTopicsReadBy(consumer))
      await copyOffsets(log, copy, { consumer, topic });
  }
  return copy;
}

async function copyOffsets(
  log: EventLog,
  copy: EventLog,
  { consumer, topic }: { readonly consumer: string; readonly topic: string },
): Promise<void> {
  const group = `test.${consumer}`;
  for (const { partition, committed } of await log.lag(group, topic)) {
    const transactor = await copy.transactor(group, { topic, partition });
    await transactor.commit([], committed);
    await transactor.close();
  }
}

/** What is lost is whole transactions: all that followed from inbox records from the nth on. */
function isLost(record: LogRecord, kept: number): boolean {
  return record.topic === "history" && (readInboxOffset(record.headers) ?? 0) >= kept;
}

test("every history record says at which inbox offset its cause stood, in order", async () => {
  const log = await wholeSession(createMemorySnapshots());
  const inbox = await readAll(log, { topic: "sessions", key: "s1" });
  const history = await readAll(log, { topic: "history", key: "s1" });
  const offsets = history.map(({ headers }) => readInboxOffset(headers) ?? -1);
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  expect(new Set(offsets)).toEqual(new Set(inbox.map(({ offset }) => offset)));
});

test.each([0, 1, 2, 5, 8])(
  "what is gone behind %i steps is taken again from the inbox, and the session ends as it would",
  async (kept) => {
    const log = await wholeSession(createMemorySnapshots());
    const before = eventsOf(await until(log, "s1"));
    const copy = await copyOf(log, (record) => (isLost(record, kept) ? null : record));
    const observer = collectFaults();
    const snapshots = createMemorySnapshots();
    const system = await startSystem({ log: copy, snapshots, observer });
    stops.push(() => system.stop());
    const after = eventsOf(await until(copy, "s1"));
    expect(computeHistoryDigest(after)).toBe(computeHistoryDigest(before));
    expect(observer.failures).toHaveLength(1);
    expect(String(observer.failures[0])).toMatch(/history records were made again$/);
  },
);

test("what is done and came to nothing is taken again without a trace", async () => {
  const snapshots = createMemorySnapshots();
  const log = await wholeSession(snapshots);
  const [first] = await readAll(log, { topic: "sessions", key: "s1" });
  const poison = { topic: "sessions", key: "s1", value: Buffer.from("poison"), headers: {} };
  await log.append([first as LogRecord, poison]);
  const observer = collectFaults();
  for (let round = 0; round < 3; round += 1) {
    const system = await startSystem({ log, snapshots, observer });
    await when(async () =>
      (await log.lag("test.coordinator", "sessions")).every((row) => row.committed === row.high),
    );
    await system.stop();
  }
  expect(observer.failures).toEqual([]);
  expect(await readAll(log, { topic: "dead-letters" })).toHaveLength(1);
});

test("a history of an older version, which names no offsets, is gone on with as it is", async () => {
  const log = await wholeSession(createMemorySnapshots());
  const old = await copyOf(log, (record) => {
    if (isLost(record, 2)) return null;
    const { "mmm-inbox-offset": _, ...headers } = record.headers;
    return { ...record, headers };
  });
  const observer = collectFaults();
  const snapshots = createMemorySnapshots();
  const system = await startSystem({ log: old, snapshots, observer });
  stops.push(() => system.stop());
  await request(old, "s2");
  await until(old, "s2");
  expect(await readAll(old, { topic: "history", key: "s1" })).toHaveLength(5);
  expect(observer.failures).toEqual([]);
});

test("a store that knows more than the history is kept, and the place refused with the remedy", async () => {
  const snapshots = createMemorySnapshots();
  const log = await wholeSession(snapshots);
  const partition = log.partitionOf("s1");
  const checkpoint = await snapshots.checkpoint(partition);
  const copy = await copyOf(log, (record) => (isLost(record, 3) ? null : record));
  const observer = collectFaults();
  const coordinator = await runCoordinator({
    log: copy,
    snapshots,
    clock: systemClock,
    observer,
    keys: TEST_KEYS,
    groupPrefix: "test",
  });
  stops.push(() => coordinator.stop());
  await when(() => observer.failures.length > 1);
  expect(observer.failures[0]).toMatchObject({ code: "log_unavailable" });
  expect(String(observer.failures[0])).toContain("mmm snapshot rebuild");
  expect(await snapshots.checkpoint(partition)).toEqual(checkpoint);
  await snapshots.clear(partition);
  await until(copy, "s1");
});

test("a history that a transaction hides is refused until it can be read, and nothing is rebuilt", async () => {
  const snapshots = createMemorySnapshots();
  const log = await wholeSession(snapshots);
  const partition = log.partitionOf("s1");
  const hidden = new MmmError("log_unavailable", "offsets 7 to 11 cannot be read");
  let isHidden = true;
  const hiding: EventLog = {
    ...log,
    read: (options) => {
      if (!isHidden || options.topic !== "history" || options.partition !== partition) {
        return log.read(options);
      }
      if (options.entire === true) throw hidden;
      return log.read({ ...options, partition: partition === 0 ? 1 : 0 });
    },
  };
  const observer = collectFaults();
  const checkpoint = await snapshots.checkpoint(partition);
  const coordinator = await runCoordinator({
    log: hiding,
    snapshots,
    clock: systemClock,
    observer,
    keys: TEST_KEYS,
    groupPrefix: "test",
  });
  stops.push(() => coordinator.stop());
  await when(() => observer.failures.length > 2);
  expect(new Set(observer.failures)).toEqual(new Set([hidden]));
  expect(await snapshots.checkpoint(partition)).toEqual(checkpoint);
  isHidden = false;
  await request(log, "s3");
  await until(log, "s3", "SessionStarted");
});
