/** REST: sessions, proposals, decisions and cancellations. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { MmmError } from "../../schemas/errors.ts";
import type { Intake } from "../intake/intake.ts";
import type { Answer, Headers, Route } from "../http/route.ts";
import { route, SESSION_PARAMS } from "../http/route.ts";
import { canAccessUnit, type Scope } from "../http/principal.ts";
import {
  CANCELLATION,
  DECISION,
  IDEMPOTENCY_KEY,
  PROPOSAL,
  START_REQUEST,
} from "../sessions/requests.ts";
import { SESSION_VIEW, SUMMARY } from "../sessions/view.ts";
import type { Act, Sessions } from "../sessions/sessions.ts";

const STARTED = z.object({ session: z.string(), status: z.string(), self: z.string() });
const RECORDED = z.object({ session: z.string(), event_id: z.string().nullable() });
const LIST = z.object({ sessions: z.array(SUMMARY), next: z.string().nullable() });
const UNITS = z.object({
  business_units: z.array(
    z.object({
      business_unit: z.string(),
      queued: z.int(),
      running: z.int(),
      running_max: z.int(),
      weight: z.int(),
      oldest: z.string().nullable(),
    }),
  ),
});

const FILTER = z.strictObject({
  business_unit: z.string().min(1).max(100).optional(),
  status: z
    .enum(["queued", "running", "waiting", "completed", "aborted", "cancelled", "failed"])
    .optional(),
  since: z.iso.datetime().optional(),
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** The caller's key, or a fresh one where there is none (a repetition is then a new act). */
function parseIdempotencyKey(headers: Headers): string {
  const given = headers["idempotency-key"];
  if (given === undefined) return randomUUID();
  const parsed = IDEMPOTENCY_KEY.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new MmmError("usage", parsed.error.issues[0]?.message ?? "Idempotency-Key is not valid");
}

function formatSessionPath(session: string): string {
  return `/v1/sessions/${session}`;
}

export function createSessionRoutes(sessions: Sessions, intake: Intake): readonly Route[] {
  return [
    createStartRoute(sessions),
    route({
      method: "GET",
      path: "/v1/sessions",
      name: "listSessions",
      summary: "Sessions of the caller's business units, in order of id",
      scope: "read",
      query: FILTER,
      answers: { 200: { about: "a page", schema: LIST } },
      handle: async ({ principal, query }) => {
        const { business_unit, status, since, after, limit } = query;
        if (status === "queued") return createQueuedPage(sessions.queued(principal), business_unit);
        const filter = {
          limit,
          ...(business_unit === undefined ? {} : { business_unit }),
          ...(status === undefined ? {} : { status }),
          ...(since === undefined ? {} : { since }),
          ...(after === undefined ? {} : { after }),
        };
        return { status: 200, json: await sessions.list(principal, filter) };
      },
    }),
    route({
      method: "GET",
      path: "/v1/sessions/{session}",
      name: "getSession",
      summary: "One session",
      scope: "read",
      params: SESSION_PARAMS,
      answers: { 200: { about: "the session as of its last snapshot", schema: SESSION_VIEW } },
      handle: async ({ principal, params }) => ({
        status: 200,
        text: await sessions.view(principal, params.session),
        type: "application/json",
      }),
    }),
    ...createActRoutes(sessions),
    route({
      method: "GET",
      path: "/v1/intake",
      name: "getIntake",
      summary: "What waits and what runs, by business unit",
      scope: "read",
      answers: { 200: { about: "one row per unit", schema: UNITS } },
      handle: async ({ principal }) => {
        const all = await intake.status();
        const own = all.filter((row) => canAccessUnit(principal, row.business_unit));
        return { status: 200, json: { business_units: own } };
      },
    }),
  ];
}

function createQueuedPage(
  rows: readonly { readonly business_unit: string }[],
  unit: string | undefined,
): Answer {
  const wanted = rows.filter((row) => unit === undefined || row.business_unit === unit);
  return { status: 200, json: { sessions: wanted.slice(0, 200), next: null } };
}

function createStartRoute(sessions: Sessions): Route {
  return route({
    method: "POST",
    path: "/v1/sessions",
    name: "startSession",
    summary: "Ask for a session; with Idempotency-Key a repetition starts nothing new",
    scope: "start",
    body: START_REQUEST,
    answers: { 202: { about: "accepted; it runs when its unit has room", schema: STARTED } },
    handle: async ({ principal, headers, body }) => {
      const { session, repeated } = await sessions.start(
        { principal, key: parseIdempotencyKey(headers) },
        body,
      );
      return {
        status: 202,
        json: { session, status: "queued", self: formatSessionPath(session) },
        headers: {
          location: formatSessionPath(session),
          ...(repeated ? REPLAYED : {}),
        },
      };
    },
  });
}

/** What is done to a session: parsed, written to the inbox, answered with the event's id. */
interface ActSpec<B extends z.ZodType> {
  readonly verb: string;
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly body: B;
  readonly about: string;
  readonly does: (act: Act, session: string, body: z.infer<B>) => Promise<string | null>;
}

const REPLAYED = { "idempotency-replayed": "true" };

function createActRoute<B extends z.ZodType>(sessions: Sessions, spec: ActSpec<B>): Route {
  const { verb, name, summary, scope, body: schema, about, does } = spec;
  return route({
    method: "POST",
    path: `/v1/sessions/{session}/${verb}`,
    name,
    summary,
    scope,
    params: SESSION_PARAMS,
    body: schema,
    answers: { 202: { about, schema: RECORDED } },
    handle: async ({ principal, params: { session }, headers, body }) => {
      const act = { principal, key: parseIdempotencyKey(headers) };
      const keyed = headers["idempotency-key"] !== undefined;
      const repeated = keyed && (await sessions.claimKey(act, session, { verb, body }));
      const event = await does(act, session, body);
      return {
        status: 202,
        json: { session, event_id: event },
        headers: repeated ? REPLAYED : {},
      };
    },
  });
}

function createActRoutes(sessions: Sessions): readonly Route[] {
  return [
    createActRoute(sessions, {
      verb: "cancel",
      name: "cancelSession",
      summary: "End a session for good",
      scope: "operate",
      body: CANCELLATION,
      about: "recorded",
      does: (act, session, { reason }) => sessions.cancel(act, session, reason),
    }),
    createActRoute(sessions, {
      verb: "proposals",
      name: "propose",
      summary: "Free text for a running session; it takes the way through router and guard",
      scope: "start",
      body: PROPOSAL,
      about: "recorded; taken up at the next iteration",
      does: (act, session, { text }) => sessions.propose(act, session, text),
    }),
    createActRoute(sessions, {
      verb: "decisions",
      name: "decide",
      summary: "A person's decision on the open escalation",
      scope: "decide",
      body: DECISION,
      about: "recorded; late or repeated ones are refused",
      does: (act, session, decision) => sessions.decide(act, session, decision),
    }),
  ];
}
