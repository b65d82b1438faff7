/**
 * Key-ordered concurrency inside one partition, and the low-water mark of what is done.
 *
 * I1. Records of one key are handled one after the other, in order; keys run side by side.
 * I2. `lowWater` is the first offset that is not done: everything below it is.
 * I3. At most `widthMax` records are in the handler at once.
 */
import type { LogRecord } from "../session/ports.ts";

export interface Lanes {
  /** Takes records in offset order. */
  push(records: readonly LogRecord[]): void;
  /** First offset not yet done. */
  readonly lowWater: number;
  readonly inHand: number;
  /** Resolves when nothing is in the handler; queued records are dropped. */
  drain(): Promise<void>;
}

interface LaneOptions {
  readonly widthMax: number;
  handle(record: LogRecord): Promise<void>;
  /** After every record that got done. */
  progressed(): void;
}

/** Lanes of one place whose next offset is `start`. */
export function createLanes(start: number | null, options: LaneOptions): Lanes {
  const lanes = new Map<string, LogRecord[]>();
  const ready: string[] = [];
  const open: { readonly offset: number; done: boolean }[] = [];
  let next = start ?? 0;
  let running = 0;
  let stopped = false;
  let idle: (() => void) | null = null;

  function push(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (open.length === 0) next = record.offset;
      open.push({ offset: record.offset, done: false });
      const lane = lanes.get(record.key);
      if (lane === undefined) {
        lanes.set(record.key, [record]);
        ready.push(record.key);
      } else lane.push(record);
    }
    pump();
  }

  function pump(): void {
    while (!stopped && running < options.widthMax) {
      const key = ready.shift();
      if (key === undefined) return;
      const record = lanes.get(key)?.[0];
      if (record !== undefined) {
        running += 1;
        void run(key, record);
      }
    }
  }

  async function run(key: string, record: LogRecord): Promise<void> {
    let finished = false;
    try {
      await options.handle(record);
      finished = true;
    } catch {
      // A handler throws only when it was told to stop; the record stays not done.
    }
    running -= 1;
    if (finished) done(key, record);
    if (running === 0) idle?.();
    pump();
  }

  function done(key: string, record: LogRecord): void {
    const lane = lanes.get(key) as LogRecord[];
    lane.shift();
    if (lane.length === 0) lanes.delete(key);
    else ready.push(key);
    const entry = open.find((candidate) => candidate.offset === record.offset);
    if (entry !== undefined) entry.done = true;
    while (open[0]?.done === true) next = (open.shift()?.offset ?? next) + 1;
    options.progressed();
  }

  return {
    push,
    get lowWater() {
      return next;
    },
    get inHand() {
      return open.length;
    },
    drain: async () => {
      stopped = true;
      if (running > 0) await new Promise<void>((resolve) => (idle = resolve));
    },
  };
}
