/**
 * What an embedded log needs from where its records are kept, and the checks every adapter makes
 * before a record is written.
 *
 * I1. All methods but `durable` and `changed` are synchronous: between two of them nothing happens.
 * I2. `append` and the setters may be called inside `write` only.
 */
import { MmmError } from "../../schemas/errors.ts";
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import type { LogRecord, OutgoingRecord, TopicPartition } from "../../session/ports.ts";
import { computePartition } from "../partition.ts";

export interface RecordTable {
  /** Runs a change; all of it is kept, or none and the table is lost (`onFatal`). */
  write<T>(change: () => T): T;
  append(topicPartition: TopicPartition, record: OutgoingRecord, timestamp: number): number;
  /** Records from an offset on, those of the open transaction included. */
  range(topicPartition: TopicPartition, from: number, max: number): LogRecord[];
  /** Durable records from an offset on, of one key where one is given. */
  durableRange(
    topicPartition: TopicPartition,
    from: number,
    more: { max: number; key?: string },
  ): LogRecord[];
  /** First and next offset. */
  bounds(topicPartition: TopicPartition): { low: number; high: number };
  durableBounds(topicPartition: TopicPartition): { low: number; high: number };
  committed(group: string, topicPartition: TopicPartition): number | null;
  setCommitted(group: string, topicPartition: TopicPartition, offset: number): void;
  epoch(group: string, topicPartition: TopicPartition): number;
  setEpoch(group: string, topicPartition: TopicPartition, epoch: number): void;
  /** Forgets records older than a moment. */
  prune(topic: string, before: number): void;
  /** Takes the sole right to consume; throws `state_locked`. */
  claim(): void;
  /** Resolves when all that was written is durable. */
  durable(): Promise<void>;
  /** Resolves at the next durable change, whoever makes it, or when the signal aborts. */
  changed(signal?: AbortSignal): Promise<void>;
  /** Takes notice of what somebody else has written. */
  refresh(): void;
  /** Called when somebody else has appended. */
  onForeign(listener: () => void): void;
  onFatal(listener: (error: unknown) => void): void;
  close(): Promise<void>;
}

export const DEFAULT_PARTITIONS = 12;

/** Name of a topic partition, for maps. */
export function formatTopicPartition(topicPartition: TopicPartition): string {
  return `${topicPartition.topic}/${topicPartition.partition}`;
}

/** Number of partitions of a topic. Throws `internal` for a topic the table does not know. */
export function countPartitions(topic: string, partitions: number): number {
  const row = TOPIC_ROWS.find((candidate) => candidate.topic === topic);
  if (row === undefined) throw new MmmError("internal", `no topic is named "${topic}"`);
  return row.partitions === "single" ? 1 : partitions;
}

/** All topic partitions of the topic table. */
export function listTopicPartitions(
  topics: readonly string[],
  partitions: number,
): TopicPartition[] {
  return topics.flatMap((topic) =>
    Array.from({ length: countPartitions(topic, partitions) }, (_, partition) => ({
      topic,
      partition,
    })),
  );
}

/** Where a record goes: its own partition number, else its key's. Throws `internal`. */
export function resolveTopicPartition(record: OutgoingRecord, partitions: number): TopicPartition {
  const count = countPartitions(record.topic, partitions);
  const partition = record.partition ?? computePartition(record.key, count);
  if (!Number.isInteger(partition) || partition < 0 || partition >= count) {
    throw new MmmError("internal", `${record.topic} has no partition ${partition}`);
  }
  return { topic: record.topic, partition };
}
