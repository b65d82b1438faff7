/**
 * Simulated time, order and processes: one seed decides what happens next, nothing else does.
 *
 * Everything asynchronous in a simulated process goes through `hop` (a step to the outside and back)
 * or `sleep`. The scheduler fires one step at a time, then lets all promise reactions run out before
 * the next: so a run is a function of its seed.
 *
 * I1. No timer, clock or chance of the machine is used; `setImmediate` only drains reactions.
 * I2. A dead process makes no step: what it awaits never settles.
 * I3. The trace digest covers every step's time, process and label.
 */
import { Random } from "../../model/random.ts";
import type { Clock } from "../../session/ports.ts";

/** 2026-01-01T00:00:00Z. */
const START_MS = 1_767_225_600_000;

interface Step {
  readonly due: number;
  readonly order: number;
  readonly process: SimProcess | null;
  readonly label: string;
  readonly fire: () => void;
}

/** What may befall a process at a step. */
export interface StepFaults {
  /** Asked before every step of a living process; may crash or pause it. */
  beforeStep(process: SimProcess, label: string): void;
  /** Milliseconds a hop takes. */
  latency(label: string): number;
}

const NO_FAULTS: StepFaults = { beforeStep: () => {}, latency: () => 0.1 };

export class Scheduler {
  readonly random: Random;
  faults: StepFaults = NO_FAULTS;
  steps = 0;
  #now = START_MS;
  #order = 0;
  #digest = 0x811c9dc5;
  #digest2 = 0x01234567;
  readonly #heap: Step[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  get now(): number {
    return this.#now;
  }

  /** Milliseconds since the start of the run. */
  get elapsed(): number {
    return this.#now - START_MS;
  }

  get traceDigest(): string {
    return (this.#digest >>> 0).toString(16) + (this.#digest2 >>> 0).toString(16);
  }

  /** Runs `fire` after `ms` unless the process is dead by then. */
  later(ms: number, process: SimProcess | null, label: string, fire: () => void): void {
    push(this.#heap, { due: this.#now + ms, order: this.#order++, process, label, fire });
  }

  /** Fires steps until `isTaskOver`, asked after every step; false when `stepsMax` was reached. */
  async run(isOver: () => boolean, stepsMax: number): Promise<boolean> {
    for (let count = 0; count < stepsMax; count += 1) {
      if (isOver()) return true;
      const step = pop(this.#heap);
      if (step === undefined) return isOver();
      await this.#take(step);
    }
    return isOver();
  }

  async #take(step: Step): Promise<void> {
    const { process, label } = step;
    this.#now = Math.max(this.#now, step.due);
    if (process !== null) {
      if (!process.alive) return;
      if (process.pausedUntil > this.#now) {
        push(this.#heap, { ...step, due: process.pausedUntil });
        return;
      }
      this.faults.beforeStep(process, label);
      if (!process.alive) return;
    }
    this.steps += 1;
    this.#note(`${this.#now.toFixed(4)} ${process?.name ?? "-"} ${label}`);
    step.fire();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #note(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      this.#digest = Math.imul(this.#digest ^ text.charCodeAt(index), 0x01000193);
    }
    this.#digest2 = Math.imul(this.#digest2 ^ this.#digest, 0x85ebca6b);
  }
}

/** A process of the product; it is never revived, a restart makes a new one. */
export class SimProcess implements Clock {
  readonly name: string;
  readonly skewMs: number;
  alive = true;
  pausedUntil = 0;
  fatal: unknown = null;
  readonly #scheduler: Scheduler;
  readonly #onDeath: (() => void)[] = [];
  readonly #listening = new Map<() => void, AbortSignal>();

  constructor(scheduler: Scheduler, name: string, skewMs: number) {
    this.#scheduler = scheduler;
    this.name = name;
    this.skewMs = skewMs;
  }

  now(): number {
    return Math.floor(this.#scheduler.now) + this.skewMs;
  }

  /** One way to the outside or back; resolves later, or never when the process dies. */
  hop(label: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.alive) return;
      this.#scheduler.later(this.#scheduler.faults.latency(label), this, label, resolve);
    });
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (!this.alive) return;
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        this.#forget(done);
        resolve();
      };
      if (signal !== undefined) this.#listening.set(done, signal);
      signal?.addEventListener("abort", done, { once: true });
      this.#scheduler.later(ms, this, "sleep", done);
    });
  }

  /** Lets go of all signals: Node keeps a composite signal with a listener for ever. */
  dispose(): void {
    for (const done of this.#listening.keys()) this.#forget(done);
  }

  #forget(done: () => void): void {
    this.#listening.get(done)?.removeEventListener("abort", done);
    this.#listening.delete(done);
  }

  /** A role ended that should not: the process exits, as the product's would. */
  failed(error: unknown): void {
    this.fatal = error;
    this.crash();
  }

  onDeath(listener: () => void): void {
    this.#onDeath.push(listener);
  }

  crash(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const listener of this.#onDeath) listener();
  }
}

function isBefore(a: Step, b: Step): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function push(heap: Step[], step: Step): void {
  let at = heap.push(step) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(step, heap[parent] as Step)) break;
    heap[at] = heap[parent] as Step;
    at = parent;
  }
  heap[at] = step;
}

function pop(heap: Step[]): Step | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Step, heap[child] as Step)) {
      child += 1;
    }
    if (!isBefore(heap[child] as Step, last)) break;
    heap[at] = heap[child] as Step;
    at = child;
  }
  heap[at] = last;
  return first;
}
