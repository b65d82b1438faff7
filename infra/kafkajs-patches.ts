/**
 * kafkajs 2.2.4 with its known faults mended: the only file that loads the package.
 *
 * P1. A request queue with nothing to wait for sets no timer. Unpatched, Node 24 turns the negative
 *     delay into 1 ms and the timer renews itself for ever (kafkajs issues 1704 and 1751).
 * P2. The filter of aborted records enters every aborted transaction that begins at or below a
 *     record, in order of first offset, as the Java client does. Unpatched, records of aborted
 *     transactions reach read_committed consumers when transactions interleave.
 * P3. AddOffsetsToTxn is tried again on CONCURRENT_TRANSACTIONS, as AddPartitionsToTxn is.
 * P4. A moved partition leader makes a consumer refresh its metadata, nothing more. Unpatched, it
 *     joins its group again from inside one fetcher while the others go on with the old assignment.
 * P5. Error codes newer than the package have their names (PRODUCER_FENCED, 90).
 * P6. Who coordinates a group or a transaction is remembered (kafkajs-coordinators.ts).
 * P7. Requests are encoded in one pass (kafka-encoding.ts).
 * P8. Requests to several leaders are tried again without writing anything twice (kafka-sending.ts).
 *
 * Avoided instead of patched: a producer whose commit failed is stuck (issue 1275), so a transactor
 * is thrown away after any error; committed offsets are shared by all clients made from one `Kafka`
 * object, so each client gets its own; `autoCommit` and positions after a rebalance are not relied
 * on (kafka-consumption.ts).
 */
import { createRequire } from "node:module";
import type * as KafkaJs from "kafkajs";
import type { Batch, Kafka, KafkaConfig } from "kafkajs";
import {
  type Compressor,
  encodeProduce,
  frameRequest,
  groupByPartition,
  type ProduceParts,
} from "./kafka-encoding.ts";
import type { RawConnections } from "./kafka/raw-request.ts";
import { createSending, type SendParts } from "./kafka-sending.ts";
import { rememberCoordinators } from "./kafkajs-coordinators.ts";

export type {
  Admin,
  Assigner,
  Consumer,
  EachBatchPayload,
  Kafka,
  KafkaConfig,
  Producer,
  SASLOptions,
} from "kafkajs";

const require = createRequire(import.meta.url);
const VERSION = "2.2.4";

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly messages: readonly FetchedMessage[];
}

export interface Broker {
  readonly connectionPool: RawConnections;
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    rackId: string;
    topics: {
      topic: string;
      partitions: { partition: number; fetchOffset: string; maxBytes: number }[];
    }[];
  }): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>;
}

/** The part of kafkajs's inner `Cluster` that reading without a group needs. */
export interface Cluster {
  /** 0 = all records, 1 = committed ones; asked for in offset requests. */
  isolationLevel: number;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

interface RequestQueue {
  pending: unknown[];
}

interface EosManager {
  sendOffsets(offsets: unknown): Promise<unknown>;
}

interface ConsumerGroup {
  cluster: Cluster;
}

interface Prototype<N extends 0 | 1> {
  readonly prototype: Parameters<typeof rememberCoordinators>[N];
}

type Retrier = (attempt: (bail: (error: unknown) => void) => Promise<unknown>) => Promise<unknown>;

const STALE_METADATA = [
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_FOR_PARTITION",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "UNKNOWN_TOPIC_OR_PARTITION",
];
const STALE_METADATA_PAUSE_MS = 100;

function inner<T>(path: string): T {
  return require(`kafkajs/${path}`) as T;
}

function replaceModule(path: string, exported: unknown): void {
  const file = require.resolve(`kafkajs/${path}`);
  inner(path);
  const cached = require.cache[file];
  if (cached === undefined) throw new Error(`${file} was not loaded`);
  cached.exports = exported;
}

const installed = inner<{ version: string }>("package.json").version;
if (installed !== VERSION) {
  throw new Error(`kafkajs ${VERSION} is patched here, but ${installed} is installed`);
}

patchTimerLoop();
patchEncoding();
replaceModule("src/consumer/filterAbortedMessages.js", filterAborted);
patchAddOffsets();
patchStaleMetadata();
patchErrorCodes();
patchSending();
rememberCoordinators(
  inner<Prototype<0>>("src/cluster/index.js").prototype,
  inner<Prototype<1>>("src/network/connection.js").prototype,
);

const loaded = require("kafkajs") as typeof KafkaJs;
const BatchOf =
  inner<new (topic: string, offset: string, data: FetchedPartition) => Batch>(
    "src/consumer/batch.js",
  );

export const { AssignerProtocol, CompressionCodecs, CompressionTypes, logLevel } = loaded;
export type CompressionType = (typeof CompressionTypes)[keyof typeof CompressionTypes];

/** A client of its own; nothing is shared between two of them. */
export function createKafka(config: KafkaConfig): Kafka {
  return new loaded.Kafka(config);
}

/** Connections and metadata below a client, for reads without a group; read_committed. */
export function clusterOf(kafka: Kafka): Cluster {
  const make = Object.getOwnPropertySymbols(kafka).find((symbol) =>
    symbol.description?.endsWith("createCluster"),
  );
  if (make === undefined) throw new Error("kafkajs has no createCluster");
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[make];
  if (create === undefined) throw new Error("kafkajs has no createCluster");
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, isolationLevel: 1 });
}

