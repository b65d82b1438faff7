/**
 * One inbox partition's work: states in memory, decisions, the transaction, snapshots, deadlines.
 *
 * I1. A record below the transactor's `next` was done before and is passed over; a gap is an error.
 * I2. A batch is decided in memory, then committed; when the commit fails the desk is thrown away.
 * I3. The chain head of a session is what was last committed for it; no snapshot is stored while
 *     memory is ahead of that.
 */
import { encodeEvent } from "../schemas/codec.ts";
import { MmmError } from "../schemas/errors.ts";
import { eventId, type Envelope, type Event, type Recorded } from "../schemas/event.ts";
import { attachmentHeaders, toHeaders } from "../schemas/headers.ts";
import { COMMANDS, TOPICS } from "../schemas/topics.ts";
import { envelopeFor, recordOf } from "../producers/publish.ts";
import { linkHeaders, linkOf } from "../session/chain.ts";
import { decide, type Step } from "../session/decide.ts";
import { evolve } from "../session/evolve.ts";
import type { LogRecord, OutgoingRecord, Place, Transactor } from "../session/ports.ts";
import type { SessionState } from "../session/state.ts";
import { attachmentsFor, sealOf, signatureFault } from "./vouching.ts";
import type { CoordinatorTools } from "./coordinator-tools.ts";
import { deadLetterOf } from "./dead-letters.ts";
import { createSchemaBook } from "./schema-book.ts";
import { createDrawer, type Drawer, type Folder, type Overdue } from "./drawer.ts";

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
  let drawer: Drawer;
  try {
    drawer = await createDrawer(tools, place.partition);
  } catch (error) {
    await transactor.close();
    throw error;
  }
  const decode = createSchemaBook(tools.log, tools.clock);
  const { next } = transactor;
  return deskOf({ tools, group, place, transactor, drawer, decode, next, settled: true });
}

interface Parts {
  readonly tools: CoordinatorTools;
  readonly group: string;
  readonly place: Place;
  readonly transactor: Transactor;
  readonly drawer: Drawer;
  readonly decode: ReturnType<typeof createSchemaBook>;
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
      if (due.length > 0) await tools.log.append(due.map((one) => deadlineRecord(parts, one)));
    },
    close: () => parts.transactor.close(),
  };
}

async function take(parts: Parts, records: readonly LogRecord[]): Promise<void> {
  const { tools, drawer } = parts;
  const started = tools.clock.now();
  const fresh = records.filter((record) => record.offset >= parts.next);
  const first = fresh[0];
  if (first === undefined) return;
  const out: OutgoingRecord[] = [];
  parts.settled = false;
  for (const record of fresh) out.push(...(await takeOne(parts, record)));
  const last = fresh.at(-1) as LogRecord;
  const offsets = await parts.transactor.commit(out, last.offset + 1);
  parts.next = last.offset + 1;
  const written = offsets.filter((_, index) => out[index]?.topic === TOPICS.history.topic);
  drawer.committed(written.at(-1));
  parts.settled = true;
  tools.observer.committed(
    parts.place.partition,
    fresh.length,
    written.length,
    tools.clock.now() - started,
  );
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
  const step: Cause = { event, envelope: envelopesOf(folder, event, now) };
  let steps: readonly Step[];
  try {
    const fault = signatureFault(parts.tools.keys, folder.state, event);
    steps = decide(folder.state, event, { signatureFault: fault, envelope: step.envelope });
  } catch (error) {
    if (!(error instanceof MmmError) || error.code !== "logic_unknown") throw error;
    parts.tools.observer.deadLettered(NAME, record, error);
    return [deadLetterOf(record, parts.group, error)];
  }
  if (steps.length > 0) return writeAll(parts, folder, { ...step, steps });
  if (folder.state !== null) return [];
  const unknown = new MmmError("not_found", `no session ${event.envelope.session} is known`);
  return [deadLetterOf(record, parts.group, unknown)];
}

interface Cause {
  readonly event: Recorded;
  /** Envelope of the `index`-th event that follows. */
  readonly envelope: (index: number) => Envelope;
}

function envelopesOf(folder: Folder, event: Recorded, time: string): Cause["envelope"] {
  const { id, session, business_unit, traceparent } = event.envelope;
  const origin = {
    producer: NAME,
    session,
    businessUnit: folder.state?.business_unit ?? business_unit,
    cause: id,
    time,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return (index) => envelopeFor(origin, index);
}

interface Decision extends Cause {
  readonly steps: readonly Step[];
}

function writeAll(parts: Parts, folder: Folder, decision: Decision): readonly OutgoingRecord[] {
  const out: OutgoingRecord[] = [];
  for (const step of decision.steps) {
    out.push(...writeOne(parts, folder, step));
    if (step.event.type !== "SessionCompleted") continue;
    const envelope = decision.envelope(decision.steps.length);
    out.push(...writeOne(parts, folder, sealStep(parts, folder, { envelope, state: step.after })));
  }
  parts.drawer.changed(folder);
  return out;
}

/** The seal over all records so far. */
function sealStep(
  parts: Parts,
  { session, seq, head }: Folder,
  at: { readonly envelope: Envelope; readonly state: SessionState },
): Step {
  const data = { seal: sealOf(parts.tools.keys, { session, seq, head }) };
  const { envelope } = at;
  const event: Recorded = { type: "SessionSealed", data, envelope, attachments: {} };
  return { event, isEcho: false, after: evolve(at.state, event) };
}

function writeOne(parts: Parts, folder: Folder, step: Step): readonly OutgoingRecord[] {
  const { event, isEcho, after } = step;
  const { envelope } = event;
  const body = encodeEvent(event);
  const link = linkOf({ seq: folder.seq + 1, prev: folder.head }, envelope, {
    type: event.type,
    body,
  });
  folder.seq = link.seq;
  folder.head = link.hash;
  folder.state = after;
  const headers = toHeaders(event.type, envelope);
  const key = envelope.session;
  const history: OutgoingRecord = {
    topic: TOPICS.history.topic,
    key,
    partition: parts.place.partition,
    value: body,
    headers: { ...headers, ...linkHeaders(link) },
  };
  const command = isEcho ? undefined : COMMANDS[event.type];
  if (command === undefined) return [history];
  const beside = attachmentHeaders(attachmentsFor(parts.tools.keys, after, event));
  const { topic } = command.topic;
  return [history, { topic, key, value: body, headers: { ...headers, ...beside } }];
}

function deadlineRecord(parts: Parts, { state, wait }: Overdue): OutgoingRecord {
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
