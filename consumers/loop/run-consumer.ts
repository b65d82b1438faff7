/**
 * The one loop of every consumer but the coordinator: read, decode, handle, publish, commit.
 *
 * I1. At least once: an offset is committed when everything below it is done; deterministic ids make
 *     a second time count once.
 * I2. What cannot be decoded, or fails for good without an answer, is a dead letter.
 * I3. A retriable failure is tried again with jitter; after `triesMax` the session is parked: its
 *     later records wait behind it in order, and the try goes on at a slow pace.
 * I4. Above `inFlightMax` records a partition is paused, below half of it resumed.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { Recorded } from "../../schemas/event.ts";
import type { ReasonerNote } from "../../schemas/parts.ts";
import { publish, type Emission } from "../../producers/publish.ts";
import type {
  Clock,
  Consumption,
  EventLog,
  LogRecord,
  TopicPartition,
} from "../../session/ports.ts";
import {
  addJitter,
  doubling,
  isRetriable,
  retry,
  type RetryPolicy,
} from "../../session/waiting/retry.ts";
import { Committer } from "./offset-committer.ts";
import { findHandler, type Consumer, type Failure, type Handling } from "./consumer.ts";
import { createDeadLetter } from "./dead-letters.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import type { Observer } from "./observer.ts";
import { createLearningDecoder } from "./schema-learner.ts";

export interface LoopTools {
  readonly log: EventLog;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter alone. */
  readonly random: () => number;
  readonly observer: Observer;
  /** First part of consumer group names. */
  readonly groupPrefix: string;
  readonly widthMax?: number;
  readonly inFlightMax?: number;
}

export interface Running {
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

const TRIES_MAX = 8;
const BACKOFF = doubling(100, 5_000);
const PARKED_MS = 15_000;

/** Runs a consumer until `stop`. */
export async function runConsumer(consumer: Consumer, tools: LoopTools): Promise<Running> {
  const group = `${tools.groupPrefix}.${consumer.name}`;
  const halt = new AbortController();
  const decode = createLearningDecoder(tools.log, tools.clock);
  const heldPartitions = new Map<string, Held>();
  const { inFlightMax = 512, widthMax = 64 } = tools;
  let consumption: Consumption | null = null;

  function resumeAndMark(topicPartition: TopicPartition, { queue, committer }: Held): void {
    if (queue.inFlight <= inFlightMax / 2) consumption?.resume(topicPartition);
    committer.mark(queue.lowWater);
  }

  const sink = {
    assigned: async (topicPartition: TopicPartition) => {
      const mine = new AbortController();
      const signal = AbortSignal.any([halt.signal, mine.signal]);
      const queue = new KeyedQueue({
        widthMax,
        handle: (record) => handleRecord({ consumer, tools, group, signal, decode }, record),
        progressed: () => resumeAndMark(topicPartition, held),
      });
      const committer = new Committer({
        clock: tools.clock,
        signal,
        commit: async (offset) => consumption?.commit(topicPartition, offset),
        failed: (error) => tools.observer.failed(consumer.name, error),
      });
      const held: Held = { queue, committer, halt: mine };
      heldPartitions.set(formatPartition(topicPartition), held);
    },
    revoked: async (topicPartition: TopicPartition) => {
      const entry = heldPartitions.get(formatPartition(topicPartition));
      heldPartitions.delete(formatPartition(topicPartition));
      entry?.halt.abort();
      await entry?.queue.drain();
      await entry?.committer.finish();
    },
    deliver: async (topicPartition: TopicPartition, records: readonly LogRecord[]) => {
      const queue = heldPartitions.get(formatPartition(topicPartition))?.queue;
      queue?.push(records);
      if ((queue?.inFlight ?? 0) > inFlightMax) consumption?.pause(topicPartition);
    },
  };
  consumption = await tools.log.consume(
    { group, topics: consumer.reads.map((row) => row.topic) },
    sink,
  );
  return {
    ended: consumption.ended,
    stop: async () => {
      halt.abort();
      await consumption.stop();
    },
  };
}

/** One partition as its consumer holds it. */
interface Held {
  readonly queue: KeyedQueue;
  readonly committer: Committer;
  readonly halt: AbortController;
}

function formatPartition(topicPartition: TopicPartition): string {
  return `${topicPartition.topic}/${topicPartition.partition}`;
}

interface Work {
  readonly consumer: Consumer;
  readonly tools: LoopTools;
  readonly group: string;
  readonly signal: AbortSignal;
  readonly decode: ReturnType<typeof createLearningDecoder>;
}

async function handleRecord(work: Work, record: LogRecord): Promise<void> {
  try {
    await persevere(work, record, { step: () => processEvent(work, record), canHelp: isRetriable });
  } catch (error) {
    work.signal.throwIfAborted();
    // A dead letter that cannot be written waits like any record: there is nothing after it.
    const step = () => toDeadLetters(work, record, error);
    await persevere(work, record, { step, canHelp: () => true });
  }
}

async function processEvent(work: Work, record: LogRecord): Promise<void> {
  const { consumer, tools } = work;
  const event = await work.decode(record);
  const handle = findHandler(consumer, event);
  if (handle === null) return;
  const started = tools.clock.now();
  const emissions = await handleEvent(work, event, handle);
  await publish(tools.log, createOrigin(work, event), emissions);
  tools.observer.handled(consumer.name, event.type, tools.clock.now() - started);
}

/** The handler's emissions, or what the consumer says after a failure that no retry can help. */
async function handleEvent(
  work: Work,
  event: Recorded,
  handle: (handling: Handling) => Promise<readonly Emission[]>,
): Promise<readonly Emission[]> {
  try {
    return await handle({ signal: work.signal });
  } catch (error) {
    const known = error instanceof MmmError;
    if (work.signal.aborted || (known && error.retriable)) throw error;
    work.tools.observer.failed(work.consumer.name, error);
    const note = known ? (error.data["note"] as ReasonerNote | undefined) : undefined;
    const failure: Failure = {
      code: known ? error.code : "internal",
      message: describeError(error),
      ...(note === undefined ? {} : { note }),
    };
    const said = work.consumer.failed?.(event, failure);
    if (said === undefined) throw error;
    return said;
  }
}

function createOrigin(work: Work, event: Recorded) {
  const { envelope } = event;
  return {
    producer: work.consumer.name,
    session: envelope.session,
    businessUnit: envelope.business_unit,
    cause: envelope.id,
    time: new Date(work.tools.clock.now()).toISOString(),
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
  };
}

/** Tries a step until it is done: after `TRIES_MAX` its session is parked, and the pace is slow. */
function persevere(
  work: Work,
  record: LogRecord,
  how: { readonly step: () => Promise<void>; readonly canHelp: (error: unknown) => boolean },
): Promise<void> {
  const { clock, observer, random } = work.tools;
  const policy: RetryPolicy = ({ error, tries }) => {
    if (!how.canHelp(error)) return null;
    if (tries === TRIES_MAX) observer.parked(work.consumer.name, record.key, error);
    return addJitter(tries >= TRIES_MAX ? PARKED_MS : BACKOFF(tries), random());
  };
  return retry(how.step, { policy, clock, signal: work.signal });
}

async function toDeadLetters(work: Work, record: LogRecord, error: unknown): Promise<void> {
  work.tools.observer.deadLettered(work.consumer.name, record, error);
  await work.tools.log.append([createDeadLetter(record, work.group, error)]);
}
