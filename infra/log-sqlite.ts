/**
 * Records of the embedded log in SQLite.
 *
 * I1. Offsets of a place are 0, 1, 2, … without gaps; records of a rolled-back transaction never
 *     had one that anybody outside the process saw.
 * I2. A place's records are found by offset, and a session's by key, without a scan.
 */
import type { StatementSync } from "node:sqlite";
import { MmmError } from "../schemas/errors.ts";
import type { Clock, EventLog, LogRecord, OutgoingRecord, Place } from "../session/ports.ts";
import { createLocalLog } from "./local-log.ts";
import { RecentRecords } from "./recent-records.ts";
import { DEFAULT_PARTITIONS, placeName, type RecordTable } from "./record-table.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import { createShelves, type Shelves } from "./sqlite-shelves.ts";

export const LOG_SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS places (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    low INTEGER NOT NULL, high INTEGER NOT NULL, UNIQUE (topic, partition));
  CREATE TABLE IF NOT EXISTS records (
    place INTEGER NOT NULL, offset INTEGER NOT NULL, key TEXT NOT NULL, timestamp INTEGER NOT NULL,
    headers TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (place, offset));
  CREATE INDEX IF NOT EXISTS records_by_key ON records (place, key, offset);
  CREATE TABLE IF NOT EXISTS progress (
    name TEXT PRIMARY KEY, committed INTEGER, epoch INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`;

/** The log in an open database. Throws `topics_mismatch` when it was made with another count. */
export function createSqliteLog(
  database: SqliteDatabase,
  options: { partitions?: number; clock: Clock },
): EventLog {
  const partitions = agreePartitions(database, options.partitions);
  return createLocalLog(new SqliteTable(database), { partitions, clock: options.clock });
}

function agreePartitions(database: SqliteDatabase, wanted: number | undefined): number {
  const ask = database.writer.prepare("SELECT value FROM meta WHERE name = 'partitions'");
  const stored = database.query(() => ask.get()?.["value"]);
  const partitions = stored === undefined ? (wanted ?? DEFAULT_PARTITIONS) : Number(stored);
  if (wanted !== undefined && wanted !== partitions) {
    throw new MmmError(
      "topics_mismatch",
      `the state folder "${database.folder}" has ${partitions} partitions, the settings say ${wanted}: set ${partitions}, or give another folder`,
      { data: { stored: partitions, wanted } },
    );
  }
  if (stored === undefined) {
    const put = database.writer.prepare("INSERT OR IGNORE INTO meta VALUES ('partitions', ?)");
    database.write(() => put.run(String(partitions)));
  }
  return partitions;
}

const STATEMENTS = {
  insert: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)",
  drop: "DELETE FROM records WHERE place = ? AND offset < ?",
  firstKept: "SELECT min(offset) AS kept FROM records WHERE place = ? AND timestamp >= ?",
  range: "SELECT * FROM records WHERE place = ? AND offset >= ? ORDER BY offset LIMIT ?",
  progress: "SELECT committed, epoch FROM progress WHERE name = ?",
  setCommitted:
    "INSERT INTO progress (name, committed) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET committed = ?2",
  setEpoch:
    "INSERT INTO progress (name, epoch) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET epoch = ?2",
} as const;

const PLACE = "(SELECT id FROM places WHERE topic = ? AND partition = ?)";
const DURABLE_STATEMENTS = {
  range: `SELECT * FROM records WHERE place = ${PLACE} AND offset >= ? ORDER BY offset LIMIT ?`,
  rangeOfKey: `SELECT * FROM records WHERE place = ${PLACE} AND key = ? AND offset >= ? ORDER BY offset LIMIT ?`,
  bounds: "SELECT low, high FROM places WHERE topic = ? AND partition = ?",
} as const;

class SqliteTable implements RecordTable {
  readonly #database: SqliteDatabase;
  readonly #shelves: Shelves;
  readonly #sql: Record<keyof typeof STATEMENTS, StatementSync>;
  readonly #durable: Record<keyof typeof DURABLE_STATEMENTS, StatementSync>;
  readonly #recent = new RecentRecords();
  #claimed = false;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    const forget = (foreign: boolean): void => {
      if (foreign) this.#recent.clear();
    };
    database.onBegin(forget);
    database.onChanged(forget);
    this.#shelves = createShelves(database);
    this.#sql = prepareAll(database.writer, STATEMENTS);
    this.#durable = prepareAll(database.reader, DURABLE_STATEMENTS);
  }

  write<T>(change: () => T): T {
    return this.#database.write(change);
  }

  append(place: Place, record: OutgoingRecord, timestamp: number): number {
    const shelf = this.#shelves.make(place);
    const offset = shelf.high;
    const { key, headers, value } = record;
    this.#sql.insert.run(shelf.id, offset, key, timestamp, JSON.stringify(headers), value);
    this.#recent.add(shelf.id, { ...place, offset, key, value, headers, timestamp });
    shelf.high = offset + 1;
    shelf.dirty = true;
    return offset;
  }

  range(place: Place, from: number, max: number): LogRecord[] {
    const shelf = this.#shelves.of(place);
    if (shelf === null || from >= shelf.high) return [];
    const recent = this.#database.query(() => this.#recent.from(shelf.id, from, max));
    if (recent !== null) return recent;
    const rows = this.#database.query(() => this.#sql.range.all(shelf.id, from, max));
    return rows.map((row) => recordOf(place, row));
  }

  durableRange(place: Place, from: number, more: { max: number; key?: string }): LogRecord[] {
    const { topic, partition } = place;
    const rows = this.#database.query(() =>
      more.key === undefined
        ? this.#durable.range.all(topic, partition, from, more.max)
        : this.#durable.rangeOfKey.all(topic, partition, more.key, from, more.max),
    );
    return rows.map((row) => recordOf(place, row));
  }

  bounds(place: Place): { low: number; high: number } {
    const shelf = this.#shelves.of(place);
    return { low: shelf?.low ?? 0, high: shelf?.high ?? 0 };
  }

  durableBounds({ topic, partition }: Place): { low: number; high: number } {
    const row = this.#database.query(() => this.#durable.bounds.get(topic, partition));
    return { low: Number(row?.["low"] ?? 0), high: Number(row?.["high"] ?? 0) };
  }

  committed(group: string, place: Place): number | null {
    return (this.#progress(group, place)?.["committed"] ?? null) as number | null;
  }

  setCommitted(group: string, place: Place, offset: number): void {
    this.#sql.setCommitted.run(progressName(group, place), offset);
  }

  epoch(group: string, place: Place): number {
    return Number(this.#progress(group, place)?.["epoch"] ?? 0);
  }

  setEpoch(group: string, place: Place, epoch: number): void {
    this.#sql.setEpoch.run(progressName(group, place), epoch);
  }

  prune(topic: string, before: number): void {
    for (const shelf of this.#shelves.ofTopic(topic)) {
      const kept = Number(this.#sql.firstKept.get(shelf.id, before)?.["kept"] ?? shelf.high);
      if (kept <= shelf.low) continue;
      this.#sql.drop.run(shelf.id, kept);
      this.#recent.clear();
      shelf.low = kept;
      shelf.dirty = true;
    }
  }

  claim(): void {
    if (this.#claimed) return;
    this.#database.claim();
    this.#database.watch();
    this.#claimed = true;
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

  #progress(group: string, place: Place): Record<string, unknown> | undefined {
    return this.#database.query(() => this.#sql.progress.get(progressName(group, place)));
  }
}

function prepareAll<K extends string>(
  connection: { prepare(text: string): StatementSync },
  texts: Readonly<Record<K, string>>,
): Record<K, StatementSync> {
  const pairs = Object.entries<string>(texts).map(([name, text]) => [
    name,
    connection.prepare(text),
  ]);
  return Object.fromEntries(pairs) as Record<K, StatementSync>;
}

function progressName(group: string, place: Place): string {
  return `${group}/${placeName(place)}`;
}

function recordOf(place: Place, row: Record<string, unknown>): LogRecord {
  return {
    topic: place.topic,
    partition: place.partition,
    offset: row["offset"] as number,
    key: row["key"] as string,
    timestamp: row["timestamp"] as number,
    headers: JSON.parse(row["headers"] as string) as Record<string, string>,
    value: row["value"] as Uint8Array,
  };
}
