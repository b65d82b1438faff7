/**
 * Reading the embedded log's batches on one connection.
 *
 * A stream is a run of batch numbers; a place is one topic of a stream. A batch carries, apart from
 * its records, the bounds of every topic of its stream: so an offset is found by halving, without an
 * index.
 *
 * I1. Batches of a stream have numbers without gaps, and bounds that only rise.
 * I2. Streams whose records are kept for ever have an index of keys (by hash; the key itself is
 *     compared here).
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
import type { LogRecord, Place } from "../session/ports.ts";
import { keyHash } from "./partition.ts";
import { unpackBatch, type PackedRecord } from "./record-batch.ts";

export const BATCH_SCHEMA = `
  CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL UNIQUE, class TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY, newest INTEGER NOT NULL, bounds TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS keyed (
    hash INTEGER NOT NULL, batch INTEGER NOT NULL, PRIMARY KEY (hash, batch)) WITHOUT ROWID`;

/** Batch numbers of one stream: from a multiple of this on. */
export const STREAM_SPAN = 2 ** 36;

/** Where a place's batches are. */
export interface Track {
  readonly place: Place;
  /** Number of the topic in this database. */
  readonly topic: number;
  /** Number of the stream's first possible batch. */
  readonly base: number;
  readonly isKeyed: boolean;
}

/** Topic number -> first and next offset. */
export type Bounds = Record<string, readonly [first: number, next: number]>;

export interface Edges {
  readonly first: number;
  readonly last: number;
  /** Bounds of the first and of the last batch. */
  readonly low: Bounds;
  readonly high: Bounds;
}

interface Batch {
  readonly id: number;
  readonly bounds: Bounds;
  readonly records: readonly PackedRecord[];
}

const CACHED_MAX = 8;

const STATEMENTS = {
  first: "SELECT id, bounds FROM batches WHERE id >= ? AND id < ? ORDER BY id LIMIT 1",
  last: "SELECT id, bounds FROM batches WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
  bounds: "SELECT bounds FROM batches WHERE id = ?",
  batch: "SELECT bounds, body FROM batches WHERE id = ?",
  keyed: "SELECT batch FROM keyed WHERE hash = ? AND batch >= ? AND batch < ? ORDER BY batch",
} as const;

export class BatchReader {
  readonly #sql: Record<keyof typeof STATEMENTS, StatementSync>;
  readonly #cached = createBoundedCache<number, Batch>(CACHED_MAX);
  /** Stream and topic -> the batch read last. */
  readonly #hints = new Map<number, number>();

  constructor(connection: DatabaseSync) {
    this.#sql = prepareAll(connection, STATEMENTS);
  }

  /** Of a stream; null when it has no batch. */
  edges(base: number): Edges | null {
    const first = this.#sql.first.get(base, base + STREAM_SPAN);
    const last = this.#sql.last.get(base, base + STREAM_SPAN);
    if (first === undefined || last === undefined) return null;
    return {
      first: first["id"] as number,
      last: last["id"] as number,
      low: JSON.parse(first["bounds"] as string) as Bounds,
      high: JSON.parse(last["bounds"] as string) as Bounds,
    };
  }

  /** First and next offset of a place. */
  bounds(track: Track): { low: number; high: number } {
    const edges = this.edges(track.base);
    return { low: edges?.low[track.topic]?.[0] ?? 0, high: edges?.high[track.topic]?.[1] ?? 0 };
  }

  /** Records from an offset on, of one key where one is given. */
  range(track: Track, from: number, more: { max: number; key?: string }): LogRecord[] {
    const edges = this.edges(track.base);
    const high = edges?.high[track.topic]?.[1] ?? 0;
    let offset = Math.max(from, edges?.low[track.topic]?.[0] ?? 0);
    if (edges === null || offset >= high) return [];
    if (more.key !== undefined && track.isKeyed) {
      return this.#rangeOfKey(track, { edges, offset, max: more.max, key: more.key });
    }
    const found: LogRecord[] = [];
    while (found.length < more.max && offset < high) {
      const batch = this.#load(this.#locate(track, offset, edges));
      take(batch, { track, offset, ...more }, found);
      offset = batch.bounds[track.topic]?.[1] ?? high;
    }
    return found;
  }

  /** Forgets batches read before: some were removed. */
  forget(): void {
    this.#cached.clear();
    this.#hints.clear();
  }

  #rangeOfKey(
    track: Track,
    wanted: { edges: Edges; offset: number; max: number; key: string },
  ): LogRecord[] {
    const { key, max, offset, edges } = wanted;
    const start = this.#locate(track, offset, edges);
    const found: LogRecord[] = [];
    const rows = this.#sql.keyed.all(keyHash(key), start, track.base + STREAM_SPAN);
    for (const row of rows) {
      take(this.#load(row["batch"] as number), { track, offset, max, key }, found);
      if (found.length >= max) break;
    }
    return found;
  }

  /** Number of the batch with this offset of a place, which is within the edges. */
  #locate(track: Track, offset: number, edges: Edges): number {
    const name = track.base + track.topic;
    const hint = this.#hints.get(name) ?? edges.first;
    for (const id of [hint, hint + 1]) {
      if (id < edges.first || id > edges.last) continue;
      const [first, next] = this.#boundsOf(id, track.topic);
      if (first > offset || next <= offset) continue;
      this.#hints.set(name, id);
      return id;
    }
    let low = edges.first;
    let high = edges.last;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#boundsOf(middle, track.topic)[1] > offset) high = middle;
      else low = middle + 1;
    }
    this.#hints.set(name, low);
    return low;
  }

  #boundsOf(id: number, topic: number): readonly [first: number, next: number] {
    const known = this.#cached.get(id)?.bounds;
    const text = known === undefined ? this.#sql.bounds.get(id)?.["bounds"] : undefined;
    const bounds = known ?? (JSON.parse((text ?? "{}") as string) as Bounds);
    return bounds[topic] ?? [0, 0];
  }

  #load(id: number): Batch {
    return getOrMake(this.#cached, id, () => this.#fetch(id));
  }

  #fetch(id: number): Batch {
    const row = this.#sql.batch.get(id);
    const bounds = JSON.parse((row?.["bounds"] ?? "{}") as string) as Bounds;
    const body = row?.["body"] as Uint8Array | undefined;
    return { id, bounds, records: body === undefined ? [] : unpackBatch(body) };
  }
}

interface Wanted {
  readonly track: Track;
  readonly offset: number;
  readonly max: number;
  readonly key?: string;
}

function take(batch: Batch, wanted: Wanted, into: LogRecord[]): void {
  const { track, offset, max, key } = wanted;
  for (const record of batch.records) {
    if (record.topic !== track.topic || record.offset < offset) continue;
    if (key !== undefined && record.key !== key) continue;
    if (into.length >= max) return;
    into.push(recordOf(track.place, record));
  }
}

function recordOf({ topic, partition }: Place, packed: PackedRecord): LogRecord {
  const { offset, key, value, headers, timestamp } = packed;
  return { topic, partition, offset, key, value, headers, timestamp };
}

/** Prepared statements by the names of their texts. */
export function prepareAll<K extends string>(
  connection: { prepare(text: string): StatementSync },
  texts: Readonly<Record<K, string>>,
): Record<K, StatementSync> {
  const pairs = Object.entries<string>(texts).map(([name, text]) => [
    name,
    connection.prepare(text),
  ]);
  return Object.fromEntries(pairs) as Record<K, StatementSync>;
}
