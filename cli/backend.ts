/** Log and snapshot store by the settings: SQLite in a folder, memory, or Kafka and Redis. */
import { systemClock } from "../infra/clock.ts";
import { createMemoryLog } from "../infra/log-memory.ts";
import { createMemorySnapshots } from "../infra/snapshot-memory.ts";
import { openSqliteState } from "../infra/sqlite-state.ts";
import type { EventLog, SnapshotStore } from "../session/ports.ts";
import type { Settings } from "./settings.ts";

export interface Backend {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly mustExist?: boolean;
}

/** Opens both; topics are there when it resolves. */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const { log: settings } = options.settings;
  const backend =
    settings.kind === "memory"
      ? memoryBackend(settings.partitions)
      : openSqliteState(options.stateDir, {
          clock: systemClock,
          partitions: settings.partitions,
          mustExist: options.mustExist ?? false,
        });
  await backend.log.ensureTopics();
  return backend;
}

function memoryBackend(partitions: number): Backend {
  const log = createMemoryLog({ partitions, clock: systemClock });
  const snapshots = createMemorySnapshots();
  return { log, snapshots, close: () => log.close() };
}
