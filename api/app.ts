/**
 * The API as a whole: all routes over one log and one snapshot store, started and stopped together.
 *
 * Owns: which routes there are. Not: adapters, model, guard, which come in as functions.
 */
import { randomUUID } from "node:crypto";
import { MmmError } from "../schemas/errors.ts";
import { startA2a } from "./a2a-app.ts";
import type { ApiTools } from "./tools.ts";
import { A2A_ERROR_FORMS } from "./a2a/errors.ts";
import { createAuthenticator, type Authenticator } from "./http/authenticate.ts";
import { createHistoryHub } from "./sessions/history-hub.ts";
import { createEscalationRoutes } from "./rest/escalation-routes.ts";
import { createHistoryRoutes } from "./rest/history-routes.ts";
import { openIntake, type Intake } from "./intake/intake.ts";
import { isLoopbackAddress } from "./http/loopback.ts";
import { createOpenApi } from "./http/openapi.ts";
import { createOperationRoutes, type OperationTools } from "./rest/operations-routes.ts";
import { route, type Route } from "./http/route.ts";
import { createServer, type ApiServer } from "./http/server.ts";
import { createSessionRoutes } from "./rest/session-routes.ts";
import { createSessions } from "./sessions/sessions.ts";
import type { ApiSettings } from "./http/settings.ts";
import { DAY_MS, startUpkeep } from "./retention.ts";

export interface RunningApi {
  readonly url: string;
  /** True when no key is configured and only this machine can reach the server. */
  readonly open: boolean;
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

/** Starts serving. Throws `settings_invalid` for an address that cannot be listened on. */
export async function startApi(tools: ApiTools): Promise<RunningApi> {
  const { log, snapshots, values, clock, settings } = tools;
  const authenticator = createAuthenticator(settings, {
    now: () => clock.now(),
    claim: async (name, until) => {
      const mine = randomUUID();
      return (await values.putIfAbsent(name, mine, until)) === mine;
    },
  });
  const intake = await openIntake({
    log,
    snapshots,
    clock,
    settings: settings.intake,
    group: `${tools.groupPrefix}.intake`,
    failed: (error) => tools.failed("intake", error),
  });
  const failed = (error: unknown): void => tools.failed("history", error);
  const hub = createHistoryHub({ log, values, clock, failed });
  const { prepare } = tools;
  const markMs = settings.keep.requests_days * DAY_MS;
  const sessions = createSessions({ log, snapshots, values, clock, intake, hub, prepare, markMs });
  const upkeep = startApiUpkeep(tools, intake);
  const a2a = await startA2a(tools, { authenticator, sessions, hub });
  const routes: Route[] = [
    ...createSessionRoutes(sessions, intake),
    ...createHistoryRoutes({ sessions, hub, report: tools.report }),
    ...createEscalationRoutes({ sessions, hub }),
    ...createOperationRoutes(createOperationTools(tools)),
    ...a2a.routes,
  ];
  routes.push(createOpenApiRoute(routes, tools));
  const server = await createServer({
    routes,
    authenticator,
    settings,
    errorForms: A2A_ERROR_FORMS,
    ...(tools.observe === undefined ? {} : { observe: tools.observe }),
  });
  const close = async (): Promise<void> => {
    await server.close();
    await upkeep.close();
    await a2a.close();
    await hub.close();
    await intake.close();
  };
  try {
    const url = await listen(server, authenticator, settings);
    a2a.listening(url);
    return { url, open: authenticator.open, routes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startApiUpkeep(tools: ApiTools, intake: Intake): ReturnType<typeof startUpkeep> {
  return startUpkeep({
    clock: tools.clock,
    snapshots: tools.snapshots,
    values: tools.values,
    waiting: () => intake.waiting(),
    keep: tools.settings.keep,
    sweepData: tools.sweepData,
    failed: (error) => tools.failed("upkeep", error),
  });
}

function createOperationTools(tools: ApiTools): OperationTools {
  return {
    ready: async () => {
      try {
        await tools.snapshots.list({ limit: 1 });
        await tools.log.lag(`${tools.groupPrefix}.coordinator`, "sessions");
        return null;
      } catch (error) {
        tools.failed("readiness", error);
        return "log or snapshots do not answer";
      }
    },
    metrics: tools.metrics,
    storeData: tools.storeData,
    checkProposal: tools.checkProposal,
    version: tools.version,
    uploadBytesMax: tools.settings.limits.upload_bytes,
  };
}

function createOpenApiRoute(routes: readonly Route[], tools: ApiTools): Route {
  return route({
    method: "GET",
    path: "/openapi.json",
    name: "getOpenApi",
    summary: "This description",
    scope: "any",
    answers: { 200: { about: "OpenAPI 3.1" } },
    handle: async () => {
      const url = tools.settings.public_url ?? "/";
      return { status: 200, json: createOpenApi(routes, { version: tools.version, url }) };
    },
  });
}

/** Without keys only loopback is listened on, whatever the settings say. */
async function listen(
  server: ApiServer,
  authenticator: Authenticator,
  settings: ApiSettings,
): Promise<string> {
  const open = authenticator.open && !isLoopbackAddress(settings.host);
  const host = open ? "127.0.0.1" : settings.host;
  try {
    return await server.listen(host, settings.port);
  } catch (cause) {
    throw new MmmError(
      "settings_invalid",
      `cannot listen on ${host}:${settings.port}; give another --host or --port`,
      { cause },
    );
  }
}
