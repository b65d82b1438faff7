/**
 * The coordinator: one actor per session, the only writer of `history`.
 *
 * I1. Per inbox partition one transactor: history records, commands and the inbox offset become
 *     visible together or not at all; a newer owner fences this one.
 * I2. Partition p of `history` is written from partition p of the inbox, by number.
 * I3. After any failed commit nothing in memory is trusted: a new transactor is opened and the
 *     states are restored from snapshot and history.
 * I4. Snapshots follow the commit and may lag; history alone is the truth.
 */
import { TOPICS } from "../../schemas/topics.ts";
import type { Consumption, LogRecord, TopicPartition } from "../../session/ports.ts";
import type { Running } from "../loop/run-consumer.ts";
import type { CoordinatorTools } from "./tools.ts";
import { createPartitionProcessor } from "./partition-processor.ts";
import { PartitionActor, QUEUE_MAX } from "./partition-actor.ts";

/** Runs the coordinator for every inbox partition it is assigned, until `stop`. */
export async function runCoordinator(tools: CoordinatorTools): Promise<Running> {
  const group = `${tools.groupPrefix}.coordinator`;
  const actors = new Map<number, PartitionActor>();
  const fatal = Promise.withResolvers<void>();
  fatal.promise.catch(() => {});
  let consumption: Consumption | null = null;

  const sink = {
    assigned: async (topicPartition: TopicPartition) => {
      const processor = await createPartitionProcessor(tools, group, topicPartition).catch(
        (error: unknown) => {
          // Who asks us to take a partition asks again until we do, and tells nobody why we did not.
          tools.observer.failed("coordinator", error);
          throw error;
        },
      );
      const drained = () => consumption?.resume(topicPartition);
      const actor = new PartitionActor({ tools, group, topicPartition, drained }, processor);
      actor.done.catch((error: unknown) => fatal.reject(error));
      actors.set(topicPartition.partition, actor);
    },
    revoked: async (topicPartition: TopicPartition) => {
      const actor = actors.get(topicPartition.partition);
      actors.delete(topicPartition.partition);
      await actor?.stop();
    },
    deliver: async (topicPartition: TopicPartition, records: readonly LogRecord[]) => {
      const actor = actors.get(topicPartition.partition);
      actor?.push(records);
      if ((actor?.queued ?? 0) > QUEUE_MAX) consumption?.pause(topicPartition);
    },
  };
  consumption = await tools.log.consume(
    { group, topics: [TOPICS.sessions.topic], transactional: true },
    sink,
  );
  return {
    ended: Promise.race([consumption.ended, fatal.promise]),
    stop: async () => {
      await consumption.stop();
      fatal.resolve();
    },
  };
}
