/** A session's history from the log, decoded. */
import { MmmError } from "../schemas/errors.ts";
import { TOPICS } from "../schemas/topics.ts";
import { toHistoryEntry, type HistoryEntry } from "../session/audit.ts";
import type { EventLog, SnapshotStore } from "../session/ports.ts";
import { findSessionId } from "./sessions/find-session.ts";

/** All entries so far, in order. Throws `log_unavailable` where some of them cannot be seen. */
export async function readHistory(log: EventLog, session: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const record of log.read({
    topic: TOPICS.history.topic,
    key: session,
    entire: true,
  })) {
    entries.push(toHistoryEntry(record));
  }
  return entries;
}

/** The same, or `not_found` for a session nobody knows. */
export async function requireHistory(log: EventLog, session: string): Promise<HistoryEntry[]> {
  const entries = await readHistory(log, session);
  if (entries.length > 0) return entries;
  throw new MmmError("not_found", `session ${session} is not in this state; see mmm status`);
}

/** The history of the session that a person's words name: an id, the start of one, or `latest`. */
export async function requireNamedHistory(
  app: { readonly log: EventLog; readonly snapshots: SnapshotStore },
  text: string,
): Promise<HistoryEntry[]> {
  return requireHistory(app.log, await findSessionId(app.snapshots, text));
}
