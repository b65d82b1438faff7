/**
 * Brokers that die under running consumers and transactors: a single one that comes back, and one of
 * three (min.insync.replicas 2), the active controller among them.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { EventLog, LogRecord, TopicPartition, Transactor } from "../../../session/ports.ts";
import { readAll, record, textOf, until } from "../../contract/log-contract.ts";
import { type KafkaServer, startKafka } from "../../support/servers/kafka-server.ts";

const RECORDS = 400;
const PARTITIONS = 2;
/** A killed broker's open transactions end after 10 s, its groups' members after 6: all that twice. */
const CAUGHT_UP_MS = 60_000;

/** Copies the inbox to `history` exactly once, as the coordinator does, and survives every error. */
async function startCopier(log: EventLog) {
  const queues = new Map<number, { queue: LogRecord[]; lost: boolean; done: Promise<void> }>();
  let reopened = 0;
  async function work(topicPartition: TopicPartition, first: Transactor): Promise<void> {
    let transactor = first;
    let next = first.next;
    const own = queues.get(topicPartition.partition);
    while (own !== undefined && !own.lost) {
      const batch = own.queue.filter((one) => one.offset >= next).slice(0, 20);
      const last = batch.at(-1);
      if (last === undefined) {
        await sleep(5);
        continue;
      }
      const out = batch.map((one) => ({
        topic: "history",
        key: one.key,
        partition: topicPartition.partition,
        value: one.value,
        headers: {},
      }));
      try {
        await transactor.commit(out, last.offset + 1);
        next = last.offset + 1;
        own.queue = own.queue.filter((one) => one.offset >= next);
      } catch (error) {
        expect(error instanceof MmmError && error.retriable).toBe(true);
        await transactor.close();
        transactor = await reopen(topicPartition);
        next = transactor.next;
        reopened += 1;
      }
    }
    await transactor.close();
  }
  async function reopen(topicPartition: TopicPartition): Promise<Transactor> {
    for (;;) {
      try {
        return await log.transactor("copier", topicPartition);
      } catch {
        await sleep(200);
      }
    }
  }
  const consumption = await log.consume(
    { group: "copier", topics: ["sessions"], transactional: true },
    {
      assigned: async (topicPartition) => {
        const transactor = await log.transactor("copier", topicPartition);
        queues.set(topicPartition.partition, { queue: [], lost: false, done: Promise.resolve() });
        const own = queues.get(topicPartition.partition);
        if (own !== undefined) own.done = work(topicPartition, transactor);
      },
      revoked: async (topicPartition) => {
        const own = queues.get(topicPartition.partition);
        if (own !== undefined) own.lost = true;
        await own?.done;
      },
      deliver: async (topicPartition, records) =>
        void queues.get(topicPartition.partition)?.queue.push(...records),
    },
  );
  return { consumption, reopened: () => reopened };
}

async function appendSurely(log: EventLog, text: string): Promise<void> {
  for (;;) {
    try {
      return await log.append([record(`s${Number(text) % 7}`, text, "sessions")]);
    } catch {
      await sleep(100);
    }
  }
}

/** Runs the copier while `disturb` breaks things, then checks that history equals the inbox. */
async function copyThrough(
  server: KafkaServer,
  disturb: () => Promise<void>,
): Promise<{ inbox: number; reopened: number }> {
  const prefix = `f${randomUUID().slice(0, 8)}.`;
  const settings = { brokers: server.brokers, prefix, partitions: PARTITIONS };
  const more = { sessionTimeoutMs: 6_000, transactionTimeoutMs: 10_000 };
  const log = createKafkaLog({ ...settings, ...more }, systemClock);
  await log.ensureTopics();
  const copier = await startCopier(log);
  const disturbing = (async () => {
    await sleep(1_000);
    await disturb();
  })();
  for (let at = 0; at < RECORDS; at += 1) {
    await appendSurely(log, String(at));
    await sleep(15);
  }
  await disturbing;
  const values = async (topic: string) => (await readAll(log, { topic })).map(textOf);
  const inbox = await values("sessions");
  const caughtUp = async () => (await values("history")).length >= inbox.length;
  await until(caughtUp, CAUGHT_UP_MS);
  await copier.consumption.stop();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const of = async (topic: string) => (await readAll(log, { topic, partition })).map(textOf);
    expect(await of("history")).toEqual(await of("sessions"));
  }
  expect(new Set(inbox).size).toBe(RECORDS);
  await log.close();
  return { inbox: inbox.length, reopened: copier.reopened() };
}

describe("history stays equal to the inbox, in order, nothing lost or doubled", () => {
  test("while the only broker is killed and comes back, three times", async () => {
    const server = await startKafka(1);
    try {
      const figures = await copyThrough(server, async () => {
        for (let kill = 0; kill < 3; kill += 1) {
          await server.kill(0);
          await server.start(0);
          await sleep(1_500);
        }
      });
      console.log(`3 broker kills: ${JSON.stringify(figures)}, 0 lost, 0 doubled`);
    } finally {
      await server.stop();
    }
  }, 150_000);

  test("while each of three brokers, the controller among them, is killed in turn", async () => {
    const server = await startKafka(3);
    try {
      const figures = await copyThrough(server, async () => {
        for (let kill = 0; kill < 3; kill += 1) {
          await server.kill(kill);
          await sleep(4_000);
          await server.start(kill);
          await sleep(3_000);
        }
      });
      console.log(`3 of 3 brokers killed in turn: ${JSON.stringify(figures)}, 0 lost, 0 doubled`);
    } finally {
      await server.stop();
    }
  }, 200_000);
});
