/**
 * The composition root: settings and a state folder in, a running system out. The only place that
 * knows every adapter.
 */
import { runConsumer, type Running } from "../consumers/loop/run-consumer.ts";
import { runCoordinator } from "../consumers/coordinator/coordinator.ts";
import { SILENT, type Observer } from "../consumers/loop/observer.ts";
import type { Keys } from "../consumers/coordinator/attachments.ts";
import { systemClock } from "../infra/clock.ts";
import { sendToInbox } from "../producers/request.ts";
import { SILENT_MODEL_OBSERVER, type ModelObserver } from "../session/language-model.ts";
import type { Clock, EventLog, SnapshotStore } from "../session/ports.ts";
import { openBackend } from "./backend.ts";
import {
  createConsumers,
  drawUniform,
  type Composed,
  type ConsumerParts,
  type RoleName,
} from "./compose-consumers.ts";
import { generateKeys, loadKeys } from "./keys.ts";
import { UNWATCHED, type RouteObserver } from "./route-watch.ts";
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
  readonly clock: Clock;
  readonly keys: Keys;
  readonly settings: Settings;
  /** Starts consumers; resolves when all are joined. */
  start(roles: readonly RoleName[], observers?: Observers): Promise<Running>;
  close(): Promise<void>;
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

interface Parts extends ConsumerParts {
  readonly log: EventLog;
  readonly observer: Observer;
}

/** First part of the names of consumer groups. */
export const GROUP_PREFIX = "mmm";

/** Opens log, snapshots and keys; consumers run only after `start`. */
export async function openApp(options: AppOptions): Promise<App> {
  const { settings, stateDir } = options;
  const state = await openBackend(options);
  const environment = options.environment ?? process.env;
  const keys = settings.log.kind === "memory" ? generateKeys() : loadKeys(stateDir, environment);
  return {
    log: state.log,
    snapshots: state.snapshots,
    clock: systemClock,
    keys,
    settings,
    start: (roles, observers = {}) => {
      const { observer = SILENT, models: modelObserver = SILENT_MODEL_OBSERVER } = observers;
      const routes = {
        ...(observers.routes ?? UNWATCHED),
        drifted: createDriftReporter(state.log),
      };
      const models = { callOut: options.callOut ?? true, modelObserver, routes };
      const dataDir = options.dataDir ?? stateDir;
      return startRoles(
        { ...state, settings, keys, dataDir, observer, environment, models },
        roles,
      );
    },
    close: () => state.close(),
  };
}

async function startRoles(parts: Parts, roles: readonly RoleName[]): Promise<Running> {
  const running: Running[] = [];
  const halt = new AbortController();
  const composed = await createConsumers(parts, roles, halt.signal);
  const stop = async () => {
    halt.abort();
    for (const part of running.toReversed()) await part.stop();
    await composed.close();
  };
  try {
    if (composed.refused !== null) await reportRouterRefusal(parts.log, composed.refused);
    for (const role of roles) running.push(await startRole(parts, composed.consumers, role));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, ended: Promise.race(running.map((part) => part.ended)) };
}

async function startRole(
  parts: Parts,
  consumers: Composed["consumers"],
  role: RoleName,
): Promise<Running> {
  const { log, snapshots, observer, keys } = parts;
  const shared = { log, clock: systemClock, observer, groupPrefix: GROUP_PREFIX };
  if (role === "coordinator") return runCoordinator({ ...shared, snapshots, keys });
  return runConsumer(consumers[role], { ...shared, random: drawUniform });
}

/** Where events outside sessions are kept: a history of its own. */
export const OPERATIONS = "operations";

function reportRouterRefusal(log: EventLog, reason: string): Promise<void> {
  return publishOperatorAct(log, "router_refused", { reason, consequence: "rules decide" });
}

function createDriftReporter(log: EventLog): RouteObserver["drifted"] {
  return (alarms) => void publishOperatorAct(log, "router_drifted", { alarms }).catch(() => {});
}

async function publishOperatorAct(log: EventLog, action: string, detail: object): Promise<void> {
  const time = new Date(systemClock.now()).toISOString();
  const data = { action, subject: "router", by: "worker", detail: JSON.stringify(detail) };
  const key = `${action}/${data.detail}/${time}`;
  await sendToInbox(
    log,
    { session: OPERATIONS, businessUnit: OPERATIONS, producer: "worker", key, time },
    { type: "OperatorActed", data },
  );
}
