/**
 * Requests wait here until their business unit may run one more session.
 *
 * The queue is the topic `intake` (one partition): a request is a SessionRequested record, its
 * admission is the same record, byte for byte, on the inbox. The group's committed offset is the
 * low-water mark of what still waits.
 *
 * I1. A request that was acknowledged is admitted once: before it is on the inbox it is on the
 *     queue, and a second copy on the inbox has the same id and counts once.
 * I2. One process admits (the group's owner of the one partition); every process follows the queue,
 *     so every one can say what waits.
 * I3. In a unit the order of requests is kept; between units `fair-share.ts` chooses.
 */
import { MmmError } from "../../schemas/errors.ts";
import {
  deriveEventId,
  deriveSessionId,
  type Envelope,
  type EventData,
} from "../../schemas/event.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { createEventRecord } from "../../producers/publish.ts";
import type {
  Clock,
  EventLog,
  LogRecord,
  TopicPartition,
  SnapshotStore,
} from "../../session/ports.ts";
import { createPolicy, retry } from "../../session/waiting/retry.ts";
import { Wakeup } from "../../session/waiting/wakeup.ts";
import { createQueue, parseWaiting, type Queue, type Waiting } from "./queue.ts";
import {
  computeUnitLoads,
  countRunningByUnit,
  computeUnitStatus,
  type UnitStatus,
} from "./status.ts";
import { nextUnit } from "./fair-share.ts";
import type { IntakeSettings } from "../http/settings.ts";

