/**
 * One inbox partition's work: states in memory, decisions, the transaction, snapshots, deadlines.
 *
 * I1. A record below the transactor's `next` was done before and is passed over; a gap is an error.
 * I2. A batch is decided in memory, then committed; when the commit fails the desk is thrown away.
 * I3. The chain head of a session is what was last committed for it; no snapshot is stored while
 *     memory is ahead of that.
 * I4. A history record names the inbox offset of its cause. Inbox records that are done, behind the
 *     last of these, came to nothing or their history is gone: they are taken again at the start.
 *     Those that came to nothing do so again; what became a dead letter is not written twice.
 */
import { encodeEvent } from "../schemas/codec.ts";
import { MmmError } from "../schemas/errors.ts";
import { eventId, type Event, type Recorded } from "../schemas/event.ts";
import { attachmentHeaders, inboxOffsetHeader, toHeaders } from "../schemas/headers.ts";
import { COMMANDS, TOPICS } from "../schemas/topics.ts";
import { envelopeFor, recordOf } from "../producers/publish.ts";
import { linkHeaders, linkOf } from "../session/chain.ts";
import { decide } from "../session/decide.ts";
import { evolve } from "../session/evolve.ts";
import type { LogRecord, OutgoingRecord, Place, Transactor } from "../session/ports.ts";
import type { SessionState } from "../session/state.ts";
import { attachmentsFor, sealOf, signatureFault } from "./vouching.ts";
import type { CoordinatorTools } from "./coordinator-tools.ts";
import { deadLetterOf } from "./dead-letters.ts";
import { createSchemaBook } from "./schema-book.ts";
import { createWatchdog, type Watchdog } from "./coordinator/stranded-sessions.ts";
import { createDrawer, type Drawer, type Folder } from "./drawer.ts";

