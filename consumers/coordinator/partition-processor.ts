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
import type { Envelope, Recorded } from "../../schemas/event.ts";
import { createHistoryHeaders, toAttachmentHeaders, toHeaders } from "../../schemas/headers.ts";
import { COMMANDS, TOPICS } from "../../schemas/topics.ts";
import { createEnvelope } from "../../producers/publish.ts";
import { toLinkHeaders, computeLink } from "../../session/chain.ts";
import { decide, type Step } from "../../session/decide.ts";
import { evolve } from "../../session/evolve.ts";
import type { LogRecord, OutgoingRecord, TopicPartition, Transactor } from "../../session/ports.ts";
import { findPinnedData } from "../../session/stages.ts";
import type { SessionState } from "../../session/state.ts";
import { createAttachments, signHead, findSignatureFault } from "./attachments.ts";
import type { CoordinatorTools } from "./tools.ts";
import { createDeadLetter } from "../loop/dead-letters.ts";
import { createLearningDecoder } from "../loop/schema-learner.ts";
import { createDeadlineRecord } from "./deadline-record.ts";
import { createWatchdog, type Watchdog } from "./stranded-sessions.ts";
import type { SessionEntry } from "./restore-partition.ts";
import { createSessionCache, type SessionCache } from "./session-cache.ts";

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
        await tools.log.append(due.map((one) => createDeadlineRecord(one, tools.clock.now())));
      parts.watchdog.scan(sessionCache);
    },
    close: () => {
      parts.watchdog.stop();
      return parts.transactor.close();
    },
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
  const { offset } = record;
  const step: Cause = { event, envelope: createEnvelopes(entry, event, now), offset };
  let steps: readonly Step[];
  try {
    const fault = findSignatureFault(parts.tools.keys, entry.state, event);
    steps = decide(entry.state, event, { signatureFault: fault, envelope: step.envelope });
  } catch (error) {
    if (!(error instanceof MmmError) || error.code !== "logic_unknown") throw error;
    parts.tools.observer.deadLettered(NAME, record, error);
    return [createDeadLetter(record, parts.group, error)];
  }
  if (steps.length > 0) return writeAll(parts, entry, { ...step, steps });
  if (entry.state !== null) return [];
  const unknown = new MmmError("not_found", `no session ${event.envelope.session} is known`);
  parts.tools.observer.deadLettered(NAME, record, unknown);
  return [createDeadLetter(record, parts.group, unknown)];
}

interface Cause {
  readonly event: Recorded;
  /** Envelope of the `index`-th event that follows. */
  readonly envelope: (index: number) => Envelope;
  /** Of the event on the inbox. */
  readonly offset: number;
}

function createEnvelopes(entry: SessionEntry, event: Recorded, time: string): Cause["envelope"] {
  const { id, session, business_unit, traceparent } = event.envelope;
  const origin = {
    producer: NAME,
    session,
    businessUnit: entry.state?.business_unit ?? business_unit,
    cause: id,
    time,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return (index) => createEnvelope(origin, index);
}

interface Decision extends Cause {
  readonly steps: readonly Step[];
}

function writeAll(
  parts: Parts,
  entry: SessionEntry,
  decision: Decision,
): readonly OutgoingRecord[] {
  const out: OutgoingRecord[] = [];
  const { offset } = decision;
  for (const step of decision.steps) {
    out.push(...writeOne(parts, entry, { step, offset }));
    if (step.event.type !== "SessionCompleted") continue;
    const envelope = decision.envelope(decision.steps.length);
    const seal = sealStep(parts, entry, { envelope, state: step.after });
    out.push(...writeOne(parts, entry, { step: seal, offset }));
  }
  parts.sessionCache.changed(entry);
  return out;
}

/** The seal over all records so far. */
function sealStep(
  parts: Parts,
  { session, seq, head }: SessionEntry,
  at: { readonly envelope: Envelope; readonly state: SessionState },
): Step {
  const pinned = findPinnedData(at.state);
  const data = { seal: signHead(parts.tools.keys, { session, seq, head }, pinned) };
  const { envelope } = at;
  const event: Recorded = { type: "SessionSealed", data, envelope, attachments: {} };
  return { event, isEcho: false, after: evolve(at.state, event) };
}

interface Write {
  readonly step: Step;
  /** Of the event on the inbox that led to it. */
  readonly offset: number;
}

function writeOne(
  parts: Parts,
  entry: SessionEntry,
  { step, offset }: Write,
): readonly OutgoingRecord[] {
  const { event, isEcho, after } = step;
  const { envelope } = event;
  const body = encodeEvent(event);
  const link = computeLink({ seq: entry.seq + 1, prev: entry.head }, envelope, {
    type: event.type,
    body,
  });
  if (link.seq === 1) parts.sessionCache.begun.add();
  entry.seq = link.seq;
  entry.head = link.hash;
  entry.state = after;
  const headers = toHeaders(event.type, envelope);
  const key = envelope.session;
  const begun = parts.sessionCache.begun.now;
  const history: OutgoingRecord = {
    topic: TOPICS.history.topic,
    key,
    partition: parts.topicPartition.partition,
    value: body,
    headers: { ...headers, ...toLinkHeaders(link), ...createHistoryHeaders({ offset, begun }) },
  };
  const command = isEcho ? undefined : COMMANDS[event.type];
  if (command === undefined) return [history];
  const attachedHeaders = toAttachmentHeaders(createAttachments(parts.tools.keys, after, event));
  const { topic } = command.topic;
  return [history, { topic, key, value: body, headers: { ...headers, ...attachedHeaders } }];
}
