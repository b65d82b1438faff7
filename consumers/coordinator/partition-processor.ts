/**
 * One inbox partition's work: states in memory, decisions, the transaction, snapshots, deadlines.
 *
 * I1. A record below the transactor's `next` was done before and is passed over; a gap is an error.
 * I2. A batch is decided in memory, then committed; when the commit fails the processor is thrown away.
 * I3. The chain head of a session is what was last committed for it; no snapshot is stored while
 *     memory is ahead of that.
 * I4. A history record names the inbox offset of its cause. Inbox records that are done, behind the
 *     last of these, came to nothing or their history is gone: they are taken again at the start.
 *     Those that came to nothing do so again; what became a dead letter is not written twice.
 */
import { encodeEvent } from "../../schemas/codec.ts";
import { MmmError } from "../../schemas/errors.ts";
import { deriveEventId, type Event, type Recorded } from "../../schemas/event.ts";
import { toAttachmentHeaders, inboxOffsetHeader, toHeaders } from "../../schemas/headers.ts";
import { COMMANDS, TOPICS } from "../../schemas/topics.ts";
import { createEnvelope, createEventRecord } from "../../producers/publish.ts";
import { toLinkHeaders, computeLink } from "../../session/chain.ts";
import { decide } from "../../session/decide.ts";
import { evolve } from "../../session/evolve.ts";
import type { LogRecord, OutgoingRecord, TopicPartition, Transactor } from "../../session/ports.ts";
import type { SessionState } from "../../session/state.ts";
import { createAttachments, signHead, findSignatureFault } from "./attachments.ts";
import type { CoordinatorTools } from "./tools.ts";
import { createDeadLetter } from "../loop/dead-letters.ts";
import { createLearningDecoder } from "../loop/schema-learner.ts";
import { createWatchdog, type Watchdog } from "./stranded-sessions.ts";
import { createSessionCache, type SessionCache, type SessionEntry } from "./session-cache.ts";

