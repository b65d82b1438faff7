/**
 * The simulated snapshot store: what survives (and may be lost or rolled back), and a client per
 * process whose calls take hops and may fail.
 */
import { assertCheckpointMatches, isNewer } from "../../infra/snapshot-order.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Checkpoint, Snapshot, StateStore } from "../../session/ports.ts";
import type { CallFault } from "./log-client.ts";
import type { SimProcess } from "./scheduler.ts";

interface Shelf {
  readonly snapshots: Map<string, Snapshot>;
  readonly checkpoints: Map<number, Checkpoint>;
}

/** The shared store. */
export class SimStore {
  shelf: Shelf = { snapshots: new Map(), checkpoints: new Map() };
  #kept: Shelf[] = [];
  /** Told of every snapshot that is stored. */
  saved: (snapshot: Snapshot) => void = () => {};

  /** Remembers the present contents, to roll back to. */
  keep(): void {
    this.#kept.push(copyOf(this.shelf));
    if (this.#kept.length > 8) this.#kept.shift();
  }

  /** Everything is gone. */
  lose(): void {
    this.shelf = { snapshots: new Map(), checkpoints: new Map() };
  }

  /** An older state is back, as after a failover to a lagging replica. */
  rollBack(pick: (count: number) => number): void {
    const older = this.#kept[pick(Math.max(1, this.#kept.length))];
    if (older !== undefined) this.shelf = copyOf(older);
  }

  save(
    snapshots: readonly Snapshot[],
    checkpoint: Checkpoint,
    onto: Checkpoint | null | undefined,
  ): void {
    const held = this.shelf.checkpoints.get(checkpoint.partition) ?? null;
    if (onto !== undefined) assertCheckpointMatches(held, onto);
    for (const snapshot of snapshots) {
      const stored = this.shelf.snapshots.get(snapshot.session) ?? null;
      if (!isNewer(snapshot, stored)) continue;
      this.shelf.snapshots.set(snapshot.session, snapshot);
      this.saved(snapshot);
    }
    const stored = this.shelf.checkpoints.get(checkpoint.partition);
    if (stored !== undefined && checkpoint.offset < stored.offset) return;
    this.shelf.checkpoints.set(checkpoint.partition, checkpoint);
  }

  clear(partition: number): void {
    for (const [session, snapshot] of this.shelf.snapshots) {
      if (snapshot.partition === partition) this.shelf.snapshots.delete(session);
    }
    this.shelf.checkpoints.delete(partition);
  }
}

function copyOf(shelf: Shelf): Shelf {
  return { snapshots: new Map(shelf.snapshots), checkpoints: new Map(shelf.checkpoints) };
}

export interface StoreLink {
  readonly store: SimStore;
  readonly process: SimProcess;
  callFault(call: string): CallFault;
}

export function createSimSnapshots(link: StoreLink): StateStore {
  const { store } = link;
  const memos = new Map<string, string>();
  const ask = async <T>(name: string, effect: () => T): Promise<T> => {
    const fault = link.callFault(name);
    await link.process.hop(`${name}>`);
    if (fault === "refused" || fault === "late") throw unavailable(name);
    const result = effect();
    await link.process.hop(`<${name}`);
    if (fault !== "none") throw unavailable(name);
    return result;
  };
  return {
    save: (snapshots, checkpoint, onto) =>
      ask("save", () => store.save(snapshots, checkpoint, onto)),
    load: (session) => ask("load", () => store.shelf.snapshots.get(session) ?? null),
    count: (partition) =>
      ask(
        "count",
        () =>
          [...store.shelf.snapshots.values()].filter((one) => one.partition === partition).length,
      ),
    version: (session) => ask("load", () => store.shelf.snapshots.get(session)?.head ?? null),
    loadPartition: (partition, statuses) =>
      ask("loadPartition", () =>
        [...store.shelf.snapshots.values()]
          .filter((snapshot) => snapshot.partition === partition)
          .filter((snapshot) => statuses?.includes(snapshot.summary.status) ?? true)
          .toSorted((a, b) => (a.session < b.session ? -1 : 1)),
      ),
    checkpoint: (partition) =>
      ask("checkpoint", () => store.shelf.checkpoints.get(partition) ?? null),
    list: () => Promise.resolve([]),
    get: async (key) => memos.get(key) ?? null,
    putIfAbsent: async (key, value) => {
      memos.set(key, memos.get(key) ?? value);
      return memos.get(key) ?? value;
    },
    expire: () => Promise.resolve(),
    clear: (partition) => ask("clear", () => store.clear(partition)),
    close: () => Promise.resolve(),
  };
}

function unavailable(what: string): MmmError {
  return new MmmError("snapshot_unavailable", `the simulated store did not answer ${what}`);
}
