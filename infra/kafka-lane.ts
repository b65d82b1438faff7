/**
 * One assigned place of a member on Kafka: from `assigned`, through deliveries, to `revoked`.
 */
import type { Place, RecordSink } from "../session/ports.ts";
import { recordOf } from "./kafka-read.ts";
import type { EachBatchPayload, FetchedMessage } from "./kafkajs-patches.ts";

export interface Lane {
  readonly place: Place;
  readonly lost: AbortController;
  /** True from `assigned` until `revoked`. */
  held: boolean;
  paused: boolean;
  /** Next offset to deliver; null where the group's committed offset decides. */
  position: number | null;
  /** Settles when `assigned` has been through. */
  opened: Promise<void>;
}

/** A lane before its assignment. */
export function laneFor(place: Place): Lane {
  const lost = new AbortController();
  const opened = Promise.resolve();
  return { place, lost, held: false, paused: false, position: null, opened };
}

/** Puts a fetched batch into the sink, as far as the place is held and not paused. */
export async function deliverBatch(
  lane: Lane,
  payload: EachBatchPayload,
  sink: RecordSink,
  deliverMax: number,
): Promise<void> {
  const { batch } = payload;
  const { topic, partition } = lane.place;
  const last = batch.messages.at(-1);
  if (last === undefined) return;
  const messages = batch.messages as unknown as readonly FetchedMessage[];
  const records = messages
    .map((message) => recordOf(topic, partition, message))
    .filter(({ offset }) => offset >= (lane.position ?? 0));
  for (let at = 0; at < records.length; at += deliverMax) {
    if (!lane.held || lane.paused || lane.lost.signal.aborted) return;
    const part = records.slice(at, at + deliverMax);
    await sink.deliver(lane.place, part);
    lane.position = (part.at(-1)?.offset ?? 0) + 1;
    payload.resolveOffset(String(lane.position - 1));
  }
  // Past markers that follow the last record, which are never delivered.
  payload.resolveOffset(last.offset);
  lane.position = Math.max(lane.position ?? 0, Number(batch.lastOffset()) + 1);
}
