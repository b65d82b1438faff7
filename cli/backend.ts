/**
 * Log and snapshot store by the settings: SQLite in a folder, memory, or Kafka and Redis.
 *
 * I1. SQLite holds both in one file, so that one transaction holds both; it stands alone.
 */
import { learnSchemas } from "../consumers/schema-book.ts";
import { systemClock } from "../infra/clock.ts";
import { createKafkaLog } from "../infra/log-kafka.ts";
import { createMemoryLog } from "../infra/log-memory.ts";
import { createMemorySnapshots } from "../infra/snapshot-memory.ts";
import { createRedisSnapshots } from "../infra/snapshot-redis.ts";
import { openSqliteState } from "../infra/sqlite-state.ts";
import { MmmError } from "../schemas/errors.ts";
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
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Opens both; topics are there when it resolves. */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const backend = OPENERS[options.settings.log.kind](options);
  try {
    await backend.log.ensureTopics();
    await learnSchemas(backend.log);
  } catch (error) {
    await backend.close().catch(() => {});
    throw error;
  }
  return backend;
}

const OPENERS: Readonly<Record<Settings["log"]["kind"], (options: BackendOptions) => Backend>> = {
  sqlite: ({ settings, stateDir, mustExist }) =>
    openSqliteState(stateDir, {
      clock: systemClock,
      partitions: settings.log.partitions,
      mustExist: mustExist ?? false,
    }),
  memory: ({ settings }) =>
    together(
      createMemoryLog({ partitions: settings.log.partitions, clock: systemClock }),
      createMemorySnapshots(),
    ),
  kafka: (options) => together(kafkaLog(options), storeOf(options.settings)),
};

function together(log: EventLog, snapshots: SnapshotStore): Backend {
  const close = async () => {
    await log.close();
    await snapshots.close();
  };
  return { log, snapshots, close };
}

function storeOf(settings: Settings): SnapshotStore {
  const { kind, url } = settings.snapshots;
  if (kind === "memory") return createMemorySnapshots();
  if (kind === "redis") {
    return createRedisSnapshots({
      url,
      prefix: settings.log.prefix,
      partitions: settings.log.partitions,
    });
  }
  throw new MmmError(
    "settings_invalid",
    "snapshots.kind: Kafka needs Redis (or memory, for one process); set MMM_SNAPSHOTS=redis",
  );
}

function kafkaLog({ settings, environment = process.env }: BackendOptions): EventLog {
  const { brokers, client_id, prefix, partitions, replication_factor, tls, sasl } = settings.log;
  return createKafkaLog(
    {
      brokers,
      clientId: client_id,
      prefix,
      partitions,
      tls: tls ? {} : null,
      sasl:
        sasl === "none"
          ? null
          : {
              mechanism: sasl,
              username: environment["KAFKA_USERNAME"] ?? "",
              password: environment["KAFKA_PASSWORD"] ?? "",
            },
      ...(replication_factor === null ? {} : { replicationFactor: replication_factor }),
    },
    systemClock,
  );
}
