/**
 * The log in memory: for tests and simulation. Nothing outlives the process.
 */
import type {
  Clock,
  EventLog,
  LogRecord,
  OutgoingRecord,
  TopicPartition,
} from "../../session/ports.ts";
import { createLocalLog } from "../embedded/log.ts";
import {
  DEFAULT_PARTITIONS,
  formatTopicPartition,
  type RecordTable,
} from "../embedded/record-table.ts";

/** A log that lives as long as the object. */
export function createMemoryLog(options: { partitions?: number; clock: Clock }): EventLog {
  const partitions = options.partitions ?? DEFAULT_PARTITIONS;
  return createLocalLog(new MemoryTable(), { partitions, clock: options.clock });
}

interface Shelf {
  low: number;
  records: LogRecord[];
}

class MemoryTable implements RecordTable {
  readonly #shelves = new Map<string, Shelf>();
  readonly #committed = new Map<string, number>();
  readonly #epochs = new Map<string, number>();
  #waiting: (() => void)[] = [];

  write<T>(change: () => T): T {
    const result = change();
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
    return result;
  }

  append(topicPartition: TopicPartition, record: OutgoingRecord, timestamp: number): number {
    const { topic, partition } = topicPartition;
    const { key, value, headers } = record;
    const offset = this.bounds(topicPartition).high;
    const { records } = this.#shelf(topicPartition);
    records.push({ topic, partition, offset, key, value, headers, timestamp });
    return offset;
  }

  range(topicPartition: TopicPartition, from: number, max: number): LogRecord[] {
    return this.durableRange(topicPartition, from, { max });
  }

  durableRange(
    topicPartition: TopicPartition,
    from: number,
    more: { max: number; key?: string },
  ): LogRecord[] {
    const { low, records } = this.#shelf(topicPartition);
    const start = Math.max(0, from - low);
    if (more.key === undefined) return records.slice(start, start + more.max);
    const ours = records.slice(start).filter((record) => record.key === more.key);
    return ours.slice(0, more.max);
  }

  bounds(topicPartition: TopicPartition): { low: number; high: number } {
    const { low, records } = this.#shelf(topicPartition);
    return { low, high: low + records.length };
  }

  durableBounds(topicPartition: TopicPartition): { low: number; high: number } {
    return this.bounds(topicPartition);
  }

  committed(group: string, topicPartition: TopicPartition): number | null {
    return this.#committed.get(`${group}/${formatTopicPartition(topicPartition)}`) ?? null;
  }

  setCommitted(group: string, topicPartition: TopicPartition, offset: number): void {
    this.#committed.set(`${group}/${formatTopicPartition(topicPartition)}`, offset);
  }

  epoch(group: string, topicPartition: TopicPartition): number {
    return this.#epochs.get(`${group}/${formatTopicPartition(topicPartition)}`) ?? 0;
  }

  setEpoch(group: string, topicPartition: TopicPartition, epoch: number): void {
    this.#epochs.set(`${group}/${formatTopicPartition(topicPartition)}`, epoch);
  }

  prune(topic: string, before: number): void {
    for (const [name, shelf] of this.#shelves) {
      if (!name.startsWith(`${topic}/`)) continue;
      const kept = shelf.records.findIndex((record) => record.timestamp >= before);
      const gone = kept < 0 ? shelf.records.length : kept;
      shelf.low += gone;
      shelf.records.splice(0, gone);
    }
  }

  changed(signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const give = () => resolve();
    this.#waiting.push(give);
    signal?.addEventListener("abort", give, { once: true });
    return promise.finally(() => signal?.removeEventListener("abort", give));
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  claim(): void {}
  refresh(): void {}
  onForeign(): void {}
  onFatal(): void {}

  #shelf(topicPartition: TopicPartition): Shelf {
    const name = formatTopicPartition(topicPartition);
    const found = this.#shelves.get(name) ?? { low: 0, records: [] };
    this.#shelves.set(name, found);
    return found;
  }
}
