/**
 * The state folder's database: connection, group commit, locks, and what its errors mean.
 *
 * Everything one process writes goes into one open transaction, which is committed when the writer
 * pauses for a moment, grows old or large, or is asked to be durable. So appended records, group
 * offsets and snapshots become durable together, and a killed process falls back to one consistent
 * moment.
 *
 * I1. A write that fails, or a commit that fails, loses the whole open transaction and the database
 *     refuses all further work: what was derived from lost records must not go on.
 * I2. WAL with synchronous=FULL: what `flush` has confirmed survives a power cut.
 * I3. Two openings of one folder in one process give way to each other; between processes a writer
 *     waits its turn.
 * I4. The consumer lock is a second database file held exclusively; it dies with the process.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MmmError } from "../schemas/errors.ts";
import { attempt, meaning, unwritable } from "./sqlite-errors.ts";
import { beginWaiting } from "./sqlite-busy.ts";
import { closeToOthers, makePrivateFile, makePrivateFolder } from "./private-files.ts";
import { connect, lockFile, pragma, shardFile, type DatabaseFiles } from "./sqlite-connect.ts";

/** Commit after this pause without a write. */
const IDLE_MS = 1;
/**
 * Commit at latest after this age or this number of writes. Where the disk is slow a transaction may
 * grow older, to this many times what the last commit took: so that waiting for the disk takes a
 * bounded share of the time. Whoever needs durability asks for it (`durable`) and waits no longer.
 */
const AGE_MS = 20;
const AGE_MS_MAX = 100;
const AGE_COMMITS = 8;
/** Those who ask for durability share a commit: it starts this many times its own cost after the last. */
const SHARED_COMMITS = 3;
const SHARED_MS_MAX = 8;
const WRITES_MAX = 4_000;
/** How often a process looks for commits of other processes. */
const FOREIGN_POLL_MS = 50;

export interface SqliteDatabase {
  readonly folder: string;
  /** Sees its own open transaction. */
  readonly writer: DatabaseSync;
  /** Sees what is durable. */
  readonly reader: DatabaseSync;
  /** Runs a change in the open transaction; may be nested. */
  write<T>(change: () => T): T;
  /** Runs a query; its errors get their codes. */
  query<T>(ask: () => T): T;
  durable(): Promise<void>;
  /** Takes the consumer lock; throws `state_locked` when another process has it. */
  claim(): void;
  /** Before the writer's first statement of a transaction; `foreign` when others have committed. */
  onBegin(listener: (foreign: boolean) => void): void;
  /** Before each commit. */
  onCommitting(listener: () => void): void;
  /** After each commit, ours or (while somebody watches) another process's; returns the way out. */
  onChanged(listener: (foreign: boolean) => void): () => void;
  /** Looks for other processes' commits until the returned function is called. */
  watch(): () => void;
  /** Looks for them once, now. */
  refresh(): void;
  onFatal(listener: (error: unknown) => void): void;
  close(): Promise<void>;
}

