/**
 * One member of a consumer group on Kafka.
 *
 * kafkajs owns fetching, heartbeats and the group protocol. It is handed records only to put them
 * into the sink, which takes them in hand at once, so heartbeats go on however long the work takes.
 *
 * What kafkajs does not offer and what is done instead: it has no callback before partitions are
 * revoked, and after a rebalance it starts every partition at its committed offset. Here, at each
 * join, partitions that were lost are revoked, new ones are assigned while they are paused, and kept
 * ones go on where they were. Between the moment a partition is lost and the moment we hear of it
 * another member may already work on it: handlers run at least once, and a transactor is fenced.
 *
 * I1. A partition is delivered in offset order; deliveries never overlap; nothing between `revoked` and
 *     the next `assigned`.
 * I2. `assigned` of a partition waits for an earlier `revoked` of it.
 * I3. A member that was expelled and joins under a new id has lost every partition.
 */
import type {
  Clock,
  ConsumeOptions,
  Consumption,
  TopicPartition,
  RecordSink,
} from "../../session/ports.ts";
import { askAssigned } from "../assignment.ts";
import { createStickyAssigner } from "./assigner.ts";
import { createKafkaClient, type KafkaSettings, PATIENT, readTopicPrefix } from "./client.ts";
import { KafkaCommits } from "./commits.ts";
import { toKafkaError } from "./errors.ts";
import { putBatch, type AssignedPartition, createAssigned } from "./partition-lane.ts";
import type { Consumer, EachBatchPayload } from "./kafkajs-patches.ts";
import { formatTopicPartition } from "../embedded/record-table.ts";

const DELIVER_MAX = 256;
const FETCH_WAIT_MS = 200;
const PARTITION_BYTES_MAX = 1024 * 1024;
const RESTART_MS = 1_000;
/** How long a member that leaves waits for its own joining. */
const JOINING_MS_MAX = 5_000;

export interface ConsumptionParts {
  readonly settings: KafkaSettings;
  readonly clock: Clock;
  readonly options: ConsumeOptions;
  readonly sink: RecordSink;
  /** The offset that this log's transactor of a partition agreed on with Kafka. */
  readonly nextOf: (group: string, target: TopicPartition) => number | null;
}

export class KafkaConsumption implements Consumption {
  readonly ended: Promise<void>;
  readonly #parts: ConsumptionParts;
  readonly #prefix: string;
  readonly #end = Promise.withResolvers<void>();
  readonly #allAssigned = new Map<string, AssignedPartition>();
  readonly #revoking = new Map<string, Promise<void>>();
  readonly #commits: KafkaCommits;
  #consumer: Consumer;
  #running: Promise<void> = Promise.resolve();
  #member: string | null = null;
  #stopped: Promise<void> | null = null;

  constructor(parts: ConsumptionParts) {
    this.#parts = parts;
    this.#prefix = readTopicPrefix(parts.settings);
    this.ended = this.#end.promise;
    this.ended.catch(() => {});
    this.#commits = new KafkaCommits((offsets) => this.#sendCommits(offsets));
    this.#consumer = this.#createConsumer();
    this.#running = this.#run();
  }

  pause(target: TopicPartition): void {
    const assigned = this.#allAssigned.get(formatTopicPartition(target));
    if (assigned === undefined) return;
    assigned.paused = true;
    this.#tell((consumer) => consumer.pause([this.#pointer(target)]));
  }

  resume(target: TopicPartition): void {
    const assigned = this.#allAssigned.get(formatTopicPartition(target));
    if (assigned === undefined || !assigned.paused) return;
    assigned.paused = false;
    if (assigned.held) this.#tell((consumer) => consumer.resume([this.#pointer(target)]));
  }

