/**
 * The state folder: log and snapshots in one database, so that one transaction holds both; or in
 * several, its shards, each with its own partitions, so that as many threads can work at once.
 *
 * I1. How many shards a folder has is fixed when it is made; partition p is in shard p mod shards.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MmmError } from "../../schemas/errors.ts";
import type { Clock, EventLog, StateStore } from "../../session/ports.ts";
import { loadAgreedNumber, createSqliteLog, LOG_SCHEMA } from "./log.ts";
import { createShardedLog } from "../embedded/sharded-log.ts";
import { createShardedSnapshots } from "../embedded/sharded-snapshots.ts";
import { createSqliteSnapshots, SNAPSHOT_SCHEMA } from "./snapshots.ts";
import { nameShardFile } from "./connect.ts";
import { openDatabase, type SqliteDatabase } from "./database.ts";

export interface SqliteState {
  readonly log: EventLog;
  readonly snapshots: StateStore;
  readonly shards: number;
  close(): Promise<void>;
}

export interface SqliteStateOptions {
  readonly clock: Clock;
  /** The count of session-keyed topics; that of the folder, or 12 for a new one, by default. */
  readonly partitions?: number;
  /** True: a folder without state is refused as `not_found` instead of being filled. */
  readonly mustExist?: boolean;
  /** Shards of a new folder, 1 by default; one that is there keeps its own. */
  readonly shards?: number;
  /** The shards that are consumed here (others by other threads); all by default. */
  readonly own?: (shard: number) => boolean;
}

const SCHEMA = `${LOG_SCHEMA}; ${SNAPSHOT_SCHEMA}`;

/**
 * Opens the state in a folder. Throws `not_found`, `state_damaged`, `output_unwritable`,
 * `log_unavailable`, `schema_mismatch` or `topics_mismatch`; `state_locked` comes only when the log
 * is consumed.
 */
export function openSqliteState(folder: string, options: SqliteStateOptions): SqliteState {
  if (options.mustExist === true && !existsSync(join(folder, nameShardFile(0)))) {
    throw new MmmError("not_found", `there is no state in the folder "${folder}"`, {
      data: { folder },
    });
  }
  const first = openDatabase(folder, SCHEMA);
  const shards = loadAgreedNumber(first, "shards", options.shards ?? 1);
  const more = Array.from({ length: shards - 1 }, (_, at) => openDatabase(folder, SCHEMA, at + 1));
  const parts = [first, ...more].map((database, shard) =>
    openShard(database, { ...options, shard, shards }),
  );
  if (parts.length === 1) return { ...(parts[0] as Shard), shards };
  const own = options.own ?? (() => true);
  const { log } = parts[0] as Shard;
  const home = Math.max(
    0,
    parts.findIndex((_, shard) => own(shard)),
  );
  return {
    shards,
    log: createShardedLog(
      parts.map(({ log }) => log),
      own,
    ),
    snapshots: createShardedSnapshots(
      parts.map(({ snapshots }) => snapshots),
      { partitionOf: (session) => log.partitionOf(session), home },
    ),
    close: async () => {
      for (const part of parts) await part.close();
    },
  };
}

interface Shard {
  readonly log: EventLog;
  readonly snapshots: StateStore;
  close(): Promise<void>;
}

function openShard(
  database: SqliteDatabase,
  options: SqliteStateOptions & { readonly shard: number; readonly shards: number },
): Shard {
  const { clock, partitions, shard, shards } = options;
  const owns = (partition: number): boolean => partition % shards === shard;
  const log = createSqliteLog(database, {
    clock,
    owns,
    ...(partitions === undefined ? {} : { partitions }),
  });
  return { log, snapshots: createSqliteSnapshots(database), close: () => log.close() };
}
