/** A2A as a whole: card, handler, both transports, push notifications. */
import { TOPICS } from "../schemas/topics.ts";
import { toHistoryEntry } from "../session/audit.ts";
import { evolve } from "../session/evolve.ts";
import type { KeyValueStore, LogRecord } from "../session/ports.ts";
import type { SessionState } from "../session/state.ts";
import { createAgentCard, signCard } from "./a2a/card.ts";
import { createA2aHandler } from "./a2a/handler.ts";
import { createA2aHttpRoutes } from "./a2a/http-routes.ts";
import { createCardRoutes, createRpcRoute, convertErrors } from "./a2a/routes.ts";
import type { AgentCard, StreamResponse } from "./a2a/sdk.ts";
import type { ApiTools } from "./tools.ts";
import type { Authenticator } from "./http/authenticate.ts";
import type { HistoryHub } from "./sessions/history-hub.ts";
import { createPushConfigs } from "./a2a/push-configs.ts";
import { startDelivery } from "./a2a/push-delivery.ts";
import type { Route } from "./http/route.ts";
import { createSessionSource } from "./a2a/session-source.ts";
import { createTaskUpdates } from "./a2a/task-follow.ts";
import { createSecretBox } from "./http/secret-box.ts";
import type { Sessions } from "./sessions/sessions.ts";
import { DAY_MS } from "./retention.ts";

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
          secretBox: createSecretBox(tools.secret, "webhooks"),
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
    signed ??= signCard(createAgentCard(facts), cardKey, url);
    return signed;
  };
  const handler = convertErrors(createA2aHandler({ source, card, push }));
  const delivery =
    push === null
      ? null
      : await startDelivery({
          log,
          clock,
          configs: push,
          tell: createUpdateReader(hub, values),
          group: `${tools.groupPrefix}.push`,
          timeoutMs: webhooks.timeout_ms,
          fetch,
          failed: (error) => tools.failed("push", error),
        });
  return {
    routes: [
      ...createCardRoutes({ card, key: cardKey, since: new Date(clock.now()) }),
      createRpcRoute(handler),
      ...createA2aHttpRoutes(handler),
    ],
    listening: (address) => {
      if (url === "") url = address;
    },
    close: async () => delivery?.close(),
  };
}

/** The update that a history record is for watchers of its session. */
function createUpdateReader(hub: HistoryHub, values: Pick<KeyValueStore, "get">) {
  return async (record: LogRecord): Promise<readonly StreamResponse[]> => {
    if (record.topic !== TOPICS.history.topic) return [];
    const entry = toHistoryEntry(record);
    const entries = await hub.page(record.key, 1, entry.line.seq);
    let state: SessionState | null = null;
    for (const { event } of entries) state = evolve(state, event);
    const contextId = (await values.get(`context-of/${record.key}`)) ?? record.key;
    return state === null ? [] : createTaskUpdates(entry, state, contextId);
  };
}