export interface Intake {
  /** Resolves when the request is durable. Throws `overloaded` when the queue is full. */
  put(session: string, request: EventData<"SessionRequested">): Promise<void>;
  /** A session that waits here, or was admitted but is in no snapshot yet. */
  find(session: string): Waiting | null;
  /** All that wait, in order. */
  waiting(): readonly Waiting[];
  status(): Promise<readonly UnitStatus[]>;
  /** Lets one session in out of turn, so that it can be cancelled on the record. */
  admitNow(session: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface IntakeTools {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly settings: IntakeSettings;
  readonly group: string;
  readonly failed: (error: unknown) => void;
}

const TOPIC = TOPICS.intake.topic;
const TOPIC_PARTITION: TopicPartition = { topic: TOPIC, partition: 0 };
/** How long a count of running sessions holds; what has ended in the meantime frees its place late. */
const POLL_MS = 200;
const BUNCH_MS = 5;
const AGAIN = createPolicy({ pauseMs: () => 1_000 });
/** How long `put` waits to see its own record; it is durable either way. */
const SEEN_MS_MAX = 2_000;

interface State {
  readonly tools: IntakeTools;
  readonly queue: Queue;
  readonly halt: AbortController;
  /** Woken when a session's request has come back from the log. */
  readonly seen: Map<string, Wakeup>;
  owner: boolean;
  committed: number;
  /** Sessions by unit that ran when they were last counted, and those admitted since. */
  running: Map<string, number>;
  /** When to count again, milliseconds since 1970. */
  countAgain: number;
  readonly wakeup: Wakeup;
}

/** Follows the queue and, where this process owns it, admits. */
export async function openIntake(tools: IntakeTools): Promise<Intake> {
  const lag = await tools.log.lag(tools.group, TOPIC);
  const from = lag[0]?.committed ?? 0;
  const state: State = {
    tools,
    queue: createQueue(from),
    halt: new AbortController(),
    seen: new Map(),
    owner: false,
    committed: from,
    running: new Map(),
    countAgain: 0,
    wakeup: new Wakeup(),
  };
  const own = (owner: boolean) => async () => {
    state.owner = owner;
    state.wakeup.wake();
  };
  const consumption = await tools.log.consume(
    { group: tools.group, topics: [TOPIC] },
    { assigned: own(true), revoked: own(false), deliver: async () => {} },
  );
  const following = followRequests(state);
  const admitting = runAdmissionLoop(state, (offset) =>
    consumption.commit(TOPIC_PARTITION, offset),
  );
  return {
    put: (session, request) => put(state, session, request),
    find: (session) => state.queue.find(session),
    waiting: () => state.queue.waiting(),
    status: () => computeUnitStatus({ ...tools, queue: state.queue }),
    admitNow: (session) => admitNow(state, session),
    close: async () => {
      state.halt.abort();
      state.wakeup.wake();
      await consumption.stop();
      await Promise.all([following, admitting]);
    },
  };
}

async function put(
  state: State,
  session: string,
  request: EventData<"SessionRequested">,
): Promise<void> {
  const { tools, queue } = state;
  if (queue.size >= tools.settings.queue_max) {
    throw new MmmError("overloaded", `${queue.size} sessions wait already; try again later`, {
      data: { retry_after_s: 30 },
    });
  }
  const id = deriveEventId(deriveSessionId(session), "api/SessionRequested", 0);
  const envelope: Envelope = {
    id,
    session,
    business_unit: request.business_unit,
    cause: id,
    producer: "api",
    time: new Date(tools.clock.now()).toISOString(),
  };
  const came = new Wakeup();
  state.seen.set(session, came);
  const event = { type: "SessionRequested", data: request } as const;
  await tools.log.append([createEventRecord(TOPICS.intake, event, envelope)]);
  await tools.log.flush();
  await came.rest(tools.clock, SEEN_MS_MAX, state.halt.signal);
  state.seen.delete(session);
}

async function followRequests(state: State): Promise<void> {
  const { tools, queue, halt } = state;
  const { signal } = halt;
  const read = async (): Promise<void> => {
    const options = { topic: TOPIC, partition: 0, from: queue.next, follow: true };
    for await (const record of tools.log.read({ ...options, signal }))
      enqueueRequest(state, record);
  };
  while (!signal.aborted) {
    const { clock, failed } = tools;
    // Throws only when it is called off.
    await retry(read, { policy: AGAIN, clock, signal, failed }).catch(() => {});
  }
}

function enqueueRequest(state: State, record: LogRecord): void {
  try {
    state.queue.add(parseWaiting(record));
    state.seen.get(record.key)?.wake();
  } catch (error) {
    state.tools.failed(error);
    state.queue.passOver(record.offset);
  }
  state.wakeup.wake();
}

async function runAdmissionLoop(
  state: State,
  commit: (offset: number) => Promise<void>,
): Promise<void> {
  const { tools, halt } = state;
  while (!halt.signal.aborted) {
    try {
      await runAdmissionRound(state, commit);
    } catch (error) {
      if (!halt.signal.aborted) tools.failed(error);
    }
    // Requests come in bunches; a short rest takes them together.
    await tools.clock.sleep(BUNCH_MS, halt.signal);
    if (halt.signal.aborted) return;
    await state.wakeup.rest(tools.clock, state.queue.size === 0 ? POLL_MS * 5 : POLL_MS);
  }
}

async function runAdmissionRound(
  state: State,
  commit: (offset: number) => Promise<void>,
): Promise<void> {
  const { tools, queue } = state;
  if (tools.clock.now() >= state.countAgain && queue.size > 0) {
    await removeSettled(state);
    state.running = await countRunningByUnit(tools.snapshots, queue);
    state.countAgain = tools.clock.now() + POLL_MS;
  }
  if (!state.owner) return;
  await admitAll(state);
  if (queue.lowWater > state.committed) {
    await commit(queue.lowWater);
    state.committed = queue.lowWater;
  }
}

/** Drops what is in a snapshot: heads of each unit's queue and whatever was admitted. */
async function removeSettled(state: State): Promise<void> {
  const { queue, tools } = state;
  for (const session of queue.suspects()) {
    if ((await tools.snapshots.load(session)) !== null) queue.drop(session);
  }
}

async function admitAll(state: State): Promise<void> {
  const { queue, tools, running } = state;
  while (!state.halt.signal.aborted) {
    const unit = nextUnit(
      computeUnitLoads({ queue, settings: tools.settings }, running),
      tools.settings.running_max,
    );
    const next = unit === null ? null : queue.head(unit);
    if (unit === null || next === null) return;
    await admit(state, next);
    running.set(unit, (running.get(unit) ?? 0) + 1);
  }
}

async function admit(state: State, waiting: Waiting): Promise<void> {
  const { key, value, headers } = waiting.record;
  await state.tools.log.append([{ topic: TOPICS.sessions.topic, key, value, headers }]);
  state.queue.admit(waiting.session);
}

async function admitNow(state: State, session: string): Promise<boolean> {
  const waiting = state.queue.find(session);
  if (waiting === null) return false;
  if (!waiting.admitted) await admit(state, waiting);
  return true;
}
