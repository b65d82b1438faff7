/**
 * One snapshot store made of several, one for each shard of the log.
 *
 * I1. A partition's snapshots and checkpoint are in the store of its shard, as its records are.
 * I2. A value is looked for in every store and put into the one at home: no thread writes in
 *     another's.
 */
import type { StateStore } from "../../session/ports.ts";

interface ShardedOptions {
  partitionOf(session: string): number;
  /** The store that values are written to. */
  readonly home: number;
}

/** The composed store; `close` closes all. */
export function createShardedSnapshots(
  stores: readonly StateStore[],
  options: ShardedOptions,
): StateStore {
  const of = (partition: number) => stores[partition % stores.length] as StateStore;
  const ofSession = (session: string) => of(options.partitionOf(session));
  const home = stores[options.home] as StateStore;

  async function get(key: string): Promise<string | null> {
    const own = await home.get(key);
    if (own !== null) return own;
    for (const store of stores) {
      const found = store === home ? null : await store.get(key);
      if (found !== null) return found;
    }
    return null;
  }

  return {
    save: (snapshots, checkpoint, onto) =>
      of(checkpoint.partition).save(snapshots, checkpoint, onto),
    load: (session) => ofSession(session).load(session),
    count: (partition) => of(partition).count(partition),
    version: (session) => ofSession(session).version(session),
    loadPartition: (partition, statuses) => of(partition).loadPartition(partition, statuses),
    checkpoint: (partition) => of(partition).checkpoint(partition),
    async list(filter) {
      const lists = await Promise.all(stores.map((store) => store.list(filter)));
      const all = lists.flat().sort((a, b) => (a.session < b.session ? -1 : 1));
      return all.slice(0, filter.limit);
    },
    get,
    putIfAbsent: async (key, value, until) =>
      (await get(key)) ?? (await home.putIfAbsent(key, value, until)),
    expire: (now) => home.expire(now),
    clear: (partition) => of(partition).clear(partition),
    close: async () => {
      for (const store of stores) await store.close();
    },
  };
}
