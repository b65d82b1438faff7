/** What a process tells of its work: metrics, probes, log lines. */
import { listTopicsReadBy } from "../schemas/topics.ts";
import type { Observer } from "../consumers/loop/observer.ts";
import { createMetrics, type Metrics } from "../infra/telemetry/metrics.ts";
import { createLogger } from "../infra/telemetry/logger.ts";
import type { Probes } from "../infra/telemetry/probes.ts";
import type { ModelObserver } from "../session/language-model.ts";
import type { EventLog, GroupLag } from "../session/ports.ts";
import { GROUP_PREFIX } from "./operations.ts";
import type { App } from "./open-app.ts";

/** Work may wait this long while nothing gets done before the process counts as stuck. */
const STALL_MS = 10 * 60_000;

export interface Observed {
  readonly metrics: Metrics;
  readonly observer: Observer;
  readonly models: ModelObserver;
  readonly routes: Metrics["routes"];
  readonly probes: Probes;
  /** Records that these roles have not done. */
  waiting(): Promise<number>;
}

/** What these roles have not done, partition by partition. */
export function readLagByRole(
  log: Pick<EventLog, "lag">,
  roles: readonly string[],
): Promise<{ consumer: string; lag: GroupLag[] }[]> {
  return Promise.all(
    roles.map(async (consumer) => {
      const topics = listTopicsReadBy(consumer);
      const rows = await Promise.all(
        topics.map((topic) => log.lag(`${GROUP_PREFIX}.${consumer}`, topic)),
      );
      return { consumer, lag: rows.flat() };
    }),
  );
}

/** Observes an app; `roles` are those whose lag is looked at. */
export function observeApp(
  app: Pick<App, "log" | "clock" | "settings">,
  roles: readonly string[],
): Observed {
  const lags = () => readLagByRole(app.log, roles);
  const unstable = () => app.log.listUnstable();
  const metrics = createMetrics({ now: () => app.clock.now(), lags, unstable });
  const logger = createLogger(app.settings.logging.level);
  const ready = async () => {
    await app.log.describe();
    return null;
  };
  return {
    metrics,
    observer: mergeLoopObservers(metrics.observer, logger),
    models: metrics.models,
    routes: metrics.routes,
    waiting: async () =>
      (await lags())
        .flatMap((row) => row.lag)
        .reduce((sum, row) => sum + Math.max(0, row.high - row.committed), 0),
    probes: {
      alive: async () => {
        const idle = metrics.idleMs();
        if (idle === null || idle < STALL_MS) return null;
        const oldest = (await lags()).flatMap((row) => row.lag).map((row) => row.oldestMs ?? 0);
        return Math.max(0, ...oldest) > STALL_MS ? "work waits and nothing gets done" : null;
      },
      ready: () => ready().catch((error: unknown) => String(error)),
      metrics: () => metrics.text(),
    },
  };
}

function mergeLoopObservers(
  metrics: Metrics["observer"],
  logger: ReturnType<typeof createLogger>,
): Observer {
  return {
    ...metrics,
    failed: (consumer, error) => {
      metrics.failed(consumer, error);
      logger.failed(consumer, error);
    },
    parked: (consumer, session, error) => {
      metrics.parked(consumer, session, error);
      logger.parked(consumer, session, error);
    },
    deadLettered: (consumer, record, error) => {
      metrics.deadLettered(consumer, record, error);
      logger.deadLettered(consumer, record, error);
    },
    retaken: (partition, records, written) => {
      metrics.retaken(partition, records, written);
      logger.retaken(partition, records, written);
    },
    rebuilt: (partition, sessions, why) => {
      metrics.rebuilt(partition, sessions, why);
      logger.rebuilt(partition, sessions, why);
    },
    stranded: (session, waitsFor) => {
      metrics.stranded(session, waitsFor);
      logger.stranded(session, waitsFor);
    },
  };
}
