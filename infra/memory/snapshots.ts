/**
 * Snapshots in memory: for tests and simulation.
 */
import type { Checkpoint, Snapshot, SnapshotStore } from "../../session/ports.ts";
import {
  assertCheckpointMatches,
  isNewer,
  selectSummaries,
  formatVersion,
} from "../snapshot-order.ts";

/** A store that lives as long as the object. */
export function createMemorySnapshots(): SnapshotStore {
  const snapshots = new Map<string, Snapshot>();
  const checkpoints = new Map<number, Checkpoint>();
  const keyValues = new Map<string, { readonly value: string; readonly until: number }>();
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
    memo: async (key) => keyValues.get(key)?.value ?? null,
    async remember(key, value, until = Number.POSITIVE_INFINITY) {
      const stored = keyValues.get(key) ?? { value, until };
      keyValues.set(key, stored);
      return stored.value;
    },
    async forget(now) {
      for (const [key, { until }] of keyValues) if (until <= now) keyValues.delete(key);
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