  commit(target: TopicPartition, offset: number): Promise<void> {
    return this.#commits.commit(target, offset);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { settings, clock } = this.#parts;
    const allAssigned = [...this.#allAssigned.values()];
    this.#commits.hurry();
    for (const assigned of allAssigned) assigned.lost.abort();
    await Promise.all(allAssigned.map((assigned) => this.#revoke(assigned)));
    await Promise.all(this.#revoking.values());
    await this.#commits.flush();
    for (const assigned of allAssigned) this.#commits.lose(assigned.topicPartition);
    this.#allAssigned.clear();
    await Promise.race([this.#running, clock.sleep(JOINING_MS_MAX)]);
    await this.#consumer.disconnect().catch((error: unknown) => {
      settings.onLog?.("warn", `leaving the group failed: ${String(error)}`);
    });
    this.#end.resolve();
  }

  #createConsumer(): Consumer {
    const { settings, options } = this.#parts;
    const consumer = createKafkaClient(settings).consumer({
      groupId: `${this.#prefix}${options.group}`,
      partitionAssigners: [createStickyAssigner(() => this.#owned())],
      sessionTimeout: settings.sessionTimeoutMs ?? 15_000,
      heartbeatInterval: Math.floor((settings.sessionTimeoutMs ?? 15_000) / 5),
      rebalanceTimeout: 30_000,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      allowAutoTopicCreation: false,
      readUncommitted: false,
      retry: { ...PATIENT, restartOnFailure: async () => this.#stopped === null },
    });
    const { GROUP_JOIN, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#joined(payload.memberId, payload.memberAssignment);
    });
    consumer.on(CRASH, ({ payload }) => this.#crashed(payload.error, payload.restart));
    return consumer;
  }

  async #run(): Promise<void> {
    const { options } = this.#parts;
    const consumer = this.#consumer;
    try {
      await consumer.connect();
      if (this.#stopped !== null) return;
      const topics = options.topics.map((topic) => `${this.#prefix}${topic}`);
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#take(payload).catch((error: unknown) => this.#fail(error)),
      });
    } catch (error) {
      this.#crashed(error, false);
    }
  }

  /** Starts over with a new client unless Kafka refuses us for good. */
  #crashed(error: unknown, restarting: boolean): void {
    const { settings, clock } = this.#parts;
    const coded = toKafkaError(error, "consuming", settings.brokers);
    settings.onLog?.("warn", coded.message);
    if (restarting || this.#stopped !== null) return;
    if (!coded.retriable) return this.#fail(coded);
    const broken = this.#consumer;
    this.#running = this.#running
      .then(() => broken.disconnect())
      .catch(() => {})
      .then(() => clock.sleep(RESTART_MS))
      .then(() => {
        if (this.#stopped !== null) return;
        this.#consumer = this.#createConsumer();
        return this.#run();
      });
  }

  #fail(error: unknown): void {
    this.#end.reject(error);
    void this.stop();
  }

  #joined(member: string, assignment: Readonly<Record<string, number[]>>): void {
    if (this.#stopped !== null) return;
    const expelled = this.#member !== null && this.#member !== member;
    this.#member = member;
    const mine = new Map<string, TopicPartition>();
    for (const [name, partitions] of Object.entries(assignment)) {
      const topic = name.slice(this.#prefix.length);
      for (const partition of partitions) {
        mine.set(formatTopicPartition({ topic, partition }), { topic, partition });
      }
    }
    for (const [name, assigned] of this.#allAssigned) {
      if (expelled || !mine.has(name)) this.#lose(assigned);
    }
    for (const [name, target] of mine) {
      const assigned = this.#allAssigned.get(name);
      if (assigned === undefined) this.#open(target);
      else this.#seek(assigned);
    }
  }

  #open(target: TopicPartition): void {
    const assigned = createAssigned(target);
    this.#allAssigned.set(formatTopicPartition(target), assigned);
    this.#tell((consumer) => consumer.pause([this.#pointer(target)]));
    assigned.opened = this.#assign(assigned).catch((error: unknown) => this.#fail(error));
  }

  async #assign(assigned: AssignedPartition): Promise<void> {
    const { sink, clock, options, nextOf } = this.#parts;
    const { topicPartition: target, lost } = assigned;
    await this.#revoking.get(formatTopicPartition(target));
    assigned.held = await askAssigned(sink, target, { clock, signal: lost.signal });
    if (lost.signal.aborted) return;
    this.#commits.open(target);
    if (options.transactional === true) assigned.position = nextOf(options.group, target);
    this.#seek(assigned);
    if (!assigned.paused) this.#tell((consumer) => consumer.resume([this.#pointer(target)]));
  }

  #lose(assigned: AssignedPartition): void {
    assigned.lost.abort();
    this.#allAssigned.delete(formatTopicPartition(assigned.topicPartition));
    this.#commits.lose(assigned.topicPartition);
    const name = formatTopicPartition(assigned.topicPartition);
    const before = this.#revoking.get(name) ?? Promise.resolve();
    const revoking: Promise<void> = before
      .then(() => this.#revoke(assigned))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        if (this.#revoking.get(name) === revoking) this.#revoking.delete(name);
      });
    this.#revoking.set(name, revoking);
  }

  async #revoke(assigned: AssignedPartition): Promise<void> {
    await assigned.opened;
    if (!assigned.held) return;
    assigned.held = false;
    await this.#parts.sink.revoked(assigned.topicPartition);
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { options, sink } = this.#parts;
    const topic = payload.batch.topic.slice(this.#prefix.length);
    const assigned = this.#allAssigned.get(
      formatTopicPartition({ topic, partition: payload.batch.partition }),
    );
    if (assigned === undefined) return;
    await putBatch(assigned, payload, sink, options.deliverMax ?? DELIVER_MAX);
  }

  #seek(assigned: AssignedPartition): void {
    if (assigned.position === null) return;
    const { topic, partition } = assigned.topicPartition;
    const offset = String(assigned.position);
    this.#tell((consumer) => {
      consumer.seek({ topic: `${this.#prefix}${topic}`, partition, offset });
    });
  }

  async #sendCommits(
    offsets: readonly { topicPartition: TopicPartition; offset: number }[],
  ): Promise<void> {
    if (this.#member === null) throw new Error("the group was not joined yet");
    await this.#consumer.commitOffsets(
      offsets.map(({ topicPartition: target, offset }) => ({
        topic: `${this.#prefix}${target.topic}`,
        partition: target.partition,
        offset: String(offset),
      })),
    );
  }

  #owned(): Record<string, number[]> {
    const owned: Record<string, number[]> = {};
    for (const { topicPartition: target } of this.#allAssigned.values()) {
      const name = `${this.#prefix}${target.topic}`;
      owned[name] = [...(owned[name] ?? []), target.partition];
    }
    return owned;
  }

  #pointer(target: TopicPartition): { topic: string; partitions: number[] } {
    return { topic: `${this.#prefix}${target.topic}`, partitions: [target.partition] };
  }

  /** kafkajs throws when it is between two runs; the next join sets all of it again. */
  #tell(what: (consumer: Consumer) => void): void {
    try {
      what(this.#consumer);
    } catch (error) {
      this.#parts.settings.onLog?.("debug", `consumer not running: ${String(error)}`);
    }
  }
}
