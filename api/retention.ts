/**
 * What is not kept for ever: marks of requests, webhooks, uploaded files. Looked through every hour.
 *
 * I1. An uploaded file that a session needs which has not ended is kept, however old it is.
 * I2. Histories and snapshots are never touched.
 */
import { decodeEvent } from "../schemas/codec.ts";
import type { Clock, KeyValueStore, SnapshotStore } from "../session/ports.ts";
import type { Waiting } from "./intake/queue.ts";
import { parseSnapshotState } from "./sessions/view.ts";
import type { ApiSettings } from "./http/settings.ts";

const EVERY_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export interface UpkeepTools {
  readonly clock: Clock;
  readonly snapshots: Pick<SnapshotStore, "list" | "load">;
  readonly values: Pick<KeyValueStore, "expire">;
  readonly waiting: () => readonly Waiting[];
  readonly keep: ApiSettings["keep"];
  /** Removes uploads not used since `before` (milliseconds since 1970) but for those in use. */
  sweepData(before: number, inUse: () => Promise<ReadonlySet<string>>): Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Looks through at once and then every hour, until it is closed. */
export function startUpkeep(tools: UpkeepTools): { close(): Promise<void> } {
  const halt = new AbortController();
  const work = async (): Promise<void> => {
    while (!halt.signal.aborted) {
      await removeExpired(tools).catch(tools.failed);
      await tools.clock.sleep(EVERY_MS, halt.signal);
    }
  };
  const done = work();
  return {
    close: () => {
      halt.abort();
      return done;
    },
  };
}

/** One look. */
export async function removeExpired(tools: UpkeepTools): Promise<void> {
  const now = tools.clock.now();
  await tools.values.expire(now);
  await tools.sweepData(now - tools.keep.uploads_days * DAY_MS, () => listFilesInUse(tools));
}

/** Names of the data files of all sessions that wait or run. */
async function listFilesInUse(tools: UpkeepTools): Promise<ReadonlySet<string>> {
  const baselines: string[] = [];
  const copies: string[] = [];
  for (const status of ["running", "waiting"]) {
    for (const { session } of await tools.snapshots.list({ status })) {
      const snapshot = await tools.snapshots.load(session);
      if (snapshot === null) continue;
      const { baseline_text, data_digest } = parseSnapshotState(snapshot);
      baselines.push(baseline_text);
      copies.push(`${data_digest ?? ""}.csv`);
    }
  }
  for (const { record } of tools.waiting()) {
    const event = decodeEvent(record.value);
    if (event.type !== "SessionRequested") continue;
    baselines.push(event.data.baseline);
    copies.push(`${event.data.data_digest}.csv`);
  }
  return new Set([...copies, ...baselines.flatMap((text) => parseDataFileName(text))]);
}

function parseDataFileName(baseline: string): string[] {
  const { data } = JSON.parse(baseline) as { data?: { path?: unknown } };
  const path = data?.path;
  return typeof path === "string" ? [path.slice(path.lastIndexOf("/") + 1)] : [];
}
