/**
 * The sessions of one partition: in memory while open, restored from snapshot and history.
 *
 * I1. Restoring gives what was committed last: snapshot, then the tail of `history`; a snapshot
 *     that is damaged, or a gap between the two, means the whole partition is rebuilt.
 * I2. Sessions that are over leave memory once their snapshot is stored, and are not loaded again
 *     unless something comes for them: a restart takes as long as there are open sessions.
 * I3. The checkpoint is stored only when every changed session's snapshot is stored with it.
 * I4. A store whose checkpoint is not the one last stored was emptied or rolled back: nothing read
 *     from it counts, and nothing is added to it, before the partition is restored. So the checkpoint
 *     is compared after every read, by the store itself in the step that writes, and now and then
 *     while nothing happens.
 * I5. "Not to be seen" is never read as "not there". All writers of the partition are fenced when it
 *     is restored, so records that a transaction hides, or a store that knows more than the history,
 *     mean that something acknowledged is hidden or gone: the partition is refused until a person has
 *     looked (`log_unavailable`, with the remedy).
 * I6. A session is begun once: each history record says how many sessions its partition has begun, so
 *     a store that knows fewer, or knows a session without its snapshot, is found out before a new one
 *     is begun or the partition is served, and everything is folded from the history again.
 */
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { readInboxOffset, readSessionsBegun } from "../../schemas/headers.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { computeGenesisHash, readLink } from "../../session/chain.ts";
import { evolve } from "../../session/evolve.ts";
import { hasRules } from "../../session/logic.ts";
import type { Checkpoint, LogRecord, Snapshot, SnapshotStore } from "../../session/ports.ts";
import { isOver, OPEN_STATUSES, type SessionState, type Wait } from "../../session/state.ts";
import { readState } from "../../session/stages.ts";
import { toSessionSummary } from "../../session/summary.ts";
import type { CoordinatorTools } from "./tools.ts";
import type { QuietSession } from "./stranded-sessions.ts";
import { decodeRecord } from "../loop/decode-record.ts";

/** One session as the coordinator holds it. */
export interface SessionEntry {
  readonly session: string;
  state: SessionState | null;
  seq: number;
  head: string;
}

export interface SessionCache {
  /** Rejects with `snapshot_unavailable` where the store lost sessions; the next restore mends it. */
  open(session: string): Promise<SessionEntry>;
  /** Counts a session whose first record is being written. */
  began(): void;
  /** Sessions that the partition has begun. */
  readonly begun: number;
  changed(entry: SessionEntry): void;
  /** Next inbox offset after the cause of the last history record; null where it is not known. */
  readonly inboxNext: number | null;
  /** History offset of the last record that was committed. */
  committed(historyOffset: number | undefined): void;
  /** Stores changed sessions, unless that was done less than `everyMs` ago. */
  save(now: { readonly everyMs: number; readonly inboxOffset: number }): Promise<void>;
  readonly hasUnsaved: boolean;
  /** Checks now and then that the store still is what was stored: nothing else would while idle. */
  checkStore(): Promise<void>;
  /** Open sessions that wait for a consumer, and to which nothing has happened since a time. */
  quiet(since: number): readonly QuietSession[];
  isUnchanged(session: QuietSession): boolean;
  /** Open sessions that can be decided here whose wait ran out before `now` (ms since 1970). */
  due(now: number): readonly Overdue[];
}

/** A session with the wait that ran out. */
export interface Overdue {
  readonly state: SessionState;
  readonly wait: Wait;
}

/** Between two checks of a store that nothing is written to. */
const CHECK_MS = 30_000;

