/**
 * The one way an event leaves: envelope, encoding, key, order of topics.
 *
 * I1. The id follows from cause, producer and index, so that publishing twice is publishing once.
 * I2. The inbox copy is appended, and acknowledged, before any copy on another topic: what the
 *     coordinator knows is never behind what follows from it.
 */
import { encodeEvent } from "../schemas/codec.ts";
import { deriveEventId, type Attachments, type Envelope, type Event } from "../schemas/event.ts";
import { toHeaders } from "../schemas/headers.ts";
import { TOPICS, type TopicRow } from "../schemas/topics.ts";
import type { EventLog, OutgoingRecord } from "../session/ports.ts";

/** An event on its way to one or more topics. */
export interface Emission {
  readonly event: Event;
  readonly to: readonly TopicRow[];
  /** Beside the payload on every topic but the inbox. */
  readonly attachments?: Attachments;
  /**
   * The number that its id is made from; its place among the emissions where left out. Outcomes that
   * exclude each other have different ones: one is then never taken for a repetition of the other.
   */
  readonly index?: number;
}

/** Who makes the events, because of what, and when. */
export interface Origin {
  readonly producer: string;
  readonly session: string;
  readonly businessUnit: string;
  /** Id of the causing event. */
  readonly cause: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly traceparent?: string;
}

/** Envelope of the `index`-th event that `origin` makes. */
export function createEnvelope(origin: Origin, index: number): Envelope {
  return {
    id: deriveEventId(origin.cause, origin.producer, index),
    session: origin.session,
    business_unit: origin.businessUnit,
    cause: origin.cause,
    producer: origin.producer,
    time: origin.time,
    ...(origin.traceparent === undefined ? {} : { traceparent: origin.traceparent }),
  };
}

/** Record of an event with a ready envelope. */
export function createEventRecord(
  topic: TopicRow,
  event: Event,
  envelope: Envelope,
  attachments: Attachments = {},
): OutgoingRecord {
  return {
    topic: topic.topic,
    key: envelope.session,
    value: encodeEvent(event),
    headers: toHeaders(event.type, envelope, attachments),
  };
}

/** Publishes in causal order: inbox first, then the rest. */
export async function publish(
  log: EventLog,
  origin: Origin,
  emissions: readonly Emission[],
): Promise<void> {
  const inbox: OutgoingRecord[] = [];
  const rest: OutgoingRecord[] = [];
  for (const [position, emission] of emissions.entries()) {
    const envelope = createEnvelope(origin, emission.index ?? position);
    for (const topic of emission.to) {
      const toInbox = topic.topic === TOPICS.sessions.topic;
      const record = createEventRecord(
        topic,
        emission.event,
        envelope,
        toInbox ? {} : emission.attachments,
      );
      (toInbox ? inbox : rest).push(record);
    }
  }
  if (inbox.length > 0) await log.append(inbox);
  if (rest.length > 0) await log.append(rest);
}
