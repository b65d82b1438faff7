/**
 * The contracts of both ports, on memory and on SQLite.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../infra/clock.ts";
import { createMemoryLog } from "../../infra/log-memory.ts";
import { partitionFor } from "../../infra/partition.ts";
import { createMemorySnapshots } from "../../infra/snapshot-memory.ts";
import { openSqliteState } from "../../infra/sqlite-state.ts";
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

logContract("memory", memory);
logContract("SQLite", sqlite);
transactorContract("memory", memory);
transactorContract("SQLite", sqlite);

const partitionOf = (session: string): number => partitionFor(session, PARTITIONS);

snapshotContract("memory", async () => {
  const store = createMemorySnapshots();
  return { store, partitionOf, remove: () => store.close() };
});

snapshotContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mmm-snapshots-"));
  const state = openSqliteState(folder, { partitions: PARTITIONS, clock: systemClock });
  const remove = async (): Promise<void> => {
    await state.close();
    rmSync(folder, { recursive: true });
  };
  return { store: state.snapshots, partitionOf, remove };
});
