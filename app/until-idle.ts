/** When a worker that is to finish what is open has nothing left to do. */
import type { Observed } from "./observers.ts";
import type { App } from "./open-app.ts";

const IDLE_POLL_MS = 200;

/** Resolves when no session is running and nothing waits, or when the signal aborts. */
export async function waitUntilIdle(
  app: Pick<App, "clock" | "snapshots">,
  observed: Pick<Observed, "waiting">,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await app.clock.sleep(IDLE_POLL_MS, signal);
    const open = await app.snapshots.list({ status: "running", limit: 1 });
    if (open.length === 0 && (await observed.waiting()) === 0) return;
  }
}
