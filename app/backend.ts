/**
 * Log and snapshot store by the settings: SQLite in a folder, memory, or Kafka and Redis.
 *
 * I1. SQLite holds both in one file, so that one transaction holds both; it stands alone.
 */
import { createSecureContext } from "node:tls";
import { registerPublishedSchemas } from "../consumers/loop/schema-learner.ts";
import { systemClock } from "../infra/clock.ts";
import { readTextFile } from "../infra/files.ts";
import { createKafkaLog, type KafkaSettings } from "../infra/kafka/log.ts";
import { createMemoryLog } from "../infra/memory/log.ts";
import { createMemorySnapshots } from "../infra/memory/snapshots.ts";
import { createRedisSnapshots } from "../infra/redis/snapshots.ts";
import { openSqliteState } from "../infra/sqlite/state.ts";
import { describeError, MmmError } from "../schemas/errors.ts";
import type { EventLog, KeyValueStore, SnapshotStore, StateStore } from "../session/ports.ts";
import type { Settings } from "./settings.ts";

export interface Backend {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly values: KeyValueStore;
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  /** For commands that only look: what is not there is an error instead of being made. */
  readonly mustExist?: boolean;
  /** Of a state folder with shards: those whose records are consumed here; all by default. */
  readonly own?: (shard: number) => boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Opens both; topics are there when it resolves. */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const backend = OPENERS[options.settings.log.kind](options);
  try {
    await backend.log.ensureTopics();
    await registerPublishedSchemas(backend.log);
  } catch (error) {
    await backend.close().catch(() => {});
    throw error;
  }
  return backend;
}

const OPENERS: Readonly<Record<Settings["log"]["kind"], (options: BackendOptions) => Backend>> = {
  sqlite: ({ settings, stateDir, mustExist, own }) => {
    const state = openSqliteState(stateDir, {
      clock: systemClock,
      partitions: settings.log.partitions,
      shards: settings.log.shards,
      mustExist: mustExist ?? false,
      ...(own === undefined ? {} : { own }),
    });
    return { ...state, values: state.snapshots };
  },
  memory: ({ settings }) =>
    buildBackend(
      createMemoryLog({ partitions: settings.log.partitions, clock: systemClock }),
      createMemorySnapshots(),
    ),
  kafka: (options) =>
    buildBackend(
      createKafkaLog(kafkaSettings(options), systemClock),
      createSnapshotStore(options.settings),
    ),
};

function buildBackend(log: EventLog, store: StateStore): Backend {
  const close = async () => {
    await log.close();
    await store.close();
  };
  return { log, snapshots: store, values: store, close };
}

function createSnapshotStore(settings: Settings): StateStore {
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

/** The Kafka adapter's settings. Throws `settings_invalid`. */
export function kafkaSettings(
  options: Pick<BackendOptions, "settings" | "mustExist" | "environment">,
): KafkaSettings {
  const { settings, environment = process.env } = options;
  const { log } = settings;
  const sasl =
    log.sasl === "none" ? null : { mechanism: log.sasl, ...readKafkaAccount(environment) };
  return {
    brokers: log.brokers,
    clientId: log.client_id,
    prefix: log.prefix,
    partitions: log.partitions,
    tls: log.tls === null ? null : readTlsFiles(log.tls, environment),
    sasl,
    compression: log.compression,
    sessionTimeoutMs: log.session_timeout_ms,
    createTopics: options.mustExist !== true,
    ...(log.replication_factor === null ? {} : { replicationFactor: log.replication_factor }),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

function readKafkaAccount(environment: Environment): { username: string; password: string } {
  const { KAFKA_USERNAME: username = "", KAFKA_PASSWORD: password = "" } = environment;
  if (username !== "" && password !== "") return { username, password };
  throw new MmmError(
    "settings_invalid",
    "log.sasl: no account; set KAFKA_USERNAME and KAFKA_PASSWORD",
  );
}

/** The files' texts, checked here: kafkajs would go on trying with files that fit no connection. */
function readTlsFiles(
  files: NonNullable<Settings["log"]["tls"]>,
  environment: Environment,
): NonNullable<KafkaSettings["tls"]> {
  const texts: Record<string, string> = {};
  for (const [name, path] of Object.entries(files)) {
    if (path !== null) texts[name] = readTextFile(path, "json", "settings_invalid");
  }
  const passphrase = environment["KAFKA_KEY_PASSPHRASE"] ?? "";
  const tls = { ...texts, ...(passphrase === "" ? {} : { passphrase }) };
  if (texts["ca"] !== undefined && !texts["ca"].includes("-----BEGIN CERTIFICATE-----")) {
    throw new MmmError("settings_invalid", `log.tls.ca: ${files.ca} holds no PEM certificate`);
  }
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new MmmError(
      "settings_invalid",
      `log.tls: the files do not fit (${describeError(cause)}); cert, key and KAFKA_KEY_PASSPHRASE belong together`,
      { cause },
    );
  }
  return tls;
}
