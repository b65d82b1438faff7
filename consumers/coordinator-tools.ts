/** What the coordinator works with. */
import type { Clock, EventLog, SnapshotStore } from "../session/ports.ts";
import type { Observer } from "./observer.ts";
import type { Keys } from "./vouching.ts";

export interface CoordinatorTools {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly keys: Keys;
  readonly groupPrefix: string;
  /** Inbox records in one transaction. */
  readonly batchMax?: number;
  /** Longest time a changed session waits for its snapshot. */
  readonly snapshotEveryMs?: number;
  /** How often deadlines are looked at. */
  readonly sweepEveryMs?: number;
  /** How long a session is left alone before it is asked whether it can still go on; 60,000. */
  readonly quietMs?: number;
  /** How often a store that nothing is written to is looked at; 30,000 by default. */
  readonly lookEveryMs?: number;
}
