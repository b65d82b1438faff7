/**
 * A worker in a process of its own, for tests that kill it: the real consumers with scripted agents
 * and an instant trainer on Kafka and Redis. Stops on SIGTERM.
 *
 * MMM_AGENT_MS: how long the agents think, on average. MMM_NEWER_WRITER: it writes as a
 * newer version of the product would, which has a field of this name more.
 */
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { createRedisSnapshots } from "../../infra/snapshot-redis.ts";
import { errorText } from "../../schemas/errors.ts";
import { newerVersion } from "./newer-writer.ts";
import { collectFaults, scriptedReasoners, startSystem } from "./system.ts";

const {
  KAFKA_BROKERS = "",
  REDIS_URL = "",
  MMM_PREFIX = "test.",
  MMM_PARTITIONS = "12",
  MMM_AGENT_MS = "0",
  MMM_NEWER_WRITER = "",
} = process.env;
const partitions = Number(MMM_PARTITIONS);
const own = createKafkaLog(
  {
    brokers: KAFKA_BROKERS.split(","),
    prefix: MMM_PREFIX,
    partitions,
    sessionTimeoutMs: 6_000,
    transactionTimeoutMs: 10_000,
  },
  systemClock,
);
const newer = MMM_NEWER_WRITER === "" ? null : newerVersion(MMM_NEWER_WRITER);
await newer?.publish(own);
const log = newer?.writer(own) ?? own;
const snapshots = createRedisSnapshots({ url: REDIS_URL, prefix: MMM_PREFIX, partitions });
const faults = collectFaults();
/** What fails is told to the parent, which shows the last of it where a session does not end. */
const observer: typeof faults = {
  ...faults,
  failed: (consumer, error) => {
    faults.failed(consumer, error);
    process.stderr.write(`${new Date().toISOString()} ${consumer}: ${errorText(error)}\n`);
  },
  stranded: (session, waitsFor) => {
    faults.stranded(session, waitsFor);
    process.stderr.write(`${new Date().toISOString()} ${session} waits for ${waitsFor} in vain\n`);
  },
};

/** Thinks between half and one and a half times the mean, so that sessions fall out of step. */
let thoughts = 0;
async function think(signal: AbortSignal): Promise<void> {
  if (MMM_AGENT_MS === "0") return;
  thoughts += 1;
  await systemClock.sleep(Number(MMM_AGENT_MS) * (0.5 + ((thoughts * 0.618) % 1)), signal);
  signal.throwIfAborted();
}
const reasoners: Partial<typeof scriptedReasoners> = {
  propose: async (job) => {
    await think(job.signal);
    return scriptedReasoners.propose(job);
  },
  review: async (job) => {
    await think(job.signal);
    return scriptedReasoners.review(job);
  },
};

const system = await startSystem({ log, snapshots, observer, reasoners });
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
