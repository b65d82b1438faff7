/**
 * Exactly once for an inbox partition, among processes that each have one transactional producer.
 *
 * kafkajs lacks KIP-447 (a commit of offsets that names its group generation), so an older owner is
 * kept from writing by transactional ids alone (KIP-98), of two kinds. A process writes for all of its
 * places with one id, its *writer*, a new one after every error. Which writer may write for a place
 * stands beside the place's committed offset, and only who holds the place's own id,
 * `group.topic.partition`, may set it:
 *
 *   1. InitProducerId with the place's id: other claims of the place are over, and none is begun.
 *   2. Read the offset and the writer beside it. If there is one, wait a moment for it to give the
 *      place back (its name gone, in a last transaction of its own); if it does not, InitProducerId
 *      with *its* id completes its open transaction and fences it, and the process it belongs to
 *      opens all its places anew. Read again.
 *   3. Commit offset and the own writer's name with the place's id: the claim.
 *
 * A claim whose commit was not answered may have taken effect. Then step 2 of the next try finds the
 * own writer's name, and takes it for what it is: step 1 has completed or aborted that claim, and this
 * process, which opens a place once at a time and has closed what it held of it, writes nothing for it.
 *
 * I1. Whoever writes for a place has a claim on it that was committed after every earlier writer of
 *     the place had given it back or been fenced; so no two write for a place, and the offset and
 *     the end of `history` are final when they are read.
 * I2. After any error nothing is trusted: a new writer, with a new id, and new claims.
 * I3. A place is opened once at a time: while it is being opened nothing of this process holds it.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { MmmError } from "../schemas/errors.ts";
import type { OutgoingRecord, Place, Transactor } from "../session/ports.ts";
import { type KafkaSettings, prefixOf } from "./kafka-client.ts";
import { kafkaError } from "./kafka-errors.ts";
import { type Committed, withOffsets } from "./kafka-offsets.ts";
import { KafkaWriter, offsetsOf, openProducer } from "./kafka-writer.ts";
import { placeFor, placeName } from "./record-table.ts";

/** How long another writer has to give a place back before it is fenced. */
const RELEASE_MS = 2_000;
const RELEASE_STEP_MS = 25;
/** Beside the offset of a place that nobody writes for. */
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
  /** The last opening of a place, by name; never rejects. */
  readonly #opening = new Map<string, Promise<unknown>>();
  /** Own writers that broke, by id; settles when what they left open is complete. */
  readonly #fenced = new Map<string, Promise<void>>();
  #writer: Promise<KafkaWriter> | null = null;

  constructor(parts: TransactorParts) {
    this.#parts = parts;
  }

  /** Fences older owners of the place and agrees with Kafka on the next offset to read. */
  open(place: Place): Promise<Transactor> {
    const name = placeName(place);
    const before = this.#opening.get(name) ?? Promise.resolve();
    const opening = before.then(() => this.#openAlone(place));
    this.#opening.set(
      name,
      opening.catch(() => {}),
    );
    return opening;
  }

  async #openAlone(place: Place): Promise<Transactor> {
    const { settings } = this.#parts;
    try {
      await this.#held.get(placeName(place))?.close();
      const writer = await this.#usableWriter();
      const next = await this.#claim(place, writer);
      const hold = this.#holdOf(place, writer, next);
      this.#held.set(placeName(place), hold);
      return hold;
    } catch (error) {
      throw kafkaError(error, `taking over ${placeName(place)}`, settings.brokers);
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
    return `${prefixOf(this.#parts.settings)}${this.#parts.group}.writer.`;
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
  async #claim(place: Place, writer: KafkaWriter): Promise<number> {
    const { settings, group } = this.#parts;
    const { topic, partition } = place;
    const claimer = await openProducer(
      settings,
      `${prefixOf(settings)}${group}.${topic}.${partition}`,
    );
    try {
      const offset = await withOffsets(settings, { group, topic }, (readAll) =>
        this.#settled(writer, async () => (await readAll()).get(partition)),
      );
      const claim = await claimer.transaction();
      await claim.sendOffsets(offsetsOf(settings, group, [{ place, offset, owner: writer.id }]));
      await claim.commit();
      return offset;
    } finally {
      await claimer.disconnect().catch(() => {});
    }
  }

  /** The committed offset once no writer can change it; the own one holds nothing of the place. */
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
    const known = this.#fenced.get(id);
    if (known !== undefined) return known;
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

  #holdOf(place: Place, writer: KafkaWriter, next: number): Transactor {
    const { partitions } = this.#parts;
    /** Of what was last given to the writer, which keeps the order. */
    let done = next;
    let closed: Promise<void> | null = null;
    const release = async (): Promise<void> => {
      if (!writer.usable) return;
      const given = writer.commit({ place, records: [], offset: done, owner: NOBODY });
      await given.catch(() => {});
    };
    return {
      next,
      commit: async (records: readonly OutgoingRecord[], offset: number) => {
        if (closed !== null) {
          throw new MmmError("fenced", `the transactor of ${placeName(place)} is closed`);
        }
        for (const record of records) placeFor(record, partitions);
        done = offset;
        return writer.commit({ place, records, offset, owner: writer.id });
      },
      close: () => {
        closed ??= release();
        return closed;
      },
    };
  }
}
