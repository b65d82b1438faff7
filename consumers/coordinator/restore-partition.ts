/**
 * A partition's sessions as they were committed last: snapshots of the store, then the tail of the
 * history; or, where the two do not agree, all of them from the history.
 *
 * I1. Snapshots count only with the checkpoint that was stored with them, from before to after reading.
 * I2. "Not to be seen" is never read as "not there": hidden or missing history refuses the partition
 *     (`log_unavailable`, with the remedy); a store that knows fewer sessions than the history has begun,
 *     or a session without its snapshot, means that everything is folded from the history again.
 */
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { readInboxOffset, readSessionsBegun } from "../../schemas/headers.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { computeGenesisHash, readLink } from "../../session/chain.ts";
import { evolve } from "../../session/evolve.ts";
import type { Checkpoint, LogRecord, Snapshot, SnapshotStore } from "../../session/ports.ts";
import { OPEN_STATUSES, type SessionState } from "../../session/state.ts";
import { readState } from "../../session/stages.ts";
import { decodeRecord } from "../loop/decode-record.ts";
import type { CoordinatorTools } from "./tools.ts";

/** One session as the coordinator holds it. */
export interface SessionEntry {
  readonly session: string;
  state: SessionState | null;
  seq: number;
  head: string;
}

/** Where restored sessions go. */
export interface Hold {
  readonly entries: Map<string, SessionEntry>;
  readonly unsaved: Set<SessionEntry>;
}

export interface Restored {
  /** Next history offset to write. */
  readonly historyOffset: number;
  readonly checkpoint: Checkpoint | null;
  readonly inboxNext: number | null;
  /** Sessions begun so far, and how many of them the checkpoint does not know yet. */
  readonly begun: number;
  readonly begunSince: number;
}

/** Restores the sessions of a partition into `hold`; throws `log_unavailable`, `state_damaged`. */
export async function restorePartition(
  tools: CoordinatorTools,
  partition: number,
  hold: Hold,
): Promise<Restored> {
  const checkpoint = await tools.snapshots.checkpoint(partition);
  let why: string | null = null;
  if (checkpoint !== null) {
    const folded = await restoreFrom(tools, checkpoint, hold);
    if (typeof folded !== "string") return { ...folded, checkpoint };
    why = folded;
  }
  await tools.snapshots.clear(partition);
  hold.entries.clear();
  hold.unsaved.clear();
  const folded = await foldTail(tools, { partition, from: 0, isOnStore: false }, hold);
  if (folded === null) {
    throw new MmmError("state_damaged", `the history of partition ${partition} has a gap`);
  }
  const sessions = hold.entries.size;
  if (why !== null) tools.observer.rebuilt(partition, sessions, why);
  return { ...folded, begun: sessions, begunSince: sessions, checkpoint: null };
}

/** Snapshots, then the tail of the history; why not, when they do not fit together or are damaged. */
async function restoreFrom(
  tools: CoordinatorTools,
  checkpoint: Checkpoint,
  hold: Hold,
): Promise<Omit<Restored, "checkpoint"> | string> {
  const { partition, historyOffset: from } = checkpoint;
  try {
    for (const snapshot of await tools.snapshots.loadPartition(partition, OPEN_STATUSES)) {
      hold.entries.set(snapshot.session, createEntryFromSnapshot(snapshot));
    }
    const known = await tools.snapshots.count(partition);
    const folded = await foldTail(tools, { partition, from, isOnStore: true }, hold);
    assertSame(await tools.snapshots.checkpoint(partition), checkpoint, partition);
    if (folded === null) return "snapshots and history do not fit together";
    if (folded.begun === null) return "the history does not count its sessions yet";
    const begun = folded.begun - folded.begunSince;
    if (known < begun) throw createLostError(partition, { known, begun });
    return { ...folded, begun: folded.begun };
  } catch (error) {
    if (error instanceof MmmError && error.code === "state_damaged") return error.message;
    throw error;
  }
}

/** Null: written before records counted sessions. */
type Tail = Omit<Restored, "checkpoint" | "begun"> & { readonly begun: number | null };

