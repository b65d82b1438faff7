/**
 * Details of sessions as JSON text, made once per snapshot and not once per question.
 *
 * I1. What is given is what the store holds now: the store is asked for the snapshot's version every
 *     time, and a text of another version is made again.
 * I2. Bounded: beyond `CHARS_MAX` the texts that were asked for longest ago are dropped.
 */
import type { Snapshot, SnapshotStore } from "../../session/ports.ts";
import { createSessionDetail } from "./view.ts";

export interface Detail {
  readonly business_unit: string;
  readonly text: string;
}

export interface SessionDetails {
  /** Null for a session that is in no snapshot. */
  of(session: string): Promise<Detail | null>;
}

/** All texts together; ten thousand sessions take about this much. */
const CHARS_MAX = 16_000_000;

interface CachedDetail extends Detail {
  readonly version: string;
}

export function createSessionDetails(
  snapshots: Pick<SnapshotStore, "load" | "version">,
  charsMax = CHARS_MAX,
): SessionDetails {
  /** In the order in which they were asked for. */
  const cache = new Map<string, CachedDetail>();
  let chars = 0;

  function removeDetail(session: string): void {
    chars -= cache.get(session)?.text.length ?? 0;
    cache.delete(session);
  }
  function cacheDetail(session: string, made: CachedDetail): CachedDetail {
    removeDetail(session);
    cache.set(session, made);
    chars += made.text.length;
    for (const oldest of cache.keys()) {
      if (chars <= charsMax) break;
      removeDetail(oldest);
    }
    return made;
  }

  return {
    async of(session) {
      const version = await snapshots.version(session);
      const found = cache.get(session);
      if (version === null) {
        removeDetail(session);
        return null;
      }
      if (found?.version === version) return cacheDetail(session, found);
      const snapshot = await snapshots.load(session);
      return snapshot === null ? null : cacheDetail(session, createCachedDetail(snapshot, version));
    },
  };
}

/** A snapshot newer than the version asked before is made again at the next question. */
function createCachedDetail(snapshot: Snapshot, version: string): CachedDetail {
  const { business_unit } = snapshot.summary;
  return { version, business_unit, text: JSON.stringify(createSessionDetail(snapshot)) };
}
