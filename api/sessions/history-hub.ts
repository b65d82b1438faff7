/**
 * Histories as they are and as they grow: one reader per partition, however many listeners.
 *
 * I1. A listener gets every entry after the sequence number it names, once and in order: it listens
 *     before it reads what is there, and passes over what it has had.
 * I2. Where a session's history cannot begin before is remembered when the session is asked for, so
 *     that a log without an index by key is not read from its start.
 * I3. A listener that does not keep up is ended, not waited for; it resumes by sequence number.
 */
import { MmmError } from "../../schemas/errors.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { toHistoryEntry, type HistoryEntry } from "../../session/audit.ts";
import { readLink } from "../../session/chain.ts";
import type { Clock, EventLog, KeyValueStore, LogRecord } from "../../session/ports.ts";
import { Wakeup } from "../../session/waiting/wakeup.ts";

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
  /** Remembers that the session's history begins at the present end of its partition, or later. */
  expect(session: string): Promise<void>;
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
  readonly wakeup: Wakeup;
}

interface Reader {
  readonly listeners: Set<Listener>;
  readonly halt: AbortController;
  /** Resolves when everything appended from then on will be heard. */
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
}

export interface HubTools {
  readonly log: EventLog;
  readonly values: Pick<KeyValueStore, "get" | "putIfAbsent">;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}

/** How long the ends of the partitions are taken as known; an old end is only a lower bound. */
const ENDS_MS = 5_000;

export function createHistoryHub({ log, values, clock, failed }: HubTools): HistoryHub {
  const readers = new Map<number, Reader>();
  const { expect, recordsOf } = createHistoryOffsets({ log, values, clock });

  function getReader(partition: number): Reader {
    const open = readers.get(partition);
    if (open !== undefined) return open;
    const reader = startReader(log, partition, (error) => {
      readers.delete(partition);
      failed(error);
    });
    readers.set(partition, reader);
    return reader;
  }

  async function* followHistory(options: FollowOptions): AsyncGenerator<HistoryEntry | null> {
    const partition = log.partitionOf(options.session);
    const reader = getReader(partition);
    const listener: Listener = {
      session: options.session,
      waiting: [],
      overrun: false,
      wakeup: new Wakeup(),
    };
    reader.listeners.add(listener);
    try {
      await reader.ready;
      yield* readEntriesFor(recordsOf(options.session), { clock, listener }, options);
    } finally {
      reader.listeners.delete(listener);
      if (reader.listeners.size === 0 && readers.get(partition) === reader) {
        readers.delete(partition);
        reader.halt.abort();
      }
    }
  }

  return {
    expect,
    page: (session, from, limit) => readPage(recordsOf(session), { from, limit }),
    follow: followHistory,
    close: async () => {
      const open = [...readers.values()];
      readers.clear();
      for (const reader of open) reader.halt.abort();
      await Promise.all(open.map((reader) => reader.done));
    },
  };
}

/** Where histories begin, and reading them from there. */
function createHistoryOffsets({ log, values, clock }: Omit<HubTools, "failed">) {
  const cachedEnds = { ends: [] as readonly number[], until: 0 };
  return {
    expect: async (session: string): Promise<void> => {
      if (clock.now() >= cachedEnds.until) {
        cachedEnds.ends = await readHistoryEnds(log);
        cachedEnds.until = clock.now() + ENDS_MS;
      }
      const end = cachedEnds.ends[log.partitionOf(session)] ?? 0;
      await values.putIfAbsent(`history-from/${session}`, String(end));
    },
    /** All records so far; a cached offset that is not the beginning is not used. */
    async *recordsOf(this: void, session: string): AsyncGenerator<LogRecord> {
      const from = Number((await values.get(`history-from/${session}`)) ?? 0);
      const sessionHistory = { topic: TOPIC, key: session, partition: log.partitionOf(session) };
      let first = true;
      for await (const record of log.read({ ...sessionHistory, from })) {
        if (first && parseRecordSeq(record) !== 1)
          return yield* log.read({ ...sessionHistory, from: 0 });
        first = false;
        yield record;
      }
    },
  };
}

async function readHistoryEnds(log: EventLog): Promise<readonly number[]> {
  const topics = await log.describe();
  return topics.find((row) => row.topic === TOPIC)?.ranges.map(({ high }) => high) ?? [];
}

async function readPage(
  records: AsyncIterable<LogRecord>,
  { from, limit }: { from: number; limit: number },
): Promise<HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  for await (const record of records) {
    if (parseRecordSeq(record) < from) continue;
    found.push(toHistoryEntry(record));
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
    const from = (await readHistoryEnds(log))[partition] ?? 0;
    ready.resolve();
    const options = { topic: TOPIC, partition, from, follow: true, signal: halt.signal };
    for await (const record of log.read(options)) notifyListeners(listeners, record);
  };
  const done = read().catch((error: unknown) => {
    ready.reject(error);
    for (const listener of listeners) endOverrun(listener);
    if (!halt.signal.aborted) broken(error);
  });
  return { listeners, halt, ready: ready.promise, done };
}

function notifyListeners(listeners: ReadonlySet<Listener>, record: LogRecord): void {
  for (const listener of listeners) {
    if (listener.session !== record.key) continue;
    if (listener.waiting.length >= BEHIND_MAX) endOverrun(listener);
    else listener.waiting.push(record);
    listener.wakeup.wake();
  }
}

function endOverrun(listener: Listener): void {
  listener.overrun = true;
  listener.wakeup.wake();
}

async function* readEntriesFor(
  before: AsyncIterable<LogRecord>,
  { clock, listener }: { readonly clock: Clock; readonly listener: Listener },
  { after, signal, idleMs }: FollowOptions,
): AsyncGenerator<HistoryEntry | null, void, undefined> {
  let last = after;
  for await (const record of before) {
    if (signal.aborted) return;
    if (parseRecordSeq(record) <= last) continue;
    last = parseRecordSeq(record);
    const entry = toHistoryEntry(record);
    yield entry;
    if (entry.event.type === "SessionSealed") return;
  }
  while (!signal.aborted) {
    const record = listener.waiting.shift();
    if (record === undefined) {
      if (listener.overrun) throw new MmmError("overloaded", "the listener fell behind; resume");
      const waitForRecords = await listener.wakeup.rest(clock, idleMs, signal);
      if (!waitForRecords && !signal.aborted) yield null;
      continue;
    }
    if (parseRecordSeq(record) <= last) continue;
    last = parseRecordSeq(record);
    const entry = toHistoryEntry(record);
    yield entry;
    if (entry.event.type === "SessionSealed") return;
  }
}

function parseRecordSeq(record: LogRecord): number {
  return readLink(record.headers).seq;
}
