/**
 * Committed offsets of a group, as Kafka's group coordinator has them.
 *
 * I1. A coordinator that is moving or still loading is asked again for a bounded time; kafkajs itself
 *     would pass its answer on as a failure.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf, type KafkaSettings, prefixOf } from "./kafka-client.ts";
import { hasType } from "./kafka-errors.ts";

const IN_MOTION = [
  "NOT_COORDINATOR_FOR_GROUP",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "GROUP_LOAD_IN_PROGRESS",
];
const TRIES_MAX = 100;
const TRY_PAUSE_MS = 50;

/** Next offset to read by partition; partitions without a commit are absent. */
export async function committedOffsets(
  settings: KafkaSettings,
  group: string,
  topic: string,
): Promise<ReadonlyMap<number, number>> {
  const prefix = prefixOf(settings);
  const asked = { groupId: `${prefix}${group}`, topics: [`${prefix}${topic}`] };
  const admin = clientOf(settings, "quick").admin();
  try {
    await admin.connect();
    for (let tries = 1; ; tries += 1) {
      try {
        const [found] = await admin.fetchOffsets(asked);
        const rows = (found?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
        return new Map(rows.map(({ partition, offset }) => [partition, Number(offset)]));
      } catch (error) {
        if (tries >= TRIES_MAX || !hasType(error, IN_MOTION)) throw error;
        await sleep(TRY_PAUSE_MS);
      }
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
