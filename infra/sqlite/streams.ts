/**
 * The partitions of the embedded log with their bounds, held in memory, and the batches that are being
 * written.
 *
 * Topics that are kept equally long share one stream per partition, and what one transaction appends
 * to a stream is one row. So a commit writes a few full rows at the ends of streams instead of a row
 * and an index entry for each record all over the file.
 *
 * I1. Bounds in memory are those of the open transaction. When another process has committed they are
 *     read again before anything is appended.
 * I2. Records that are not in a row yet are written before each commit, and before they are read.
 * I3. A batch is never changed, but for the newest of a stream whose records have all grown too old:
 *     it keeps its bounds and loses its records.
 */
import { TOPIC_ROWS, type TopicRow } from "../../schemas/topics.ts";
import type { OutgoingRecord, TopicPartition } from "../../session/ports.ts";
import { hashKey } from "../partition.ts";
import { encodeRecords, type PackedRecord } from "./record-batch.ts";
import { formatTopicPartition } from "../embedded/record-table.ts";
import {
  BatchReader,
  prepareBatchStatements,
  STREAM_SPAN,
  type Bounds,
  type Track,
} from "./batches.ts";
import type { SqliteDatabase } from "./database.ts";

/** A partition with its bounds in memory. */
export interface Shelf extends Track {
  readonly stream: Stream;
  low: number;
  high: number;
  /** Next offset after the last batch that is in a row. */
  settled: number;
}

interface Stream {
  readonly base: number;
  readonly isKeyed: boolean;
  /** Number of the next batch. */
  next: number;
  readonly shelves: Map<number, Shelf>;
  pending: PackedRecord[];
}

/** Streams of a database, at most. */
const PARTITIONS_MAX = 1_024;
/** Appended records are put into rows at this size, long before SQLite's bound on one value. */
const PENDING_BYTES_MAX = 8 * 1024 * 1024;
/** A batch is forgotten when its newest record is too old, so that it spans no more than this. */
const PENDING_MS_MAX = 60_000;

const STATEMENTS = {
  topics: "SELECT id, topic, class FROM topics",
  addTopic: "INSERT INTO topics VALUES (NULL, ?, ?)",
  insert: "INSERT INTO batches VALUES (?, ?, ?, ?)",
  key: "INSERT OR IGNORE INTO keyed VALUES (?, ?)",
  kept: "SELECT id FROM batches WHERE id >= ? AND id < ? AND newest >= ? ORDER BY id LIMIT 1",
  drop: "DELETE FROM batches WHERE id >= ? AND id < ?",
  empty: "UPDATE batches SET bounds = ?, body = ? WHERE id = ?",
} as const;

interface TopicEntry {
  readonly id: number;
  /** Number of the first topic that is kept as long. */
  readonly class: number;
  readonly isKeyed: boolean;
}

