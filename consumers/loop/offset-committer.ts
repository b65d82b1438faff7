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
import { createPolicy, isRetriable, retry } from "../../session/waiting/retry.ts";

/** Longest time a finished record waits for its commit. */
const COMMIT_EVERY_MS = 25;
const AGAIN = createPolicy({ pauseMs: () => 500 });

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
    // What is not committed now is done again by the next owner.
    if (this.#done < this.#wanted) await this.#commit().catch(() => {});
  }

  async #work(): Promise<void> {
    const { clock, signal } = this.#options;
    while (this.#done < this.#wanted && !signal.aborted) {
      await clock.sleep(COMMIT_EVERY_MS, signal);
      if (signal.aborted) break;
      // Ends with a throw only when it was called off: the partition is being let go.
      await retry(() => this.#commit(), { policy: AGAIN, clock, signal }).catch(() => {});
    }
    this.#working = null;
  }

  /** Commits the latest mark. Throws what is to be tried again. */
  async #commit(): Promise<void> {
    const offset = this.#wanted;
    try {
      await this.#options.commit(offset);
    } catch (error) {
      this.#options.failed(error);
      if (isRetriable(error) && !isFenced(error)) throw error;
    }
    this.#done = offset;
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof MmmError && error.code === "fenced";
}
