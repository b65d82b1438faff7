/**
 * Records of the embedded log in SQLite.
 *
 * I1. Offsets of a partition are 0, 1, 2, … without gaps; records of a rolled-back transaction never
 *     had one that anybody outside the process saw.
 * I2. A partition's records are found by offset without a scan; so are, where they are kept for ever, a
 *     session's by key.
 */
import { MmmError } from "../../schemas/errors.ts";
import type {
  Clock,
  EventLog,
  LogRecord,
  OutgoingRecord,
  TopicPartition,
} from "../../session/ports.ts";
import { createLocalLog } from "../embedded/log.ts";
import { RecentRecords } from "../embedded/recent-records.ts";
import {
  DEFAULT_PARTITIONS,
  formatTopicPartition,
  type RecordTable,
} from "../embedded/record-table.ts";
import type { SqliteDatabase } from "./database.ts";
import { Progress } from "./progress.ts";
import { BATCH_SCHEMA, BatchReader } from "./batches.ts";
import { Streams, type Shelf } from "./streams.ts";

export const LOG_SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  ${BATCH_SCHEMA};
  CREATE TABLE IF NOT EXISTS progress (
    name TEXT PRIMARY KEY, committed INTEGER, epoch INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`;

export interface SqliteLogOptions {
  /** Of a new log, 12 by default; another one than a log has is refused. */
  readonly partitions?: number;
  readonly clock: Clock;
  /** Partitions that are consumed here; all by default. */
  readonly owns?: (partition: number) => boolean;
}

/** The log in an open database. Throws `topics_mismatch` when it was made with another count. */
export function createSqliteLog(database: SqliteDatabase, options: SqliteLogOptions): EventLog {
  const { partitions: wanted, ...rest } = options;
  const partitions = requirePartitions(database, wanted);
  return createLocalLog(new SqliteTable(database, partitions), { ...rest, partitions });
}

/** A number kept in the database: the stored one, else `first`, which is then stored. */
export function loadAgreedNumber(database: SqliteDatabase, name: string, first: number): number {
  const ask = database.writer.prepare("SELECT value FROM meta WHERE name = ?");
  const put = database.writer.prepare("INSERT OR IGNORE INTO meta VALUES (?, ?)");
  const stored = database.query(() => ask.get(name)?.["value"]);
  if (stored !== undefined) return Number(stored);
  return database.write(() => {
    put.run(name, String(first));
    return Number(ask.get(name)?.["value"]);
  });
}

function requirePartitions(database: SqliteDatabase, wanted: number | undefined): number {
  const partitions = loadAgreedNumber(database, "partitions", wanted ?? DEFAULT_PARTITIONS);
  if (wanted !== undefined && wanted !== partitions) {
    throw new MmmError(
      "topics_mismatch",
      `the state folder "${database.folder}" has ${partitions} partitions, the settings say ${wanted}: set ${partitions}, or give another folder`,
      { data: { stored: partitions, wanted } },
    );
  }
  return partitions;
}

class SqliteTable implements RecordTable {
  readonly #database: SqliteDatabase;
  readonly #partitions: number;
  readonly #streams: Streams;
  readonly #own: BatchReader;
  readonly #durable: BatchReader;
  readonly #progress: Progress;
  readonly #recent = new RecentRecords();
  #claimed = false;

  constructor(database: SqliteDatabase, partitions: number) {
    this.#database = database;
    this.#partitions = partitions;
    const forget = (foreign: boolean): void => {
      if (foreign) this.#recent.clear();
    };
    database.onBegin(forget);
    database.onChanged(forget);
    this.#streams = new Streams(database);
    this.#own = new BatchReader(database.writer);
    this.#durable = new BatchReader(database.reader);
    this.#progress = new Progress(database);
  }

  write<T>(change: () => T): T {
    return this.#database.write(change);
  }

  append(topicPartition: TopicPartition, record: OutgoingRecord, timestamp: number): number {
    const { key, headers, value } = record;
    const { topic, partition } = topicPartition;
    const shelf = this.#streams.make(topicPartition);
    const offset = this.#streams.append(shelf, record, timestamp);
    const kept = { topic, partition, offset, key, value, headers, timestamp };
    this.#recent.add(computeShelfNumber(shelf), kept);
    return offset;
  }

  range(topicPartition: TopicPartition, from: number, max: number): LogRecord[] {
    const shelf = this.#streams.of(topicPartition);
    if (shelf === null || from >= shelf.high) return [];
    const recent = this.#database.query(() =>
      this.#recent.from(computeShelfNumber(shelf), from, max),
    );
    if (recent !== null) return recent;
    this.#streams.settle();
    return this.#database.query(() => this.#own.range(shelf, from, { max }));
  }

  durableRange(
    topicPartition: TopicPartition,
    from: number,
    more: { max: number; key?: string },
  ): LogRecord[] {
    const shelf = this.#streams.of(topicPartition);
    if (shelf === null) return [];
    return this.#database.query(() => this.#durable.range(shelf, from, more));
  }

  bounds(topicPartition: TopicPartition): { low: number; high: number } {
    const shelf = this.#streams.of(topicPartition);
    return { low: shelf?.low ?? 0, high: shelf?.high ?? 0 };
  }

  durableBounds(topicPartition: TopicPartition): { low: number; high: number } {
    const shelf = this.#streams.of(topicPartition);
    if (shelf === null) return { low: 0, high: 0 };
    return this.#database.query(() => this.#durable.bounds(shelf));
  }

  committed(group: string, topicPartition: TopicPartition): number | null {
    return this.#progress.of(formatProgressName(group, topicPartition)).committed;
  }

  setCommitted(group: string, topicPartition: TopicPartition, offset: number): void {
    this.#progress.set(formatProgressName(group, topicPartition), { committed: offset });
  }

  epoch(group: string, topicPartition: TopicPartition): number {
    return this.#progress.of(formatProgressName(group, topicPartition)).epoch;
  }

  setEpoch(group: string, topicPartition: TopicPartition, epoch: number): void {
    this.#progress.set(formatProgressName(group, topicPartition), { epoch });
  }

  prune(topic: string, before: number): void {
    this.#streams.prune(topic, this.#partitions, before);
    this.#recent.clear();
  }

  claim(): void {
    if (this.#claimed) return;
    this.#database.claim();
    this.#database.watch();
    this.#claimed = true;
  }

  refresh(): void {
    this.#database.refresh();
  }

  durable(): Promise<void> {
    return this.#database.durable();
  }

  changed(signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const release = this.#database.watch();
    const forget = this.#database.onChanged(() => resolve());
    const give = () => resolve();
    signal?.addEventListener("abort", give, { once: true });
    return promise.finally(() => {
      signal?.removeEventListener("abort", give);
      release();
      forget();
    });
  }

  onForeign(listener: () => void): void {
    this.#database.onChanged((foreign) => {
      if (foreign) listener();
    });
    this.#database.onBegin((foreign) => {
      if (foreign) queueMicrotask(listener);
    });
  }

  onFatal(listener: (error: unknown) => void): void {
    this.#database.onFatal(listener);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** One number for a partition, for maps. */
function computeShelfNumber(shelf: Shelf): number {
  return shelf.base + shelf.topic;
}

function formatProgressName(group: string, topicPartition: TopicPartition): string {
  return `${group}/${formatTopicPartition(topicPartition)}`;
}
