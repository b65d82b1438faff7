/** Fresh logs and stores of each kind, for tests that have to hold on all of them. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/kafka/log.ts";
import { createMemoryLog } from "../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../infra/memory/snapshots.ts";
import { createRedisSnapshots } from "../../infra/redis/snapshots.ts";
import { openSqliteState } from "../../infra/sqlite/state.ts";
import type { EventLog, StateStore } from "../../session/ports.ts";
import { kafkaBrokers, redisUrl } from "./servers/servers.ts";

export interface TestBackend {
  readonly log: EventLog;
  readonly snapshots: StateStore;
  close(): Promise<void>;
}

export const BACKENDS: readonly {
  readonly name: string;
  readonly open: () => Promise<TestBackend>;
}[] = [
  { name: "memory", open: openMemory },
  { name: "SQLite", open: openSqlite },
  { name: "Kafka and Redis", open: openKafka },
];

async function openMemory(): Promise<TestBackend> {
  const log = createMemoryLog({ partitions: 4, clock: systemClock });
  return { log, snapshots: createMemorySnapshots(), close: () => log.close() };
}

async function openSqlite(): Promise<TestBackend> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-state-"));
  const state = openSqliteState(folder, { clock: systemClock, partitions: 4 });
  await state.log.ensureTopics();
  return {
    log: state.log,
    snapshots: state.snapshots,
    close: async () => {
      await state.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openKafka(): Promise<TestBackend> {
  const prefix = `t${randomBytes(4).toString("hex")}.`;
  const partitions = 2;
  const log = createKafkaLog({ brokers: await kafkaBrokers(), prefix, partitions }, systemClock);
  const snapshots = createRedisSnapshots({ url: await redisUrl(), prefix, partitions });
  await log.ensureTopics();
  return {
    log,
    snapshots,
    close: async () => {
      await log.close();
      await snapshots.close();
    },
  };
}
