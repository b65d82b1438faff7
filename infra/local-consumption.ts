/**
 * One membership of a consumer group on an embedded log: it owns all places of its topics.
 *
 * I1. A place is delivered in offset order and its deliveries never overlap.
 * I2. Nothing is delivered before `assigned` has resolved, nor after `revoked` was called.
 * I3. Commits never go back. After `revoked` they are refused as `fenced`.
 * I4. Each delivery waits for one turn of the event loop, so that timers and sockets are served
 *     however long the consumers keep each other busy.
 */
import { setImmediate as turn } from "node:timers/promises";
import { MmmError } from "../schemas/errors.ts";
import type { Clock, ConsumeOptions, Consumption, Place, RecordSink } from "../session/ports.ts";
import { askAssigned } from "./assignment.ts";
import { placeName, placesOf, type RecordTable } from "./record-table.ts";

/** Records in one delivery where the consumer does not say. */
const DELIVER_MAX = 256;

export interface LocalConsumption extends Consumption {
  readonly group: string;
  readonly topics: readonly string[];
  /** Something was appended to places of these names, or to any. */
  wake(names?: ReadonlySet<string>): void;
  fail(error: unknown): void;
}

interface Lane {
  readonly place: Place;
  cursor: number;
  paused: boolean;
  owned: boolean;
  /** Ends the wait for work. */
  wake: () => void;
}

interface Membership {
  readonly table: RecordTable;
  readonly clock: Clock;
  readonly options: ConsumeOptions;
  readonly sink: RecordSink;
  readonly stopping: AbortController;
}

/** Starts delivering; `partitions` is the count of session-keyed topics. */
export function startConsumption(
  parts: Omit<Membership, "stopping"> & {
    readonly partitions: number;
    readonly owns: (partition: number) => boolean;
  },
): LocalConsumption {
  const { options } = parts;
  const member: Membership = { ...parts, stopping: new AbortController() };
  const places = placesOf(options.topics, parts.partitions);
  const owned = places.filter(({ partition }) => parts.owns(partition));
  const lanes = new Map(owned.map((place) => [placeName(place), laneFor(place)]));
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  const running = [...lanes.values()].map((lane) => runLane(member, lane).catch(fail));
  let stopped: Promise<void> | null = null;

  function fail(error: unknown): void {
    reject(error);
    stopLanes();
  }
  function stopLanes(): void {
    member.stopping.abort();
    for (const lane of lanes.values()) lane.wake();
  }
  function laneOf(place: Place): Lane {
    const lane = lanes.get(placeName(place));
    if (lane === undefined) {
      throw new MmmError("internal", `${options.group} does not consume ${placeName(place)}`);
    }
    return lane;
  }
  return {
    group: options.group,
    topics: options.topics,
    ended,
    wake(names) {
      if (names === undefined) for (const lane of lanes.values()) lane.wake();
      else for (const name of names) lanes.get(name)?.wake();
    },
    fail,
    pause: (place) => void (laneOf(place).paused = true),
    resume(place) {
      const lane = laneOf(place);
      lane.paused = false;
      lane.wake();
    },
    commit: async (place, offset) => commit(member, laneOf(place), offset),
    stop() {
      stopLanes();
      stopped ??= Promise.all(running).then(() => resolve());
      return stopped;
    },
  };
}

function laneFor(place: Place): Lane {
  return { place, cursor: 0, paused: false, owned: false, wake: () => {} };
}

function commit({ table, options }: Membership, lane: Lane, offset: number): void {
  const { place } = lane;
  if (!lane.owned) {
    throw new MmmError("fenced", `${options.group} no longer owns ${placeName(place)}`);
  }
  if (offset <= (table.committed(options.group, place) ?? 0)) return;
  table.write(() => table.setCommitted(options.group, place, offset));
}

async function runLane(member: Membership, lane: Lane): Promise<void> {
  const { sink, stopping, table, options, clock } = member;
  const { signal } = stopping;
  lane.owned = await askAssigned(sink, lane.place, { clock, signal });
  if (!lane.owned) return;
  lane.cursor = table.committed(options.group, lane.place) ?? 0;
  try {
    while (!stopping.signal.aborted) {
      const max = options.deliverMax ?? DELIVER_MAX;
      const records = lane.paused ? [] : table.range(lane.place, lane.cursor, max);
      const last = records.at(-1);
      if (last === undefined) {
        await new Promise<void>((resolve) => (lane.wake = resolve));
        continue;
      }
      await turn();
      if (stopping.signal.aborted || lane.paused) continue;
      lane.cursor = last.offset + 1;
      await sink.deliver(lane.place, records);
    }
  } finally {
    await sink.revoked(lane.place).finally(() => (lane.owned = false));
  }
}
