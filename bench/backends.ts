/**
 * Where a benchmark's records go: a fresh state folder, or Kafka and Redis (given by KAFKA_BROKERS
 * and REDIS_URL, else started on this machine for the benchmark).
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../infra/clock.ts";
import { createKafkaLog } from "../infra/kafka/log.ts";
import { createRedisSnapshots } from "../infra/redis/snapshots.ts";
import { openSqliteState } from "../infra/sqlite/state.ts";
import type { EventLog, SnapshotStore } from "../session/ports.ts";
import { startKafka } from "../test/support/servers/kafka-server.ts";
import { startRedis } from "../test/support/servers/redis-server.ts";

export const PARTITIONS = 12;

export interface Backend {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  close(): Promise<void>;
}

export interface Backends {
  readonly name: string;
  /** A new, empty one. */
  open(): Promise<Backend>;
  close(): Promise<void>;
}

export function embedded(partitions = PARTITIONS): Backends {
  return {
    name: "embedded",
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), "mmm-bench-"));
      const state = openSqliteState(folder, { clock: systemClock, partitions });
      await state.log.ensureTopics();
      return {
        ...state,
        close: async () => {
          await state.close();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
    close: async () => {},
  };
}

export async function kafkaAndRedis(partitions = PARTITIONS): Promise<Backends> {
  const given = process.env["KAFKA_BROKERS"];
  const kafka = given === undefined ? await startKafka() : null;
  const redis = process.env["REDIS_URL"] === undefined ? await startRedis() : null;
  const brokers = given?.split(",") ?? kafka?.brokers ?? [];
  const url = process.env["REDIS_URL"] ?? redis?.url ?? "";
  return {
    name: "Kafka + Redis",
    open: async () => {
      const prefix = `bench-${randomUUID().slice(0, 8)}.`;
      const settings = { brokers, prefix, partitions, replicationFactor: 1 };
      const log = createKafkaLog(settings, systemClock);
      await log.ensureTopics();
      const snapshots = createRedisSnapshots({ url, prefix, partitions });
      return {
        log,
        snapshots,
        close: async () => {
          await log.close();
          await snapshots.close();
        },
      };
    },
    close: async () => {
      await kafka?.stop();
      await redis?.stop();
    },
  };
}
