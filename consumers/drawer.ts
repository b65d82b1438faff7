/**
 * The sessions of one partition: in memory while open, restored from snapshot and history.
 *
 * I1. Restoring gives what was committed last: snapshot, then the tail of `history`; a gap between
 *     the two means the whole partition is rebuilt.
 * I2. Sessions that are over leave memory once their snapshot is stored, and are not loaded again
 *     unless something comes for them: a restart takes as long as there are open sessions.
 * I3. The checkpoint is stored only when every changed session's snapshot is stored with it.
 * I4. A store whose checkpoint is not the one last stored was emptied or rolled back: nothing read
 *     from it counts, and nothing is added to it, before the partition is restored. So the checkpoint
 *     is compared after every read, by the store itself in the step that writes, and now and then
 *     while nothing happens.
 * I5. "Not to be seen" is never read as "not there". All writers of the partition are fenced when it
 *     is restored, so records that a transaction hides, or a store that knows more than the history,
 *     mean that something acknowledged is hidden or gone: the place is refused until a person has
 *     looked (`log_unavailable`, with the remedy).
 */
import { canonicalJson } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";
import { readInboxOffset } from "../schemas/headers.ts";
import { TOPICS } from "../schemas/topics.ts";
import { genesis, readLink } from "../session/chain.ts";
import { evolve } from "../session/evolve.ts";
import type { Checkpoint, LogRecord, Snapshot, SnapshotStore } from "../session/ports.ts";
import { isOver, OPEN_STATUSES, type SessionState } from "../session/state.ts";
import { summaryOf } from "../session/summary.ts";
import type { CoordinatorTools } from "./coordinator-tools.ts";
import type { QuietSession } from "./coordinator/stranded-sessions.ts";
import { decodeRecord } from "./decode.ts";

/** One session as the coordinator holds it. */
export interface Folder {
  readonly session: string;
  state: SessionState | null;
  seq: number;
  head: string;
}

export interface Drawer {
  open(session: string): Promise<Folder>;
  changed(folder: Folder): void;
  /** Next inbox offset after the cause of the last history record; null where it is not known. */
  readonly inboxNext: number | null;
  /** History offset of the last record that was committed. */
  committed(historyOffset: number | undefined): void;
  /** Stores changed sessions, unless that was done less than `everyMs` ago. */
  save(now: { readonly everyMs: number; readonly inboxOffset: number }): Promise<void>;
  readonly hasUnsaved: boolean;
  /** Looks now and then whether the store still is what was stored: nothing else would while idle. */
  look(): Promise<void>;
  /** Open sessions that wait for a consumer, and to which nothing has happened since a time. */
  quiet(since: number): readonly QuietSession[];
  isUnchanged(session: QuietSession): boolean;
  /** Open sessions whose wait ran out before `now` (milliseconds since 1970). */
  due(now: number): readonly SessionState[];
}

/** Between two looks at a store that nothing is written to. */
const LOOK_MS = 30_000;

/** Restores a partition. */
export async function createDrawer(tools: CoordinatorTools, partition: number): Promise<Drawer> {
  const folders = new Map<string, Folder>();
  const unsaved = new Set<Folder>();
  const restored = await restore(tools, partition, { folders, unsaved });
  let { historyOffset, checkpoint } = restored;
  let lastSave = tools.clock.now();
  let lastLook = lastSave;

  async function assertStoreKept(): Promise<void> {
    assertSame(await tools.snapshots.checkpoint(partition), checkpoint, partition);
    lastLook = tools.clock.now();
  }

  async function open(session: string): Promise<Folder> {
    const known = folders.get(session);
    if (known !== undefined) return known;
    const folder = (await stored(tools.snapshots, session)) ?? emptyFolder(session);
    await assertStoreKept();
    if (folder.state !== null && !isOver(folder.state)) folders.set(session, folder);
    return folder;
  }

  async function save(now: { everyMs: number; inboxOffset: number }): Promise<void> {
    if (unsaved.size === 0 || tools.clock.now() - lastSave < now.everyMs) return;
    const changed = [...unsaved];
    const snapshots = changed.flatMap((folder) => snapshotOf(folder, partition, now.inboxOffset));
    const next = { partition, offset: now.inboxOffset, historyOffset };
    await tools.snapshots.save(snapshots, next, checkpoint);
    checkpoint = next;
    lastSave = tools.clock.now();
    for (const folder of changed) {
      unsaved.delete(folder);
      if (folder.state === null || isOver(folder.state)) folders.delete(folder.session);
    }
  }

  return {
    open,
    inboxNext: restored.inboxNext,
    changed: (folder) => {
      folders.set(folder.session, folder);
      unsaved.add(folder);
    },
    committed: (offset) => {
      if (offset !== undefined) historyOffset = offset + 1;
    },
    save,
    look: async () => {
      const { lookEveryMs = LOOK_MS } = tools;
      if (tools.clock.now() - lastLook >= lookEveryMs) await assertStoreKept();
    },
    get hasUnsaved() {
      return unsaved.size > 0;
    },
    quiet: (since) => [...folders.values()].flatMap((folder) => quietSession(folder, since)),
    isUnchanged: ({ session, seq }) => folders.get(session)?.seq === seq,
    due: (now) =>
      [...folders.values()]
        .map((folder) => folder.state)
        .filter((state) => state !== null)
        .filter((state) => (state.wait?.deadline ?? Number.POSITIVE_INFINITY) <= now),
  };
}

