/** REST: what waits for a person, with everything needed to decide. */
import { z } from "zod";
import { MmmError } from "../../schemas/errors.ts";
import { describeEscalation } from "../../session/escalation-view.ts";
import type { HistoryHub } from "../sessions/history-hub.ts";
import type { Principal } from "../http/principal.ts";
import type { Route } from "../http/route.ts";
import { route, SESSION_PARAMS } from "../http/route.ts";
import { parseSnapshotState } from "../sessions/view.ts";
import type { Sessions } from "../sessions/sessions.ts";

const ESCALATION = z.looseObject({ session: z.string(), escalation: z.string() });

interface EscalationTools {
  readonly sessions: Sessions;
  readonly hub: Pick<HistoryHub, "page">;
}

export function createEscalationRoutes(tools: EscalationTools): readonly Route[] {
  return [createListEscalationsRoute(tools.sessions), createGetEscalationRoute(tools)];
}

/** Open escalations, with what a person needs to decide. */
function createListEscalationsRoute(sessions: Sessions): Route {
  return route({
    method: "GET",
    path: "/v1/escalations",
    name: "listEscalations",
    summary: "What waits for a person",
    scope: "read",
    query: z.strictObject({
      after: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    answers: {
      200: {
        about: "a page",
        schema: z.object({ escalations: z.array(ESCALATION), next: z.string().nullable() }),
      },
    },
    handle: async ({ principal, query }) => {
      const { after, limit } = query;
      const filter = { status: "waiting", limit, ...(after === undefined ? {} : { after }) };
      const found = await sessions.list(principal, filter);
      const rows = await Promise.all(
        found.sessions.map((row) => loadOpenEscalation(sessions, principal, row.session)),
      );
      const escalations = rows.filter((row) => row !== null);
      return { status: 200, json: { escalations, next: found.next } };
    },
  });
}

const ENTRIES_MAX = 100_000;
const PARAMS = SESSION_PARAMS.extend({
  escalation: z.string().regex(/^e\d{1,9}$/),
});
const VIEW = z.looseObject({
  session: z.string(),
  escalation: z.string(),
  status: z.enum(["open", "decided", "over"]),
  decide_by: z.string().nullable(),
  attempts: z.array(z.looseObject({ proposal: z.string(), citations: z.array(z.string()) })),
});

/** One escalation, open or decided, as `mmm escalations show` has it. */
function createGetEscalationRoute({ sessions, hub }: EscalationTools): Route {
  return route({
    method: "GET",
    path: "/v1/sessions/{session}/escalations/{escalation}",
    name: "getEscalation",
    summary: "One escalation with every attempt, its explanation and citations, and the decision",
    scope: "read",
    params: PARAMS,
    answers: { 200: { about: "open, decided, or over", schema: VIEW } },
    handle: async ({ principal, params }) => {
      const { session, escalation } = params;
      await sessions.snapshot(principal, session);
      const entries = await hub.page(session, 1, ENTRIES_MAX);
      const view = describeEscalation(
        entries.map(({ event }) => event),
        escalation,
      );
      if (view !== null) return { status: 200, json: view };
      throw new MmmError("not_found", `session ${session} has no escalation ${escalation}`);
    },
  });
}

async function loadOpenEscalation(sessions: Sessions, principal: Principal, session: string) {
  const snapshot = await sessions.snapshot(principal, session);
  if (snapshot === null || snapshot.summary.open_escalation === null) return null;
  const { work_item: item } = parseSnapshotState(snapshot);
  return {
    session,
    business_unit: snapshot.summary.business_unit,
    escalation: snapshot.summary.open_escalation,
    iteration: snapshot.summary.iteration,
    deadline: snapshot.summary.deadline,
    work_item: item?.id ?? null,
    asked: item?.text ?? null,
    proposed: item?.raw ?? null,
    violations: item?.violations ?? [],
    feedback: item?.feedback ?? [],
    options: ["resume", "keep_current", "abort"],
  };
}
