/**
 * Ranges that no reader can see: what stands behind a transaction that has not ended.
 *
 * I1. The ends are read before the stable ends, so that what was only written in between does not
 *     count.
 */
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import type { Clock, UnstableRange } from "../../session/ports.ts";
import { type KafkaSettings, readTopicPrefix } from "./client.ts";
import { abortRemedy } from "./hidden-range.ts";
import { fetchRound, fetchOffsetRanges, withCluster, fetchWrittenRanges } from "./read.ts";
import type { Cluster } from "./kafkajs-patches.ts";
import { countPartitions } from "../embedded/record-table.ts";

/** Uncommitted, too. */
const FIRST = { waitMs: 100, isolationLevel: 0 } as const;

interface Parts {
  readonly settings: KafkaSettings;
  readonly partitions: number;
  readonly clock: Clock;
}

/** Of all topics of the table. */
export function listUnstableRanges(parts: Parts): Promise<readonly UnstableRange[]> {
  const names = TOPIC_ROWS.map((row) => row.topic);
  return withCluster(parts.settings, names, async (cluster) => {
    const found: Hidden[] = [];
    const written: { high: number }[][] = [];
    for (const topic of names) {
      written.push(await fetchWrittenRanges(cluster, ...nameAndCount(parts, topic)));
    }
    for (const [at, topic] of names.entries()) {
      const stable = await fetchOffsetRanges(cluster, ...nameAndCount(parts, topic));
      for (const [partition, { high }] of stable.entries()) {
        const end = written[at]?.[partition]?.high ?? 0;
        if (high < end) found.push({ topic, partition, high, end });
      }
    }
    const ranges = await Promise.all(found.map((range) => withAge(parts, cluster, range)));
    return ranges.filter((range) => range !== null);
  });
}

type Hidden = Omit<UnstableRange, "oldestMs" | "remedy">;

function nameAndCount({ settings, partitions }: Parts, topic: string): [string, number] {
  return [`${readTopicPrefix(settings)}${topic}`, countPartitions(topic, partitions)];
}

/** Null where the transaction has ended meanwhile and left nothing to read. */
async function withAge(
  parts: Parts,
  cluster: Cluster,
  range: Hidden,
): Promise<UnstableRange | null> {
  const { topic, partition, high, end } = range;
  const topics = { plain: topic, name: `${readTopicPrefix(parts.settings)}${topic}` };
  const cursors = [{ partition, at: high, end }];
  const [first] = await fetchRound(cluster, topics, cursors, FIRST);
  if (first === undefined) return null;
  const oldestMs = Math.max(0, parts.clock.now() - first.timestamp);
  return { ...range, oldestMs, remedy: abortRemedy(parts.settings, range) };
}
