/**
 * What people are told of a range that no reader can see, since the transaction before it has no end.
 *
 * A transaction loses its end when a broker declares it complete without writing its markers
 * (KAFKA-20734) or loses them. Kafka itself does not end it any more; only its tool does.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { UnstableRange } from "../../session/ports.ts";
import { type KafkaSettings, readTopicPrefix } from "./client.ts";

type Range = Pick<UnstableRange, "topic" | "partition" | "high" | "end">;

/** The error of a reader that must see everything; retriable, since running transactions end. */
export function createHiddenError(settings: KafkaSettings, range: Range): MmmError {
  const { topic, partition, high, end } = range;
  return new MmmError(
    "log_unavailable",
    `${topic}/${partition}: offsets ${high} to ${end - 1} cannot be read, for a transaction at ` +
      `${high} has no end. If this stays so: ${abortRemedy(settings, range)}`,
    { data: { topic, partition, high, end } },
  );
}

/** Commands that find such a transaction and end it. */
export function abortRemedy(
  settings: KafkaSettings,
  { topic, partition, high }: Omit<Range, "end">,
): string {
  const tool = `kafka-transactions.sh --bootstrap-server ${settings.brokers[0]}`;
  const topicPartition = `--topic ${readTopicPrefix(settings)}${topic} --partition ${partition}`;
  return (
    `stop all workers, look with "${tool} find-hanging ${topicPartition}", ` +
    `end it with "${tool} abort ${topicPartition} --start-offset ${high}"`
  );
}
