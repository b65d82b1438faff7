/**
 * The topic table on a Kafka cluster: creating, checking, describing.
 *
 * I1. A topic with another partition count is refused, never changed: keys would move.
 * I2. `history` and all other topics take the broker's time, keep what the table says, and are
 *     compacted only where it says so.
 */
import { listSchemas } from "../../schemas/codec.ts";
import { MmmError } from "../../schemas/errors.ts";
import { TOPIC_ROWS, type TopicRow, TOPICS } from "../../schemas/topics.ts";
import type { OutgoingRecord, TopicState } from "../../session/ports.ts";
import { createPolicy, retry } from "../../session/waiting/retry.ts";
import { systemClock } from "../clock.ts";
import { createKafkaClient, type KafkaSettings, readTopicPrefix } from "./client.ts";
import { hasType, toKafkaError } from "./errors.ts";
import { fetchOffsetRanges, readKafka, withCluster } from "./read.ts";
import type { Admin } from "./kafkajs-patches.ts";
import { countPartitions } from "../embedded/record-table.ts";

const DAY_MS = 86_400_000;
/** Bodies and attachments together; see schemas/codec.ts and schemas/headers.ts. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
const REPLICAS = 3;
const UNHEARD = ["UNKNOWN_TOPIC_OR_PARTITION", "LEADER_NOT_AVAILABLE"];
const HEARING = createPolicy({
  pauseMs: () => 100,
  triesMax: 100,
  canHelp: (error) => hasType(error, UNHEARD),
});

/** Settings of a topic on the cluster. */
export function buildTopicConfig(row: TopicRow, replicas: number): Record<string, string> {
  return {
    "cleanup.policy": row.compacted ? "compact" : "delete",
    "retention.ms": row.keepDays === null ? "-1" : String(row.keepDays * DAY_MS),
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": String(MESSAGE_BYTES_MAX),
    "min.insync.replicas": replicas >= REPLICAS ? "2" : "1",
  };
}

/**
 * Creates what is missing, or throws `not_found` where the settings forbid that. Throws
 * `topics_mismatch` when a partition count differs.
 */
export async function ensureKafkaTopics(
  settings: KafkaSettings,
  partitions: number,
): Promise<void> {
  const prefix = readTopicPrefix(settings);
  const admin = createKafkaClient(settings).admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = TOPIC_ROWS.filter((row) => !existing.has(`${prefix}${row.topic}`));
    if (missing.length > 0 && settings.createTopics === false)
      throw createMissingTopicsError(settings, missing);
    if (missing.length > 0) await createMissingTopics(admin, settings, { missing, partitions });
    const counts = await fetchPartitionCounts(admin, prefix);
    for (const row of TOPIC_ROWS) {
      assertCount(row.topic, counts.get(row.topic) ?? 0, countPartitions(row.topic, partitions));
    }
  } catch (error) {
    throw toKafkaError(error, "making the topics", settings.brokers);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

function createMissingTopicsError(settings: KafkaSettings, missing: readonly TopicRow[]): MmmError {
  const names = missing.map(({ topic }) => `${readTopicPrefix(settings)}${topic}`);
  const some =
    names.length < TOPIC_ROWS.length ? names.join(", ") : `${readTopicPrefix(settings)}…`;
  return new MmmError(
    "not_found",
    `Kafka at ${settings.brokers.join(", ")} has no topics ${some}: check the prefix, or run mmm topics create`,
    { data: { missing: names } },
  );
}

async function createMissingTopics(
  admin: Admin,
  settings: KafkaSettings,
  { missing, partitions }: { missing: readonly TopicRow[]; partitions: number },
): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicas = settings.replicationFactor ?? Math.min(REPLICAS, brokers.length);
  await admin.createTopics({
    // Waited for below; kafkajs gives up at the first broker that has not heard of a topic.
    waitForLeaders: false,
    timeout: 20_000,
    topics: missing.map((row) => ({
      topic: `${readTopicPrefix(settings)}${row.topic}`,
      numPartitions: countPartitions(row.topic, partitions),
      replicationFactor: replicas,
      configEntries: Object.entries(buildTopicConfig(row, replicas)).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  });
}

/** Brokers hear of a new topic one after the other. */
async function fetchPartitionCounts(admin: Admin, prefix: string): Promise<Map<string, number>> {
  const names = TOPIC_ROWS.map((row) => `${prefix}${row.topic}`);
  const ask = () => admin.fetchTopicMetadata({ topics: names });
  const { topics } = await retry(ask, { policy: HEARING, clock: systemClock });
  return new Map(
    topics.map(({ name, partitions }) => [name.slice(prefix.length), partitions.length]),
  );
}

function assertCount(topic: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw new MmmError(
    "topics_mismatch",
    `topic ${topic} has ${found} partitions on the cluster, the settings say ${wanted}: set ${found}, or use another prefix`,
    { data: { topic, found, wanted } },
  );
}

/** Partition counts and offset ranges as they are on the cluster. */
export function describeKafka(
  settings: KafkaSettings,
  partitions: number,
): Promise<readonly TopicState[]> {
  const names = TOPIC_ROWS.map((row) => row.topic);
  return withCluster(settings, names, (cluster) =>
    Promise.all(
      names.map(async (topic) => {
        const count = countPartitions(topic, partitions);
        const ranges = await fetchOffsetRanges(
          cluster,
          `${readTopicPrefix(settings)}${topic}`,
          count,
        );
        return { topic, partitions: count, ranges };
      }),
    ),
  );
}

/** Puts the schemas that are not there yet on the topic `schemas`. */
export async function publishSchemas(
  settings: KafkaSettings,
  append: (records: readonly OutgoingRecord[]) => Promise<void>,
): Promise<void> {
  const { topic } = TOPICS.schemas;
  const known = new Set<string>();
  for await (const record of readKafka(settings, { topic }, 1)) known.add(record.key);
  const missing = listSchemas().filter((schema) => !known.has(schema.fingerprint));
  await append(missing.map((schema) => createSchemaRecord(schema)));
}

/** Record of a schema: key = fingerprint in hexadecimal, value = the schema as JSON. */
export function createSchemaRecord(schema: {
  fingerprint: string;
  schemaJson: string;
  type: string;
}): OutgoingRecord {
  return {
    topic: TOPICS.schemas.topic,
    key: schema.fingerprint,
    value: Buffer.from(schema.schemaJson, "utf8"),
    headers: { "content-type": "application/vnd.apache.avro+json", "mmm-type": schema.type },
  };
}
