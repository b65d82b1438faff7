/**
 * Names the sessions that stand still: they wait for an outcome, and no consumer has anything left to
 * read that could bring it.
 *
 * A consumer commits a record after the outcome stands on the inbox, and the coordinator commits an
 * inbox record with what it makes of it. So where all consumers, and then the coordinator, have read
 * a partition to its end, the outcome that one of its sessions waits for was lost, or is hidden from
 * readers, or was never asked for. Only the deadline of the wait, or a person, moves the session on.
 *
 * I1. The topics of commands are looked at before the inbox: what was answered in between is then on
 *     the inbox, and not done.
 * I2. A wait for a person is none of these, nor is one that has just begun.
 */
import { CONSUMERS, listTopicsReadBy, TOPICS } from "../../schemas/topics.ts";
import type { EventLog } from "../../session/ports.ts";
import type { CoordinatorTools } from "./tools.ts";

/** How long nothing has happened to a session before it is looked at. */
export const QUIET_MS = 60_000;
/** Between two looks at the sessions of one partition. */
const LOOK_EVERY_MS = 60_000;

/** A session that waits, as it was when it was looked at. */
export interface QuietSession {
  readonly session: string;
  readonly seq: number;
  readonly waitsFor: string;
  /** Name of the wait. */
  readonly key: string;
}

/** The partitions of which no consumer of a group prefix has a record left to read. */
export async function listIdlePartitions(
  log: Pick<EventLog, "lag" | "partitions">,
  groupPrefix: string,
): Promise<ReadonlySet<number>> {
  const idle = new Set(Array.from({ length: log.partitions }, (_, partition) => partition));
  const readPosition = async (consumer: string, topic: string): Promise<void> => {
    for (const row of await log.lag(`${groupPrefix}.${consumer}`, topic)) {
      if (row.committed < row.high) idle.delete(row.partition);
    }
  };
  const inbox = TOPICS.sessions.topic;
  const commands = CONSUMERS.flatMap((consumer) =>
    listTopicsReadBy(consumer)
      .filter((topic) => topic !== inbox)
      .map((topic) => ({ consumer, topic })),
  );
  await Promise.all(commands.map(({ consumer, topic }) => readPosition(consumer, topic)));
  await readPosition("coordinator", inbox);
  return idle;
}

export interface Watchdog {
  /** Looks from time to time, beside the work of the partition; never throws. */
  scan(sessions: Sessions): void;
  /** Says nothing more: the sessions it was shown are another's now. */
  stop(): void;
}

/** The sessions of a partition as the watchdog may ask for them. */
export interface Sessions {
  /** Those that wait for a consumer and to which nothing has happened since a time. */
  quiet(since: number): readonly QuietSession[];
  /** True while nothing more has happened to the session. */
  isUnchanged(session: QuietSession): boolean;
}

/** Watches one partition and tells the observer of each stranded wait once. */
export function createWatchdog(tools: CoordinatorTools, partition: number): Watchdog {
  const { clock, log, observer, groupPrefix, quietMs = QUIET_MS } = tools;
  const told = new Map<string, string>();
  let nextLook = 0;
  let isStopped = false;

  async function find(sessions: Sessions): Promise<void> {
    const quiet = sessions
      .quiet(clock.now() - quietMs)
      .filter(({ session, key }) => told.get(session) !== key);
    if (quiet.length === 0) return;
    const idle = await listIdlePartitions(log, groupPrefix);
    if (isStopped || !idle.has(partition)) return;
    for (const one of quiet) {
      if (!sessions.isUnchanged(one)) continue;
      told.set(one.session, one.key);
      observer.stranded(one.session, one.waitsFor);
    }
  }
  return {
    scan: (sessions) => {
      if (clock.now() < nextLook) return;
      nextLook = clock.now() + Math.min(LOOK_EVERY_MS, quietMs);
      find(sessions).catch((error: unknown) => {
        if (!isStopped) observer.failed("coordinator", error);
      });
    },
    stop: () => void (isStopped = true),
  };
}
