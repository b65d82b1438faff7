/**
 * Sending to several leaders: what is tried again is written once. With leaders that a test plays,
 * and with three real brokers.
 */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createSending, type SendParts } from "../../../infra/kafka/sending.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import { readAll, record, textOf } from "../../contract/log-contract.ts";
import { startKafka } from "../../support/servers/kafka-server.ts";

interface Produced {
  readonly node: string;
  readonly wrote: string[];
}

type Behave = (node: string, time: number) => Promise<void>;

/** A cluster whose leaders behave as told; `leaders` may change between tries. */
function played(behave: Behave, leaders: (partition: number, tries: number) => string) {
  const produced: Produced[] = [];
  const joined: number[] = [];
  const sequences = new Map<string, number>();
  let [tries, refreshed, under] = [0, 0, 0];
  let overlapped = false;
  const cluster = {
    addMultipleTargetTopics: async () => {
      tries += 1;
      overlapped ||= under > 0;
    },
    refreshMetadata: async () => void (refreshed += 1),
    refreshMetadataIfNecessary: async () => {},
    findTopicPartitionMetadata: () => [{}],
    findLeaderForPartitions: (_topic: string, partitions: number[]) => {
      const found: Record<string, number[]> = {};
      for (const one of partitions) (found[leaders(one, tries)] ??= []).push(one);
      return found;
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => ({
      nodeId,
      produce: async (request: object) => {
        const { topicData } = request as {
          topicData: {
            topic: string;
            partitions: { partition: number; firstSequence: number }[];
          }[];
        };
        const own = topicData.flatMap(({ partitions }) => partitions);
        const wrote = own.map((one) => `p${one.partition} from ${one.firstSequence}`);
        produced.push({ node: nodeId, wrote });
        under += 1;
        try {
          await behave(nodeId, produced.filter(({ node }) => node === nodeId).length);
        } finally {
          under -= 1;
        }
        return {
          topics: topicData.map(({ topic, partitions }) => ({
            topicName: topic,
            partitions: partitions.map(({ partition, firstSequence }) => {
              return { partition, baseOffset: String(firstSequence) };
            }),
          })),
        };
      },
    }),
    removeBroker: () => {},
    isConnected: () => true,
    connect: async () => {},
  };
  const name = (topic: string, partition: number) => `${topic}/${partition}`;
  const eosManager = {
    isTransactional: () => true,
    addPartitionsToTransaction: async (data: readonly { partitions: readonly object[] }[]) => {
      joined.push(data.flatMap(({ partitions }) => partitions).length);
      if (joined.length === 1) throw refusal("CONCURRENT_TRANSACTIONS", true);
    },
    getSequence: (topic: string, partition: number) => sequences.get(name(topic, partition)) ?? 0,
    updateSequence: (topic: string, partition: number, by: number) =>
      void sequences.set(name(topic, partition), (sequences.get(name(topic, partition)) ?? 0) + by),
    getTransactionalId: () => "t",
    getProducerId: () => 1,
    getProducerEpoch: () => 0,
    acquireBrokerLock: async () => {},
    releaseBrokerLock: () => {},
  };
  const retrier: SendParts["retrier"] = async (attempt) => {
    for (let at = 0; ; at += 1) {
      try {
        return await attempt(() => {});
      } catch (error) {
        if (at > 5 || (error as { retriable?: boolean }).retriable !== true) throw error;
      }
    }
  };
  const partitioner = (choice: object) =>
    (choice as { message: { partition: number } }).message.partition;
  const send = createSending({ cluster, eosManager, retrier, partitioner }, { NotLoaded: Error });
  const messages = [0, 0, 1, 2].map((partition) => ({ partition }));
  const topicMessages = [{ topic: "history", messages }];
  return {
    send: () => send({ acks: -1, timeout: 1, compression: 0, topicMessages }),
    seen: () => ({ produced, joined, refreshed, overlapped }),
  };
}

function refusal(type: string, retriable: boolean): Error {
  return Object.assign(new Error(type), { type, retriable });
}

describe("what is sent to several leaders", () => {
  test("goes once to those who took it, and again, with its numbers, to one who refused", async () => {
    const { send, seen } = played(
      async (node, time) => {
        if (node === "2" && time <= 2) throw refusal("NOT_LEADER_FOR_PARTITION", true);
        if (node !== "2") await systemClock.sleep(30);
      },
      (partition) => String(partition + 1),
    );
    const answers = await send();
    expect(new Set(answers.map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]));
    const { produced, joined, overlapped } = seen();
    const of = (node: string) =>
      produced.filter((one) => one.node === node).map((one) => one.wrote);
    expect(of("1")).toEqual([["p0 from 0"]]);
    expect(of("3")).toEqual([["p2 from 0"]]);
    expect(of("2")).toEqual([["p1 from 0"], ["p1 from 0"], ["p1 from 0"]]);
    expect([joined[0], overlapped]).toEqual([3, false]);
  });

  test("reaches a partition whose leader moved to one that has answered already", async () => {
    const { send, seen } = played(
      async (node) => {
        if (node === "2") throw refusal("NOT_LEADER_FOR_PARTITION", true);
      },
      (partition, tries) => (partition === 1 && tries < 3 ? "2" : "1"),
    );
    expect(await send()).toHaveLength(3);
    expect(
      seen()
        .produced.filter(({ node }) => node === "1")
        .map(({ wrote }) => wrote),
    ).toEqual([["p0 from 0", "p2 from 0"], ["p1 from 0"]]);
    expect(seen().refreshed).toBe(2);
  });

  test("fails with the failure that no try can help", async () => {
    const { send } = played(
      async (node) => {
        throw node === "2" ? refusal("INVALID_PRODUCER_EPOCH", false) : refusal("BUSY", true);
      },
      (partition) => String(partition + 1),
    );
    await expect(send()).rejects.toThrow("INVALID_PRODUCER_EPOCH");
  });
});

test("transactions over the leaders of three brokers, one after the other, hold each record once", async () => {
  const server = await startKafka(3);
  try {
    const prefix = `s${randomUUID().slice(0, 8)}.`;
    const log = createKafkaLog({ brokers: server.brokers, prefix, partitions: 6 }, systemClock);
    await log.ensureTopics();
    const transactor = await log.transactor("writers", { topic: "sessions", partition: 0 });
    const sent: string[] = [];
    for (let at = 0; at < 60; at += 1) {
      const texts = Array.from({ length: 12 }, (_, index) => `${at}.${index}`);
      const records = texts.map((text, index) => ({
        ...record("s", text, index < 6 ? "history" : "proposals"),
        partition: index % 6,
      }));
      const offsets = await transactor.commit(records, at + 1);
      expect(offsets.every(Number.isSafeInteger)).toBe(true);
      sent.push(...texts);
    }
    await transactor.close();
    const found = [];
    for (const topic of ["history", "proposals"]) {
      found.push(...(await readAll(log, { topic })).map(textOf));
    }
    expect(found.toSorted()).toEqual(sent.toSorted());
    await log.close();
  } finally {
    await server.stop();
  }
}, 120_000);
