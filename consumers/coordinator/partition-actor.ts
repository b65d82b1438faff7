/**
 * The work of one inbox partition: a queue in front of a partition processor, and what to do when the processor fails.
 *
 * I1. One batch at a time; the queue keeps what is not committed.
 * I2. A failed processor is closed and a new one opened before the same records are taken again.
 * I3. Giving a partition up never fails, whatever store or log is away then.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { LogRecord, TopicPartition } from "../../session/ports.ts";
import { createPolicy, isRetriable, retry } from "../../session/waiting/retry.ts";
import { Wakeup } from "../../session/waiting/wakeup.ts";
import type { CoordinatorTools } from "./tools.ts";
import { createPartitionProcessor, type PartitionProcessor } from "./partition-processor.ts";

const BATCH_MAX = 256;
const RETRY_MS = 200;
/** A fenced owner waits for its `revoked` before it would fence the rightful one in turn. */
const FENCED_MS = 3_000;
const SWEEP_MS = 1_000;
const SNAPSHOT_MS = 250;
/** How many times longer a changed session waits for its snapshot while records come in. */
const BUSY_SNAPSHOTS = 4;

/** Above this many queued records the partition is paused, below half of it resumed. */
export const QUEUE_MAX = 4_096;

interface Job {
  readonly tools: CoordinatorTools;
  readonly group: string;
  readonly topicPartition: TopicPartition;
  /** Called when the queue has room again. */
  readonly drained: () => void;
}

export class PartitionActor {
  readonly #job: Job;
  readonly #halt = new AbortController();
  readonly #queue: LogRecord[] = [];
  #processor: PartitionProcessor;
  #nextSweep = 0;
  readonly #wakeup = new Wakeup();
  /** Rejects when the partition's state cannot be restored. */
  readonly done: Promise<void>;

  constructor(job: Job, processor: PartitionProcessor) {
    this.#job = job;
    this.#processor = processor;
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

  /** The partition is given up here: what fails now, its next owner makes good, and nobody else ends. */
  async #leave(): Promise<void> {
    const failed = (error: unknown): void => {
      this.#job.tools.observer.failed("coordinator", error);
    };
    await this.#processor.saveSnapshots(0).catch(failed);
    await this.#processor.close().catch(failed);
  }

  async #turn(): Promise<void> {
    const { clock, sweepEveryMs = SWEEP_MS, batchMax = BATCH_MAX } = this.#job.tools;
    if (clock.now() >= this.#nextSweep) {
      await this.#processor.sweep();
      this.#nextSweep = clock.now() + sweepEveryMs;
    }
    const batch = this.#queue.slice(0, batchMax);
    if (batch.length > 0) {
      await this.#processor.take(batch);
      this.#queue.splice(0, batch.length);
      if (this.#queue.length <= QUEUE_MAX / 2) this.#job.drained();
    }
    await this.#processor.saveSnapshots(this.#snapshotEveryMs(batch.length > 0));
    if (this.#queue.length === 0) await this.#rest();
  }

  /** Sleeps until a delivery, the next snapshot or sweep is due, or the end. */
  async #rest(): Promise<void> {
    const { clock, snapshotEveryMs = SNAPSHOT_MS, sweepEveryMs = SWEEP_MS } = this.#job.tools;
    await this.#wakeup.rest(clock, this.#processor.hasUnsaved ? snapshotEveryMs : sweepEveryMs);
  }

  /** Under load snapshots are rarer: what they lag behind is read from the history at a restart. */
  #snapshotEveryMs(isBusy: boolean): number {
    const { snapshotEveryMs = SNAPSHOT_MS } = this.#job.tools;
    return isBusy ? BUSY_SNAPSHOTS * snapshotEveryMs : snapshotEveryMs;
  }

  async #reopen(error: unknown): Promise<void> {
    const { tools, group, topicPartition } = this.#job;
    tools.observer.failed("coordinator", error);
    await this.#processor.close().catch(() => {});
    const fenced = error instanceof MmmError && error.code === "fenced";
    const pauseMs = fenced ? FENCED_MS : RETRY_MS;
    const { signal } = this.#halt;
    await tools.clock.sleep(pauseMs, signal);
    if (signal.aborted) return;
    try {
      this.#processor = await retry(() => createPartitionProcessor(tools, group, topicPartition), {
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
