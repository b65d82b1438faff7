/**
 * What is printed of sessions that have not ended in a test: all that a person would ask for first.
 */
import { CONSUMERS, listTopicsReadBy } from "../../../schemas/topics.ts";
import type { EventLog, SnapshotStore } from "../../../session/ports.ts";
import type { Fleet } from "./fleet.ts";

/** Failures that are printed where something did not end. */
export const COMPLAINTS_SHOWN = 40;

interface Standing {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly fleet: Pick<Fleet, "complaints">;
}

/** Lines about sessions that have not ended: where everything stands, and what failed last. */
export async function describeStanding(
  { log, snapshots, fleet }: Standing,
  names: readonly string[],
): Promise<string[]> {
  const lines: string[] = [];
  const ask = async (what: string, work: () => Promise<readonly string[]>): Promise<void> => {
    const found = await work().catch((error: unknown) => [String(error)]);
    lines.push(...found.map((line) => `${what}: ${line}`));
  };
  await ask("not ended", async () =>
    Promise.all(
      names.map(async (name) => {
        const kept = await snapshots.load(name);
        const waits = kept === null ? "" : JSON.stringify(JSON.parse(kept.state).wait);
        const where = `history/${log.partitionOf(name)}`;
        return `${name}, ${where}, snapshot seq ${kept?.seq ?? 0}, waits for ${waits}`;
      }),
    ),
  );
  await ask("lag", async () => {
    const rows = await Promise.all(
      CONSUMERS.flatMap((consumer) =>
        listTopicsReadBy(consumer).map(async (topic) => {
          const open = (await log.lag(`test.${consumer}`, topic)).filter(
            ({ committed, high }) => committed < high,
          );
          return open.map((row) => `${consumer} ${JSON.stringify(row)}`);
        }),
      ),
    );
    return rows.flat();
  });
  await ask("hidden", async () => (await log.listUnstable()).map((range) => JSON.stringify(range)));
  await ask("failed", async () => fleet.complaints.slice(-COMPLAINTS_SHOWN));
  return lines;
}