export interface Desk {
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
export async function createDesk(
  tools: CoordinatorTools,
  group: string,
  place: Place,
): Promise<Desk> {
  const transactor = await tools.log.transactor(group, place);
  try {
    const drawer = await createDrawer(tools, place.partition);
    const decode = createSchemaBook(tools.log, tools.clock);
    const watchdog = createWatchdog(tools, place.partition);
    const { next } = transactor;
    const parts = {
      tools,
      group,
      place,
      transactor,
      drawer,
      decode,
      watchdog,
      next,
      settled: true,
    };
    await takeAgain(parts);
    return deskOf(parts);
  } catch (error) {
    await transactor.close();
    throw error;
  }
}

interface Parts {
  readonly tools: CoordinatorTools;
  readonly group: string;
  readonly place: Place;
  readonly transactor: Transactor;
  readonly drawer: Drawer;
  readonly decode: ReturnType<typeof createSchemaBook>;
  readonly watchdog: Watchdog;
  next: number;
  /** False while states in memory are ahead of what is committed. */
  settled: boolean;
}

function deskOf(parts: Parts): Desk {
  const { tools, drawer } = parts;
  return {
    take: (records) => take(parts, records),
    saveSnapshots: async (everyMs) => {
      if (parts.settled) await drawer.save({ everyMs, inboxOffset: parts.next });
    },
    get hasUnsaved() {
      return drawer.hasUnsaved;
    },
    sweep: async () => {
      await drawer.look();
      const due = drawer.due(tools.clock.now());
      if (due.length > 0) await tools.log.append(due.map((state) => deadlineRecord(parts, state)));
      parts.watchdog.look(drawer);
    },
    close: () => parts.transactor.close(),
  };
}

async function take(parts: Parts, records: readonly LogRecord[]): Promise<void> {
  const { tools } = parts;
  const started = tools.clock.now();
  const fresh = records.filter((record) => record.offset >= parts.next);
  const last = fresh.at(-1);
  if (last === undefined) return;
  const out: OutgoingRecord[] = [];
  parts.settled = false;
  for (const record of fresh) out.push(...(await takeOne(parts, record)));
  const written = await write(parts, out, last.offset + 1);
  tools.observer.committed(
    parts.place.partition,
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
  parts.drawer.committed(written.at(-1));
  parts.settled = true;
  return written.length;
}

/** I4: what is done by its offset, and not by the history. */
async function takeAgain(parts: Parts): Promise<void> {
  const { tools, place, next, drawer } = parts;
  const from = drawer.inboxNext ?? next;
  if (from >= next) return;
  const out: OutgoingRecord[] = [];
  let taken = 0;
  for await (const record of tools.log.read({ ...place, from })) {
    if (record.offset >= next) break;
    const made = await takeOne(parts, record);
    out.push(...made.filter(({ topic }) => topic !== TOPICS.deadLetters.topic));
    taken += 1;
  }
  if (out.length === 0) return;
  parts.settled = false;
  const written = await write(parts, out, next);
  tools.observer.retaken(place.partition, taken, written);
}

async function takeOne(parts: Parts, record: LogRecord): Promise<readonly OutgoingRecord[]> {
  let event: Recorded;
  try {
    event = await parts.decode(record);
  } catch (error) {
    parts.tools.observer.deadLettered(NAME, record, error);
    return [deadLetterOf(record, parts.group, error)];
  }
  const folder = await parts.drawer.open(event.envelope.session);
  const now = new Date(parts.tools.clock.now()).toISOString();
  const fault = signatureFault(parts.tools.keys, folder.state, event);
  const events = decide(folder.state, event, { signatureFault: fault, now });
  const { offset } = record;
  if (events.length > 0) return writeAll(parts, folder, { event, events, now, offset });
  if (folder.state !== null) return [];
  const unknown = new MmmError("not_found", `no session ${event.envelope.session} is known`);
  return [deadLetterOf(record, parts.group, unknown)];
}

interface Step {
  readonly event: Recorded;
  readonly events: readonly Event[];
  readonly now: string;
  /** Of the event on the inbox. */
  readonly offset: number;
}

function writeAll(parts: Parts, folder: Folder, step: Step): readonly OutgoingRecord[] {
  const out: OutgoingRecord[] = [];
  for (const [index, event] of step.events.entries()) {
    const echo = event.data === step.event.data;
    out.push(...writeOne(parts, folder, { ...step, index: echo ? null : index, written: event }));
    if (event.type === "SessionCompleted") {
      const seal: Event = {
        type: "SessionSealed",
        data: {
          seal: sealOf(parts.tools.keys, {
            session: folder.session,
            seq: folder.seq,
            head: folder.head,
          }),
        },
      };
      out.push(...writeOne(parts, folder, { ...step, index: step.events.length, written: seal }));
    }
  }
  parts.drawer.changed(folder);
  return out;
}

interface Write extends Step {
  readonly written: Event;
  /** Null for the inbox event itself: it keeps its envelope. */
  readonly index: number | null;
}

function writeOne(parts: Parts, folder: Folder, write: Write): readonly OutgoingRecord[] {
  const { written: event } = write;
  const cause = write.event.envelope;
  const origin = {
    producer: NAME,
    session: cause.session,
    businessUnit: folder.state?.business_unit ?? cause.business_unit,
    cause: cause.id,
    time: write.now,
    ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
  };
  const envelope = write.index === null ? cause : envelopeFor(origin, write.index);
  const body = encodeEvent(event);
  const link = linkOf({ seq: folder.seq + 1, prev: folder.head }, envelope, {
    type: event.type,
    body,
  });
  folder.seq = link.seq;
  folder.head = link.hash;
  folder.state = evolve(folder.state, { ...event, envelope, attachments: {} });
  const headers = toHeaders(event.type, envelope);
  const key = cause.session;
  const history: OutgoingRecord = {
    topic: TOPICS.history.topic,
    key,
    partition: parts.place.partition,
    value: body,
    headers: { ...headers, ...linkHeaders(link), ...inboxOffsetHeader(write.offset) },
  };
  const command = write.index === null ? undefined : COMMANDS[event.type];
  if (command === undefined) return [history];
  const attachments = attachmentsFor(parts.tools.keys, folder.state, event);
  const beside = attachmentHeaders(attachments);
  const { topic } = command.topic;
  return [history, { topic, key, value: body, headers: { ...headers, ...beside } }];
}

function deadlineRecord(parts: Parts, state: SessionState): OutgoingRecord {
  const wait = state.wait ?? { key: "", for: "answer" as const };
  const name = `${state.session}/deadline/${wait.for}/${wait.key}`;
  const id = eventId(state.session, name, 0);
  const event: Event = {
    type: "DeadlinePassed",
    data: { deadline: wait.key, waited_for: wait.for },
  };
  return recordOf(TOPICS.sessions, event, {
    id,
    session: state.session,
    business_unit: state.business_unit,
    cause: id,
    producer: NAME,
    time: new Date(parts.tools.clock.now()).toISOString(),
  });
}
