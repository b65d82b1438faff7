/**
 * Remembers which broker coordinates a group or a transactional id (patch P6 of kafkajs).
 *
 * kafkajs asks for it again before every step of a transaction and every commit of offsets: a third
 * of all requests. Here an answer is kept until any request or connection of the process fails.
 *
 * I1. An error of any kind but "wait a moment" forgets all answers, so that a coordinator that has
 *     moved or died is looked for before the next try, as without the patch.
 * I2. Only the node's number is kept: the connection is looked up, and made again, every time.
 */

interface Asked {
  readonly groupId: string;
  /** 0 = group, 1 = transactional id. */
  readonly coordinatorType?: number;
}

interface CoordinatorMetadata {
  readonly coordinator: { readonly nodeId: string };
}

interface ClusterInside {
  findGroupCoordinatorMetadata: (asked: Asked) => Promise<CoordinatorMetadata>;
}

interface ConnectionInside {
  connect: () => Promise<unknown>;
  send: (...request: unknown[]) => Promise<unknown>;
}

interface CachedCoordinator {
  readonly failures: number;
  readonly found: CoordinatorMetadata;
}

/** The coordinator is where it was: these say that something else is in motion. */
const IN_MOTION = ["CONCURRENT_TRANSACTIONS", "REBALANCE_IN_PROGRESS"];

/** Patches the prototypes of kafkajs's cluster and connection. */
export function patchCoordinatorLookups(
  Cluster: ClusterInside,
  Connection: ConnectionInside,
): void {
  const caches = new WeakMap<ClusterInside, Map<string, CachedCoordinator>>();
  let failures = 0;
  const noticed = (error: { readonly type?: string }): never => {
    if (!IN_MOTION.includes(error.type ?? "")) failures += 1;
    throw error;
  };
  const { connect, send } = Connection;
  Connection.connect = function (this: ConnectionInside) {
    return connect.call(this).catch(noticed);
  };
  Connection.send = function (this: ConnectionInside, ...request) {
    return send.apply(this, request).catch(noticed);
  };
  const ask = Cluster.findGroupCoordinatorMetadata;
  Cluster.findGroupCoordinatorMetadata = async function (this: ClusterInside, asked) {
    const cache = caches.get(this) ?? new Map<string, CachedCoordinator>();
    caches.set(this, cache);
    const name = `${asked.coordinatorType ?? 0} ${asked.groupId}`;
    const cached = cache.get(name);
    if (cached?.failures === failures) return cached.found;
    const before = failures;
    const found = await ask.call(this, asked);
    cache.set(name, { failures: before, found });
    return found;
  };
}
