/**
 * Log and snapshot store by the settings: SQLite in a folder, memory, or Kafka and Redis.
 *
 * I1. SQLite holds both in one file, so that one transaction holds both; it stands alone.
 */
import { createSecureContext } from "node:tls";
import { registerPublishedSchemas } from "../consumers/loop/schema-learner.ts";
import { systemClock } from "../infra/clock.ts";
import { readTextFile } from "../infra/files.ts";
import type { KafkaSettings } from "../infra/kafka/log.ts";
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

/** Opens both, and loads their adapters only now; topics are there when it resolves. */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const backend = await OPENERS[options.settings.log.kind](options);
  try {
    await backend.log.ensureTopics();
    await registerPublishedSchemas(backend.log);
  } catch (error) {
    await backend.close().catch(() => {});
    throw error;
  }
  return backend;
}

type Open = (options: BackendOptions) => Promise<Backend>;

const OPENERS: Readonly<Record<Settings["log"]["kind"], Open>> = {
  sqlite: async ({ settings, stateDir, mustExist, own }) => {
    const { openSqliteState } = await import("../infra/sqlite/state.ts");
    const state = openSqliteState(stateDir, {
      clock: systemClock,
      partitions: settings.log.partitions,
      shards: settings.log.shards,
      mustExist: mustExist ?? false,
      ...(own === undefined ? {} : { own }),
    });
    return { ...state, values: state.snapshots };
  },
  memory: async ({ settings }) => {
    const { createMemoryLog } = await import("../infra/memory/log.ts");
    const log = createMemoryLog({ partitions: settings.log.partitions, clock: systemClock });
    return buildBackend(log, await openMemorySnapshots());
  },
  kafka: async (options) =>
    buildBackend(await buildKafkaLog(options), await createStateStore(options.settings)),
};

function buildBackend(log: EventLog, store: StateStore): Backend {
  const close = async () => {
    await log.close();
    await store.close();
  };
  return { log, snapshots: store, values: store, close };
}

async function openMemorySnapshots(): Promise<StateStore> {
  const { createMemorySnapshots } = await import("../infra/memory/snapshots.ts");
  return createMemorySnapshots();
}

async function createStateStore(settings: Settings): Promise<StateStore> {
  const { kind, url } = settings.snapshots;
  if (kind === "memory") return openMemorySnapshots();
  if (kind === "redis") {
    const { createRedisSnapshots } = await import("../infra/redis/snapshots.ts");
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

async function buildKafkaLog(options: BackendOptions): Promise<EventLog> {
  const { createKafkaLog } = await import("../infra/kafka/log.ts");
  return createKafkaLog(readKafkaSettings(options), systemClock);
}

/** The Kafka adapter's settings. Throws `settings_invalid`. */
export function readKafkaSettings(
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
