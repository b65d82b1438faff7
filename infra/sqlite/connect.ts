/**
 * Opening one database of a state folder: its files, its durability, its layout.
 *
 * I1. WAL with synchronous=FULL: a commit is on the disk when it returns.
 * I2. A database of another layout is refused and left as it is.
 */
import { DatabaseSync } from "node:sqlite";
import { MmmError } from "../../schemas/errors.ts";
import { beginWaiting } from "./busy.ts";

/** Pages of the write-ahead log before it is folded into the database (16 MB). */
const CHECKPOINT_PAGES = 4_096;
/** Layout of the tables. */
const SCHEMA_VERSION = 2;

/** Files of one database of a state folder. */
export interface DatabaseFiles {
  readonly folder: string;
  readonly file: string;
  readonly lock: string;
}

/** Name of the database of the `shard`-th shard. */
export function nameShardFile(shard: number): string {
  return shard === 0 ? "state.sqlite" : `state-${shard}.sqlite`;
}

export function nameLockFile(shard: number): string {
  return shard === 0 ? "lock.sqlite" : `lock-${shard}.sqlite`;
}

/** A writing connection; the tables are made where there are none. */
export function connectWriter({ folder, file }: DatabaseFiles, schema: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000");
  database.exec(`PRAGMA busy_timeout=0; PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES}`);
  const version = readPragma(database, "user_version");
  if (version !== 0 && version !== SCHEMA_VERSION) {
    database.close();
    throw new MmmError(
      "schema_mismatch",
      `the state folder "${folder}" has layout ${version}, this version writes ${SCHEMA_VERSION}: give another folder, or use the version that made it`,
      { data: { folder, layout: version } },
    );
  }
  if (version === 0) {
    beginWaiting(database);
    database.exec(`${schema}; PRAGMA user_version=${SCHEMA_VERSION}; COMMIT`);
  }
  return database;
}

/** A number that SQLite keeps. */
export function readPragma(database: DatabaseSync, name: "user_version" | "data_version"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
