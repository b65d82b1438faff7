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
import { hasRules } from "../../session/logic.ts";
import type { Snapshot } from "../../session/ports.ts";
import { isOver, type SessionState, type Wait } from "../../session/state.ts";
import { toSessionSummary } from "../../session/summary.ts";
import {
  assertSame,
  createEmptyEntry,
  createLostError,
  loadStoredEntry,
  restorePartition,
  type Restored,
  type SessionEntry,
} from "./restore-partition.ts";
import type { CoordinatorTools } from "./tools.ts";
import type { QuietSession } from "./stranded-sessions.ts";

export interface SessionCache {
  /** Rejects with `snapshot_unavailable` where the store lost sessions; the next restore mends it. */
  open(session: string): Promise<SessionEntry>;
  readonly begun: Pick<BegunCount, "now" | "add">;
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
  const restored = await restorePartition(tools, partition, { entries, unsaved });
  let { historyOffset, checkpoint } = restored;
  const begun = createBegunCount(restored);
  let [lastSave, lastCheck] = [tools.clock.now(), tools.clock.now()];

  async function assertSameStore(): Promise<void> {
    assertSame(await tools.snapshots.checkpoint(partition), checkpoint, partition);
    lastCheck = tools.clock.now();
  }

  async function loadCachedSession(session: string): Promise<SessionEntry> {
    const cached = entries.get(session);
    if (cached !== undefined) return cached;
    const entry = await findEntry(tools, { partition, session, begun: begun.atSave });
    await assertSameStore();
    if (entry.state !== null && !isOver(entry.state)) entries.set(session, entry);
    return entry;
  }

  async function save(now: { everyMs: number; inboxOffset: number }): Promise<void> {
    if (unsaved.size === 0 || tools.clock.now() - lastSave < now.everyMs) return;
    const changed = [...unsaved];
    const snapshots = changed.flatMap((one) => toSnapshots(one, partition, now.inboxOffset));
    const next = { partition, offset: now.inboxOffset, historyOffset };
    await tools.snapshots.save(snapshots, next, checkpoint);
    checkpoint = next;
    begun.save();
    lastSave = tools.clock.now();
    for (const entry of changed) {
      unsaved.delete(entry);
      if (entry.state === null || isOver(entry.state)) entries.delete(entry.session);
    }
  }

  return {
    open: loadCachedSession,
    inboxNext: restored.inboxNext,
    begun,
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
    quiet: (since) => [...entries.values()].flatMap((one) => selectQuietSession(one, since)),
    isUnchanged: ({ session, seq }) => entries.get(session)?.seq === seq,
    due: (now) => [...entries.values()].flatMap(({ state }) => findOverdue(state, now)),
  };
}

/** Sessions that a partition has begun. */
interface BegunCount {
  readonly now: number;
  /** What the store has to know at least. */
  readonly atSave: number;
  /** Counts one whose first record is being written. */
  add(): void;
  save(): void;
}

function createBegunCount(restored: Restored): BegunCount {
  let now = restored.begun;
  let atSave = restored.checkpoint === null ? 0 : now - restored.begunSince;
  return {
    get now() {
      return now;
    },
    get atSave() {
      return atSave;
    },
    add: () => {
      now += 1;
    },
    save: () => {
      atSave = now;
    },
  };
}

/** A session of the store, or an empty one; a store that lost sessions is cleared (I6). */
async function findEntry(
  { snapshots, observer }: Pick<CoordinatorTools, "snapshots" | "observer">,
  at: { readonly partition: number; readonly session: string; readonly begun: number },
): Promise<SessionEntry> {
  try {
    const stored = await loadStoredEntry(snapshots, at.session);
    if (stored !== null) return requireOver(stored);
    const known = await snapshots.count(at.partition);
    if (known >= at.begun) return createEmptyEntry(at.session);
    throw createLostError(at.partition, { known, begun: at.begun });
  } catch (error) {
    if (!(error instanceof MmmError) || error.code !== "state_damaged") throw error;
    await snapshots.clear(at.partition);
    observer.rebuilt(at.partition, at.begun, error.message);
    throw new MmmError("snapshot_unavailable", error.message, { cause: error });
  }
}

/** Every open session was restored into memory: one that only the store holds was put there by others. */
function requireOver(stored: SessionEntry): SessionEntry {
  if (stored.state !== null && isOver(stored.state)) return stored;
  throw new MmmError(
    "state_damaged",
    `the snapshot store holds an open session ${stored.session} that the history has not begun or has ended`,
    { data: { session: stored.session } },
  );
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

function toSnapshots(entry: SessionEntry, partition: number, offset: number): readonly Snapshot[] {
  const { state, session, seq, head } = entry;
  if (state === null) return [];
  const text = toCanonicalJson(state);
  return [{ session, partition, offset, seq, head, state: text, summary: toSessionSummary(state) }];
}
