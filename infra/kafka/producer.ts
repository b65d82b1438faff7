/**
 * Appending to Kafka outside transactions.
 *
 * I1. One request is under way at a time and the next takes all that has gathered meanwhile: the
 *     order of appends is the order in the log, also when a request is tried again.
 * I2. acks=all: what has resolved is on every in-sync replica. The producer is idempotent, so its
 *     own tries write once; after a failure it is replaced, and a record that a caller appends again
 *     may then stand there twice, which deterministic event ids make harmless.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { OutgoingRecord } from "../../session/ports.ts";
import { createKafkaClient, type KafkaSettings, readTopicPrefix } from "./client.ts";
import { COMPRESSIONS } from "./codecs.ts";
import { toKafkaError } from "./errors.ts";
import type { Producer } from "./kafkajs-patches.ts";
import { resolveTopicPartition } from "../embedded/record-table.ts";

/** Bounds on one request; a topic's `max.message.bytes` is well above. */
const REQUEST_BYTES_MAX = 1_000_000;
const REQUEST_RECORDS_MAX = 2_000;
/** Appends in one request from which on the next one gathers for a moment. */
const BUSY_APPENDS = 4;
const GATHER_MS = 3;

export interface TopicMessages {
  readonly topic: string;
  readonly messages: {
    readonly partition: number;
    readonly key: string;
    readonly value: Buffer;
    readonly headers: Record<string, string>;
  }[];
}

/** Messages as kafkajs wants them, each with its partition. Throws `internal` for a wrong partition. */
export function toTopicMessages(
  records: readonly OutgoingRecord[],
  settings: KafkaSettings,
  partitions: number,
): TopicMessages[] {
  const topics = new Map<string, TopicMessages>();
  for (const record of records) {
    const { topic, partition } = resolveTopicPartition(record, partitions);
    const name = `${readTopicPrefix(settings)}${topic}`;
    const found = topics.get(name) ?? { topic: name, messages: [] };
    topics.set(name, found);
    const value = Buffer.from(record.value.buffer, record.value.byteOffset, record.value.length);
    found.messages.push({ partition, key: record.key, value, headers: { ...record.headers } });
  }
  return [...topics.values()];
}

/** Splits records, in order, into requests of bounded size. */
export function* splitIntoRequests(
  records: readonly OutgoingRecord[],
): Generator<OutgoingRecord[]> {
  let request: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = estimateOutgoingBytes(record);
    const full = bytes + size > REQUEST_BYTES_MAX || request.length >= REQUEST_RECORDS_MAX;
    if (full && request.length > 0) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(record);
    bytes += size;
  }
  if (request.length > 0) yield request;
}

function estimateOutgoingBytes(record: OutgoingRecord): number {
  const headers = Object.values(record.headers).reduce((sum, value) => sum + value.length, 0);
  return record.value.length + headers + 512;
}

/** Partitions are chosen by us; kafkajs only asks for the one in the message. */
export const givenPartition = () => (choice: { message: { partition?: number } }) =>
  choice.message.partition ?? 0;

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly done: PromiseWithResolvers<void>;
}

export interface Appender {
  append(records: readonly OutgoingRecord[]): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** An appender with one connection; it connects at the first append. */
export function createAppender(settings: KafkaSettings, partitions: number): Appender {
  let queue: Waiting[] = [];
  let sending: Promise<void> | null = null;
  let producer: Promise<Producer> | null = null;

  async function sendWaiting(batch: readonly Waiting[]): Promise<void> {
    try {
      producer ??= connectProducer(settings);
      const open = await producer;
      for (const request of splitIntoRequests(batch.flatMap((one) => one.records))) {
        await open.sendBatch({
          acks: -1,
          timeout: 10_000,
          topicMessages: toTopicMessages(request, settings, partitions),
          ...selectCompression(settings),
        });
      }
      for (const one of batch) one.done.resolve();
    } catch (error) {
      const failed = producer;
      producer = null;
      failed?.then((open) => open.disconnect()).catch(() => {});
      const coded = toKafkaError(error, "appending", settings.brokers);
      for (const one of batch) one.done.reject(coded);
    }
  }
  async function drain(): Promise<void> {
    for (let busy = false; queue.length > 0; ) {
      // Where several append at the same time more will come; one alone does not wait.
      await (busy ? sleep(GATHER_MS) : new Promise((resolve) => setImmediate(resolve)));
      const batch = queue;
      busy = batch.length >= BUSY_APPENDS;
      queue = [];
      await sendWaiting(batch);
    }
    sending = null;
  }

  return {
    async append(records) {
      if (records.length === 0) return;
      for (const record of records) resolveTopicPartition(record, partitions);
      const done = Promise.withResolvers<void>();
      queue.push({ records, done });
      sending ??= drain();
      return done.promise;
    },
    flush: async () => {
      await sending;
    },
    async close() {
      await sending;
      await producer?.then((open) => open.disconnect()).catch(() => {});
    },
  };
}

/** Compression as kafkajs wants it, for spreading into a request. */
export function selectCompression(settings: KafkaSettings) {
  const compression = COMPRESSIONS[settings.compression ?? "none"];
  return compression === undefined ? {} : { compression };
}

async function connectProducer(settings: KafkaSettings): Promise<Producer> {
  const producer = createKafkaClient(settings).producer({
    allowAutoTopicCreation: false,
    createPartitioner: givenPartition,
    idempotent: true,
    retry: { retries: 8 },
  });
  await producer.connect();
  return producer;
}
