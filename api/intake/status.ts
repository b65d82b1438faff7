/**
 * What waits and what runs by business unit: read from the queue and the snapshots, by the process that
 * admits and by whoever only looks.
 */
import { MmmError } from "../../schemas/errors.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { EventLog, SnapshotStore } from "../../session/ports.ts";
import type { UnitLoad } from "./fair-share.ts";
import { createQueue, parseWaiting, type Queue } from "./queue.ts";
import type { IntakeSettings } from "../http/settings.ts";

export interface UnitStatus {
  readonly business_unit: string;
  readonly queued: number;
  readonly running: number;
  readonly running_max: number;
  readonly weight: number;
  /** RFC 3339 of the oldest waiting request. */
  readonly oldest: string | null;
}

interface Looked {
  readonly queue: Queue;
  readonly snapshots: SnapshotStore;
  readonly settings: IntakeSettings;
}

/** One row per unit that has something waiting or running, in order of name. */
export async function computeUnitStatus(looked: Looked): Promise<readonly UnitStatus[]> {
  const { queue } = looked;
  const running = await countRunningByUnit(looked.snapshots, queue);
  return computeUnitLoads(looked, running)
    .map(({ unit, running: now, running_max, weight }) => ({
      business_unit: unit,
      queued: queue.queuedOf(unit),
      running: now,
      running_max,
      weight,
      oldest: queue.head(unit)?.since ?? null,
    }))
    .toSorted((a, b) => (a.business_unit < b.business_unit ? -1 : 1));
}

interface Look {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly settings: IntakeSettings;
  /** The group whose offset is the low-water mark of the queue. */
  readonly group: string;
}

/** The same without a part in the queue: from its topic, for a process that only looks. */
export async function readIntake(look: Look): Promise<readonly UnitStatus[]> {
  const { topic } = TOPICS.intake;
  const [lag] = await look.log.lag(look.group, topic);
  const queue = createQueue(lag?.committed ?? 0);
  for await (const record of look.log.read({ topic, partition: 0, from: queue.next })) {
    try {
      queue.add(parseWaiting(record));
    } catch (error) {
      if (!(error instanceof MmmError)) throw error;
      queue.passOver(record.offset);
    }
  }
  for (const { session } of queue.waiting()) {
    if ((await look.snapshots.version(session)) !== null) queue.drop(session);
  }
  return computeUnitStatus({ ...look, queue });
}

/** Sessions per unit that run, wait for a person, or were just admitted. */
export async function countRunningByUnit(
  snapshots: SnapshotStore,
  queue: Queue,
): Promise<Map<string, number>> {
  const units = new Map<string, string>();
  for (const status of ["running", "waiting"]) {
    for (const row of await snapshots.list({ status })) units.set(row.session, row.business_unit);
  }
  for (const row of queue.admitted()) units.set(row.session, row.business_unit);
  const counts = new Map<string, number>();
  for (const unit of units.values()) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  return counts;
}

/** What each unit runs and may run. */
export function computeUnitLoads(
  { queue, settings }: Pick<Looked, "queue" | "settings">,
  running: ReadonlyMap<string, number>,
): UnitLoad[] {
  const units = new Set([...running.keys(), ...queue.units()]);
  return [...units].map((unit) => {
    const { running_max, weight } = settings.business_units[unit] ?? settings.default;
    const oldest = queue.head(unit)?.offset ?? null;
    return { unit, running: running.get(unit) ?? 0, running_max, weight, oldest };
  });
}
