/**
 * The contract of a consumer: what it reads, and a handler from one event to what follows.
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

export interface Consumer {
  /** Producer name in envelopes; also the consumer group's last part. */
  readonly name: string;
  readonly reads: readonly TopicRow[];
  /** Events it acts on; others on its topics are passed over. */
  readonly handles: readonly EventType[];
  handle(event: Recorded, handling: Handling): Promise<readonly Emission[]>;
  /** What it says when `handle` failed for good; without it the record is a dead letter. */
  failed?(event: Recorded, failure: Failure): readonly Emission[];
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
