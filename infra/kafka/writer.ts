/**
 * The transactional producer of a process: one for all the partitions of a group that it owns, so that
 * what several partitions have to commit goes into one transaction.
 *
 * A transaction is five requests, and a marker in every partition it touched, whatever it holds:
 * while one is under way, what the next one will hold gathers.
 *
 * I1. Transactions follow one another; a partition's parts stay in order and each has a transaction of
 *     its own, so that all that came before a partition is given back is complete when it is.
 * I2. After any error the producer is thrown away and every part that waits is refused: the outcome
 *     is learned by InitProducerId with the same id, which completes what was open.
 * I3. A new writer begins with one part in a transaction and doubles: a part that Kafka refuses for
 *     good holds up its own partition, the others get on between its tries.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { OutgoingRecord, TopicPartition } from "../../session/ports.ts";
import { createKafkaClient, type KafkaSettings, readTopicPrefix } from "./client.ts";
import { toKafkaError } from "./errors.ts";
import {
  selectCompression,
  givenPartition,
  toTopicMessages,
  splitIntoRequests,
} from "./producer.ts";
import type { Producer } from "./kafkajs-patches.ts";
import { resolveTopicPartition, formatTopicPartition } from "../embedded/record-table.ts";

/** What one partition has to commit. */
export interface Part {
  readonly topicPartition: TopicPartition;
  readonly records: readonly OutgoingRecord[];
  /** Everything below it is done. */
  readonly offset: number;
  /** Kept beside the offset: who may write for the partition. */
  readonly owner: string;
}

export interface WriterParts {
  readonly settings: KafkaSettings;
  readonly partitions: number;
  readonly group: string;
  readonly transactionalId: string;
}

interface Waiting {
  readonly part: Part;
  readonly done: PromiseWithResolvers<readonly number[]>;
}

/** A producer that has fenced all earlier ones of its transactional id. Throws kafkajs's errors. */
export async function openProducer(
  settings: KafkaSettings,
  transactionalId: string,
): Promise<Producer> {
  const producer = createKafkaClient(settings, "quick").producer({
    allowAutoTopicCreation: false,
    createPartitioner: givenPartition,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId,
    transactionTimeout: settings.transactionTimeoutMs ?? 30_000,
    retry: { retries: 40 },
  });
  try {
    await producer.connect();
    const fencing = await producer.transaction();
    await fencing.abort();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => {});
    throw error;
  }
}

/** Offsets with their owners, in one group, as kafkajs wants them. */
export function toTopicOffsets(
  settings: KafkaSettings,
  group: string,
  parts: readonly Omit<Part, "records">[],
) {
  const prefix = readTopicPrefix(settings);
  const topics = new Map<string, Map<number, { offset: string; metadata: string }>>();
  for (const { topicPartition, offset, owner } of parts) {
    const name = `${prefix}${topicPartition.topic}`;
    const rows = topics.get(name) ?? new Map<number, { offset: string; metadata: string }>();
    topics.set(name, rows);
    rows.set(topicPartition.partition, { offset: String(offset), metadata: owner });
  }
  return {
    consumerGroupId: `${prefix}${group}`,
    topics: [...topics].map(([topic, rows]) => ({
      topic,
      partitions: [...rows].map(([partition, row]) => ({ partition, ...row })),
    })),
  };
}

export class KafkaWriter {
  readonly #parts: WriterParts;
  readonly #producer: Producer;
  #queue: Waiting[] = [];
  #working: Promise<void> | null = null;
  #broken: MmmError | null = null;
  #width = 1;

  private constructor(parts: WriterParts, producer: Producer) {
    this.#parts = parts;
    this.#producer = producer;
  }

  /** Fences older writers of the same id and completes what they left open. */
  static async open(parts: WriterParts): Promise<KafkaWriter> {
    return new KafkaWriter(parts, await openProducer(parts.settings, parts.transactionalId));
  }

  get id(): string {
    return this.#parts.transactionalId;
  }

  /** False after an error or `close`. */
  get usable(): boolean {
    return this.#broken === null;
  }

  /** Resolves with the offsets of the records when they and the part's offset are committed. */
  commit(part: Part): Promise<readonly number[]> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    const done = Promise.withResolvers<readonly number[]>();
    this.#queue.push({ part, done });
    this.#working ??= this.#drain();
    return done.promise;
  }

  async close(): Promise<void> {
    await this.#working;
    await this.#break(new MmmError("fenced", "the writer was closed"), []);
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // What other partitions commit in the same turn of the event loop goes along.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const batch = this.#queue.splice(0, this.#fitting());
      try {
        const offsets = await this.#write(batch.map(({ part }) => part));
        this.#width *= 2;
        for (const { part, done } of batch) done.resolve(offsets.splice(0, part.records.length));
      } catch (error) {
        const { group, settings } = this.#parts;
        const doing = `committing for ${batch.map(({ part }) => formatTopicPartition(part.topicPartition)).join(", ")} of ${group}`;
        await this.#break(toKafkaError(error, doing, settings.brokers), batch);
      }
    }
    this.#working = null;
  }

  /** How many of the waiting parts go into the next transaction: at most one of a partition. */
  #fitting(): number {
    const topicPartitions = new Set<string>();
    const from = this.#queue.findIndex(({ part }) => {
      const name = formatTopicPartition(part.topicPartition);
      if (topicPartitions.has(name)) return true;
      topicPartitions.add(name);
      return topicPartitions.size > this.#width;
    });
    return from === -1 ? this.#queue.length : from;
  }

  async #break(error: MmmError, batch: readonly Waiting[]): Promise<void> {
    this.#broken ??= error;
    for (const { done } of [...batch, ...this.#queue.splice(0)]) done.reject(error);
    await this.#producer.disconnect().catch(() => {});
  }

  /** Offsets of all records, in order. */
  async #write(parts: readonly Part[]): Promise<number[]> {
    const { settings, partitions, group } = this.#parts;
    const prefix = readTopicPrefix(settings);
    const records = parts.flatMap((part) => part.records);
    const transaction = await this.#producer.transaction();
    const offsets: number[] = [];
    for (const request of splitIntoRequests(records)) {
      const answers = await transaction.sendBatch({
        acks: -1,
        topicMessages: toTopicMessages(request, settings, partitions),
        ...selectCompression(settings),
      });
      const next = new Map<string, number>();
      for (const { topicName, partition, baseOffset } of answers) {
        next.set(`${topicName}/${partition}`, Number(baseOffset));
      }
      for (const record of request) {
        const name = `${prefix}${formatTopicPartition(resolveTopicPartition(record, partitions))}`;
        const given = next.get(name) ?? Number.NaN;
        next.set(name, given + 1);
        offsets.push(given);
      }
    }
    await transaction.sendOffsets(toTopicOffsets(settings, group, parts));
    await transaction.commit();
    return offsets;
  }
}
