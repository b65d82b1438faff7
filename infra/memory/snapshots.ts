/**
 * Snapshots and values in memory: for tests and simulation.
 */
import type { Checkpoint, Snapshot, StateStore } from "../../session/ports.ts";
import {
  assertCheckpointMatches,
  isNewer,
  selectSummaries,
  formatVersion,
} from "../snapshot-order.ts";

/** A store that lives as long as the object. */
export function createMemorySnapshots(): StateStore {
  const snapshots = new Map<string, Snapshot>();
  const checkpoints = new Map<number, Checkpoint>();
  const values = new Map<string, { readonly value: string; readonly until: number }>();
  return {
    async save(batch, checkpoint, onto) {
      const held = checkpoints.get(checkpoint.partition) ?? null;
      if (onto !== undefined) assertCheckpointMatches(held, onto);
      for (const snapshot of batch) {
        const stored = snapshots.get(snapshot.session) ?? null;
        if (isNewer(snapshot, stored)) snapshots.set(snapshot.session, snapshot);
      }
      const stored = checkpoints.get(checkpoint.partition);
      if (stored !== undefined && checkpoint.offset < stored.offset) return;
      checkpoints.set(checkpoint.partition, checkpoint);
    },
    load: async (session) => snapshots.get(session) ?? null,
    count: async (partition) =>
      [...snapshots.values()].filter((snapshot) => snapshot.partition === partition).length,
    version: async (session) => formatVersion(snapshots.get(session)),
    loadPartition: async (partition, statuses) =>
      [...snapshots.values()]
        .filter((snapshot) => snapshot.partition === partition)
        .filter((snapshot) => statuses?.includes(snapshot.summary.status) ?? true)
        .sort((a, b) => (a.session < b.session ? -1 : 1)),
    checkpoint: async (partition) => checkpoints.get(partition) ?? null,
    list: async (filter) =>
      selectSummaries(
        [...snapshots.values()].map((snapshot) => snapshot.summary),
        filter,
      ),
    get: async (key) => values.get(key)?.value ?? null,
    async putIfAbsent(key, value, until = Number.POSITIVE_INFINITY) {
      const stored = values.get(key) ?? { value, until };
      values.set(key, stored);
      return stored.value;
    },
    async expire(now) {
      for (const [key, { until }] of values) if (until <= now) values.delete(key);
    },
    async clear(partition) {
      for (const [session, snapshot] of snapshots) {
        if (snapshot.partition === partition) snapshots.delete(session);
      }
      checkpoints.delete(partition);
    },
    close: () => Promise.resolve(),
  };
}
