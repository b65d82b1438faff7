/** REST: what waits for a person, with everything needed to decide. */
import { z } from "zod";
import type { Principal } from "./principal.ts";
import type { Route } from "./route.ts";
import { route } from "./route.ts";
import { stateOf } from "./session-view.ts";
import type { Sessions } from "./sessions.ts";

const ESCALATION = z.looseObject({ session: z.string(), escalation: z.string() });

/** Open escalations, with what a person needs to decide. */
export function escalationRoute(sessions: Sessions): Route {
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
        found.sessions.map((row) => escalationOf(sessions, principal, row.session)),
      );
      const escalations = rows.filter((row) => row !== null);
      return { status: 200, json: { escalations, next: found.next } };
    },
  });
}

async function escalationOf(sessions: Sessions, principal: Principal, session: string) {
  const snapshot = await sessions.snapshot(principal, session);
  if (snapshot === null || snapshot.summary.open_escalation === null) return null;
  const { work_item: item } = stateOf(snapshot);
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
