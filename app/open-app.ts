/**
 * The composition root: settings and a state folder in, a running system out. The only place that
 * knows every adapter.
 */
import type { Running } from "../consumers/loop/run-consumer.ts";
import { SILENT, type Observer } from "../consumers/loop/observer.ts";
import type { Keys } from "../consumers/coordinator/attachments.ts";
import { systemClock } from "../infra/clock.ts";
import { SILENT_MODEL_OBSERVER, type ModelObserver } from "../session/language-model.ts";
import type { RuntimeName } from "../router/runtime-name.ts";
import type { Clock, EventLog, KeyValueStore, SnapshotStore } from "../session/ports.ts";
import { openBackend } from "./backend.ts";
import type { ConsumerParts, RoleName } from "./compose-consumers.ts";
import { generateKeys, loadKeys } from "./keys.ts";
import { publishOperatorAct } from "./operations.ts";
import type { RouteObserver } from "./route-watch.ts";
import type { Settings } from "./settings.ts";

/** Who is told of the work; nobody where one is left out. */
export interface Observers {
  readonly observer?: Observer;
  readonly models?: ModelObserver;
  readonly routes?: Omit<RouteObserver, "drifted">;
}

export interface App {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly values: KeyValueStore;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly settings: Settings;
  /** Starts consumers; resolves when all are joined. */
  start(roles: readonly RoleName[], observers?: Observers): Promise<Started>;
  close(): Promise<void>;
}

/** Consumers at work. */
export interface Started extends Running {
  /** What computes sentence embeddings here; null where no role needs them. */
  readonly encoder: RuntimeName | null;
}

export interface AppOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  /** True for commands that only look: a folder without state is refused. */
  readonly mustExist?: boolean;
  /** Of a state folder with shards: those this process or thread works on (default: all). */
  readonly own?: (shard: number) => boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** State folder with the copies of data (default: `stateDir`); of a fork, its parent's. */
  readonly dataDir?: string;
  /** False for replay and forks: no model is called, stored answers are used (default true). */
  readonly callOut?: boolean;
}

/** What the consumers of a process work with. */
export interface Parts extends ConsumerParts {
  readonly log: EventLog;
  readonly observer: Observer;
}

/** Opens log, snapshots and keys; consumers run only after `start`. */
export async function openApp(options: AppOptions): Promise<App> {
  const { settings, stateDir } = options;
  const state = await openBackend(options);
  const environment = options.environment ?? process.env;
  const keys = settings.log.kind === "memory" ? generateKeys() : loadKeys(stateDir, environment);
  return {
    log: state.log,
    snapshots: state.snapshots,
    values: state.values,
    clock: systemClock,
    keys,
    settings,
    start: async (roles, observers = {}) => {
      const { observer = SILENT, models: modelObserver = SILENT_MODEL_OBSERVER } = observers;
      const routes = { ...UNHEARD, ...observers.routes, drifted: createDriftReporter(state.log) };
      const models = { callOut: options.callOut ?? true, modelObserver, routes };
      const dataDir = options.dataDir ?? stateDir;
      // Agents, guard, router and engine are loaded only where they are to work.
      const { startRoles } = await import("./start-roles.ts");
      return startRoles(
        { ...state, settings, keys, dataDir, observer, environment, models },
        roles,
      );
    },
    close: () => state.close(),
  };
}

const UNHEARD = { routed: () => {}, shadow: () => {} };

function createDriftReporter(log: EventLog): RouteObserver["drifted"] {
  return (alarms) => void publishOperatorAct(log, "router_drifted", { alarms }).catch(() => {});
}
