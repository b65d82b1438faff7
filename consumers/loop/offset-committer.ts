/**
 * Commits how far a partition is done: now and then, the latest mark only, until the log has it.
 *
 * Not committing at once is safe (a record done twice counts once) and far cheaper; what is not
 * committed when a process dies is done again.
 *
 * I1. One commit at a time; marks only rise.
 * I2. A commit that failed in a way worth another try is tried again, so that a group without new
 *     records still reaches its end. A partition that was lost is not.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { Clock } from "../../session/ports.ts";

/** Longest time a finished record waits for its commit. */
const COMMIT_EVERY_MS = 25;
const RETRY_MS = 500;

interface CommitterOptions {
  readonly clock: Clock;
  /** Aborted when the partition is lost or the process stops. */
  readonly signal: AbortSignal;
  commit(offset: number): Promise<void>;
  failed(error: unknown): void;
}

export class Committer {
  readonly #options: CommitterOptions;
  #wanted = 0;
  #done = 0;
  #working: Promise<void> | null = null;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Everything below `offset` is done. */
  mark(offset: number): void {
    if (offset <= this.#wanted || this.#options.signal.aborted) {
      this.#wanted = Math.max(this.#wanted, offset);
      return;
    }
    this.#wanted = offset;
    this.#working ??= this.#work();
  }

  /** Commits what is left, once; for a partition that is being let go. */
  async finish(): Promise<void> {
    await this.#working;
    if (this.#done < this.#wanted) await this.#try();
  }

  async #work(): Promise<void> {
    const { clock, signal } = this.#options;
    let wait = COMMIT_EVERY_MS;
    while (this.#done < this.#wanted && !signal.aborted) {
      await clock.sleep(wait, signal);
      if (!signal.aborted) wait = (await this.#try()) ? COMMIT_EVERY_MS : RETRY_MS;
    }
    this.#working = null;
  }

  /** False when it is to be tried again. */
  async #try(): Promise<boolean> {
    const offset = this.#wanted;
    try {
      await this.#options.commit(offset);
    } catch (error) {
      this.#options.failed(error);
      if (error instanceof MmmError && error.retriable && error.code !== "fenced") return false;
    }
    this.#done = offset;
    return true;
  }
}