export interface PartitionProcessor {
  /** Decides and commits a batch of inbox records. */
  take(records: readonly LogRecord[]): Promise<void>;
  /** Stores changed sessions if the last time is at least `everyMs` ago. */
  saveSnapshots(everyMs: number): Promise<void>;
  readonly hasUnsaved: boolean;
  /** Puts DeadlinePassed of every wait that ran out on the inbox, and looks after the store. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const NAME = "coordinator";

/** Fences older owners, restores the partition's sessions and is then ready to take records. */
export async function createPartitionProcessor(
  tools: CoordinatorTools,
  group: string,
  topicPartition: TopicPartition,
): Promise<PartitionProcessor> {
  const transactor = await tools.log.transactor(group, topicPartition);
  try {
    const sessionCache = await createSessionCache(tools, topicPartition.partition);
    const decode = createLearningDecoder(tools.log, tools.clock);
    const watchdog = createWatchdog(tools, topicPartition.partition);
    const { next } = transactor;
    const parts = {
      tools,
      group,
      topicPartition,
      transactor,
      sessionCache,
      decode,
      watchdog,
      next,
      settled: true,
    };
    await takeAgain(parts);
    return createProcessorFrom(parts);
  } catch (error) {
    await transactor.close();
    throw error;
  }
}

interface Parts {
  readonly tools: CoordinatorTools;
  readonly group: string;
  readonly topicPartition: TopicPartition;
  readonly transactor: Transactor;
  readonly sessionCache: SessionCache;
  readonly decode: ReturnType<typeof createLearningDecoder>;
  readonly watchdog: Watchdog;
  next: number;
  /** False while states in memory are ahead of what is committed. */
  settled: boolean;
}

function createProcessorFrom(parts: Parts): PartitionProcessor {
  const { tools, sessionCache } = parts;
  return {
    take: (records) => processRecords(parts, records),
    saveSnapshots: async (everyMs) => {
      if (parts.settled) await sessionCache.save({ everyMs, inboxOffset: parts.next });
    },
    get hasUnsaved() {
      return sessionCache.hasUnsaved;
    },
    sweep: async () => {
      await sessionCache.checkStore();
      const due = sessionCache.due(tools.clock.now());
      if (due.length > 0)
        await tools.log.append(due.map((state) => createDeadlineRecord(parts, state)));
      parts.watchdog.scan(sessionCache);
    },
    close: () => parts.transactor.close(),
  };
}

async function processRecords(parts: Parts, records: readonly LogRecord[]): Promise<void> {
  const { tools } = parts;
  const started = tools.clock.now();
  const fresh = records.filter((record) => record.offset >= parts.next);
  const last = fresh.at(-1);
  if (last === undefined) return;
  const out: OutgoingRecord[] = [];
  parts.settled = false;
  for (const record of fresh) out.push(...(await processRecord(parts, record)));
  const written = await write(parts, out, last.offset + 1);
  tools.observer.committed(
    parts.topicPartition.partition,
    fresh.length,
    written,
    tools.clock.now() - started,
  );
}

/** Commits, and tells how many history records that were. */
async function write(parts: Parts, out: readonly OutgoingRecord[], next: number): Promise<number> {
  const offsets = await parts.transactor.commit(out, next);
  parts.next = next;
  const written = offsets.filter((_, index) => out[index]?.topic === TOPICS.history.topic);
  parts.sessionCache.committed(written.at(-1));
  parts.settled = true;
  return written.length;
}

/** I4: what is done by its offset, and not by the history. */
async function takeAgain(parts: Parts): Promise<void> {
  const { tools, topicPartition, next, sessionCache } = parts;
  const from = sessionCache.inboxNext ?? next;
  if (from >= next) return;
  const out: OutgoingRecord[] = [];
  let taken = 0;
  for await (const record of tools.log.read({ ...topicPartition, from })) {
    if (record.offset >= next) break;
    const made = await processRecord(parts, record);
    out.push(...made.filter(({ topic }) => topic !== TOPICS.deadLetters.topic));
    taken += 1;
  }
  if (out.length === 0) return;
  parts.settled = false;
  const written = await write(parts, out, next);
  tools.observer.retaken(topicPartition.partition, taken, written);
}

async function processRecord(parts: Parts, record: LogRecord): Promise<readonly OutgoingRecord[]> {
  let event: Recorded;
  try {
    event = await parts.decode(record);
  } catch (error) {
    parts.tools.observer.deadLettered(NAME, record, error);
    return [createDeadLetter(record, parts.group, error)];
  }
  const entry = await parts.sessionCache.open(event.envelope.session);
  const now = new Date(parts.tools.clock.now()).toISOString();
  const fault = findSignatureFault(parts.tools.keys, entry.state, event);
  const evidence = { signatureFault: fault, now };
  const events = decideOr(() => decide(entry.state, event, evidence));
  if (events instanceof MmmError) {
    parts.tools.observer.deadLettered(NAME, record, events);
    return [createDeadLetter(record, parts.group, events)];
  }
  const { offset } = record;
  if (events.length > 0) return writeAll(parts, entry, { event, events, now, offset });
  if (entry.state !== null) return [];
  const unknown = new MmmError("not_found", `no session ${event.envelope.session} is known`);
  return [createDeadLetter(record, parts.group, unknown)];
}

/** What is decided, or the error of a session whose rules only another version of the program has. */
function decideOr(decision: () => readonly Event[]): readonly Event[] | MmmError {
  try {
    return decision();
  } catch (error) {
    if (error instanceof MmmError && error.code === "logic_unknown") return error;
    throw error;
  }
}

interface Step {
  readonly event: Recorded;
  readonly events: readonly Event[];
  readonly now: string;
  /** Of the event on the inbox. */
  readonly offset: number;
}

function writeAll(parts: Parts, entry: SessionEntry, step: Step): readonly OutgoingRecord[] {
  const out: OutgoingRecord[] = [];
  for (const [index, event] of step.events.entries()) {
    const echo = event.data === step.event.data;
    out.push(...writeOne(parts, entry, { ...step, index: echo ? null : index, written: event }));
    if (event.type === "SessionCompleted") {
      const seal: Event = {
        type: "SessionSealed",
        data: {
          seal: signHead(parts.tools.keys, {
            session: entry.session,
            seq: entry.seq,
            head: entry.head,
          }),
        },
      };
      out.push(...writeOne(parts, entry, { ...step, index: step.events.length, written: seal }));
    }
  }
  parts.sessionCache.changed(entry);
  return out;
}

interface Write extends Step {
  readonly written: Event;
  /** Null for the inbox event itself: it keeps its envelope. */
  readonly index: number | null;
}

function writeOne(parts: Parts, entry: SessionEntry, write: Write): readonly OutgoingRecord[] {
  const { written: event } = write;
  const cause = write.event.envelope;
  const origin = {
    producer: NAME,
    session: cause.session,
    businessUnit: entry.state?.business_unit ?? cause.business_unit,
    cause: cause.id,
    time: write.now,
    ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
  };
  const envelope = write.index === null ? cause : createEnvelope(origin, write.index);
  const body = encodeEvent(event);
  const link = computeLink({ seq: entry.seq + 1, prev: entry.head }, envelope, {
    type: event.type,
    body,
  });
  entry.seq = link.seq;
  entry.head = link.hash;
  entry.state = evolve(entry.state, { ...event, envelope, attachments: {} });
  const headers = toHeaders(event.type, envelope);
  const key = cause.session;
  const history: OutgoingRecord = {
    topic: TOPICS.history.topic,
    key,
    partition: parts.topicPartition.partition,
    value: body,
    headers: { ...headers, ...toLinkHeaders(link), ...inboxOffsetHeader(write.offset) },
  };
  const command = write.index === null ? undefined : COMMANDS[event.type];
  if (command === undefined) return [history];
  const attachments = createAttachments(parts.tools.keys, entry.state, event);
  const attachedHeaders = toAttachmentHeaders(attachments);
  const { topic } = command.topic;
  return [history, { topic, key, value: body, headers: { ...headers, ...attachedHeaders } }];
}

function createDeadlineRecord(parts: Parts, state: SessionState): OutgoingRecord {
  const wait = state.wait ?? { key: "", for: "answer" as const };
  const name = `${state.session}/deadline/${wait.for}/${wait.key}`;
  const id = deriveEventId(state.session, name, 0);
  const event: Event = {
    type: "DeadlinePassed",
    data: { deadline: wait.key, waited_for: wait.for },
  };
  return createEventRecord(TOPICS.sessions, event, {
    id,
    session: state.session,
    business_unit: state.business_unit,
    cause: id,
    producer: NAME,
    time: new Date(parts.tools.clock.now()).toISOString(),
  });
}
