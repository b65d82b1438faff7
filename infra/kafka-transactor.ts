/**
 * Exactly once for one inbox partition: one transactional producer, fenced by its id.
 *
 * The recipe (KIP-98 without KIP-447, which kafkajs lacks): the transactional id follows from group,
 * topic and partition; InitProducerId fences an older owner and waits out its transaction; only
 * then the committed offset is read; records and offset go into one short transaction.
 *
 * I1. After any error the producer is thrown away; its outcome is learned by opening a new one.
 * I2. The commits of one transactor follow one another.
 */
import { MmmError } from "../schemas/errors.ts";
import type { OutgoingRecord, Place, Transactor } from "../session/ports.ts";
import { clientOf, type KafkaSettings, prefixOf } from "./kafka-client.ts";
import { kafkaError } from "./kafka-errors.ts";
import { committedOffsets } from "./kafka-offsets.ts";
import { compressionOf, givenPartition, messagesOf, requestsOf } from "./kafka-producer.ts";
import type { Producer } from "./kafkajs-patches.ts";
import { placeFor, placeName } from "./record-table.ts";

interface Parts {
  readonly settings: KafkaSettings;
  readonly partitions: number;
  readonly group: string;
  readonly place: Place;
}

/** Fences older owners of the place and agrees with Kafka on the next offset to read. */
export async function openKafkaTransactor(parts: Parts): Promise<Transactor> {
  const { settings, group, place } = parts;
  const prefix = prefixOf(settings);
  const producer = clientOf(settings, "quick").producer({
    allowAutoTopicCreation: false,
    createPartitioner: givenPartition,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: `${prefix}${group}.${place.topic}.${place.partition}`,
    transactionTimeout: settings.transactionTimeoutMs ?? 30_000,
    retry: { retries: 40 },
  });
  try {
    await producer.connect();
    const fencing = await producer.transaction();
    await fencing.abort();
    const committed = await committedOffsets(settings, group, place.topic);
    const next = committed.get(place.partition) ?? 0;
    return transactorOf(parts, producer, next);
  } catch (error) {
    await producer.disconnect().catch(() => {});
    throw kafkaError(error, `taking over ${placeName(place)}`, settings.brokers);
  }
}

function transactorOf(parts: Parts, producer: Producer, next: number): Transactor {
  const { settings, place, group } = parts;
  let open = true;
  let last: Promise<unknown> = Promise.resolve();
  async function commit(records: readonly OutgoingRecord[], offset: number) {
    if (!open) throw new MmmError("fenced", `the transactor of ${placeName(place)} is closed`);
    for (const record of records) placeFor(record, parts.partitions);
    try {
      return await writeAll(parts, producer, records, offset);
    } catch (error) {
      open = false;
      throw kafkaError(error, `committing for ${placeName(place)} of ${group}`, settings.brokers);
    }
  }
  return {
    next,
    commit(records, offset) {
      const mine = last.then(() => commit(records, offset));
      last = mine.catch(() => {});
      return mine;
    },
    async close() {
      open = false;
      await last;
      await producer.disconnect().catch(() => {});
    },
  };
}

async function writeAll(
  parts: Parts,
  producer: Producer,
  records: readonly OutgoingRecord[],
  offset: number,
): Promise<number[]> {
  const { settings, place, group } = parts;
  const prefix = prefixOf(settings);
  const transaction = await producer.transaction();
  const offsets: number[] = [];
  for (const request of requestsOf(records)) {
    const answers = await transaction.sendBatch({
      acks: -1,
      topicMessages: messagesOf(request, settings, parts.partitions),
      ...compressionOf(settings),
    });
    const next = new Map<string, number>();
    for (const { topicName, partition, baseOffset } of answers) {
      next.set(`${topicName}/${partition}`, Number(baseOffset));
    }
    for (const record of request) {
      const name = `${prefix}${placeName(placeFor(record, parts.partitions))}`;
      const given = next.get(name) ?? Number.NaN;
      next.set(name, given + 1);
      offsets.push(given);
    }
  }
  await transaction.sendOffsets({
    consumerGroupId: `${prefix}${group}`,
    topics: [
      {
        topic: `${prefix}${place.topic}`,
        partitions: [{ partition: place.partition, offset: String(offset) }],
      },
    ],
  });
  await transaction.commit();
  return offsets;
}
