/**
 * The coordinator: one actor per session, the only writer of `history`.
 *
 * I1. Per inbox partition one transactor: history records, commands and the inbox offset become
 *     visible together or not at all; a newer owner fences this one.
 * I2. Partition p of `history` is written from partition p of the inbox, by number.
 * I3. After any failed commit nothing in memory is trusted: a new transactor is opened and the
 *     states are restored from snapshot and history.
 * I4. Snapshots follow the commit and may lag; history alone is the truth.
 */
import { errorText, MmmError } from "../schemas/errors.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Consumption, LogRecord, Place } from "../session/ports.ts";
import type { Running } from "./consume.ts";
import type { CoordinatorTools } from "./coordinator-tools.ts";
import { createDesk, type Desk } from "./desk.ts";

const BATCH_MAX = 256;
const QUEUE_MAX = 4_096;
const RETRY_MS = 200;
const SWEEP_MS = 1_000;

interface PartitionActor {
  readonly place: Place;
  readonly queue: LogRecord[];
  readonly halt: AbortController;
  done: Promise<void>;
  wake: () => void;
}

/** Runs the coordinator for every inbox partition it is assigned, until `stop`. */
export async function runCoordinator(tools: CoordinatorTools): Promise<Running> {
  const group = `${tools.groupPrefix}.coordinator`;
  const actors = new Map<number, PartitionActor>();
  const fatal = Promise.withResolvers<void>();
  fatal.promise.catch(() => {});
  let consumption: Consumption | null = null;

  const sink = {
    assigned: async (place: Place) => {
      const desk = await createDesk(tools, group, place);
      const actor: PartitionActor = {
        place,
        queue: [],
        halt: new AbortController(),
        done: Promise.resolve(),
        wake: () => {},
      };
      actor.done = work(actor, desk).catch((error: unknown) => fatal.reject(error));
      actors.set(place.partition, actor);
    },
    revoked: async (place: Place) => {
      const actor = actors.get(place.partition);
      actors.delete(place.partition);
      actor?.halt.abort();
      actor?.wake();
      await actor?.done;
    },
    deliver: async (place: Place, records: readonly LogRecord[]) => {
      const actor = actors.get(place.partition);
      if (actor === undefined) return;
      actor.queue.push(...records);
      actor.wake();
      if (actor.queue.length > QUEUE_MAX) consumption?.pause(place);
    },
  };

  async function work(actor: PartitionActor, first: Desk): Promise<void> {
    let desk = first;
    let nextSweep = tools.clock.now();
    const { signal } = actor.halt;
    while (!signal.aborted) {
      try {
        if (tools.clock.now() >= nextSweep) {
          await desk.sweep();
          nextSweep = tools.clock.now() + (tools.sweepEveryMs ?? SWEEP_MS);
        }
        const batch = actor.queue.slice(0, tools.batchMax ?? BATCH_MAX);
        if (batch.length > 0) {
          await desk.take(batch);
          actor.queue.splice(0, batch.length);
          if (actor.queue.length < QUEUE_MAX / 2) consumption?.resume(actor.place);
        }
        await desk.saveSnapshots({ idle: actor.queue.length === 0 });
        if (actor.queue.length === 0) await rest(actor, desk);
      } catch (error) {
        if (signal.aborted) break;
        desk = await reopened(desk, actor, error);
      }
    }
    await desk.saveSnapshots({ idle: true }).catch((error: unknown) => {
      tools.observer.failed("coordinator", error);
    });
    await desk.close();
  }

  /** Sleeps until a delivery, the next snapshot or sweep is due, or the place is lost. */
  async function rest(actor: PartitionActor, desk: Desk): Promise<void> {
    const waking = new AbortController();
    actor.wake = () => waking.abort();
    if (actor.queue.length > 0 || actor.halt.signal.aborted) return;
    const ms = desk.hasUnsaved ? (tools.snapshotEveryMs ?? 200) : (tools.sweepEveryMs ?? SWEEP_MS);
    await tools.clock.sleep(ms, waking.signal);
  }

  async function reopened(desk: Desk, actor: PartitionActor, error: unknown): Promise<Desk> {
    tools.observer.failed("coordinator", error);
    await desk.close();
    const { signal } = actor.halt;
    while (!signal.aborted) {
      await tools.clock.sleep(RETRY_MS, signal);
      if (signal.aborted) break;
      try {
        return await createDesk(tools, group, actor.place);
      } catch (again) {
        if (again instanceof MmmError && !again.retriable) throw again;
        tools.observer.failed("coordinator", again);
      }
    }
    throw new MmmError("interrupted", `partition given up: ${errorText(error)}`);
  }

  consumption = await tools.log.consume(
    { group, topics: [TOPICS.sessions.topic], transactional: true },
    sink,
  );
  return {
    ended: Promise.race([consumption.ended, fatal.promise]),
    stop: async () => {
      await consumption.stop();
      fatal.resolve();
    },
  };
}
