/**
 * What callers can do with sessions, whatever the transport: start, look, propose, decide, cancel.
 *
 * I1. Every act carries the caller's name and stays within the caller's business units; a session
 *     of another unit is as unknown as one that does not exist.
 * I2. An act with a key is done once: repeated with the same content it gives the same answer,
 *     with another content it is refused.
 * I3. Nothing is decided here: acts are events on the inbox, the session's own rules judge them.
 */
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { deriveSessionId, type Event, type EventData } from "../../schemas/event.ts";
import { sendToInbox } from "../../producers/request.ts";
import type {
  Clock,
  EventLog,
  SessionFilter,
  SessionSummary,
  Snapshot,
  KeyValueStore,
  SnapshotStore,
} from "../../session/ports.ts";
import type { HistoryHub } from "./history-hub.ts";
import type { Intake } from "../intake/intake.ts";
import { canAccessUnit, requireUnit, type Principal } from "../http/principal.ts";
import { createSessionDetails } from "./details.ts";
import { isFinished, createQueuedView, type QueuedView } from "./view.ts";
import type { Decision, StartRequest } from "./requests.ts";

/** A checked request: everything of the event but who asks. */
export type Prepared = Omit<EventData<"SessionRequested">, "requested_by">;

export interface SessionTools {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly values: Pick<KeyValueStore, "get" | "putIfAbsent">;
  readonly clock: Clock;
  readonly intake: Intake;
  readonly hub: Pick<HistoryHub, "expect">;
  /** How long a request is recognised by its key. (Its session's id follows from the key for ever.) */
  readonly markMs: number;
  /** Checks baseline, business context and data; rejects with the field that is wrong. */
  prepare(request: StartRequest): Promise<Prepared>;
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  /** Where the next page starts (`after`); null at the end. */
  readonly next: string | null;
}

export interface Act {
  readonly principal: Principal;
  /** What a repetition repeats. */
  readonly key: string;
}

export interface Sessions {
  start(act: Act, request: StartRequest): Promise<{ session: string; repeated: boolean }>;
  /** One session as JSON text: its details, or its place in the queue; throws `not_found`. */
  view(principal: Principal, session: string): Promise<string>;
  /** A session that still waits in the intake, or null. */
  waiting(principal: Principal, session: string): QueuedView | null;
  /** The snapshot, or null for one that still waits in the intake; throws `not_found`. */
  snapshot(principal: Principal, session: string): Promise<Snapshot | null>;
  list(principal: Principal, filter: SessionFilter): Promise<SessionPage>;
  queued(principal: Principal): readonly QueuedView[];
  /**
   * Takes an Idempotency-Key for what is asked of a session; true where that was done before. Throws
   * `not_found`, and `conflict` (422) where the key was used for something else.
   */
  claimKey(act: Act, session: string, asked: unknown): Promise<boolean>;
  propose(act: Act, session: string, text: string): Promise<string>;
  decide(act: Act, session: string, decision: Decision): Promise<string>;
  cancel(act: Act, session: string, reason: string): Promise<string | null>;
}

export function createSessions(tools: SessionTools): Sessions {
  const details = createSessionDetails(tools.snapshots);
  const waiting = (principal: Principal, session: string): QueuedView | null => {
    const found = tools.intake.find(session);
    if (found === null || !canAccessUnit(principal, found.business_unit)) return null;
    return createQueuedView(found, tools.intake.waiting());
  };
  return {
    waiting,
    start: (act, request) => startSession(tools, act, request),
    snapshot: (principal, session) => loadVisibleSession(tools, principal, session),
    view: async (principal, session) => {
      const detail = await details.of(session);
      if (detail !== null && canAccessUnit(principal, detail.business_unit)) return detail.text;
      const queued = detail === null ? waiting(principal, session) : null;
      if (queued === null) throw createSessionNotFound(session);
      return JSON.stringify(queued);
    },
    list: (principal, filter) => listVisibleSessions(tools.snapshots, principal, filter),
    queued: (principal) => {
      const all = tools.intake.waiting();
      const own = all.filter((waiting) => canAccessUnit(principal, waiting.business_unit));
      return own.map((waiting) => createQueuedView(waiting, all));
    },
    claimKey: (act, session, asked) => claimKey(tools, act, { session, asked }),
    propose: async (act, session, text) => {
      const found = await requireRunningSession(tools, act.principal, session);
      const data = { submitted_by: act.principal.id, text };
      return appendAct(tools, act, found, { type: "ProposalSubmitted", data });
    },
    decide: (act, session, decision) => decideEscalation(tools, act, session, decision),
    cancel: (act, session, reason) => cancel(tools, act, session, reason),
  };
}

function createSessionNotFound(session: string): MmmError {
  return new MmmError("not_found", `there is no session ${session}`);
}

async function loadVisibleSession(
  tools: SessionTools,
  principal: Principal,
  session: string,
): Promise<Snapshot | null> {
  const found = await tools.snapshots.load(session);
  const unit = found?.summary.business_unit ?? tools.intake.find(session)?.business_unit;
  if (unit === undefined || !canAccessUnit(principal, unit)) throw createSessionNotFound(session);
  return found;
}

async function requireRunningSession(
  tools: SessionTools,
  principal: Principal,
  session: string,
): Promise<Snapshot> {
  const found = await loadVisibleSession(tools, principal, session);
  if (found === null) throw new MmmError("conflict", `session ${session} has not started yet`);
  if (isFinished(found.summary.status)) {
    throw new MmmError("conflict", `session ${session} is ${found.summary.status}`);
  }
  return found;
}

