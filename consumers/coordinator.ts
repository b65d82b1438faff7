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
import { TOPICS } from "../schemas/topics.ts";
import type { Consumption, LogRecord, Place } from "../session/ports.ts";
import type { Running } from "./consume.ts";
import type { CoordinatorTools } from "./coordinator-tools.ts";
import { createDesk } from "./desk.ts";
import { PartitionActor, QUEUE_MAX } from "./partition-actor.ts";

/** Runs the coordinator for every inbox partition it is assigned, until `stop`. */
export async function runCoordinator(tools: CoordinatorTools): Promise<Running> {
  const group = `${tools.groupPrefix}.coordinator`;
  const actors = new Map<number, PartitionActor>();
  const fatal = Promise.withResolvers<void>();
  fatal.promise.catch(() => {});
  let consumption: Consumption | null = null;

  const sink = {
    assigned: async (place: Place) => {
      const desk = await createDesk(tools, group, place).catch((error: unknown) => {
        // Who asks us to take a place asks again until we do, and tells nobody why we did not.
        tools.observer.failed("coordinator", error);
        throw error;
      });
      const drained = () => consumption?.resume(place);
      const actor = new PartitionActor({ tools, group, place, drained }, desk);
      actor.done.catch((error: unknown) => fatal.reject(error));
      actors.set(place.partition, actor);
    },
    revoked: async (place: Place) => {
      const actor = actors.get(place.partition);
      actors.delete(place.partition);
      await actor?.stop();
    },
    deliver: async (place: Place, records: readonly LogRecord[]) => {
      const actor = actors.get(place.partition);
      actor?.push(records);
      if ((actor?.queued ?? 0) > QUEUE_MAX) consumption?.pause(place);
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
