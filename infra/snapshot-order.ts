/**
 * What all snapshot stores agree on: which of two snapshots is newer, and which sessions a filter
 * asks for.
 */
import { MmmError } from "../schemas/errors.ts";
import type { Checkpoint, SessionFilter, SessionSummary, Snapshot } from "../session/ports.ts";

/** True when `next` is to replace `stored`: a later inbox offset, or the same with more history. */
export function isNewer(next: Snapshot, stored: Snapshot | null): boolean {
  if (stored === null) return true;
  if (next.offset !== stored.offset) return next.offset > stored.offset;
  return next.seq > stored.seq;
}

/** What is another one for every other state of a session. */
export function formatVersion(
  snapshot: Pick<Snapshot, "offset" | "seq" | "head"> | undefined,
): string | null {
  return snapshot === undefined ? null : `${snapshot.offset}/${snapshot.seq}/${snapshot.head}`;
}

/** Throws `snapshot_unavailable` unless the stored checkpoint is the one to go on from. */
export function assertCheckpointMatches(stored: Checkpoint | null, onto: Checkpoint | null): void {
  const same =
    stored === null || onto === null
      ? stored === onto
      : stored.offset === onto.offset && stored.historyOffset === onto.historyOffset;
  if (!same) throw createCheckpointConflict();
}

/** What a save on top of another checkpoint ends in. */
export function createCheckpointConflict(): MmmError {
  return new MmmError(
    "snapshot_unavailable",
    "the snapshots are not those that were stored last: restore the partition from its history",
  );
}

/** Somebody, or an eviction policy, took snapshots of sessions away that an index still names. */
export function createVanishedError(sessions: readonly string[]): MmmError {
  return new MmmError(
    "state_damaged",
    `the snapshot of ${sessions[0]}${sessions.length > 1 ? ` and ${sessions.length - 1} more` : ""} ` +
      "vanished from Redis; it is made again from the history (maxmemory-policy has to be noeviction)",
    { data: { sessions: sessions.slice(0, 10) } },
  );
}

/** Summaries that fit, in the order of their session ids. */
export function selectSummaries(
  summaries: Iterable<SessionSummary>,
  filter: SessionFilter,
): SessionSummary[] {
  const { business_unit: unit, status, since, after, limit } = filter;
  const fitting = [...summaries].filter(
    (one) =>
      (unit === undefined || one.business_unit === unit) &&
      (status === undefined || one.status === status) &&
      (since === undefined || Date.parse(one.updated) >= Date.parse(since)) &&
      (after === undefined || one.session > after),
  );
  fitting.sort((a, b) => (a.session < b.session ? -1 : 1));
  return fitting.slice(0, limit);
}
