/**
 * The contract of a consumer: what it reads, and one handler an event type.
 *
 * I1. A handler returns emissions; it never sends.
 * I2. A handler may be called twice for one event and must then return the same.
 */
import type { Event, EventType, Recorded } from "../../schemas/event.ts";
import type { ReasonerNote } from "../../schemas/parts.ts";
import type { TopicRow } from "../../schemas/topics.ts";
import type { Emission } from "../../producers/publish.ts";

export interface Handling {
  /** Aborted when the partition is lost or the process stops. */
  readonly signal: AbortSignal;
}

/** An event of one type, as it is read from a topic. */
export type RecordedOf<T extends EventType> = Extract<Recorded, { readonly type: T }>;

/** What is made of an event of each type. */
type Handlers = {
  readonly [T in EventType]?: (
    event: RecordedOf<T>,
    handling: Handling,
  ) => Promise<readonly Emission[]>;
};

export interface Consumer {
  /** Producer name in envelopes; also the consumer group's last part. */
  readonly name: string;
  readonly reads: readonly TopicRow[];
  /** Handlers of the events it acts on; others on its topics are passed over. */
  readonly on: Handlers;
  /** What it says when a handler failed for good; without it the record is a dead letter. */
  failed?(event: Recorded, failure: Failure): readonly Emission[];
}

/** The handler of an event, ready to be called; null where the consumer does not act on it. */
export function findHandler(
  { on }: Pick<Consumer, "on">,
  event: Recorded,
): ((handling: Handling) => Promise<readonly Emission[]>) | null {
  // The table pairs each type with its handler, which the compiler cannot follow through a union.
  const handler = on[event.type] as
    | ((event: Recorded, handling: Handling) => Promise<readonly Emission[]>)
    | undefined;
  return handler === undefined ? null : (handling) => handler(event, handling);
}

/** Why a handler failed for good. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** What a model was paid before the failure, where one was. */
  readonly note?: ReasonerNote;
}

/** An emission to one topic. */
export function emit(event: Event, ...to: readonly TopicRow[]): Emission {
  return { event, to };
}