interface TailStart {
  readonly partition: number;
  readonly from: number;
  /** True: sessions that are not in memory may be in the store. */
  readonly isOnStore: boolean;
}

/**
 * Folds history records from an offset on; null when they do not continue the snapshots. Throws
 * `log_unavailable` where records are hidden, or the one that the snapshots end with is gone.
 */
async function foldTail(
  tools: CoordinatorTools,
  { partition, from, isOnStore }: TailStart,
  hold: Hold,
): Promise<Tail | null> {
  const range = { topic: TOPICS.history.topic, partition, from: Math.max(0, from - 1) };
  let last: LogRecord | null = null;
  let begunSince = 0;
  for await (const record of tools.log.read({ ...range, entire: true })) {
    if (last === null) assertContinues(record, from);
    last = record;
    if (record.offset < from) continue;
    if (isOnStore && !hold.entries.has(record.key)) {
      const entry = await loadStoredEntry(tools.snapshots, record.key);
      if (entry !== null) hold.entries.set(record.key, entry);
    }
    if (readLink(record.headers).seq === 1) begunSince += 1;
    if (!foldRecord(record, hold)) return null;
  }
  if (last === null && from > 0) throw createAheadError(partition, from);
  return {
    historyOffset: Math.max(from, (last?.offset ?? -1) + 1),
    inboxNext: readInboxNext(last),
    begun: last === null ? 0 : readSessionsBegun(last.headers),
    begunSince,
  };
}

/** The record before `from` is the last that the snapshots know. */
function assertContinues(first: LogRecord, from: number): void {
  if (from > 0 && first.offset !== from - 1) throw createAheadError(first.partition, from);
}

function createAheadError(partition: number, from: number): MmmError {
  return new MmmError(
    "log_unavailable",
    `history/${partition}: the snapshots end with offset ${from - 1}, which the log does not have: ` +
      "records that were acknowledged are gone. Look for transactions that were aborted and for " +
      'topics that were cut or made anew; "mmm snapshot rebuild" then accepts what is left, and ' +
      "the steps that are gone are taken again from the inbox",
    { data: { topic: TOPICS.history.topic, partition, offset: from - 1 } },
  );
}

/** Of an empty history the whole inbox is still to be taken. */
function readInboxNext(last: LogRecord | null): number | null {
  if (last === null) return 0;
  const offset = readInboxOffset(last.headers);
  return offset === null ? null : offset + 1;
}

function foldRecord(record: LogRecord, hold: Hold): boolean {
  const entry = hold.entries.get(record.key) ?? createEmptyEntry(record.key);
  hold.entries.set(record.key, entry);
  const { seq, prev, hash } = readLink(record.headers);
  if (seq <= entry.seq) return true;
  if (seq !== entry.seq + 1 || prev !== entry.head) return false;
  entry.state = evolve(entry.state, decodeRecord(record));
  entry.seq = seq;
  entry.head = hash;
  hold.unsaved.add(entry);
  return true;
}

export function assertSame(
  found: Checkpoint | null,
  wanted: Checkpoint | null,
  partition: number,
): void {
  if (toCanonicalJson(found) === toCanonicalJson(wanted)) return;
  throw new MmmError("snapshot_unavailable", `the snapshots of partition ${partition} were lost`);
}

export function createLostError(
  partition: number,
  { known, begun }: { readonly known: number; readonly begun: number },
): MmmError {
  return new MmmError(
    "state_damaged",
    `the snapshot store knows ${known} of the ${begun} sessions that partition ${partition} has begun`,
    { data: { partition, known, begun } },
  );
}

export function createEmptyEntry(session: string): SessionEntry {
  return { session, state: null, seq: 0, head: computeGenesisHash(session) };
}

export async function loadStoredEntry(
  snapshots: SnapshotStore,
  session: string,
): Promise<SessionEntry | null> {
  const snapshot = await snapshots.load(session);
  return snapshot === null ? null : createEntryFromSnapshot(snapshot);
}

export function createEntryFromSnapshot(snapshot: Snapshot): SessionEntry {
  const state = readState(snapshot.state);
  return { session: snapshot.session, state, seq: snapshot.seq, head: snapshot.head };
}
