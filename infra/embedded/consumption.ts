/**
 * One membership of a consumer group on an embedded log: it owns all partitions of its topics.
 *
 * I1. A partition is delivered in offset order and its deliveries never overlap.
 * I2. Nothing is delivered before `assigned` has resolved, nor after `revoked` was called.
 * I3. Commits never go back. After `revoked` they are refused as `fenced`.
 * I4. Each delivery waits for one turn of the event loop, so that timers and sockets are served
 *     however long the consumers keep each other busy.
 */
import { setImmediate as turn } from "node:timers/promises";
import { MmmError } from "../../schemas/errors.ts";
import type {
  Clock,
  ConsumeOptions,
  Consumption,
  TopicPartition,
  RecordSink,
} from "../../session/ports.ts";
import { askAssigned } from "../assignment.ts";
import { formatTopicPartition, listTopicPartitions, type RecordTable } from "./record-table.ts";

/** Records in one delivery where the consumer does not say. */
const DELIVER_MAX = 256;

export interface LocalConsumption extends Consumption {
  readonly group: string;
  readonly topics: readonly string[];
  /** Something was appended to partitions of these names, or to any. */
  wake(names?: ReadonlySet<string>): void;
  fail(error: unknown): void;
}

interface AssignedPartition {
  readonly topicPartition: TopicPartition;
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
  const topicPartitions = listTopicPartitions(options.topics, parts.partitions);
  const owned = topicPartitions.filter(({ partition }) => parts.owns(partition));
  const allAssigned = new Map(
    owned.map((target) => [formatTopicPartition(target), createAssignedPartition(target)]),
  );
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  const running = [...allAssigned.values()].map((assigned) =>
    consumeAssignedPartition(member, assigned).catch(failConsumption),
  );
  let stopped: Promise<void> | null = null;

  function failConsumption(error: unknown): void {
    reject(error);
    stopAssignedPartitions();
  }
  function stopAssignedPartitions(): void {
    member.stopping.abort();
    for (const assigned of allAssigned.values()) assigned.wake();
  }
  function requireAssignedPartition(target: TopicPartition): AssignedPartition {
    const assigned = allAssigned.get(formatTopicPartition(target));
    if (assigned === undefined) {
      throw new MmmError(
        "internal",
        `${options.group} does not consume ${formatTopicPartition(target)}`,
      );
    }
    return assigned;
  }
  return {
    group: options.group,
    topics: options.topics,
    ended,
    wake(names) {
      if (names === undefined) for (const assigned of allAssigned.values()) assigned.wake();
      else for (const name of names) allAssigned.get(name)?.wake();
    },
    fail: failConsumption,
    pause: (target) => void (requireAssignedPartition(target).paused = true),
    resume(target) {
      const assigned = requireAssignedPartition(target);
      assigned.paused = false;
      assigned.wake();
    },
    commit: async (target, offset) => commit(member, requireAssignedPartition(target), offset),
    stop() {
      stopAssignedPartitions();
      stopped ??= Promise.all(running).then(() => resolve());
      return stopped;
    },
  };
}

function createAssignedPartition(target: TopicPartition): AssignedPartition {
  return { topicPartition: target, cursor: 0, paused: false, owned: false, wake: () => {} };
}

function commit({ table, options }: Membership, assigned: AssignedPartition, offset: number): void {
  const { topicPartition: target } = assigned;
  if (!assigned.owned) {
    throw new MmmError("fenced", `${options.group} no longer owns ${formatTopicPartition(target)}`);
  }
  if (offset <= (table.committed(options.group, target) ?? 0)) return;
  table.write(() => table.setCommitted(options.group, target, offset));
}

async function consumeAssignedPartition(
  member: Membership,
  assigned: AssignedPartition,
): Promise<void> {
  const { sink, stopping, table, options, clock } = member;
  const { signal } = stopping;
  assigned.owned = await askAssigned(sink, assigned.topicPartition, { clock, signal });
  if (!assigned.owned) return;
  assigned.cursor = table.committed(options.group, assigned.topicPartition) ?? 0;
  try {
    while (!stopping.signal.aborted) {
      const max = options.deliverMax ?? DELIVER_MAX;
      const records = assigned.paused
        ? []
        : table.range(assigned.topicPartition, assigned.cursor, max);
      const last = records.at(-1);
      if (last === undefined) {
        await new Promise<void>((resolve) => (assigned.wake = resolve));
        continue;
      }
      await turn();
      if (stopping.signal.aborted || assigned.paused) continue;
      assigned.cursor = last.offset + 1;
      await sink.deliver(assigned.topicPartition, records);
    }
  } finally {
    await sink.revoked(assigned.topicPartition).finally(() => (assigned.owned = false));
  }
}
