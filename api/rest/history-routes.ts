/**
 * REST: histories as pages, as an NDJSON export that verifies offline, as server-sent events;
 * replay, report and open escalations.
 *
 * I1. An event's SSE id is its sequence number; a client that reconnects with Last-Event-ID gets the
 *     rest, nothing twice.
 * I2. An export ends with its manifest; a followed one ends with the session.
 */
import { z } from "zod";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { createManifest, verifyExport, type HistoryEntry } from "../../session/audit.ts";
import { replay } from "../../session/evolve.ts";
import { computeSessionResults } from "../../session/results.ts";
import { toSessionSummary } from "../../session/summary.ts";
import type { HistoryHub } from "../sessions/history-hub.ts";
import type { Principal } from "../http/principal.ts";
import type { Answer, Headers, Route } from "../http/route.ts";
import { route, SESSION_PARAMS } from "../http/route.ts";
import { isFinished } from "../sessions/view.ts";
import type { Sessions } from "../sessions/sessions.ts";

/** Text of a report in one of its formats; null where there is none for it. */
export type ReportRenderer = (
  entries: readonly HistoryEntry[],
  format: string,
) => Promise<{ readonly type: string; readonly text: string } | null>;

interface HistoryTools {
  readonly sessions: Sessions;
  readonly hub: HistoryHub;
  readonly report: ReportRenderer;
}

const ENTRIES_MAX = 100_000;
const HEARTBEAT_MS = 15_000;

const LINE = z.looseObject({ seq: z.int(), type: z.string(), id: z.string(), data: z.unknown() });
const PAGE = z.object({ records: z.array(LINE), next_seq: z.int().nullable() });
const SEQ = z.coerce.number().int().min(0);
const REPLAYED = z.looseObject({ session: z.string(), seq: z.int(), verified: z.boolean() });

export function createHistoryRoutes(tools: HistoryTools): readonly Route[] {
  return [
    createHistoryPageRoute(tools),
    createHistoryExportRoute(tools),
    createHistoryEventsRoute(tools),
    createReplayRoute(tools),
    createReportRoute(tools),
  ];
}