/** What a read_committed consumer may see of a fetched partition. */
export function visibleOf(topic: string, offset: number, data: FetchedPartition) {
  const batch = new BatchOf(topic, String(offset), data);
  const messages = batch.messages as unknown as readonly FetchedMessage[];
  const read = data.messages.length > 0;
  return { messages, next: read ? Number(batch.lastOffset()) + 1 : offset };
}

/** P2: exported for its test. */
export function filterAborted(parts: {
  messages: readonly FetchedMessage[];
  abortedTransactions?: readonly AbortedTransaction[];
}): readonly FetchedMessage[] {
  const waiting = [...(parts.abortedTransactions ?? [])].sort((a, b) =>
    Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)),
  );
  if (waiting.length === 0) return parts.messages;
  const aborted = new Set<string>();
  return parts.messages.filter((message) => {
    const offset = BigInt(message.offset);
    while (waiting[0] !== undefined && BigInt(waiting[0].firstOffset) <= offset) {
      aborted.add(String(waiting.shift()?.producerId));
    }
    const producer = String(message.batchContext.producerId);
    if (message.isControlRecord) {
      if (isAbortMarker(message)) aborted.delete(producer);
      return true;
    }
    return !(message.batchContext.inTransaction && aborted.has(producer));
  });
}

/** Key of a control record: version (2 bytes), type (2 bytes, 0 = abort). */
function isAbortMarker({ key }: FetchedMessage): boolean {
  return key !== null && key.length >= 4 && Buffer.from(key).readInt16BE(2) === 0;
}

function patchTimerLoop(): void {
  const Queue = inner<{ prototype: Record<string, (this: RequestQueue) => void> }>(
    "src/network/requestQueue/index.js",
  );
  const name = "scheduleCheckPendingRequests";
  const original = Queue.prototype[name];
  Queue.prototype[name] = function (this: RequestQueue) {
    if (this.pending.length > 0) original?.call(this);
  };
}

function patchAddOffsets(): void {
  const path = "src/producer/eosManager/index.js";
  type Make = (options: { cluster: { retry: object } }) => EosManager;
  const original = inner<Make>(path);
  const createRetry = inner<(options: object) => Retrier>("src/retry/index.js");
  replaceModule(path, (options: Parameters<Make>[0]) => {
    const manager = original(options);
    const sendOffsets = manager.sendOffsets.bind(manager);
    const retrier = createRetry(options.cluster.retry);
    manager.sendOffsets = (offsets) =>
      retrier((bail) =>
        sendOffsets(offsets).catch((error: unknown) => {
          if ((error as { type?: unknown }).type === "CONCURRENT_TRANSACTIONS") throw error;
          bail(error);
        }),
      );
    return manager;
  });
}

function patchStaleMetadata(): void {
  type Recover = (this: ConsumerGroup, error: { type?: string }) => Promise<unknown>;
  const Group = inner<{ prototype: Record<string, Recover> }>("src/consumer/consumerGroup.js");
  const original = Group.prototype["recoverFromFetch"];
  Group.prototype["recoverFromFetch"] = async function (error) {
    if (!STALE_METADATA.includes(error.type ?? "")) return original?.call(this, error);
    await new Promise((resolve) => setTimeout(resolve, STALE_METADATA_PAUSE_MS));
    return this.cluster.refreshMetadata();
  };
}

/** Loaded before what uses them: the versions of a request derive from the third. */
function patchEncoding(): void {
  const crc32c = inner<(bytes: Buffer) => number>("src/protocol/recordBatch/crc32C/index.js");
  const { lookupCodec } = inner<{ lookupCodec: (type: number) => Compressor | null }>(
    "src/protocol/message/compression/index.js",
  );
  replaceModule("src/protocol/requests/produce/v3/request.js", (parts: ProduceParts) => ({
    apiKey: 0,
    apiVersion: 3,
    apiName: "Produce",
    expectResponse: () => parts.acks !== 0,
    encode: () => encodeProduce(parts, { crc32c, codecOf: lookupCodec, now: Date.now() }),
  }));
  replaceModule("src/protocol/request.js", frameRequest);
  replaceModule("src/producer/groupMessagesPerPartition.js", groupByPartition);
}

function patchSending(): void {
  const { KafkaJSMetadataNotLoaded } = inner<{
    KafkaJSMetadataNotLoaded: new (message: string) => Error;
  }>("src/errors.js");
  replaceModule("src/producer/sendMessages.js", (parts: SendParts) =>
    createSending(parts, { NotLoaded: KafkaJSMetadataNotLoaded }),
  );
}

function patchErrorCodes(): void {
  const { errorCodes } = inner<{ errorCodes: object[] }>("src/protocol/error.js");
  const message = "A newer producer with the same transactional id has taken over";
  errorCodes.push({ type: "PRODUCER_FENCED", code: 90, retriable: false, message });
}