export class Streams {
  readonly #database: SqliteDatabase;
  readonly #sql;
  readonly #batches: BatchReader;
  readonly #topics = new Map<string, TopicEntry>();
  readonly #streams = new Map<number, Stream>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #pending = new Set<Stream>();
  #pendingBytes = 0;
  #pendingSince = 0;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#sql = prepareBatchStatements(database.writer, STATEMENTS);
    this.#batches = new BatchReader(database.writer);
    const reloadIf = (foreign: boolean): void => {
      if (foreign) this.#clearCache();
    };
    database.onBegin(reloadIf);
    database.onChanged(reloadIf);
    database.onCommitting(() => this.settle());
    this.#loadTopics();
  }

  /** The partition's shelf, or null where nothing was ever appended to its topic. */
  of(topicPartition: TopicPartition): Shelf | null {
    const name = formatTopicPartition(topicPartition);
    const cached = this.#shelves.get(name);
    if (cached !== undefined) return cached;
    if (!this.#topics.has(topicPartition.topic)) this.#loadTopics();
    const topic = this.#topics.get(topicPartition.topic);
    if (topic === undefined) return null;
    const shelf = this.#shelfOf(topicPartition, topic);
    this.#shelves.set(name, shelf);
    return shelf;
  }

  /** The partition's shelf, made where there is none; inside a write only. */
  make(topicPartition: TopicPartition): Shelf {
    return this.of(topicPartition) ?? this.#make(topicPartition);
  }

  /** Takes in a record; inside a write only. Returns its offset. */
  append(shelf: Shelf, record: OutgoingRecord, timestamp: number): number {
    const { stream } = shelf;
    if (this.#pendingBytes > PENDING_BYTES_MAX) this.settle();
    if (this.#pending.size === 0) this.#pendingSince = timestamp;
    if (Math.abs(timestamp - this.#pendingSince) > PENDING_MS_MAX) {
      this.settle();
      this.#pendingSince = timestamp;
    }
    const offset = shelf.high;
    const { key, headers, value } = record;
    stream.pending.push({ topic: shelf.topic, offset, timestamp, key, headers, value });
    this.#pending.add(stream);
    this.#pendingBytes += value.length + 512;
    shelf.high = offset + 1;
    return offset;
  }

  /** Puts what is pending into rows of the open transaction. */
  settle(): void {
    if (this.#pending.size === 0) return;
    for (const stream of this.#pending) this.#settleOne(stream);
    this.#pending.clear();
    this.#pendingBytes = 0;
  }

  /** Forgets a topic's records, and those kept as long, that are older than a moment. */
  prune(topic: string, partitions: number, before: number): void {
    this.settle();
    const entry = this.#topics.get(topic);
    if (entry === undefined) return;
    for (let partition = 0; partition < partitions; partition += 1) {
      this.#pruneStream(computeStreamBase(entry.class, partition), before);
    }
  }

  #settleOne(stream: Stream): void {
    const records = stream.pending;
    stream.pending = [];
    const bounds: Record<string, readonly [number, number]> = {};
    for (const shelf of stream.shelves.values()) {
      bounds[shelf.topic] = [shelf.settled, shelf.high];
      shelf.settled = shelf.high;
    }
    const id = stream.next;
    stream.next += 1;
    const newest = records.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
    this.#sql.insert.run(id, newest, JSON.stringify(bounds), encodeRecords(records));
    if (!stream.isKeyed) return;
    for (const hash of new Set(records.map(({ key }) => hashKey(key)))) this.#sql.key.run(hash, id);
  }

  #pruneStream(base: number, before: number): void {
    const edges = this.#batches.edges(base);
    if (edges === null) return;
    const kept = this.#sql.kept.get(base, base + STREAM_SPAN, before)?.["id"] as number | undefined;
    if (kept === edges.first) return;
    this.#sql.drop.run(base, kept ?? edges.last);
    if (kept === undefined) {
      const ends = Object.entries(edges.high).map(([topic, [, next]]) => [topic, [next, next]]);
      const bounds = JSON.stringify(Object.fromEntries(ends));
      this.#sql.empty.run(bounds, encodeRecords([]), edges.last);
    }
    this.#clearCache();
  }

  #clearCache(): void {
    this.#shelves.clear();
    this.#streams.clear();
    this.#batches.clearCache();
  }

  #loadTopics(): void {
    const rows = this.#database.query(() => this.#sql.topics.all());
    const classes = new Map<string, number>();
    for (const row of rows) {
      const id = row["id"] as number;
      const name = row["class"] as string;
      if (!classes.has(name)) classes.set(name, id);
      const entry = { id, class: classes.get(name) ?? id, isKeyed: name.startsWith(FOR_EVER) };
      this.#topics.set(row["topic"] as string, entry);
    }
  }

  #make(topicPartition: TopicPartition): Shelf {
    const row = TOPIC_ROWS.find(({ topic }) => topic === topicPartition.topic);
    this.#sql.addTopic.run(
      topicPartition.topic,
      row === undefined ? FOR_EVER : nameTopicClass(row),
    );
    this.#loadTopics();
    return this.of(topicPartition) as Shelf;
  }

  #shelfOf(topicPartition: TopicPartition, topic: TopicEntry): Shelf {
    const base = computeStreamBase(topic.class, topicPartition.partition);
    const stream = this.#streams.get(base) ?? this.#openStream(base, topic.isKeyed);
    const { id, isKeyed } = topic;
    const found = stream.shelves.get(id);
    const { low = 0, high = 0 } = found ?? {};
    const shelf = { topicPartition, topic: id, base, isKeyed, stream, low, high, settled: high };
    stream.shelves.set(id, shelf);
    return shelf;
  }

  #openStream(base: number, isKeyed: boolean): Stream {
    const edges = this.#database.query(() => this.#batches.edges(base));
    const next = edges === null ? base : edges.last + 1;
    const stream: Stream = { base, isKeyed, next, shelves: new Map(), pending: [] };
    for (const [name, [, high]] of Object.entries<Bounds[string]>(edges?.high ?? {})) {
      const topic = Number(name);
      const low = edges?.low[name]?.[0] ?? 0;
      const topicPartition = { topic: name, partition: 0 };
      stream.shelves.set(topic, {
        topicPartition,
        topic,
        base,
        isKeyed,
        stream,
        low,
        high,
        settled: high,
      });
    }
    this.#streams.set(base, stream);
    return stream;
  }
}

const FOR_EVER = "ever";

/** Topics of one class share streams: equal retention, equal partitions. */
function nameTopicClass({ keepDays, partitions }: TopicRow): string {
  return `${keepDays === null ? FOR_EVER : `${keepDays} days`}, ${partitions}`;
}

function computeStreamBase(topicClass: number, partition: number): number {
  return (topicClass * PARTITIONS_MAX + partition) * STREAM_SPAN;
}
