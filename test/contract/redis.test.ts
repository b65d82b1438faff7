/**
 * The contract of the snapshot store on a real Redis.
 */
import { randomUUID } from "node:crypto";
import { computePartition } from "../../infra/partition.ts";
import { createRedisSnapshots } from "../../infra/redis/snapshots.ts";
import { redisUrl } from "../support/servers/servers.ts";
import { snapshotContract } from "./snapshot-contract.ts";

const PARTITIONS = 4;

snapshotContract("Redis", async () => {
  const settings = { url: await redisUrl(), prefix: `t${randomUUID()}:`, partitions: PARTITIONS };
  const store = createRedisSnapshots(settings);
  const partitionOf = (session: string): number => computePartition(session, PARTITIONS);
  return { store, partitionOf, remove: () => store.close() };
});
