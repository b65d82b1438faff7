/**
 * A worker in a process of its own, for tests that kill it: the real consumers with scripted agents
 * and an instant trainer on Kafka and Redis. Stops on SIGTERM.
 */
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { createRedisSnapshots } from "../../infra/snapshot-redis.ts";
import { collectFaults, startSystem } from "./system.ts";

const {
  KAFKA_BROKERS = "",
  REDIS_URL = "",
  MMM_PREFIX = "test.",
  MMM_PARTITIONS = "12",
} = process.env;
const partitions = Number(MMM_PARTITIONS);
const log = createKafkaLog(
  {
    brokers: KAFKA_BROKERS.split(","),
    prefix: MMM_PREFIX,
    partitions,
    sessionTimeoutMs: 6_000,
    transactionTimeoutMs: 10_000,
  },
  systemClock,
);
const snapshots = createRedisSnapshots({ url: REDIS_URL, prefix: MMM_PREFIX, partitions });
const observer = collectFaults();
const system = await startSystem({ log, snapshots, observer });
process.stdout.write("ready\n");
process.on("SIGTERM", () => {
  void (async () => {
    await system.stop();
    await log.close();
    await snapshots.close();
    process.exit(0);
  })();
});
system.ended.catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
