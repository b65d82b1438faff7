/**
 * The work of one inbox partition: a queue in front of a desk, and what to do when the desk fails.
 *
 * I1. One batch at a time; the queue keeps what is not committed.
 * I2. A failed desk is closed and a new one opened before the same records are taken again.
 * I3. Giving a place up never fails, whatever store or log is away then.
 */
import { MmmError } from "../schemas/errors.ts";
import type { LogRecord, Place } from "../session/ports.ts";
import { createPolicy, isRetriable, retry } from "../session/retry.ts";
import { Wakeup } from "../session/wakeup.ts";
import type { CoordinatorTools } from "./coordinator-tools.ts";
import { createDesk, type Desk } from "./desk.ts";

const BATCH_MAX = 256;
const RETRY_MS = 200;
/** A fenced owner waits for its `revoked` before it would fence the rightful one in turn. */
const FENCED_MS = 3_000;
const SWEEP_MS = 1_000;
const SNAPSHOT_MS = 250;
/** How many times longer a changed session waits for its snapshot while records come in. */
const BUSY_SNAPSHOTS = 4;

/** Above this many queued records the place is paused, below half of it resumed. */
export const QUEUE_MAX = 4_096;

interface Job {
  readonly tools: CoordinatorTools;
  readonly group: string;
  readonly place: Place;
  /** Called when the queue has room again. */
  readonly drained: () => void;
}

export class PartitionActor {
  readonly #job: Job;
  readonly #halt = new AbortController();
  readonly #queue: LogRecord[] = [];
  #desk: Desk;
  #nextSweep = 0;
  readonly #wakeup = new Wakeup();
  /** Rejects when the partition's state cannot be restored. */
  readonly done: Promise<void>;

  constructor(job: Job, desk: Desk) {
    this.#job = job;
    this.#desk = desk;
    this.done = this.#work();
    this.done.catch(() => {});
  }

  get queued(): number {
    return this.#queue.length;
  }

  push(records: readonly LogRecord[]): void {
    this.#queue.push(...records);
    this.#wakeup.wake();
  }

  /** Ends after the batch in hand. */
  async stop(): Promise<void> {
    this.#halt.abort();
    this.#wakeup.wake();
    await this.done.catch(() => {});
  }

  async #work(): Promise<void> {
    while (!this.#halt.signal.aborted) {
      try {
        await this.#turn();
      } catch (error) {
        if (!this.#halt.signal.aborted) await this.#reopen(error);
      }
    }
    await this.#leave();
  }

  /** The place is given up here: what fails now, its next owner makes good, and nobody else ends. */
  async #leave(): Promise<void> {
    const failed = (error: unknown): void => {
      this.#job.tools.observer.failed("coordinator", error);
    };
    await this.#desk.saveSnapshots(0).catch(failed);
    await this.#desk.close().catch(failed);
  }

  async #turn(): Promise<void> {
    const { clock, sweepEveryMs = SWEEP_MS, batchMax = BATCH_MAX } = this.#job.tools;
    if (clock.now() >= this.#nextSweep) {
      await this.#desk.sweep();
      this.#nextSweep = clock.now() + sweepEveryMs;
    }
    const batch = this.#queue.slice(0, batchMax);
    if (batch.length > 0) {
      await this.#desk.take(batch);
      this.#queue.splice(0, batch.length);
      if (this.#queue.length <= QUEUE_MAX / 2) this.#job.drained();
    }
    await this.#desk.saveSnapshots(this.#snapshotEveryMs(batch.length > 0));
    if (this.#queue.length === 0) await this.#rest();
  }

  /** Sleeps until a delivery, the next snapshot or sweep is due, or the end. */
  async #rest(): Promise<void> {
    const { clock, snapshotEveryMs = SNAPSHOT_MS, sweepEveryMs = SWEEP_MS } = this.#job.tools;
    await this.#wakeup.rest(clock, this.#desk.hasUnsaved ? snapshotEveryMs : sweepEveryMs);
  }

  /** Under load snapshots are rarer: what they lag behind is read from the history at a restart. */
  #snapshotEveryMs(isBusy: boolean): number {
    const { snapshotEveryMs = SNAPSHOT_MS } = this.#job.tools;
    return isBusy ? BUSY_SNAPSHOTS * snapshotEveryMs : snapshotEveryMs;
  }

  async #reopen(error: unknown): Promise<void> {
    const { tools, group, place } = this.#job;
    tools.observer.failed("coordinator", error);
    await this.#desk.close().catch(() => {});
    const fenced = error instanceof MmmError && error.code === "fenced";
    const pauseMs = fenced ? FENCED_MS : RETRY_MS;
    const { signal } = this.#halt;
    await tools.clock.sleep(pauseMs, signal);
    if (signal.aborted) return;
    try {
      this.#desk = await retry(() => createDesk(tools, group, place), {
        policy: createPolicy({ pauseMs: () => pauseMs, canHelp: isRetriable }),
        clock: tools.clock,
        signal,
        failed: (again, pause) => {
          if (pause !== null) tools.observer.failed("coordinator", again);
        },
      });
    } catch (again) {
      if (!signal.aborted) throw again;
    }
  }
}
