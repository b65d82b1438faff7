/**
 * Snapshots and values in the state folder's database, in the same transactions as the log.
 *
 * I1. An older snapshot or checkpoint never replaces a newer one; the statement itself compares.
 */
import type {
  Checkpoint,
  SessionFilter,
  SessionSummary,
  KeyValueStore,
  Snapshot,
  StateStore,
} from "../../session/ports.ts";
import { assertCheckpointMatches, formatVersion } from "../snapshot-order.ts";
import type { SqliteDatabase } from "./database.ts";
import { parseSummary } from "../../session/summary.ts";

export const SNAPSHOT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS snapshots (
    session TEXT PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    seq INTEGER NOT NULL, head TEXT NOT NULL, state TEXT NOT NULL, summary TEXT NOT NULL,
    business_unit TEXT NOT NULL, status TEXT NOT NULL, updated_ms INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS snapshots_by_partition ON snapshots (partition, session);
  CREATE INDEX IF NOT EXISTS snapshots_by_unit ON snapshots (business_unit, session);
  CREATE INDEX IF NOT EXISTS snapshots_by_status ON snapshots (status, session);
  CREATE INDEX IF NOT EXISTS snapshots_by_time ON snapshots (updated_ms);
  CREATE TABLE IF NOT EXISTS checkpoints (
    partition INTEGER PRIMARY KEY, offset INTEGER NOT NULL, history_offset INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS memos (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`;

/** Beside the memos, since folders of before have none; made where it is missing. */
const ENDS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS memo_ends (
    until_ms INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (until_ms, key)) WITHOUT ROWID`;

const UPSERT = `
  INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (session) DO UPDATE SET
    partition = excluded.partition, offset = excluded.offset, seq = excluded.seq,
    head = excluded.head, state = excluded.state, summary = excluded.summary,
    business_unit = excluded.business_unit, status = excluded.status,
    updated_ms = excluded.updated_ms
  WHERE (excluded.offset, excluded.seq) > (snapshots.offset, snapshots.seq)`;

const CHECKPOINT = `
  INSERT INTO checkpoints VALUES (?, ?, ?)
  ON CONFLICT (partition) DO UPDATE SET
    offset = excluded.offset, history_offset = excluded.history_offset
  WHERE excluded.offset >= checkpoints.offset`;

const ALL = `
  SELECT * FROM snapshots
  WHERE partition = ? AND (? IS NULL OR status IN (SELECT value FROM json_each(?)))
  ORDER BY session`;

/** The store in an open database. `close` leaves the database open; its owner closes it. */
export function createSqliteSnapshots(database: SqliteDatabase): StateStore {
  const { writer } = database;
  const upsert = writer.prepare(UPSERT);
  const putCheckpoint = writer.prepare(CHECKPOINT);
  const one = writer.prepare("SELECT * FROM snapshots WHERE session = ?");
  const all = writer.prepare(ALL);
  const getCheckpoint = writer.prepare("SELECT * FROM checkpoints WHERE partition = ?");
  const getVersion = writer.prepare("SELECT offset, seq, head FROM snapshots WHERE session = ?");
  const countSessions = writer.prepare("SELECT count(*) AS n FROM snapshots WHERE partition = ?");
  const dropSnapshots = writer.prepare("DELETE FROM snapshots WHERE partition = ?");
  const dropCheckpoint = writer.prepare("DELETE FROM checkpoints WHERE partition = ?");

  const checkpointOf = (partition: number): Checkpoint | null => {
    const row = database.query(() => getCheckpoint.get(partition));
    if (row === undefined) return null;
    const historyOffset = Number(row["history_offset"]);
    return { partition, offset: Number(row["offset"]), historyOffset };
  };

  return {
    async save(snapshots, checkpoint, onto) {
      if (onto !== undefined) assertCheckpointMatches(checkpointOf(checkpoint.partition), onto);
      database.write(() => {
        for (const snapshot of snapshots) upsert.run(...toSnapshotRow(snapshot));
        const { partition, offset, historyOffset } = checkpoint;
        putCheckpoint.run(partition, offset, historyOffset);
      });
    },
    async load(session) {
      const row = database.query(() => one.get(session));
      return row === undefined ? null : fromSnapshotRow(row);
    },
    count: async (partition) => Number(database.query(() => countSessions.get(partition))?.["n"]),
    version: async (session) => {
      const row = database.query(() => getVersion.get(session));
      return formatVersion(row as Pick<Snapshot, "offset" | "seq" | "head"> | undefined);
    },
    loadPartition: async (partition, statuses) => {
      const wanted = statuses === undefined ? null : JSON.stringify(statuses);
      const rows = database.query(() => all.all(partition, wanted, wanted));
      return rows.map((row) => fromSnapshotRow(row));
    },
    checkpoint: async (partition) => checkpointOf(partition),
    list: async (filter) => findSqliteSummaries(database, filter),
    ...openValues(database),
    async clear(partition) {
      database.write(() => {
        dropSnapshots.run(partition);
        dropCheckpoint.run(partition);
      });
    },
    close: () => Promise.resolve(),
  };
}

function openValues(database: SqliteDatabase): KeyValueStore {
  const { writer } = database;
  const known = writer.prepare("SELECT 1 FROM sqlite_master WHERE name = 'memo_ends'");
  if (database.query(() => known.get()) === undefined) {
    database.write(() => writer.exec(ENDS_SCHEMA));
  }
  const get = writer.prepare("SELECT value FROM memos WHERE key = ?");
  const put = writer.prepare("INSERT OR IGNORE INTO memos VALUES (?, ?)");
  const putEnd = writer.prepare("INSERT OR IGNORE INTO memo_ends VALUES (?, ?)");
  const drop = writer.prepare(
    "DELETE FROM memos WHERE key IN (SELECT key FROM memo_ends WHERE until_ms <= ?)",
  );
  const dropEnds = writer.prepare("DELETE FROM memo_ends WHERE until_ms <= ?");
  const find = (key: string): string | null =>
    (database.query(() => get.get(key))?.["value"] ?? null) as string | null;
  return {
    get: async (key) => find(key),
    async putIfAbsent(key, value, until) {
      database.write(() => {
        const isFirst = put.run(key, value).changes === 1;
        if (isFirst && until !== undefined) putEnd.run(Math.trunc(until), key);
      });
      return find(key) ?? value;
    },
    async expire(now) {
      database.write(() => {
        drop.run(Math.trunc(now));
        dropEnds.run(Math.trunc(now));
      });
    },
  };
}

function toSnapshotRow(snapshot: Snapshot): (string | number)[] {
  const { session, partition, offset, seq, head, state, summary } = snapshot;
  const { business_unit: unit, status, updated } = summary;
  const main = [session, partition, offset, seq, head, state, JSON.stringify(summary)];
  return [...main, unit, status, Date.parse(updated)];
}

function fromSnapshotRow(row: Record<string, unknown>): Snapshot {
  return {
    session: row["session"] as string,
    partition: row["partition"] as number,
    offset: row["offset"] as number,
    seq: row["seq"] as number,
    head: row["head"] as string,
    state: row["state"] as string,
    summary: parseSummary(row["summary"] as string),
  };
}

function findSqliteSummaries(database: SqliteDatabase, filter: SessionFilter): SessionSummary[] {
  const wanted: readonly (readonly [string, string | number | undefined])[] = [
    ["business_unit = ?", filter.business_unit],
    ["status = ?", filter.status],
    ["updated_ms >= ?", filter.since === undefined ? undefined : Date.parse(filter.since)],
    ["session > ?", filter.after],
  ];
  const given = wanted.filter((pair): pair is readonly [string, string | number] => {
    return pair[1] !== undefined;
  });
  const where = given.map(([text]) => text).join(" AND ") || "true";
  const text = `SELECT summary FROM snapshots WHERE ${where} ORDER BY session LIMIT ?`;
  const values = [...given.map(([, value]) => value), filter.limit ?? -1];
  const rows = database.query(() => database.writer.prepare(text).all(...values));
  return rows.map((row) => parseSummary(row["summary"] as string));
}
