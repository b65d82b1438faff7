/**
 * Which session a person means: its id, the start of it, or `latest`.
 *
 * I1. An id that exists is taken as it is, also where it is the start of another.
 * I2. A start that several sessions share is refused and names them; one that none has is handed back as
 *     it stands, so that the reader of the history says what is not there.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { SessionSummary, SnapshotStore } from "../../session/ports.ts";

/** The word for the session that was started last. */
const LATEST = "latest";
const PAGE = 500;
const NAMED_MAX = 4;

/** The full id of the session that `text` names. Throws `not_found` or `usage`. */
export async function findSessionId(
  snapshots: Pick<SnapshotStore, "load" | "list">,
  text: string,
): Promise<string> {
  if (text === "") throw new MmmError("usage", "--session is empty; name a session or latest");
  if ((await snapshots.load(text)) !== null) return text;
  const rows = await listSessions(snapshots);
  if (text === LATEST) return pickLatest(rows);
  const found = rows.filter(({ session }) => session.startsWith(text));
  if (found.length < 2) return found[0]?.session ?? text;
  const named = found.slice(0, NAMED_MAX).map(({ session }) => session);
  const more = found.length > NAMED_MAX ? ` and ${found.length - NAMED_MAX} more` : "";
  throw new MmmError(
    "usage",
    `--session ${text}: ${found.length} sessions begin so (${named.join(", ")}${more}); give more of the id`,
  );
}

function pickLatest(rows: readonly SessionSummary[]): string {
  const last = rows.toSorted(
    (a, b) => Date.parse(b.started) - Date.parse(a.started) || (a.session < b.session ? -1 : 1),
  )[0];
  if (last !== undefined) return last.session;
  throw new MmmError("not_found", "no session is in this state; start one with mmm run");
}

async function listSessions(snapshots: Pick<SnapshotStore, "list">): Promise<SessionSummary[]> {
  const rows: SessionSummary[] = [];
  for (;;) {
    const last = rows.at(-1)?.session;
    const page = await snapshots.list({
      limit: PAGE,
      ...(last === undefined ? {} : { after: last }),
    });
    rows.push(...page);
    // What the log itself keeps here is no session.
    if (page.length < PAGE) return rows.filter(({ status }) => status !== "log");
  }
}
