/**
 * Exactly once for an inbox partition, among processes that each have one transactional producer.
 *
 * kafkajs lacks KIP-447 (a commit of offsets that names its group generation), so an older owner is
 * kept from writing by transactional ids alone (KIP-98), of two kinds. A process writes for all of its
 * partitions with one id, its *writer*, a new one after every error. Which writer may write for a partition
 * stands beside the partition's committed offset, and only who holds the partition's own id,
 * `group.topic.partition`, may set it:
 *
 *   1. InitProducerId with the partition's id: other claims of the partition are over, and none is begun.
 *   2. Read the offset and the writer beside it. If there is one, wait a moment for it to give the
 *      partition back (its name gone, in a last transaction of its own); if it does not, InitProducerId
 *      with *its* id completes its open transaction and fences it, and the process it belongs to
 *      opens all its partitions anew. Read again.
 *   3. Commit offset and the own writer's name with the partition's id: the claim.
 *
 * A claim whose commit was not answered may have taken effect. Then step 2 of the next try finds the
 * own writer's name, and takes it for what it is: step 1 has completed or aborted that claim, and this
 * process, which opens a partition once at a time and has closed what it held of it, writes nothing for it.
 *
 * I1. Whoever writes for a partition has a claim on it that was committed after every earlier writer of
 *     the partition had given it back or been fenced; so no two write for a partition, and the offset and
 *     the end of `history` are final when they are read.
 * I2. After any error nothing is trusted: a new writer, with a new id, and new claims.
 * I3. A partition is opened once at a time: while it is being opened nothing of this process holds it.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { MmmError } from "../../schemas/errors.ts";
import type { OutgoingRecord, TopicPartition, Transactor } from "../../session/ports.ts";
import { type KafkaSettings, readTopicPrefix } from "./client.ts";
import { toKafkaError } from "./errors.ts";
import { type Committed, withOffsets } from "./offsets.ts";
import { KafkaWriter, toTopicOffsets, openProducer } from "./writer.ts";
import { resolveTopicPartition, formatTopicPartition } from "../embedded/record-table.ts";

/** How long another writer has to give a partition back before it is fenced. */
const RELEASE_MS = 2_000;
const RELEASE_STEP_MS = 25;
/** Beside the offset of a partition that nobody writes for. */
const NOBODY = "";

export interface TransactorParts {
  readonly settings: KafkaSettings;
  readonly partitions: number;
  readonly group: string;
}

/** The transactors of one group in this process, and their writer. */
export class KafkaTransactors {
  readonly #parts: TransactorParts;
  readonly #held = new Map<string, Transactor>();
  /** The last opening of a partition, by name; never rejects. */
  readonly #opening = new Map<string, Promise<unknown>>();
  /** Own writers that broke, by id; settles when what they left open is complete. */
  readonly #fenced = new Map<string, Promise<void>>();
  #writer: Promise<KafkaWriter> | null = null;

  constructor(parts: TransactorParts) {
    this.#parts = parts;
  }

  /** Fences older owners of the partition and agrees with Kafka on the next offset to read. */
  open(topicPartition: TopicPartition): Promise<Transactor> {
    const name = formatTopicPartition(topicPartition);
    const before = this.#opening.get(name) ?? Promise.resolve();
    const opening = before.then(() => this.#openAlone(topicPartition));
    this.#opening.set(
      name,
      opening.catch(() => {}),
    );
    return opening;
  }

