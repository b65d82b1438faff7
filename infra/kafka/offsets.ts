/**
 * Committed offsets of a group, as Kafka's group coordinator has them.
 *
 * I1. A coordinator that is moving or still loading is asked again for a bounded time; kafkajs itself
 *     would pass its answer on as a failure.
 */
import { createPolicy, retry } from "../../session/waiting/retry.ts";
import { systemClock } from "../clock.ts";
import { createKafkaClient, type KafkaSettings, readTopicPrefix } from "./client.ts";
import { hasType } from "./errors.ts";
import type { Admin } from "./kafkajs-patches.ts";

const IN_MOTION = [
  "NOT_COORDINATOR_FOR_GROUP",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "GROUP_LOAD_IN_PROGRESS",
];
const POLICY = createPolicy({
  pauseMs: () => 50,
  triesMax: 100,
  canHelp: (error) => hasType(error, IN_MOTION),
});

export interface Committed {
  /** Next offset to read. */
  readonly offset: number;
  /** What its committer wrote beside it. */
  readonly metadata: string;
}

/** By partition; those without a commit are absent. */
export type CommittedOffsets = ReadonlyMap<number, Committed>;

/** Runs work that may ask several times for the offsets of a group on a topic. */
export async function withOffsets<T>(
  settings: KafkaSettings,
  { group, topic }: { readonly group: string; readonly topic: string },
  work: (read: () => Promise<CommittedOffsets>) => Promise<T>,
): Promise<T> {
  const prefix = readTopicPrefix(settings);
  const asked = { groupId: `${prefix}${group}`, topics: [`${prefix}${topic}`] };
  const admin = createKafkaClient(settings, "quick").admin();
  try {
    await admin.connect();
    return await work(() => fetchOffsets(admin, asked));
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Next offset to read by partition; partitions without a commit are absent. */
export function readCommittedOffsets(
  settings: KafkaSettings,
  group: string,
  topic: string,
): Promise<CommittedOffsets> {
  return withOffsets(settings, { group, topic }, (read) => read());
}

async function fetchOffsets(
  admin: Admin,
  asked: { readonly groupId: string; readonly topics: string[] },
): Promise<CommittedOffsets> {
  const ask = () => admin.fetchOffsets(asked);
  const [found] = await retry(ask, { policy: POLICY, clock: systemClock });
  const rows = (found?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
  return new Map(
    rows.map(({ partition, offset, metadata }) => [
      partition,
      { offset: Number(offset), metadata: metadata ?? "" },
    ]),
  );
}