/** Opens or creates a database of a folder: its first, or the one of a further shard. */
export function openDatabase(folder: string, schema: string, shard = 0): SqliteDatabase {
  const file = join(folder, shardFile(shard));
  const files = { folder, file, lock: join(folder, lockFile(shard)) };
  try {
    makePrivateFolder(folder);
    for (const path of [file, files.lock]) makePrivateFile(path);
    // SQLite gives these the rights of the database; those of an earlier version had others.
    for (const path of [`${file}-wal`, `${file}-shm`]) closeToOthers(path);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  const writer = attempt(folder, () => connect(files, schema));
  const reader = attempt(folder, () => new DatabaseSync(file, { readOnly: true, timeout: 5_000 }));
  return new Groups(files, { writer, reader });
}

/** All databases this process has open. */
const OPEN = new Set<Groups>();

/** Group commit over one writing connection. */
class Groups implements SqliteDatabase {
  readonly folder: string;
  readonly writer: DatabaseSync;
  readonly reader: DatabaseSync;
  readonly #files: DatabaseFiles;
  #open = false;
  #depth = 0;
  #writes = 0;
  #writesSeen = 0;
  #openedAt = 0;
  #ageMs = AGE_MS;
  #committedAt = 0;
  #commitMs = 0;
  #version: number;
  #fatal: unknown = null;
  #waiting: PromiseWithResolvers<void> | null = null;
  #idle: NodeJS.Timeout | null = null;
  #lock: DatabaseSync | null = null;
  #poll: NodeJS.Timeout | null = null;
  #watchers = 0;
  readonly #onBegin: ((foreign: boolean) => void)[] = [];
  readonly #onCommitting: (() => void)[] = [];
  readonly #onChanged = new Set<(foreign: boolean) => void>();
  readonly #onFatal: ((error: unknown) => void)[] = [];

  constructor(
    files: DatabaseFiles,
    { writer, reader }: { readonly writer: DatabaseSync; readonly reader: DatabaseSync },
  ) {
    this.folder = files.folder;
    this.#files = files;
    this.writer = writer;
    this.reader = reader;
    this.#version = pragma(writer, "data_version");
    OPEN.add(this);
  }

  onBegin(listener: (foreign: boolean) => void): void {
    this.#onBegin.push(listener);
  }

  onCommitting(listener: () => void): void {
    this.#onCommitting.push(listener);
  }

  onChanged(listener: (foreign: boolean) => void): () => void {
    this.#onChanged.add(listener);
    return () => void this.#onChanged.delete(listener);
  }

  onFatal(listener: (error: unknown) => void): void {
    this.#onFatal.push(listener);
  }

  query<T>(ask: () => T): T {
    if (this.#fatal !== null) throw this.#fatal;
    return attempt(this.folder, ask);
  }

  write<T>(change: () => T): T {
    if (this.#fatal !== null) throw this.#fatal;
    try {
      if (!this.#open) this.#begin();
      this.#depth += 1;
      const result = change();
      this.#writes += 1;
      this.#depth -= 1;
      if (this.#depth === 0 && this.#isDue()) this.#commit();
      return result;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  durable(): Promise<void> {
    if (this.#fatal !== null) return Promise.reject(this.#fatal as Error);
    if (!this.#open) return Promise.resolve();
    if (this.#waiting === null) {
      this.#waiting = Promise.withResolvers<void>();
      this.#waiting.promise.catch(() => {});
      const since = performance.now() - this.#committedAt;
      const wait = Math.min(SHARED_MS_MAX, SHARED_COMMITS * this.#commitMs) - since;
      if (wait < 1) setImmediate(() => this.#commitQuietly());
      else setTimeout(() => this.#commitQuietly(), wait);
    }
    return this.#waiting.promise;
  }

  claim(): void {
    if (this.#lock !== null) return;
    const lock = attempt(this.folder, () => new DatabaseSync(this.#files.lock));
    try {
      lock.exec("PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
    } catch (cause) {
      lock.close();
      throw new MmmError(
        "state_locked",
        `another process runs on the state folder "${this.folder}": wait until it ends, stop it, or give another folder`,
        { cause, data: { folder: this.folder } },
      );
    }
    this.#lock = lock;
  }

  watch(): () => void {
    this.#watchers += 1;
    this.#poll ??= setInterval(() => this.#lookForForeign(), FOREIGN_POLL_MS);
    let watching = true;
    return () => {
      if (watching) this.#watchers -= 1;
      watching = false;
      if (this.#watchers === 0) this.#stopPolling();
    };
  }

  refresh(): void {
    this.#lookForForeign();
  }

  #stopPolling(): void {
    if (this.#poll !== null) clearInterval(this.#poll);
    this.#poll = null;
  }

  async close(): Promise<void> {
    OPEN.delete(this);
    this.#stopPolling();
    if (this.#idle !== null) clearTimeout(this.#idle);
    try {
      if (this.#open) this.#commit();
    } finally {
      this.#fatal ??= new MmmError("internal", `the state folder "${this.folder}" was closed`);
      this.reader.close();
      this.writer.close();
      this.#lock?.close();
    }
  }

  #begin(): void {
    for (const sibling of OPEN) {
      if (sibling !== this && sibling.#files.file === this.#files.file) sibling.#commitQuietly();
    }
    beginWaiting(this.writer);
    this.#open = true;
    this.#writes = 0;
    this.#writesSeen = 0;
    this.#openedAt = performance.now();
    const version = pragma(this.writer, "data_version");
    const foreign = version !== this.#version;
    this.#version = version;
    for (const listener of this.#onBegin) listener(foreign);
    this.#idle = setTimeout(() => this.#commitWhenIdle(), IDLE_MS);
  }

  #isDue(): boolean {
    return this.#writes >= WRITES_MAX || performance.now() - this.#openedAt >= this.#ageMs;
  }

  #commitWhenIdle(): void {
    if (!this.#open) return;
    const quiet = this.#writes === this.#writesSeen;
    this.#writesSeen = this.#writes;
    if (quiet || this.#isDue()) this.#commitQuietly();
    else this.#idle = setTimeout(() => this.#commitWhenIdle(), IDLE_MS);
  }

  /** A failure reaches people by `onFatal` and by every later call. */
  #commitQuietly(): void {
    try {
      if (this.#open && this.#fatal === null) this.#commit();
    } catch (error) {
      this.#fail(error);
    }
  }

  #commit(): void {
    for (const listener of this.#onCommitting) listener();
    const started = performance.now();
    this.writer.exec("COMMIT");
    this.#committedAt = performance.now();
    this.#commitMs = this.#committedAt - started;
    this.#ageMs = Math.min(AGE_MS_MAX, Math.max(AGE_MS, AGE_COMMITS * this.#commitMs));
    this.#open = false;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#waiting?.resolve();
    this.#waiting = null;
    for (const listener of this.#onChanged) listener(false);
  }

  #lookForForeign(): void {
    if (this.#open || this.#fatal !== null) return;
    const version = pragma(this.writer, "data_version");
    if (version === this.#version) return;
    this.#version = version;
    for (const listener of this.#onChanged) listener(true);
  }

  #fail(error: unknown): unknown {
    if (this.#fatal !== null) return this.#fatal;
    this.#fatal = meaning(this.folder, error);
    if (this.#open) {
      try {
        this.writer.exec("ROLLBACK");
      } catch {
        // SQLite has already rolled back; the first error is the one to report.
      }
    }
    this.#open = false;
    this.#waiting?.reject(this.#fatal);
    this.#waiting = null;
    for (const listener of this.#onFatal) listener(this.#fatal);
    return this.#fatal;
  }
}
