/**
 * Settings of the Kafka adapter, and clients made from them.
 *
 * I1. Every producer, consumer, admin and reader has a client of its own.
 * I2. All names on the cluster begin with the prefix: topics, groups, transactional ids.
 */
import { registerCodecs } from "./codecs.ts";
import {
  createKafka,
  type Kafka,
  type KafkaConfig,
  logLevel,
  type SASLOptions,
} from "./kafkajs-patches.ts";

export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** "mmm-optimizer" by default. */
  readonly clientId?: string;
  /** Put before every name, as it is; "mmm." by default. */
  readonly prefix?: string;
  /** Of session-keyed topics; 12 by default. */
  readonly partitions?: number;
  /** Of new topics; 3, or the number of brokers where there are fewer, by default. */
  readonly replicationFactor?: number;
  /** False: topics that are missing are an error; true by default. */
  readonly createTopics?: boolean;
  readonly tls?: {
    /** PEM texts. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly passphrase?: string;
    readonly rejectUnauthorized?: boolean;
  } | null;
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  } | null;
  /** Of what we write; "none" by default. */
  readonly compression?: "none" | "gzip" | "snappy" | "lz4" | "zstd";
  /** After this silence a member's partitions go to others; 15,000 by default. */
  readonly sessionTimeoutMs?: number;
  /** Bound on a transaction left open by a dead owner; 30,000 by default. */
  readonly transactionTimeoutMs?: number;
  /** What the client has to say, one line each. */
  readonly onLog?: (level: "error" | "warn" | "info" | "debug", line: string) => void;
}

/** Waits between tries, milliseconds; after that a client is given up and a new one is made. */
export const PATIENT = {
  initialRetryTime: 100,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 1_000,
  retries: 8,
};
/**
 * Kafka answers CONCURRENT_TRANSACTIONS for some milliseconds after each commit, so a transactor
 * asks again at once.
 */
const QUICK = { initialRetryTime: 2, multiplier: 1.5, factor: 0.2, maxRetryTime: 300, retries: 40 };

const LEVELS = { 1: "error", 2: "warn", 4: "info", 5: "debug" } as const;

export const readTopicPrefix = (settings: KafkaSettings): string => settings.prefix ?? "mmm.";

/** A new client; `quick` for transactors. */
export function createKafkaClient(
  settings: KafkaSettings,
  pace: "patient" | "quick" = "patient",
): Kafka {
  registerCodecs();
  const config: KafkaConfig = {
    brokers: [...settings.brokers],
    clientId: settings.clientId ?? "mmm-optimizer",
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    retry: pace === "quick" ? QUICK : PATIENT,
    logLevel: settings.onLog === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator:
      () =>
      ({ level, log }) =>
        settings.onLog?.(LEVELS[level as keyof typeof LEVELS] ?? "debug", log.message),
    ...((settings.tls ?? null) === null ? {} : { ssl: { ...settings.tls } }),
    ...((settings.sasl ?? null) === null ? {} : { sasl: { ...settings.sasl } as SASLOptions }),
  };
  return createKafka(config);
}