function appendAct(tools: SessionTools, act: Act, found: Snapshot, event: Event): Promise<string> {
  const { session, business_unit: businessUnit } = found.summary;
  const time = new Date(tools.clock.now()).toISOString();
  const key = `${act.principal.id}/${act.key}`;
  return sendToInbox(tools.log, { session, businessUnit, producer: "api", key, time }, event);
}

async function claimKey(
  tools: SessionTools,
  { principal, key }: Act,
  { session, asked }: { readonly session: string; readonly asked: unknown },
): Promise<boolean> {
  await loadVisibleSession(tools, principal, session);
  const name = `act/${computeSha256(toCanonicalJson([session, principal.id, key]))}`;
  const digest = computeSha256(toCanonicalJson(asked));
  const before = await tools.values.get(name);
  const until = tools.clock.now() + tools.markMs;
  const first = before ?? (await tools.values.putIfAbsent(name, digest, until));
  if (first !== digest) throw createKeyReuseError(key);
  return before !== null;
}

async function decideEscalation(
  tools: SessionTools,
  act: Act,
  session: string,
  decision: Decision,
): Promise<string> {
  const found = await requireRunningSession(tools, act.principal, session);
  const open = found.summary.open_escalation;
  if (open !== decision.escalation) {
    const hint = open === null ? "" : `; ${open} is`;
    throw new MmmError(
      "conflict",
      `escalation ${decision.escalation} is not open in session ${session}${hint}`,
    );
  }
  const data = { ...decision, decided_by: act.principal.id };
  // The same decision sent twice is one; another one is a second, which the session refuses.
  const keyed = {
    ...act,
    key: `${decision.escalation}/${computeSha256(toCanonicalJson(decision))}`,
  };
  return appendAct(tools, keyed, found, { type: "HumanDecided", data });
}

async function cancel(
  tools: SessionTools,
  act: Act,
  session: string,
  reason: string,
): Promise<string | null> {
  const found = await loadVisibleSession(tools, act.principal, session);
  if (found === null) return cancelQueued(tools, act, { session, reason });
  if (found.summary.status === "cancelled") return null;
  const open = await requireRunningSession(tools, act.principal, session);
  const data = { by: act.principal.id, reason };
  return appendAct(tools, { ...act, key: "cancel" }, open, { type: "SessionCancelled", data });
}

async function startSession(
  tools: SessionTools,
  act: Act,
  request: StartRequest,
): Promise<{ session: string; repeated: boolean }> {
  const { principal, key } = act;
  requireUnit(principal, request.business_context.business_unit);
  const session = deriveSessionId(`${principal.id}/${key}`);
  const digest = computeSha256(toCanonicalJson(request));
  const before = await tools.values.get(`request/${session}`);
  if (before !== null && before !== digest) throw createKeyReuseError(key);
  if (await isKnown(tools, session)) return { session, repeated: true };
  const prepared = await tools.prepare(request);
  requireUnit(principal, prepared.business_unit);
  const first = await tools.values.putIfAbsent(
    `request/${session}`,
    digest,
    tools.clock.now() + tools.markMs,
  );
  if (first !== digest) throw createKeyReuseError(key);
  await tools.hub.expect(session);
  await tools.intake.put(session, { ...prepared, requested_by: principal.id });
  return { session, repeated: false };
}

function createKeyReuseError(key: string): MmmError {
  return new MmmError("conflict", `the key "${key}" was used for another request`, {
    data: { http: 422 },
  });
}

async function isKnown(tools: SessionTools, session: string): Promise<boolean> {
  return tools.intake.find(session) !== null || (await tools.snapshots.load(session)) !== null;
}

/** A request that still waits is let in and cancelled at once: both are on its record. */
async function cancelQueued(
  tools: SessionTools,
  act: Act,
  { session, reason }: { session: string; reason: string },
): Promise<string | null> {
  const waiting = tools.intake.find(session);
  if (waiting === null) return null;
  await tools.intake.admitNow(session);
  const input = {
    session,
    businessUnit: waiting.business_unit,
    producer: "api",
    key: `${act.principal.id}/cancel`,
    time: new Date(tools.clock.now()).toISOString(),
  };
  const data = { by: act.principal.id, reason };
  return sendToInbox(tools.log, input, { type: "SessionCancelled", data });
}

const PAGE_MAX = 200;

/** Sessions of the caller's units in order of id; the pseudo-sessions of operators' logs not. */
async function listVisibleSessions(
  snapshots: SnapshotStore,
  principal: Principal,
  filter: SessionFilter,
): Promise<SessionPage> {
  const limit = Math.min(filter.limit ?? PAGE_MAX, PAGE_MAX);
  const { business_unit: wanted } = filter;
  if (wanted !== undefined && !canAccessUnit(principal, wanted))
    return { sessions: [], next: null };
  const units = wanted !== undefined || principal.units === "all" ? [wanted] : [...principal.units];
  const pages = await Promise.all(
    units.map((unit) =>
      snapshots.list({ ...filter, limit, ...(unit === undefined ? {} : { business_unit: unit }) }),
    ),
  );
  const rows = pages
    .flat()
    .toSorted((a, b) => (a.session < b.session ? -1 : 1))
    .slice(0, limit);
  const next = rows.length === limit ? (rows.at(-1)?.session ?? null) : null;
  return { sessions: rows.filter((row) => row.status !== "log"), next };
}
