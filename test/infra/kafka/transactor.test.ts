/**
 * Who may write for a partition, among logs that each have one transactional producer for all of theirs.
 */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countRequests, takeRequests } from "../../../bench/kafka/requests.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaClient } from "../../../infra/kafka/client.ts";
import { readCommittedOffsets } from "../../../infra/kafka/offsets.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import type { EventLog, TopicPartition, Transactor } from "../../../session/ports.ts";
import { failure, readAll, record, textOf } from "../../contract/log-contract.ts";
import { kafkaBrokers } from "../../support/servers/servers.ts";

const GROUP = "coordinator";
const topicPartition = (partition: number): TopicPartition => ({ topic: "sessions", partition });
let settings: { brokers: string[]; prefix: string; partitions: number };
let opened: EventLog[];

function open(): EventLog {
  const log = createKafkaLog(settings, systemClock);
  opened.push(log);
  return log;
}

const out = (partition: number, text: string) => ({
  ...record("s1", text, "history"),
  partition,
});

async function historyOf(log: EventLog, partition: number): Promise<string[]> {
  return (await readAll(log, { topic: "history", partition })).map(textOf);
}

async function ownerOf(partition: number): Promise<string | undefined> {
  return (await readCommittedOffsets(settings, GROUP, "sessions")).get(partition)?.metadata;
}

beforeEach(async () => {
  const prefix = `w${randomUUID().slice(0, 8)}.`;
  settings = { brokers: await kafkaBrokers(), prefix, partitions: 4 };
  opened = [];
  await open().ensureTopics();
});
afterEach(async () => {
  for (const log of opened) await log.close();
});

test("commits of several places go into few transactions, each with its own offsets", async () => {
  const log = open();
  const topicPartitions = [0, 1, 2, 3];
  const transactors = await Promise.all(
    topicPartitions.map((at) => log.transactor(GROUP, topicPartition(at))),
  );
  const rounds = 10;
  countRequests();
  await Promise.all(
    transactors.map(async (one, at) => {
      for (let round = 0; round < rounds; round += 1) {
        const offsets = await one.commit([out(at, `${round}`), out(at, `${round}b`)], round + 1);
        expect(offsets[1]).toBe((offsets[0] ?? Number.NaN) + 1);
      }
    }),
  );
  expect(takeRequests().get("EndTxn")).toBeLessThanOrEqual(2 * rounds);
  for (const at of topicPartitions) {
    const expected = Array.from({ length: rounds }, (_, round) => [`${round}`, `${round}b`]);
    expect(await historyOf(log, at)).toEqual(expected.flat());
  }
  const committed = (await log.lag(GROUP, "sessions")).map((row) => row.committed);
  expect(committed).toEqual(topicPartitions.map(() => rounds));
  // Each transaction leaves one marker in each partition it touched.
  const ends = (await log.describe()).find(({ topic }) => topic === "history")?.ranges ?? [];
  expect(ends.map(({ high }) => high)).toEqual(topicPartitions.map(() => 3 * rounds));
});

test("a place that was given back is another's at once, and nobody is fenced", async () => {
  const [a, b] = [open(), open()];
  const kept = await a.transactor(GROUP, topicPartition(0));
  const given = await a.transactor(GROUP, topicPartition(1));
  await given.commit([out(1, "a")], 7);
  await given.close();
  expect(await ownerOf(1)).toBe("");
  const taken = await b.transactor(GROUP, topicPartition(1));
  expect(taken.next).toBe(7);
  await taken.commit([out(1, "b")], 8);
  await kept.commit([out(0, "still a")], 1);
  expect(await historyOf(a, 1)).toEqual(["a", "b"]);
});

test("a place that is not given back is taken: its owner's writer writes no more, anywhere", async () => {
  const [a, b] = [open(), open()];
  const stuck = await a.transactor(GROUP, topicPartition(1));
  const other = await a.transactor(GROUP, topicPartition(2));
  await stuck.commit([out(1, "a")], 3);
  const taken = await b.transactor(GROUP, topicPartition(1));
  expect(taken.next).toBe(3);
  expect((await failure(stuck.commit([out(1, "zombie")], 4))).code).toBe("fenced");
  expect((await failure(other.commit([out(2, "zombie")], 4))).code).toBe("fenced");
  await other.close();
  const again = await a.transactor(GROUP, topicPartition(2));
  await again.commit([out(2, "a again")], 5);
  await taken.commit([out(1, "b")], 4);
  expect(await historyOf(b, 1)).toEqual(["a", "b"]);
  expect(await historyOf(b, 2)).toEqual(["a again"]);
});

test("a transaction that a dead owner left open is aborted, offset and all", async () => {
  const owner = `${settings.prefix}${GROUP}.writer.dead`;
  const dead = createKafkaClient(settings, "quick").producer({
    transactionalId: owner,
    idempotent: true,
  });
  await dead.connect();
  const topics = (offset: string) => [
    {
      topic: `${settings.prefix}sessions`,
      partitions: [{ partition: 0, offset, metadata: owner }],
    },
  ];
  const consumerGroupId = `${settings.prefix}${GROUP}`;
  const claimed = await dead.transaction();
  await claimed.sendOffsets({ consumerGroupId, topics: topics("2") });
  await claimed.commit();
  const half = await dead.transaction();
  const topic = `${settings.prefix}history`;
  await half.send({ topic, messages: [{ key: "s1", value: "half", partition: 0 }] });
  await half.sendOffsets({ consumerGroupId, topics: topics("9") });
  const log = open();
  const transactor = await log.transactor(GROUP, topicPartition(0));
  expect(transactor.next).toBe(2);
  await transactor.commit([out(0, "whole")], 3);
  expect(await historyOf(log, 0)).toEqual(["whole"]);
  await expect(half.commit()).rejects.toThrow();
  await dead.disconnect();
});

test("of several that want a place at once one has it in the end, and no two write", async () => {
  const logs = [open(), open(), open()];
  const seen: string[] = [];
  await Promise.all(
    logs.map(async (log, at) => {
      for (let round = 0; round < 3; round += 1) {
        let transactor: Transactor;
        try {
          transactor = await log.transactor(GROUP, topicPartition(3));
          const next = transactor.next;
          await transactor.commit([out(3, `${next} ${at}`)], next + 1);
          seen.push(`${next} ${at}`);
          await transactor.close();
        } catch (error) {
          expect(error).toMatchObject({ code: "fenced" });
        }
      }
    }),
  );
  const history = await historyOf(logs[0] as EventLog, 3);
  expect(history.map((text) => Number(text.split(" ")[0]))).toEqual(history.map((_, at) => at));
  for (const text of seen) expect(history).toContain(text);
}, 60_000);

test("metadata of anybody else beside an offset names no writer", async () => {
  const admin = createKafkaClient(settings).admin();
  await admin.connect();
  const byHand = { partition: 0, offset: "6", metadata: "by hand" };
  await admin.setOffsets({
    groupId: `${settings.prefix}${GROUP}`,
    topic: `${settings.prefix}sessions`,
    partitions: [byHand],
  });
  await admin.disconnect();
  const transactor = await open().transactor(GROUP, topicPartition(0));
  expect(transactor.next).toBe(6);
  await transactor.close();
});