function quietSession({ session, seq, state }: Folder, since: number): readonly QuietSession[] {
  const wait = state?.wait ?? null;
  if (state === null || wait === null || wait.for === "person") return [];
  if (Date.parse(state.updated) > since) return [];
  return [{ session, seq, waitsFor: wait.for, key: wait.key }];
}

function assertSame(found: Checkpoint | null, wanted: Checkpoint | null, partition: number): void {
  if (canonicalJson(found) === canonicalJson(wanted)) return;
  throw new MmmError("snapshot_unavailable", `the snapshots of partition ${partition} were lost`);
}

function emptyFolder(session: string): Folder {
  return { session, state: null, seq: 0, head: genesis(session) };
}

async function stored(snapshots: SnapshotStore, session: string): Promise<Folder | null> {
  const snapshot = await snapshots.load(session);
  return snapshot === null ? null : folderOf(snapshot);
}

function folderOf(snapshot: Snapshot): Folder {
  const state = JSON.parse(snapshot.state) as SessionState;
  return { session: snapshot.session, state, seq: snapshot.seq, head: snapshot.head };
}

function snapshotOf(folder: Folder, partition: number, offset: number): readonly Snapshot[] {
  const { state, session, seq, head } = folder;
  if (state === null) return [];
  const text = canonicalJson(state);
  return [{ session, partition, offset, seq, head, state: text, summary: summaryOf(state) }];
}

interface Hold {
  readonly folders: Map<string, Folder>;
  readonly unsaved: Set<Folder>;
}

interface Restored {
  /** Next history offset to write. */
  readonly historyOffset: number;
  readonly checkpoint: Checkpoint | null;
  readonly inboxNext: number | null;
}

/** Fills the drawer. */
async function restore(tools: CoordinatorTools, partition: number, hold: Hold): Promise<Restored> {
  const checkpoint = await tools.snapshots.checkpoint(partition);
  if (checkpoint !== null) {
    for (const snapshot of await tools.snapshots.loadPartition(partition, OPEN_STATUSES)) {
      hold.folders.set(snapshot.session, folderOf(snapshot));
    }
    const tail = { partition, from: checkpoint.historyOffset, isOnStore: true };
    const folded = await foldTail(tools, tail, hold);
    assertSame(await tools.snapshots.checkpoint(partition), checkpoint, partition);
    if (folded !== null) return { ...folded, checkpoint };
  }
  await tools.snapshots.clear(partition);
  hold.folders.clear();
  hold.unsaved.clear();
  const folded = await foldTail(tools, { partition, from: 0, isOnStore: false }, hold);
  if (folded === null) {
    throw new MmmError("state_damaged", `the history of partition ${partition} has a gap`);
  }
  return { ...folded, checkpoint: null };
}

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
): Promise<Omit<Restored, "checkpoint"> | null> {
  const range = { topic: TOPICS.history.topic, partition, from: Math.max(0, from - 1) };
  let last: LogRecord | null = null;
  for await (const record of tools.log.read({ ...range, entire: true })) {
    if (last === null) assertContinues(record, from);
    last = record;
    if (record.offset < from) continue;
    if (isOnStore && !hold.folders.has(record.key)) {
      const folder = await stored(tools.snapshots, record.key);
      if (folder !== null) hold.folders.set(record.key, folder);
    }
    if (!foldRecord(record, hold)) return null;
  }
  if (last === null && from > 0) throw aheadOfHistory(partition, from);
  return { historyOffset: Math.max(from, (last?.offset ?? -1) + 1), inboxNext: inboxNext(last) };
}

/** The record before `from` is the last that the snapshots know. */
function assertContinues(first: LogRecord, from: number): void {
  if (from > 0 && first.offset !== from - 1) throw aheadOfHistory(first.partition, from);
}

function aheadOfHistory(partition: number, from: number): MmmError {
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
function inboxNext(last: LogRecord | null): number | null {
  if (last === null) return 0;
  const offset = readInboxOffset(last.headers);
  return offset === null ? null : offset + 1;
}

function foldRecord(record: LogRecord, hold: Hold): boolean {
  const folder = hold.folders.get(record.key) ?? emptyFolder(record.key);
  hold.folders.set(record.key, folder);
  const { seq, prev, hash } = readLink(record.headers);
  if (seq <= folder.seq) return true;
  if (seq !== folder.seq + 1 || prev !== folder.head) return false;
  folder.state = evolve(folder.state, decodeRecord(record));
  folder.seq = seq;
  folder.head = hash;
  hold.unsaved.add(folder);
  return true;
}
