/**
 * Key-ordered concurrency inside one partition, and the low-water mark of what is done.
 *
 * I1. Records of one key are handled one after the other, in order; keys run side by side.
 * I2. `lowWater` is the first offset that is not done: everything below it is.
 * I3. At most `widthMax` records are in the handler at once.
 */
import type { LogRecord } from "../../session/ports.ts";

interface KeyedQueueOptions {
  readonly widthMax: number;
  /** Rejects only when it was told to stop; the record then stays not done. */
  handle(record: LogRecord): Promise<void>;
  /** After every record that got done. */
  progressed(): void;
}

interface Entry {
  readonly record: LogRecord;
  done: boolean;
}

/** The queues by key of one assigned partition. */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  readonly #entriesByKey = new Map<string, Entry[]>();
  readonly #ready: string[] = [];
  readonly #open: Entry[] = [];
  readonly #idle = Promise.withResolvers<void>();
  #next = 0;
  #running = 0;
  #stopped = false;

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
  }

  /** First offset not yet done. */
  get lowWater(): number {
    return this.#next;
  }

  /** Records taken in and not yet below the low-water mark. */
  get inFlight(): number {
    return this.#open.length;
  }

  /** Takes records in offset order. */
  push(records: readonly LogRecord[]): void {
    for (const record of records) {
      const entry: Entry = { record, done: false };
      if (this.#open.length === 0) this.#next = record.offset;
      this.#open.push(entry);
      const entries = this.#entriesByKey.get(record.key);
      if (entries !== undefined) entries.push(entry);
      else {
        this.#entriesByKey.set(record.key, [entry]);
        this.#ready.push(record.key);
      }
    }
    this.#pump();
  }

  /** Resolves when nothing is in the handler; what is queued is dropped. */
  async drain(): Promise<void> {
    this.#stopped = true;
    if (this.#running > 0) await this.#idle.promise;
  }

  #pump(): void {
    while (!this.#stopped && this.#running < this.#options.widthMax) {
      const key = this.#ready.shift();
      const entry = key === undefined ? undefined : this.#entriesByKey.get(key)?.[0];
      if (key === undefined || entry === undefined) return;
      this.#running += 1;
      void this.#run(key, entry);
    }
  }

  async #run(key: string, entry: Entry): Promise<void> {
    const finished = await this.#options.handle(entry.record).then(
      () => true,
      () => false,
    );
    this.#running -= 1;
    if (finished) this.#finish(key, entry);
    if (this.#stopped && this.#running === 0) this.#idle.resolve();
    this.#pump();
  }

  #finish(key: string, entry: Entry): void {
    entry.done = true;
    const entries = this.#entriesByKey.get(key) ?? [];
    entries.shift();
    if (entries.length === 0) this.#entriesByKey.delete(key);
    else this.#ready.push(key);
    while (this.#open[0]?.done === true) {
      this.#next = (this.#open.shift()?.record.offset ?? this.#next) + 1;
    }
    this.#options.progressed();
  }
}
