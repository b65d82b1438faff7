/**
 * Histories as they are and as they grow: one reader per partition, however many listeners.
 *
 * I1. A listener gets every entry after the sequence number it names, once and in order: it listens
 *     before it reads what is there, and passes over what it has had.
 * I2. A listener that does not keep up is ended, not waited for; it resumes by sequence number.
 */
import { MmmError } from "../schemas/errors.ts";
import { TOPICS } from "../schemas/topics.ts";
import { historyEntry, type HistoryEntry } from "../session/audit.ts";
import type { Clock, EventLog, LogRecord } from "../session/ports.ts";

const TOPIC = TOPICS.history.topic;
const BEHIND_MAX = 5_000;

export interface FollowOptions {
  readonly session: string;
  /** Sequence number of the last entry the listener has. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** Yields null when nothing came for this long. */
  readonly idleMs: number;
}

export interface HistoryHub {
  /** Entries `from` … in order, at most `limit`. */
  page(session: string, from: number, limit: number): Promise<HistoryEntry[]>;
  /** Ends after the seal of a finished session, or when the signal aborts. */
  follow(options: FollowOptions): AsyncGenerator<HistoryEntry | null, void, undefined>;
  close(): Promise<void>;
}

interface Listener {
  readonly session: string;
  readonly waiting: LogRecord[];
  overrun: boolean;
  wake: () => void;
}

interface Reader {
  readonly listeners: Set<Listener>;
  readonly halt: AbortController;
  /** Resolves when everything appended from then on will be heard. */
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
}

export function createHistoryHub(
  log: EventLog,
  clock: Clock,
  failed: (error: unknown) => void,
): HistoryHub {
  const readers = new Map<number, Reader>();

  function readerOf(partition: number): Reader {
    const known = readers.get(partition);
    if (known !== undefined) return known;
    const reader = startReader(log, partition, (error) => {
      readers.delete(partition);
      failed(error);
    });
    readers.set(partition, reader);
    return reader;
  }

  async function* follow(options: FollowOptions): AsyncGenerator<HistoryEntry | null> {
    const partition = log.partitionOf(options.session);
    const reader = readerOf(partition);
    const listener: Listener = {
      session: options.session,
      waiting: [],
      overrun: false,
      wake: () => {},
    };
    reader.listeners.add(listener);
    try {
      await reader.ready;
      yield* entriesFor(log, clock, listener, options);
    } finally {
      reader.listeners.delete(listener);
      if (reader.listeners.size === 0 && readers.get(partition) === reader) {
        readers.delete(partition);
        reader.halt.abort();
      }
    }
  }

  return {
    page: (session, from, limit) => readPage(log, session, { from, limit }),
    follow,
    close: async () => {
      const open = [...readers.values()];
      readers.clear();
      for (const reader of open) reader.halt.abort();
      await Promise.all(open.map((reader) => reader.done));
    },
  };
}

async function readPage(
  log: EventLog,
  session: string,
  { from, limit }: { from: number; limit: number },
): Promise<HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  for await (const record of log.read({ topic: TOPIC, key: session })) {
    if (seqOf(record) < from) continue;
    found.push(historyEntry(record));
    if (found.length >= limit) break;
  }
  return found;
}

function startReader(log: EventLog, partition: number, broken: (error: unknown) => void): Reader {
  const listeners = new Set<Listener>();
  const halt = new AbortController();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const read = async (): Promise<void> => {
    const topics = await log.describe();
    const ranges = topics.find((row) => row.topic === TOPIC)?.ranges;
    const from = ranges?.[partition]?.high ?? 0;
    ready.resolve();
    const options = { topic: TOPIC, partition, from, follow: true, signal: halt.signal };
    for await (const record of log.read(options)) hand(listeners, record);
  };
  const done = read().catch((error: unknown) => {
    ready.reject(error);
    for (const listener of listeners) endOverrun(listener);
    if (!halt.signal.aborted) broken(error);
  });
  return { listeners, halt, ready: ready.promise, done };
}

function hand(listeners: ReadonlySet<Listener>, record: LogRecord): void {
  for (const listener of listeners) {
    if (listener.session !== record.key) continue;
    if (listener.waiting.length >= BEHIND_MAX) endOverrun(listener);
    else listener.waiting.push(record);
    listener.wake();
  }
}

function endOverrun(listener: Listener): void {
  listener.overrun = true;
  listener.wake();
}

async function* entriesFor(
  log: EventLog,
  clock: Clock,
  listener: Listener,
  { after, signal, idleMs }: FollowOptions,
): AsyncGenerator<HistoryEntry | null, void, undefined> {
  let last = after;
  for await (const record of log.read({ topic: TOPIC, key: listener.session })) {
    if (signal.aborted) return;
    if (seqOf(record) <= last) continue;
    last = seqOf(record);
    const entry = historyEntry(record);
    yield entry;
    if (entry.event.type === "SessionSealed") return;
  }
  while (!signal.aborted) {
    const record = listener.waiting.shift();
    if (record === undefined) {
      if (listener.overrun) throw new MmmError("overloaded", "the listener fell behind; resume");
      if (!(await heard(listener, clock, { signal, idleMs }))) yield null;
      continue;
    }
    if (seqOf(record) <= last) continue;
    last = seqOf(record);
    const entry = historyEntry(record);
    yield entry;
    if (entry.event.type === "SessionSealed") return;
  }
}

/** Waits for something to be handed over; false when nothing was for `idleMs`. */
async function heard(
  listener: Listener,
  clock: Clock,
  { signal, idleMs }: { signal: AbortSignal; idleMs: number },
): Promise<boolean> {
  const woken = new AbortController();
  listener.wake = () => woken.abort();
  await clock.sleep(idleMs, AbortSignal.any([signal, woken.signal]));
  listener.wake = () => {};
  return woken.signal.aborted || signal.aborted;
}

function seqOf(record: LogRecord): number {
  return Number(record.headers["ce_seq"]);
}
