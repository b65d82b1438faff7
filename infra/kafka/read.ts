/**
 * Reading Kafka without a group: read_committed, by partition and offset, no side effects.
 *
 * I1. The end is what stood in the log at the start. A transaction that was being completed then is
 *     waited for (its markers follow the commit by milliseconds); one that stays open is not, and an
 *     entire read refuses to end before it.
 * I2. A reader whose broker is gone tries again a bounded number of times, without losing its place.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { MmmError } from "../../schemas/errors.ts";
import type { LogRecord, ReadOptions } from "../../session/ports.ts";
import { createPolicy, isRetriable, retry } from "../../session/waiting/retry.ts";
import { systemClock } from "../clock.ts";
import { createHiddenError } from "./hidden-range.ts";
import { createKafkaClient, type KafkaSettings, readTopicPrefix } from "./client.ts";
import { hasType, toKafkaError } from "./errors.ts";
import {
  type Cluster,
  createReadCluster,
  type FetchedMessage,
  selectVisibleMessages,
} from "./kafkajs-patches.ts";
import { computePartition } from "../partition.ts";
import { countPartitions } from "../embedded/record-table.ts";

const FETCH_BYTES_MAX = 8 * 1024 * 1024;
const PARTITION_BYTES_MAX = 1024 * 1024;
const WAIT_MS = 250;
const BROKER_AWAY = createPolicy({ pauseMs: () => 250, triesMax: 20, canHelp: isRetriable });
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
/** How long a reader waits for transactions that are being completed. */
const SETTLE_MS = 1_000;
const SETTLE_STEP_MS = 5;

export interface Cursor {
  readonly partition: number;
  at: number;
  /** Not read beyond; infinite for a follower. */
  end: number;
}

/** First and next offset of each partition, as the cluster's isolation level has them. */
export async function fetchOffsetRanges(
  cluster: Cluster,
  topic: string,
  count: number,
): Promise<{ low: number; high: number }[]> {
  const partitions = Array.from({ length: count }, (_, partition) => ({ partition }));
  const ask = async (fromBeginning: boolean): Promise<Map<number, number>> => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }]);
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  const [low, high] = await Promise.all([ask(true), ask(false)]);
  return partitions.map(({ partition }) => ({
    low: low.get(partition) ?? 0,
    high: high.get(partition) ?? 0,
  }));
}

/** First and next offset of each partition, with what stands in transactions that have not ended. */
export async function fetchWrittenRanges(
  cluster: Cluster,
  topic: string,
  count: number,
): Promise<{ low: number; high: number }[]> {
  cluster.isolationLevel = READ_UNCOMMITTED;
  return fetchOffsetRanges(cluster, topic, count).finally(() => {
    cluster.isolationLevel = READ_COMMITTED;
  });
}

interface SettledRange {
  readonly low: number;
  /** Next stable offset. */
  readonly high: number;
  /** Next offset when the read began; above `high` where a transaction has not ended. */
  readonly end: number;
}

/**
 * The ranges once everything that was written before the call is committed, aborted, or late, in the
 * partitions that are to be read.
 */
async function waitForSettledRanges(
  cluster: Cluster,
  topic: string,
  wanted: { readonly count: number; readonly only: number | undefined },
): Promise<SettledRange[]> {
  const written = await fetchWrittenRanges(cluster, topic, wanted.count);
  for (let waited = 0; ; waited += SETTLE_STEP_MS) {
    const stable = await fetchOffsetRanges(cluster, topic, wanted.count);
    const ranges = stable.map((range, at) => ({ ...range, end: written[at]?.high ?? 0 }));
    const settled = ranges.every(({ high, end }, at) => (wanted.only ?? at) !== at || high >= end);
    if (settled || waited >= SETTLE_MS) return ranges;
    await sleep(SETTLE_STEP_MS);
  }
}

/** What a broker says while a partition's leader is being elected or has just moved. */
const UNSETTLED = [
  "NOT_LEADER_FOR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "UNKNOWN_TOPIC_OR_PARTITION",
];
const LEADERS_MOVE = createPolicy({
  pauseMs: () => 200,
  triesMax: 25,
  canHelp: (error) => hasType(error, UNSETTLED),
});

/** Runs reading work on a connected cluster that knows some topics; again while leaders move. */
export async function withCluster<T>(
  settings: KafkaSettings,
  topics: readonly string[],
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const attempt = async (): Promise<T> => {
    const cluster = createReadCluster(createKafkaClient(settings));
    try {
      await connectCluster(cluster, settings, topics);
      return await work(cluster);
    } finally {
      await cluster.disconnect().catch(() => {});
    }
  };
  return retry(attempt, { policy: LEADERS_MOVE, clock: systemClock }).catch((error: unknown) => {
    throw toKafkaError(error, `reading ${topics.join(", ")}`, settings.brokers);
  });
}

async function connectCluster(
  cluster: Cluster,
  settings: KafkaSettings,
  topics: readonly string[],
): Promise<void> {
  await cluster.connect();
  for (const topic of topics) await cluster.addTargetTopic(`${readTopicPrefix(settings)}${topic}`);
}

