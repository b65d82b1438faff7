/**
 * A rest that somebody else can end early.
 *
 * I1. No call is lost: one that comes while nobody rests ends the next rest at once. Who was woken
 *     looks at what there is to do, and may find nothing.
 */
import type { Clock } from "../ports.ts";

/** A reason of its own: the default one is an error with a stack, made at every wake. */
const WOKEN = "woken";

/** One that rests and all who may wake it. */
export class Wakeup {
  #waking = new AbortController();

  /** Ends the rest, or the next one where nobody rests. */
  wake(): void {
    this.#waking.abort(WOKEN);
  }

  /** Resolves after `ms`, when woken, or when the signal aborts; true when woken. */
  async rest(clock: Clock, ms: number, signal?: AbortSignal): Promise<boolean> {
    const { signal: woken } = this.#waking;
    await clock.sleep(ms, signal === undefined ? woken : AbortSignal.any([signal, woken]));
    if (woken.aborted) this.#waking = new AbortController();
    return woken.aborted;
  }
}
