/**
 * Group offsets of one member: gathered for a moment, then committed in one request.
 *
 * I1. Of several commits of a partition the highest counts; none ever goes back.
 * I2. A commit that Kafka refuses for the moment is tried again until the partition is lost.
 * I3. A lost partition rejects what waits as `fenced`.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { TopicPartition } from "../../session/ports.ts";
import { formatTopicPartition } from "../embedded/record-table.ts";

/** What is done and not committed when a process dies is done again; a request each is dear. */
const GATHER_MS = 200;
const AGAIN_MS = 250;
/** When the member leaves: tries before what waits is given up. */
const LAST_TRIES = 4;

interface Pending {
  readonly topicPartition: TopicPartition;
  wanted: number;
  done: number;
  readonly waiting: { readonly offset: number; readonly promise: PromiseWithResolvers<void> }[];
}

export type SendCommits = (
  offsets: readonly { readonly topicPartition: TopicPartition; readonly offset: number }[],
) => Promise<void>;

export class KafkaCommits {
  readonly #send: SendCommits;
  readonly #topicPartitions = new Map<string, Pending>();
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<boolean> | null = null;
  #gatherMs = GATHER_MS;

  constructor(send: SendCommits) {
    this.#send = send;
  }

  open(topicPartition: TopicPartition): void {
    this.#topicPartitions.set(formatTopicPartition(topicPartition), {
      topicPartition,
      wanted: -1,
      done: -1,
      waiting: [],
    });
  }

  /** Resolves when Kafka has the offset or a higher one. */
  async commit(topicPartition: TopicPartition, offset: number): Promise<void> {
    const pending = this.#topicPartitions.get(formatTopicPartition(topicPartition));
    if (pending === undefined) throw createLostPartitionError(topicPartition);
    if (offset <= pending.done) return;
    pending.wanted = Math.max(pending.wanted, offset);
    const promise = Promise.withResolvers<void>();
    pending.waiting.push({ offset, promise });
    this.#schedule(this.#gatherMs);
    return promise.promise;
  }

  lose(topicPartition: TopicPartition): void {
    const pending = this.#topicPartitions.get(formatTopicPartition(topicPartition));
    this.#topicPartitions.delete(formatTopicPartition(topicPartition));
    for (const { promise } of pending?.waiting.splice(0) ?? [])
      promise.reject(createLostPartitionError(topicPartition));
  }

  /** From now on without gathering: the member is about to leave. */
  hurry(): void {
    this.#gatherMs = 0;
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#schedule(0);
  }

  /** Commits what is wanted, with a bounded number of tries. */
  async flush(): Promise<void> {
    for (let tries = 0; tries < LAST_TRIES && this.#dirty().length > 0; tries += 1) {
      await this.#sending;
      const sent = await this.#flush();
      if (!sent) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#flush().then((sent) => {
        if (this.#dirty().length > 0) this.#schedule(sent ? this.#gatherMs : AGAIN_MS);
      });
    }, ms);
  }

  #dirty(): Pending[] {
    return [...this.#topicPartitions.values()].filter((pending) => pending.wanted > pending.done);
  }

  #flush(): Promise<boolean> {
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #sendAll(): Promise<boolean> {
    const dirty = this.#dirty().map((pending) => ({ pending, offset: pending.wanted }));
    if (dirty.length === 0) return true;
    try {
      await this.#send(
        dirty.map(({ pending, offset }) => ({ topicPartition: pending.topicPartition, offset })),
      );
    } catch {
      // The group is in motion or Kafka is away; the next try or the loss of the partition settles it.
      return false;
    }
    for (const { pending, offset } of dirty) {
      pending.done = Math.max(pending.done, offset);
      const settled = pending.waiting.filter((one) => one.offset <= pending.done);
      for (const one of settled) {
        pending.waiting.splice(pending.waiting.indexOf(one), 1);
        one.promise.resolve();
      }
    }
    return true;
  }
}

function createLostPartitionError(topicPartition: TopicPartition): MmmError {
  return new MmmError(
    "fenced",
    `the group has given ${formatTopicPartition(topicPartition)} to another member`,
  );
}
