/**
 * One member of a consumer group on Kafka.
 *
 * kafkajs owns fetching, heartbeats and the group protocol. It is handed records only to put them
 * into the sink, which takes them in hand at once, so heartbeats go on however long the work takes.
 *
 * What kafkajs does not offer and what is done instead: it has no callback before partitions are
 * revoked, and after a rebalance it starts every partition at its committed offset. Here, at each
 * join, places that were lost are revoked, new ones are assigned while they are paused, and kept
 * ones go on where they were. Between the moment a place is lost and the moment we hear of it
 * another member may already work on it: handlers run at least once, and a transactor is fenced.
 *
 * I1. A place is delivered in offset order; deliveries never overlap; nothing between `revoked` and
 *     the next `assigned`.
 * I2. `assigned` of a place waits for an earlier `revoked` of it.
 * I3. A member that was expelled and joins under a new id has lost every place.
 */
import type { Clock, ConsumeOptions, Consumption, Place, RecordSink } from "../session/ports.ts";
import { askAssigned } from "./assignment.ts";
import { stickyAssigner } from "./kafka-assigner.ts";
import { clientOf, type KafkaSettings, PATIENT, prefixOf } from "./kafka-client.ts";
import { KafkaCommits } from "./kafka-commits.ts";
import { kafkaError } from "./kafka-errors.ts";
import { deliverBatch, type Lane, laneFor } from "./kafka-lane.ts";
import type { Consumer, EachBatchPayload } from "./kafkajs-patches.ts";
import { placeName } from "./record-table.ts";

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
  /** The offset that this log's transactor of a place agreed on with Kafka. */
  readonly nextOf: (group: string, place: Place) => number | null;
}

export class KafkaConsumption implements Consumption {
  readonly ended: Promise<void>;
  readonly #parts: ConsumptionParts;
  readonly #prefix: string;
  readonly #end = Promise.withResolvers<void>();
  readonly #lanes = new Map<string, Lane>();
  readonly #revoking = new Map<string, Promise<void>>();
  readonly #commits: KafkaCommits;
  #consumer: Consumer;
  #running: Promise<void> = Promise.resolve();
  #member: string | null = null;
  #stopped: Promise<void> | null = null;

  constructor(parts: ConsumptionParts) {
    this.#parts = parts;
    this.#prefix = prefixOf(parts.settings);
    this.ended = this.#end.promise;
    this.ended.catch(() => {});
    this.#commits = new KafkaCommits((offsets) => this.#sendCommits(offsets));
    this.#consumer = this.#createConsumer();
    this.#running = this.#run();
  }

  pause(place: Place): void {
    const lane = this.#lanes.get(placeName(place));
    if (lane === undefined) return;
    lane.paused = true;
    this.#tell((consumer) => consumer.pause([this.#pointer(place)]));
  }

  resume(place: Place): void {
    const lane = this.#lanes.get(placeName(place));
    if (lane === undefined || !lane.paused) return;
    lane.paused = false;
    if (lane.held) this.#tell((consumer) => consumer.resume([this.#pointer(place)]));
  }

  commit(place: Place, offset: number): Promise<void> {
    return this.#commits.commit(place, offset);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { settings, clock } = this.#parts;
    const lanes = [...this.#lanes.values()];
    this.#commits.hurry();
    for (const lane of lanes) lane.lost.abort();
    await Promise.all(lanes.map((lane) => this.#revoke(lane)));
    await Promise.all(this.#revoking.values());
    await this.#commits.flush();
    for (const lane of lanes) this.#commits.lose(lane.place);
    this.#lanes.clear();
    await Promise.race([this.#running, clock.sleep(JOINING_MS_MAX)]);
    await this.#consumer.disconnect().catch((error: unknown) => {
      settings.onLog?.("warn", `leaving the group failed: ${String(error)}`);
    });
    this.#end.resolve();
  }

  #createConsumer(): Consumer {
    const { settings, options } = this.#parts;
    const consumer = clientOf(settings).consumer({
      groupId: `${this.#prefix}${options.group}`,
      partitionAssigners: [stickyAssigner(() => this.#owned())],
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
    const coded = kafkaError(error, "consuming", settings.brokers);
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
    const mine = new Map<string, Place>();
    for (const [name, partitions] of Object.entries(assignment)) {
      const topic = name.slice(this.#prefix.length);
      for (const partition of partitions) {
        mine.set(placeName({ topic, partition }), { topic, partition });
      }
    }
    for (const [name, lane] of this.#lanes) {
      if (expelled || !mine.has(name)) this.#lose(lane);
    }
    for (const [name, place] of mine) {
      const lane = this.#lanes.get(name);
      if (lane === undefined) this.#open(place);
      else this.#seek(lane);
    }
  }

  #open(place: Place): void {
    const lane = laneFor(place);
    this.#lanes.set(placeName(place), lane);
    this.#tell((consumer) => consumer.pause([this.#pointer(place)]));
    lane.opened = this.#assign(lane).catch((error: unknown) => this.#fail(error));
  }

  async #assign(lane: Lane): Promise<void> {
    const { sink, clock, options, nextOf } = this.#parts;
    const { place, lost } = lane;
    await this.#revoking.get(placeName(place));
    lane.held = await askAssigned(sink, place, { clock, signal: lost.signal });
    if (lost.signal.aborted) return;
    this.#commits.open(place);
    if (options.transactional === true) lane.position = nextOf(options.group, place);
    this.#seek(lane);
    if (!lane.paused) this.#tell((consumer) => consumer.resume([this.#pointer(place)]));
  }

  #lose(lane: Lane): void {
    lane.lost.abort();
    this.#lanes.delete(placeName(lane.place));
    this.#commits.lose(lane.place);
    const name = placeName(lane.place);
    const before = this.#revoking.get(name) ?? Promise.resolve();
    const revoking: Promise<void> = before
      .then(() => this.#revoke(lane))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        if (this.#revoking.get(name) === revoking) this.#revoking.delete(name);
      });
    this.#revoking.set(name, revoking);
  }

  async #revoke(lane: Lane): Promise<void> {
    await lane.opened;
    if (!lane.held) return;
    lane.held = false;
    await this.#parts.sink.revoked(lane.place);
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { options, sink } = this.#parts;
    const topic = payload.batch.topic.slice(this.#prefix.length);
    const lane = this.#lanes.get(placeName({ topic, partition: payload.batch.partition }));
    if (lane === undefined) return;
    await deliverBatch(lane, payload, sink, options.deliverMax ?? DELIVER_MAX);
  }

  #seek(lane: Lane): void {
    if (lane.position === null) return;
    const { topic, partition } = lane.place;
    const offset = String(lane.position);
    this.#tell((consumer) => {
      consumer.seek({ topic: `${this.#prefix}${topic}`, partition, offset });
    });
  }

  async #sendCommits(offsets: readonly { place: Place; offset: number }[]): Promise<void> {
    if (this.#member === null) throw new Error("the group was not joined yet");
    await this.#consumer.commitOffsets(
      offsets.map(({ place, offset }) => ({
        topic: `${this.#prefix}${place.topic}`,
        partition: place.partition,
        offset: String(offset),
      })),
    );
  }

  #owned(): Record<string, number[]> {
    const owned: Record<string, number[]> = {};
    for (const { place } of this.#lanes.values()) {
      const name = `${this.#prefix}${place.topic}`;
      owned[name] = [...(owned[name] ?? []), place.partition];
    }
    return owned;
  }

  #pointer(place: Place): { topic: string; partitions: number[] } {
    return { topic: `${this.#prefix}${place.topic}`, partitions: [place.partition] };
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