/** One request to each leader: records in order per partition; cursors move on. */
export async function fetchRound(
  cluster: Cluster,
  topics: { readonly name: string; readonly plain: string },
  cursors: readonly Cursor[],
  how: { readonly waitMs: number; readonly isolationLevel?: 0 | 1 },
): Promise<LogRecord[]> {
  await cluster.refreshMetadataIfNecessary();
  const wanted = cursors.filter((cursor) => cursor.at < cursor.end);
  const leaders = cluster.findLeaderForPartitions(
    topics.name,
    wanted.map(({ partition }) => partition),
  );
  const parts = await Promise.all(
    Object.entries(leaders).map(async ([nodeId, partitions]) => {
      const mine = wanted.filter(({ partition }) => partitions.includes(partition));
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = await broker.fetch({
        maxWaitTime: how.waitMs,
        minBytes: 1,
        maxBytes: FETCH_BYTES_MAX,
        isolationLevel: how.isolationLevel ?? READ_COMMITTED,
        rackId: "",
        topics: [
          {
            topic: topics.name,
            partitions: mine.map(({ partition, at }) => ({
              partition,
              fetchOffset: String(at),
              maxBytes: PARTITION_BYTES_MAX,
            })),
          },
        ],
      });
      return responses.flatMap((response) => response.partitions);
    }),
  );
  return parts.flat().flatMap((data) => {
    const cursor = wanted.find(({ partition }) => partition === data.partition);
    if (cursor === undefined) return [];
    const { messages, next } = selectVisibleMessages(topics.name, cursor.at, data);
    cursor.at = Math.max(cursor.at, next);
    const records = messages.map((message) => toLogRecord(topics.plain, cursor.partition, message));
    return records.filter((record) => record.offset < cursor.end);
  });
}

/** A record as the port has it. */
export function toLogRecord(topic: string, partition: number, message: FetchedMessage): LogRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) headers[name] = one.toString();
  }
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString("utf8") ?? "",
    value: message.value ?? Buffer.alloc(0),
    headers,
    timestamp: Number(message.timestamp),
  };
}

/** Records of `options`, those of several partitions interleaved. */
export async function* readKafka(
  settings: KafkaSettings,
  options: ReadOptions,
  partitions: number,
): AsyncGenerator<LogRecord, void, undefined> {
  const topics = { plain: options.topic, name: `${readTopicPrefix(settings)}${options.topic}` };
  const count = countPartitions(options.topic, partitions);
  const cluster = createReadCluster(createKafkaClient(settings));
  const again = <T>(work: () => Promise<T>): Promise<T> => retryRead(cluster, settings, work);
  try {
    await again(() => connectCluster(cluster, settings, [options.topic]));
    const only = resolvePartition(options, count);
    const ranges = await again(() => waitForSettledRanges(cluster, topics.name, { count, only }));
    const cursors = createReadCursors(options, ranges, only);
    if (options.entire === true) assertEntire(settings, options.topic, { ranges, cursors });
    while (options.signal?.aborted !== true) {
      const open = cursors.filter((cursor) => cursor.at < cursor.end);
      if (open.length === 0) return;
      const before = open.map(({ at }) => at);
      const records = await again(() => fetchRound(cluster, topics, open, { waitMs: WAIT_MS }));
      for (const record of records) {
        if (options.key === undefined || record.key === options.key) yield record;
      }
      const moved = open.some(({ at }, index) => at !== before[index]);
      // Nothing below the stable end can be fetched: it was compacted away.
      if (!moved && options.follow !== true) return;
    }
  } finally {
    await cluster.disconnect().catch(() => {});
  }
}

/** The one partition that is read; undefined for all. */
function resolvePartition(options: ReadOptions, count: number): number | undefined {
  const keyed = options.key === undefined ? undefined : computePartition(options.key, count);
  const only = options.partition ?? keyed;
  if (options.from !== undefined && only === undefined) {
    throw new MmmError("internal", "an offset to read from needs a partition");
  }
  return only;
}

/** Throws `log_unavailable` where a transaction without an end hides what is to be read. */
function assertEntire(
  settings: KafkaSettings,
  topic: string,
  { ranges, cursors }: { ranges: readonly SettledRange[]; cursors: readonly Cursor[] },
): void {
  for (const { partition } of cursors) {
    const { high = 0, end = 0 } = ranges[partition] ?? {};
    if (high < end) throw createHiddenError(settings, { topic, partition, high, end });
  }
}

function createReadCursors(
  options: ReadOptions,
  ranges: readonly SettledRange[],
  only: number | undefined,
): Cursor[] {
  return ranges
    .map(({ low, high }, partition) => ({
      partition,
      at: Math.max(low, options.from ?? 0),
      end: options.follow === true ? Number.POSITIVE_INFINITY : high,
    }))
    .filter(({ partition }) => only === undefined || partition === only);
}

function retryRead<T>(
  cluster: Cluster,
  settings: KafkaSettings,
  work: () => Promise<T>,
): Promise<T> {
  const attempt = async (tries: number): Promise<T> => {
    if (tries > 1) {
      await cluster.connect().catch(() => {});
      await cluster.refreshMetadata().catch(() => {});
    }
    return work().catch((error: unknown) => {
      throw toKafkaError(error, "reading", settings.brokers);
    });
  };
  return retry(attempt, { policy: BROKER_AWAY, clock: systemClock });
}
