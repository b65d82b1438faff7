/**
 * One session from request to seal on a started app, with a callback for every history event.
 *
 * I1. The session's id follows from the request: the same request on the same state resumes what a
 *     killed process left, and starts anew once that is finished.
 */
import { MmmError } from "../schemas/errors.ts";
import type { EventData } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { deriveRequestedSessionId, sendToInbox } from "../producers/request.ts";
import { toHistoryEntry, type HistoryEntry } from "../session/audit.ts";
import type { EventLog, SnapshotStore } from "../session/ports.ts";
import { readHistory } from "./history-reader.ts";
import type { App } from "./open-app.ts";

export type OnEscalation = "keep" | "abort" | "wait";

export interface SessionRunOptions {
  readonly request: EventData<"SessionRequested">;
  readonly producer: string;
  readonly onEscalation: OnEscalation;
  readonly signal: AbortSignal;
  readonly onEvent: (entry: HistoryEntry) => void;
}

/** Sessions with one and the same request looked through at the most. */
const ORDINALS_MAX = 10_000;

/** Runs the session to its end. Rejects with `interrupted` when `signal` aborts first. */
export async function runSession(app: App, options: SessionRunOptions): Promise<HistoryEntry[]> {
  const { request, producer, signal } = options;
  const session = await openSession(app, request);
  await sendToInbox(
    app.log,
    {
      session,
      businessUnit: request.business_unit,
      producer,
      key: "request",
      time: new Date(app.clock.now()).toISOString(),
    },
    { type: "SessionRequested", data: request },
  );
  const entries: HistoryEntry[] = [];
  const topic = TOPICS.history.topic;
  for await (const record of app.log.read({ topic, key: session, follow: true, signal })) {
    const entry = toHistoryEntry(record);
    entries.push(entry);
    options.onEvent(entry);
    if (entry.event.type === "SessionSealed") return entries;
    if (entry.event.type === "EscalationRaised") await answerEscalation(app.log, entry, options);
  }
  throw new MmmError("interrupted", `session ${session} was interrupted; run it again to resume`);
}

/** The first session of this request that is not finished. */
async function openSession(
  app: { readonly log: EventLog; readonly snapshots: SnapshotStore },
  request: EventData<"SessionRequested">,
): Promise<string> {
  for (let ordinal = 0; ordinal < ORDINALS_MAX; ordinal += 1) {
    const session = deriveRequestedSessionId(request, ordinal);
    const history = await readHistory(app.log, session);
    if (history.at(-1)?.event.type !== "SessionSealed") return session;
  }
  throw new MmmError("conflict", "this request was run too often; choose another --state-dir");
}

/** Answers an escalation by the policy of the command line, recorded as such. */
async function answerEscalation(
  log: EventLog,
  entry: HistoryEntry,
  options: SessionRunOptions,
): Promise<void> {
  const { event } = entry;
  if (options.onEscalation === "wait" || event.type !== "EscalationRaised") return;
  const choice = options.onEscalation === "keep" ? "keep_current" : "abort";
  const { escalation } = event.data;
  const { session, business_unit, time } = event.envelope;
  await sendToInbox(
    log,
    { session, businessUnit: business_unit, producer: "policy", key: escalation, time },
    {
      type: "HumanDecided",
      data: {
        escalation,
        choice,
        instruction: null,
        decided_by: "policy:on-escalation",
        reason: `the command was started with --on-escalation ${options.onEscalation}`,
      },
    },
  );
}