  async #openAlone(topicPartition: TopicPartition): Promise<Transactor> {
    const { settings } = this.#parts;
    try {
      await this.#held.get(formatTopicPartition(topicPartition))?.close();
      const writer = await this.#usableWriter();
      const next = await this.#claim(topicPartition, writer);
      const hold = this.#holdOf(topicPartition, writer, next);
      this.#held.set(formatTopicPartition(topicPartition), hold);
      return hold;
    } catch (error) {
      throw toKafkaError(
        error,
        `taking over ${formatTopicPartition(topicPartition)}`,
        settings.brokers,
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#opening.values());
    await Promise.all([...this.#held.values()].map((hold) => hold.close()));
    await this.#writer?.then(
      (writer) => writer.close(),
      () => {},
    );
  }

  get #writerPrefix(): string {
    return `${readTopicPrefix(this.#parts.settings)}${this.#parts.group}.writer.`;
  }

  async #usableWriter(): Promise<KafkaWriter> {
    const before = this.#writer;
    const writer = await before?.catch(() => null);
    if (writer?.usable === true) return writer;
    if (this.#writer === before) {
      const transactionalId = `${this.#writerPrefix}${randomUUID()}`;
      this.#writer = KafkaWriter.open({ ...this.#parts, transactionalId });
      if (writer !== null && writer !== undefined) this.#fence(writer.id).catch(() => {});
    }
    return this.#writer as Promise<KafkaWriter>;
  }

  /** Steps 1 to 3; resolves with the next offset to read. */
  async #claim(topicPartition: TopicPartition, writer: KafkaWriter): Promise<number> {
    const { settings, group } = this.#parts;
    const { topic, partition } = topicPartition;
    const claimer = await openProducer(
      settings,
      `${readTopicPrefix(settings)}${group}.${topic}.${partition}`,
    );
    try {
      const offset = await withOffsets(settings, { group, topic }, (readAll) =>
        this.#settled(writer, async () => (await readAll()).get(partition)),
      );
      const claim = await claimer.transaction();
      await claim.sendOffsets(
        toTopicOffsets(settings, group, [{ topicPartition, offset, owner: writer.id }]),
      );
      await claim.commit();
      return offset;
    } finally {
      await claimer.disconnect().catch(() => {});
    }
  }

  /** The committed offset once no writer can change it; the own one holds nothing of the partition. */
  async #settled(writer: KafkaWriter, read: () => Promise<Committed | undefined>): Promise<number> {
    let found = await read();
    const owner = this.#writerOf(found);
    const isFree = (): boolean => [NOBODY, writer.id].includes(this.#writerOf(found));
    const wait = this.#fenced.has(owner) ? 0 : RELEASE_MS;
    for (let waited = 0; !isFree() && waited < wait; waited += RELEASE_STEP_MS) {
      await sleep(RELEASE_STEP_MS);
      found = await read();
    }
    if (isFree()) return found?.offset ?? 0;
    await this.#fence(owner);
    return (await read())?.offset ?? 0;
  }

  /** Completes what a writer left open and keeps it from writing more; once for an own one. */
  #fence(id: string): Promise<void> {
    const earlier = this.#fenced.get(id);
    if (earlier !== undefined) return earlier;
    const fencing = openProducer(this.#parts.settings, id).then((producer) =>
      producer.disconnect().catch(() => {}),
    );
    this.#fenced.set(id, fencing);
    fencing.catch(() => this.#fenced.delete(id));
    return fencing;
  }

  /** Anything else that stands beside an offset is no writer's name. */
  #writerOf(found: Committed | undefined): string {
    const metadata = found?.metadata ?? NOBODY;
    return metadata.startsWith(this.#writerPrefix) ? metadata : NOBODY;
  }

  #holdOf(topicPartition: TopicPartition, writer: KafkaWriter, next: number): Transactor {
    const { partitions } = this.#parts;
    /** Of what was last given to the writer, which keeps the order. */
    let done = next;
    let closed: Promise<void> | null = null;
    const release = async (): Promise<void> => {
      if (!writer.usable) return;
      const given = writer.commit({ topicPartition, records: [], offset: done, owner: NOBODY });
      await given.catch(() => {});
    };
    return {
      next,
      commit: async (records: readonly OutgoingRecord[], offset: number) => {
        if (closed !== null) {
          throw new MmmError(
            "fenced",
            `the transactor of ${formatTopicPartition(topicPartition)} is closed`,
          );
        }
        for (const record of records) resolveTopicPartition(record, partitions);
        done = offset;
        return writer.commit({ topicPartition, records, offset, owner: writer.id });
      },
      close: () => {
        closed ??= release();
        return closed;
      },
    };
  }
}
