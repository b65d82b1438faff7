/**
 * The log on Apache Kafka: many processes, exactly once for the coordinator.
 */
import type {
  Clock,
  EventLog,
  GroupLag,
  OutgoingRecord,
  TopicPartition,
  Transactor,
} from "../../session/ports.ts";
import { type KafkaSettings, readTopicPrefix } from "./client.ts";
import { KafkaConsumption } from "./consumption.ts";
import { toKafkaError } from "./errors.ts";
import { readCommittedOffsets } from "./offsets.ts";
import { createAppender } from "./producer.ts";
import { fetchRound, fetchOffsetRanges, readKafka, withCluster } from "./read.ts";
import { listUnstableRanges } from "./unstable-ranges.ts";
import { describeKafka, ensureKafkaTopics, publishSchemas } from "./topics.ts";
import { KafkaTransactors } from "./transactor.ts";
import type { Cluster } from "./kafkajs-patches.ts";
import { computePartition } from "../partition.ts";
import {
  DEFAULT_PARTITIONS,
  countPartitions,
  formatTopicPartition,
} from "../embedded/record-table.ts";

export type { KafkaSettings } from "./client.ts";

const FIRST = { waitMs: 100 };

/** A log on a cluster; connects when it is first used. */
export function createKafkaLog(settings: KafkaSettings, clock: Clock): EventLog {
  const partitions = settings.partitions ?? DEFAULT_PARTITIONS;
  const appender = createAppender(settings, partitions);
  const consumptions = new Set<KafkaConsumption>();
  const writers = new Map<string, KafkaTransactors>();
  const transactors = new Map<string, Transactor>();
  const append = (records: readonly OutgoingRecord[]) => appender.append(records);
  const nameOf = (group: string, topicPartition: TopicPartition): string =>
    `${group}/${formatTopicPartition(topicPartition)}`;

  return {
    partitions,
    partitionOf: (key) => computePartition(key, partitions),
    ensureTopics: async () => {
      await ensureKafkaTopics(settings, partitions);
      await publishSchemas(settings, append);
    },
    describe: () => describeKafka(settings, partitions),
    append,
    flush: () => appender.flush(),
    consume: async (options, sink) => {
      const nextOf = (group: string, topicPartition: TopicPartition): number | null =>
        transactors.get(nameOf(group, topicPartition))?.next ?? null;
      const consumption = new KafkaConsumption({ settings, clock, options, sink, nextOf });
      consumptions.add(consumption);
      const forget = (): void => void consumptions.delete(consumption);
      consumption.ended.then(forget, forget);
      return consumption;
    },
    transactor: async (group, topicPartition) => {
      const mine = writers.get(group) ?? new KafkaTransactors({ settings, partitions, group });
      writers.set(group, mine);
      const transactor = await mine.open(topicPartition);
      transactors.set(nameOf(group, topicPartition), transactor);
      return transactor;
    },
    read: (options) => readKafka(settings, options, partitions),
    listUnstable: () => listUnstableRanges({ settings, partitions, clock }),
    lag: (group, topic) => readGroupLag({ settings, partitions, clock }, group, topic),
    close: async () => {
      await Promise.all([...consumptions].map((consumption) => consumption.stop()));
      await Promise.all([...writers.values()].map((one) => one.close()));
      await appender.close();
    },
  };
}

interface LagParts {
  readonly settings: KafkaSettings;
  readonly partitions: number;
  readonly clock: Clock;
}

async function readGroupLag(parts: LagParts, group: string, topic: string): Promise<GroupLag[]> {
  const { settings } = parts;
  const committed = await readCommittedOffsets(settings, group, topic).catch((error: unknown) => {
    throw toKafkaError(error, `asking for the offsets of ${group}`, settings.brokers);
  });
  const count = countPartitions(topic, parts.partitions);
  return withCluster(settings, [topic], async (cluster) => {
    const name = `${readTopicPrefix(settings)}${topic}`;
    const ranges = await fetchOffsetRanges(cluster, name, count);
    const rows = ranges.map(({ low, high }, partition) => {
      const at = Math.max(low, committed.get(partition)?.offset ?? 0);
      return { topic, partition, committed: at, high, oldestMs: null };
    });
    return withAges(parts, cluster, rows);
  });
}

/**
 * Adds the age of the oldest open record. Behind the last record of a transaction stands a marker,
 * which counts as an offset but is nobody's work: where only markers are left there is no lag.
 */
async function withAges(parts: LagParts, cluster: Cluster, rows: GroupLag[]): Promise<GroupLag[]> {
  const topic = rows[0]?.topic ?? "";
  const open = rows.filter((row) => row.committed < row.high);
  const cursors = open.map((row) => ({
    partition: row.partition,
    at: row.committed,
    end: row.high,
  }));
  const topics = { plain: topic, name: `${readTopicPrefix(parts.settings)}${topic}` };
  const first = new Map<number, number>();
  while (cursors.some(({ at, end, partition }) => at < end && !first.has(partition))) {
    const before = cursors.map(({ at }) => at).join();
    const wanted = cursors.filter(({ partition }) => !first.has(partition));
    for (const record of await fetchRound(cluster, topics, wanted, FIRST)) {
      if (!first.has(record.partition)) first.set(record.partition, record.timestamp);
    }
    if (cursors.map(({ at }) => at).join() === before) break;
  }
  const now = parts.clock.now();
  return rows.map((row) => {
    const oldest = first.get(row.partition);
    if (oldest !== undefined) return { ...row, oldestMs: Math.max(0, now - oldest) };
    const cursor = cursors.find(({ partition }) => partition === row.partition);
    // Read to its end without a record; a broker that did not answer in time has shown nothing.
    const isDone = cursor === undefined || cursor.at >= cursor.end;
    return isDone ? { ...row, high: row.committed } : row;
  });
}
