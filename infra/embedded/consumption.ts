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
import { MmmError } from "../../schemas/errors.ts";
import type { Clock, ConsumeOptions, Consumption, Place, RecordSink } from "../../session/ports.ts";
import { formatTopicPartition, listTopicPartitions, type RecordTable } from "./record-table.ts";

/** Records in one delivery where the consumer does not say. */
const DELIVER_MAX = 256;
/** Wait before a refused assignment is tried again: doubled each time between these bounds. */
const REFUSED_WAIT_MS = 50;
const REFUSED_WAIT_MS_MAX = 2_000;

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
  const places = listTopicPartitions(options.topics, parts.partitions);
  const owned = places.filter(({ partition }) => parts.owns(partition));
  const lanes = new Map(
    owned.map((place) => [formatTopicPartition(place), createAssignedPartition(place)]),
  );
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  const running = [...lanes.values()].map((lane) =>
    consumeAssignedPartition(member, lane).catch(failConsumption),
  );
  let stopped: Promise<void> | null = null;

  function failConsumption(error: unknown): void {
    reject(error);
    stopAssignedPartitions();
  }
  function stopAssignedPartitions(): void {
    member.stopping.abort();
    for (const lane of lanes.values()) lane.wake();
  }
  function requireAssignedPartition(place: Place): Lane {
    const lane = lanes.get(formatTopicPartition(place));
    if (lane === undefined) {
      throw new MmmError(
        "internal",
        `${options.group} does not consume ${formatTopicPartition(place)}`,
      );
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
    fail: failConsumption,
    pause: (place) => void (requireAssignedPartition(place).paused = true),
    resume(place) {
      const lane = requireAssignedPartition(place);
      lane.paused = false;
      lane.wake();
    },
    commit: async (place, offset) => commit(member, requireAssignedPartition(place), offset),
    stop() {
      stopAssignedPartitions();
      stopped ??= Promise.all(running).then(() => resolve());
      return stopped;
    },
  };
}

function createAssignedPartition(place: Place): Lane {
  return { place, cursor: 0, paused: false, owned: false, wake: () => {} };
}

function commit({ table, options }: Membership, lane: Lane, offset: number): void {
  const { place } = lane;
  if (!lane.owned) {
    throw new MmmError("fenced", `${options.group} no longer owns ${formatTopicPartition(place)}`);
  }
  if (offset <= (table.committed(options.group, place) ?? 0)) return;
  table.write(() => table.setCommitted(options.group, place, offset));
}

async function consumeAssignedPartition(member: Membership, lane: Lane): Promise<void> {
  const { sink, stopping, table, options } = member;
  if (!(await assign(member, lane))) return;
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

/** False when the consumption was stopped before the place was taken. */
async function assign(member: Membership, lane: Lane): Promise<boolean> {
  const { signal } = member.stopping;
  for (
    let wait = REFUSED_WAIT_MS;
    !signal.aborted;
    wait = Math.min(2 * wait, REFUSED_WAIT_MS_MAX)
  ) {
    try {
      await member.sink.assigned(lane.place);
      lane.owned = true;
      return true;
    } catch (error) {
      if (error instanceof MmmError && !error.retriable) throw error;
      await member.clock.sleep(wait, signal);
    }
  }
  return false;
}