/** Restores a partition. */
export async function createSessionCache(
  tools: CoordinatorTools,
  partition: number,
): Promise<SessionCache> {
  const entries = new Map<string, SessionEntry>();
  const unsaved = new Set<SessionEntry>();
  const restored = await restore(tools, partition, { entries, unsaved });
  let { historyOffset, checkpoint, begun } = restored;
  let begunAtSave = checkpoint === null ? 0 : begun - restored.begunSince;
  let lastSave = tools.clock.now();
  let lastCheck = lastSave;

  async function assertSameStore(): Promise<void> {
    assertSame(await tools.snapshots.checkpoint(partition), checkpoint, partition);
    lastCheck = tools.clock.now();
  }

  async function loadCachedSession(session: string): Promise<SessionEntry> {
    const cached = entries.get(session);
    if (cached !== undefined) return cached;
    const entry = await findEntry(session);
    await assertSameStore();
    if (entry.state !== null && !isOver(entry.state)) entries.set(session, entry);
    return entry;
  }

  async function findEntry(session: string): Promise<SessionEntry> {
    try {
      const stored = await loadStoredEntry(tools.snapshots, session);
      if (stored !== null) return stored;
      const known = await tools.snapshots.count(partition);
      if (known >= begunAtSave) return createEmptyEntry(session);
      throw createLostError(partition, { known, begun: begunAtSave });
    } catch (error) {
      if (!(error instanceof MmmError) || error.code !== "state_damaged") throw error;
      await tools.snapshots.clear(partition);
      throw new MmmError("snapshot_unavailable", error.message, { cause: error });
    }
  }

  async function save(now: { everyMs: number; inboxOffset: number }): Promise<void> {
    if (unsaved.size === 0 || tools.clock.now() - lastSave < now.everyMs) return;
    const { inboxOffset } = now;
    const changed = [...unsaved];
    const snapshots = changed.flatMap((one) => toSnapshots(one, partition, inboxOffset));
    const next = { partition, offset: inboxOffset, historyOffset };
    await tools.snapshots.save(snapshots, next, checkpoint);
    checkpoint = next;
    begunAtSave = begun;
    lastSave = tools.clock.now();
    for (const entry of changed) {
      unsaved.delete(entry);
      if (entry.state === null || isOver(entry.state)) entries.delete(entry.session);
    }
  }

  return {
    open: loadCachedSession,
    inboxNext: restored.inboxNext,
    began: () => {
      begun += 1;
    },
    get begun() {
      return begun;
    },
    changed: (entry) => {
      entries.set(entry.session, entry);
      unsaved.add(entry);
    },
    committed: (offset) => {
      if (offset !== undefined) historyOffset = offset + 1;
    },
    save,
    checkStore: async () => {
      const { checkEveryMs = CHECK_MS } = tools;
      if (tools.clock.now() - lastCheck >= checkEveryMs) await assertSameStore();
    },
    get hasUnsaved() {
      return unsaved.size > 0;
    },
    quiet: (since) => [...entries.values()].flatMap((entry) => selectQuietSession(entry, since)),
    isUnchanged: ({ session, seq }) => entries.get(session)?.seq === seq,
    due: (now) => [...entries.values()].flatMap(({ state }) => findOverdue(state, now)),
  };
}

function findOverdue(state: SessionState | null, now: number): readonly Overdue[] {
  const wait = state?.wait ?? null;
  if (state === null || wait === null || wait.deadline === null) return [];
  return wait.deadline <= now && hasRules(state.logic_version) ? [{ state, wait }] : [];
}

function selectQuietSession(
  { session, seq, state }: SessionEntry,
  since: number,
): readonly QuietSession[] {
  const wait = state?.wait ?? null;
  if (state === null || wait === null || wait.for === "person") return [];
  if (Date.parse(state.updated) > since) return [];
  return [{ session, seq, waitsFor: wait.for, key: wait.key }];
}

function assertSame(found: Checkpoint | null, wanted: Checkpoint | null, partition: number): void {
  if (toCanonicalJson(found) === toCanonicalJson(wanted)) return;
  throw new MmmError("snapshot_unavailable", `the snapshots of partition ${partition} were lost`);
}

function createLostError(
  partition: number,
  { known, begun }: { readonly known: number; readonly begun: number },
): MmmError {
  return new MmmError(
    "state_damaged",
    `the snapshot store knows ${known} of the ${begun} sessions that partition ${partition} has begun`,
    { data: { partition, known, begun } },
  );
}

function createEmptyEntry(session: string): SessionEntry {
  return { session, state: null, seq: 0, head: computeGenesisHash(session) };
}

async function loadStoredEntry(
  snapshots: SnapshotStore,
  session: string,
): Promise<SessionEntry | null> {
  const snapshot = await snapshots.load(session);
  return snapshot === null ? null : createEntryFromSnapshot(snapshot);
}

function createEntryFromSnapshot(snapshot: Snapshot): SessionEntry {
  const state = readState(snapshot.state);
  return { session: snapshot.session, state, seq: snapshot.seq, head: snapshot.head };
}

function toSnapshots(entry: SessionEntry, partition: number, offset: number): readonly Snapshot[] {
  const { state, session, seq, head } = entry;
  if (state === null) return [];
  const text = toCanonicalJson(state);
  return [{ session, partition, offset, seq, head, state: text, summary: toSessionSummary(state) }];
}

interface Hold {
  readonly entries: Map<string, SessionEntry>;
  readonly unsaved: Set<SessionEntry>;
}

interface Restored {
  /** Next history offset to write. */
  readonly historyOffset: number;
  readonly checkpoint: Checkpoint | null;
  readonly inboxNext: number | null;
  /** Sessions begun so far, and how many of them the checkpoint does not know yet. */
  readonly begun: number;
  readonly begunSince: number;
}

/** Fills the session cache. */
async function restore(tools: CoordinatorTools, partition: number, hold: Hold): Promise<Restored> {
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
