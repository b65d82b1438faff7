/**
 * The contract of the snapshot store on a real Redis.
 */
import { randomUUID } from "node:crypto";
import { computePartition } from "../../infra/partition.ts";
import { createRedisSnapshots } from "../../infra/redis/snapshots.ts";
import { redisUrl } from "../support/servers/servers.ts";
import { keyValueContract } from "./key-value-contract.ts";
import { snapshotContract, type StoreUnderTest } from "./snapshot-contract.ts";

const PARTITIONS = 4;

async function redisStore(): Promise<StoreUnderTest> {
  const settings = { url: await redisUrl(), prefix: `t${randomUUID()}:`, partitions: PARTITIONS };
  const store = createRedisSnapshots(settings);
  const partitionOf = (session: string): number => computePartition(session, PARTITIONS);
  return { store, partitionOf, remove: () => store.close() };
}

snapshotContract("Redis", redisStore);
keyValueContract("Redis", redisStore);
