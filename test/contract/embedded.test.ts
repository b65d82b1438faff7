/**
 * The contracts of both ports, on memory and on SQLite.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../infra/clock.ts";
import { createMemoryLog } from "../../infra/memory/log.ts";
import { computePartition } from "../../infra/partition.ts";
import { createMemorySnapshots } from "../../infra/memory/snapshots.ts";
import { openSqliteState } from "../../infra/sqlite/state.ts";
import { keyValueContract } from "./key-value-contract.ts";
import { logContract, type LogUnderTest } from "./log-contract.ts";
import { snapshotContract } from "./snapshot-contract.ts";
import { transactorContract } from "./transactor-contract.ts";

const PARTITIONS = 4;

async function memory(): Promise<LogUnderTest> {
  return {
    open: async () => createMemoryLog({ partitions: PARTITIONS, clock: systemClock }),
    shared: false,
    remove: async () => {},
  };
}

async function sqlite(): Promise<LogUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-log-"));
  return {
    open: async () => openSqliteState(folder, { partitions: PARTITIONS, clock: systemClock }).log,
    shared: true,
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

async function shards(): Promise<LogUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-shards-"));
  const options = { partitions: PARTITIONS, clock: systemClock, shards: 3 };
  return {
    open: async () => openSqliteState(folder, options).log,
    shared: true,
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

logContract("memory", memory);
logContract("SQLite", sqlite);
logContract("SQLite in three shards", shards);
transactorContract("memory", memory);
transactorContract("SQLite", sqlite);
transactorContract("SQLite in three shards", shards);

const partitionOf = (session: string): number => computePartition(session, PARTITIONS);

async function memorySnapshots() {
  const store = createMemorySnapshots();
  return { store, partitionOf, remove: () => store.close() };
}

async function sqliteSnapshots(count: number) {
  const folder = mkdtempSync(join(tmpdir(), "mmm-snapshots-"));
  const options = { partitions: PARTITIONS, clock: systemClock, shards: count };
  const state = openSqliteState(folder, options);
  const remove = async (): Promise<void> => {
    await state.close();
    rmSync(folder, { recursive: true });
  };
  return { store: state.snapshots, partitionOf, remove };
}

for (const [name, create] of [
  ["memory", memorySnapshots],
  ["SQLite", () => sqliteSnapshots(1)],
  ["SQLite in three shards", () => sqliteSnapshots(3)],
] as const) {
  snapshotContract(name, create);
  keyValueContract(name, create);
}