function createHistoryPageRoute({ sessions, hub }: HistoryTools): Route {
  return route({
    method: "GET",
    path: "/v1/sessions/{session}/history",
    name: "getHistory",
    summary: "History records in order, a page at a time",
    scope: "read",
    params: SESSION_PARAMS,
    query: z.strictObject({
      from_seq: SEQ.default(1),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    answers: { 200: { about: "records from_seq …", schema: PAGE } },
    handle: async ({ principal, params, query }) => {
      await sessions.snapshot(principal, params.session);
      const found = await hub.page(params.session, query.from_seq, query.limit);
      const last = found.at(-1)?.line.seq;
      const more = found.length === query.limit && last !== undefined;
      const records = found.map((entry) => entry.line);
      return { status: 200, json: { records, next_seq: more ? last + 1 : null } };
    },
  });
}

function createHistoryExportRoute({ sessions, hub }: HistoryTools): Route {
  return route({
    method: "GET",
    path: "/v1/sessions/{session}/history.ndjson",
    name: "exportHistory",
    summary: "The history as NDJSON with its manifest; with follow=true as it grows",
    scope: "read",
    params: SESSION_PARAMS,
    query: z.strictObject({
      from_seq: SEQ.default(1),
      follow: z.enum(["true", "false"]).optional(),
    }),
    answers: { 200: { about: "one record per line (application/x-ndjson)" } },
    handle: async ({ principal, params, query, signal }) => {
      await sessions.snapshot(principal, params.session);
      const { session } = params;
      const options = { session, after: query.from_seq - 1, signal, idleMs: HEARTBEAT_MS };
      const stream =
        query.follow === "true" ? formatNdjson(hub.follow(options)) : exportLines(hub, session);
      return { status: 200, type: "application/x-ndjson", stream };
    },
  });
}

async function* formatNdjson(entries: AsyncIterable<HistoryEntry | null>): AsyncGenerator<string> {
  for await (const entry of entries)
    yield entry === null ? "\n" : `${JSON.stringify(entry.line)}\n`;
}

async function* exportLines(hub: HistoryHub, session: string): AsyncGenerator<string> {
  const entries = await hub.page(session, 1, ENTRIES_MAX);
  for (const entry of entries) yield `${JSON.stringify(entry.line)}\n`;
  yield `${JSON.stringify({ manifest: createManifest(session, entries) })}\n`;
}

function createHistoryEventsRoute({ sessions, hub }: HistoryTools): Route {
  return route({
    method: "GET",
    path: "/v1/sessions/{session}/events",
    name: "streamHistory",
    summary: "The history as server-sent events; resumes by Last-Event-ID",
    scope: "read",
    params: SESSION_PARAMS,
    query: z.strictObject({ after_seq: SEQ.optional() }),
    answers: {
      200: { about: "text/event-stream: id = seq, event = type, data = the record" },
      204: { about: "the session is over and nothing follows" },
    },
    handle: async ({ principal, params, query, headers, signal }) => {
      const snapshot = await sessions.snapshot(principal, params.session);
      const after = query.after_seq ?? parseLastEventId(headers);
      const over = snapshot !== null && isFinished(snapshot.summary.status);
      if (over && after >= snapshot.seq) return { status: 204 };
      const entries = hub.follow({ session: params.session, after, signal, idleMs: HEARTBEAT_MS });
      return { status: 200, type: "text/event-stream", stream: formatSseRecords(entries) };
    },
  });
}

function parseLastEventId(headers: Headers): number {
  const given = headers["last-event-id"];
  if (given === undefined || given === "") return 0;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new MmmError("usage", "Last-Event-ID: must be a sequence number");
}

async function* formatSseRecords(
  entries: AsyncIterable<HistoryEntry | null>,
): AsyncGenerator<string> {
  yield "retry: 2000\n\n";
  for await (const entry of entries) {
    if (entry === null) yield ": still here\n\n";
    else {
      const { seq, type } = entry.line;
      yield `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(entry.line)}\n\n`;
    }
  }
}

function createReplayRoute({ sessions, hub }: HistoryTools): Route {
  return route({
    method: "GET",
    path: "/v1/sessions/{session}/replay",
    name: "replaySession",
    summary: "Verify the chain, fold the history again and compare with the snapshot",
    scope: "operate",
    params: SESSION_PARAMS,
    query: z.strictObject({ seq: SEQ.optional() }),
    answers: { 200: { about: "state at seq (the end by default)", schema: REPLAYED } },
    handle: async ({ principal, params, query }) =>
      replayAnswer({ sessions, hub, principal, ...params }, query.seq ?? null),
  });
}

interface ReplayOf {
  readonly sessions: Sessions;
  readonly hub: HistoryHub;
  readonly principal: Principal;
  readonly session: string;
}

async function replayAnswer(of: ReplayOf, upTo: number | null): Promise<Answer> {
  const snapshot = await of.sessions.snapshot(of.principal, of.session);
  const all = await of.hub.page(of.session, 1, ENTRIES_MAX);
  const entries = upTo === null ? all : all.slice(0, upTo);
  const state = replay(entries.map((entry) => entry.event));
  if (state === null) throw new MmmError("not_found", `no history of ${of.session} up to there`);
  const manifest = createManifest(of.session, all);
  const report = verifyExport([...all.map((entry) => entry.line), { manifest }]);
  const text = toCanonicalJson(state);
  const seq = entries.at(-1)?.line.seq ?? 0;
  const same = snapshot === null || snapshot.seq !== seq ? null : snapshot.state === text;
  return {
    status: 200,
    json: {
      session: of.session,
      seq,
      head: entries.at(-1)?.line.hash ?? "",
      history_digest: report.history_digest,
      verified: report.fault === null,
      fault: report.fault,
      state_digest: computeSha256(text),
      equals_snapshot: same,
      summary: toSessionSummary(state),
    },
  };
}

function createReportRoute({ sessions, hub, report: render }: HistoryTools): Route {
  return route({
    method: "GET",
    path: "/v1/sessions/{session}/report",
    name: "getReport",
    summary: "What the session came to, for people (html) or machines (json)",
    scope: "read",
    params: SESSION_PARAMS,
    query: z.strictObject({ format: z.enum(["json", "html"]).default("json") }),
    answers: { 200: { about: "the report" } },
    handle: async ({ principal, params, query }) => {
      await sessions.snapshot(principal, params.session);
      const entries = await hub.page(params.session, 1, ENTRIES_MAX);
      if (entries.length === 0) {
        throw new MmmError("conflict", `session ${params.session} has not started yet`);
      }
      if (query.format === "json") {
        const head = entries.at(-1)?.line.hash ?? "";
        return {
          status: 200,
          json: computeSessionResults(
            entries.map((entry) => entry.event),
            head,
          ),
        };
      }
      const text = await render(entries, query.format);
      if (text === null) throw new MmmError("not_found", `there is no ${query.format} report`);
      return { status: 200, ...text };
    },
  });
}
