/**
 * One assigned partition of a member on Kafka: from `assigned`, through deliveries, to `revoked`.
 */
import type { TopicPartition, RecordSink } from "../../session/ports.ts";
import { toLogRecord } from "./read.ts";
import type { EachBatchPayload, FetchedMessage } from "./kafkajs-patches.ts";

export interface AssignedPartition {
  readonly topicPartition: TopicPartition;
  readonly lost: AbortController;
  /** True from `assigned` until `revoked`. */
  held: boolean;
  paused: boolean;
  /** Next offset to deliver; null where the group's committed offset decides. */
  position: number | null;
  /** Settles when `assigned` has been through. */
  opened: Promise<void>;
}

/** A partition before its assignment. */
export function createAssigned(topicPartition: TopicPartition): AssignedPartition {
  const lost = new AbortController();
  const opened = Promise.resolve();
  return { topicPartition, lost, held: false, paused: false, position: null, opened };
}

/** Puts a fetched batch into the sink, as far as the partition is held and not paused. */
export async function putBatch(
  assigned: AssignedPartition,
  payload: EachBatchPayload,
  sink: RecordSink,
  deliverMax: number,
): Promise<void> {
  const { batch } = payload;
  const { topic, partition } = assigned.topicPartition;
  const last = batch.messages.at(-1);
  if (last === undefined) return;
  const messages = batch.messages as unknown as readonly FetchedMessage[];
  const records = messages
    .map((message) => toLogRecord(topic, partition, message))
    .filter(({ offset }) => offset >= (assigned.position ?? 0));
  for (let at = 0; at < records.length; at += deliverMax) {
    if (!assigned.held || assigned.paused || assigned.lost.signal.aborted) return;
    const part = records.slice(at, at + deliverMax);
    await sink.deliver(assigned.topicPartition, part);
    assigned.position = (part.at(-1)?.offset ?? 0) + 1;
    payload.resolveOffset(String(assigned.position - 1));
  }
  // Past markers that follow the last record, which are never delivered.
  payload.resolveOffset(last.offset);
  assigned.position = Math.max(assigned.position ?? 0, Number(batch.lastOffset()) + 1);
}
