/**
 * The state folder: log and snapshots in one database, so that one transaction holds both.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MmmError } from "../schemas/errors.ts";
import type { Clock, EventLog, SnapshotStore } from "../session/ports.ts";
import { createSqliteLog, LOG_SCHEMA } from "./log-sqlite.ts";
import { createSqliteSnapshots, SNAPSHOT_SCHEMA } from "./snapshot-sqlite.ts";
import { openDatabase } from "./sqlite-database.ts";

export interface SqliteState {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  close(): Promise<void>;
}

export interface SqliteStateOptions {
  readonly clock: Clock;
  /** The count of session-keyed topics; that of the folder, or 12 for a new one, by default. */
  readonly partitions?: number;
  /** True: a folder without state is refused as `not_found` instead of being filled. */
  readonly mustExist?: boolean;
}

/**
 * Opens the state in a folder. Throws `not_found`, `state_damaged`, `output_unwritable`,
 * `log_unavailable` or `topics_mismatch`; `state_locked` comes only when the log is consumed.
 */
export function openSqliteState(folder: string, options: SqliteStateOptions): SqliteState {
  if (options.mustExist === true && !existsSync(join(folder, "state.sqlite"))) {
    throw new MmmError("not_found", `there is no state in the folder "${folder}"`, {
      data: { folder },
    });
  }
  const database = openDatabase(folder, `${LOG_SCHEMA}; ${SNAPSHOT_SCHEMA}`);
  const log = createSqliteLog(database, options);
  const snapshots = createSqliteSnapshots(database);
  return { log, snapshots, close: () => log.close() };
}
