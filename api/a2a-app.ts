/** A2A as a whole: card, handler, both transports, push notifications. */
import { TOPICS } from "../schemas/topics.ts";
import { historyEntry } from "../session/audit.ts";
import { evolve } from "../session/evolve.ts";
import type { KeyValueStore, LogRecord } from "../session/ports.ts";
import type { SessionState } from "../session/state.ts";
import { cardOf, signCard } from "./a2a-card.ts";
import { createA2aHandler } from "./a2a-handler.ts";
import { a2aHttpRoutes } from "./a2a-http-routes.ts";
import { cardRoutes, rpcRoute, translated } from "./a2a-routes.ts";
import type { AgentCard, StreamResponse } from "./a2a-sdk.ts";
import type { ApiTools } from "./api-tools.ts";
import type { Authenticator } from "./authenticate.ts";
import type { HistoryHub } from "./history-hub.ts";
import { createPushConfigs } from "./push-configs.ts";
import { startDelivery } from "./push-delivery.ts";
import type { Route } from "./route.ts";
import { createSessionSource } from "./session-source.ts";
import { updatesOf } from "./task-follow.ts";
import { createSealer } from "./seal.ts";
import type { Sessions } from "./sessions.ts";
import { DAY_MS } from "./upkeep.ts";

interface Around {
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly hub: HistoryHub;
}

export interface A2aApp {
  readonly routes: readonly Route[];
  /** Says where the server listens, for the card. */
  listening(url: string): void;
  close(): Promise<void>;
}

export async function startA2a(tools: ApiTools, around: Around): Promise<A2aApp> {
  const { settings, values, log, clock, cardKey } = tools;
  const { push: webhooks } = settings;
  const push =
    webhooks.allow_origins.length === 0
      ? null
      : createPushConfigs({
          store: values,
          allowOrigins: webhooks.allow_origins,
          sealer: createSealer(tools.secret, "webhooks"),
          clock,
          keepMs: settings.keep.webhooks_days * DAY_MS,
          failed: (error) => tools.failed("push", error),
        });
  const { sessions, hub } = around;
  const markMs = settings.keep.requests_days * DAY_MS;
  const source =
    tools.scripted ??
    createSessionSource({ sessions, values, hub, clock, askRole: tools.askRole, markMs });
  let url = settings.public_url?.replace(/\/+$/, "") ?? "";
  let signed: Promise<AgentCard> | null = null;
  const card = (): Promise<AgentCard> => {
    const roles = tools.askRole !== null;
    const login = !around.authenticator.open;
    const facts = { url, version: tools.version, push: push !== null, login, roles };
    signed ??= signCard(cardOf(facts), cardKey, url);
    return signed;
  };
  const handler = translated(createA2aHandler({ source, card, push }));
  const delivery =
    push === null
      ? null
      : await startDelivery({
          log,
          clock,
          configs: push,
          tell: tellingOf(hub, values),
          group: `${tools.groupPrefix}.push`,
          timeoutMs: webhooks.timeout_ms,
          fetch,
          failed: (error) => tools.failed("push", error),
        });
  return {
    routes: [
      ...cardRoutes({ card, key: cardKey, since: new Date(clock.now()) }),
      rpcRoute(handler),
      ...a2aHttpRoutes(handler),
    ],
    listening: (address) => {
      if (url === "") url = address;
    },
    close: async () => delivery?.close(),
  };
}

/** The update that a history record is for watchers of its session. */
function tellingOf(hub: HistoryHub, values: Pick<KeyValueStore, "get">) {
  return async (record: LogRecord): Promise<readonly StreamResponse[]> => {
    if (record.topic !== TOPICS.history.topic) return [];
    const entry = historyEntry(record);
    const entries = await hub.page(record.key, 1, entry.line.seq);
    let state: SessionState | null = null;
    for (const { event } of entries) state = evolve(state, event);
    const contextId = (await values.get(`context-of/${record.key}`)) ?? record.key;
    return state === null ? [] : updatesOf(entry, state, contextId);
  };
}
