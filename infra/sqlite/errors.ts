/**
 * What SQLite's result codes (sqlite.org/rescode.html) mean to people.
 */
import { MmmError } from "../../schemas/errors.ts";

const BUSY = 5;
/** SQLite's primary result codes and what they mean to people. */
const DAMAGED = [11, 26];
const UNWRITABLE = [3, 8, 10, 13, 14, 23];

/** True when another connection holds the lock. */
export function isSqliteBusy(error: unknown): boolean {
  return readSqliteCode(error) === BUSY;
}

function readSqliteCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : null;
}

/** Runs work on the database of a folder; its errors get their codes. */
export function withSqliteErrors<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toSqliteError(folder, error);
  }
}

/** The coded error for one that SQLite threw; others pass unchanged. */
export function toSqliteError(folder: string, error: unknown): unknown {
  const code = readSqliteCode(error);
  if (code === null) return error;
  if (DAMAGED.includes(code)) {
    return new MmmError(
      "state_damaged",
      `the database in the state folder "${folder}" is damaged: restore it from a copy, or give another folder`,
      { cause: error, data: { folder } },
    );
  }
  if (UNWRITABLE.includes(code)) return createUnwritableError(folder, error);
  if (code === BUSY) {
    return new MmmError(
      "log_unavailable",
      `another process keeps the database in "${folder}" busy: try again when it has ended`,
      { cause: error, data: { folder } },
    );
  }
  return new MmmError("internal", `the database in "${folder}" refused a statement`, {
    cause: error,
  });
}

/** The folder cannot be written. */
export function createUnwritableError(folder: string, cause: unknown): MmmError {
  return new MmmError(
    "output_unwritable",
    `the state folder "${folder}" cannot be written: check its path, its permissions and free disk space`,
    { cause, data: { folder } },
  );
}
