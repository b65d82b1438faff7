/** `mmm snapshot rebuild`: the snapshots from the history alone, and whether they were right. */
import type { Command } from "commander";
import { createSessionCache } from "../../consumers/coordinator/session-cache.ts";
import { SILENT } from "../../consumers/loop/observer.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import { createMemorySnapshots } from "../../infra/memory/snapshots.ts";
import type { Snapshot } from "../../session/ports.ts";
import { readState } from "../../session/stages.ts";
import { openFor } from "../open.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";
import type { App } from "../../app/open-app.ts";

interface RebuildOptions extends CommonOptions {
  readonly check?: boolean;
}

const EXAMPLES = `
Examples:
  mmm snapshot rebuild --check     compare only (exit code 9 when one differs)
  mmm snapshot rebuild             replace what is stored; stop the workers first`;

export function addSnapshotCommand(program: Command, shell: Shell): void {
  const snapshot = program.command("snapshot").description("the store of session snapshots");
  withCommonOptions(snapshot.command("rebuild"))
    .description("fold every history again and store the result")
    .option("--check", "store nothing, only compare")
    .addHelpText("after", EXAMPLES)
    .action(async (options: RebuildOptions) => runSnapshotRebuild(shell, options));
}

interface Count {
  readonly partition: number;
  readonly sessions: number;
  readonly equal: number;
  readonly different: number;
  readonly missing: number;
}

async function runSnapshotRebuild(shell: Shell, options: RebuildOptions): Promise<void> {
  const app = await openFor(shell, options, { mustExist: true });
  try {
    const counts: Count[] = [];
    for (let partition = 0; partition < app.log.partitions; partition += 1) {
      counts.push(await restorePartition(app, partition, options.check === true));
    }
    reportRebuild(shell, options, counts);
  } finally {
    await app.close();
  }
}

async function restorePartition(app: App, partition: number, check: boolean): Promise<Count> {
  const fresh = createMemorySnapshots();
  const { log, clock, keys } = app;
  const tools = { log, snapshots: fresh, clock, keys, observer: SILENT, groupPrefix: "rebuild" };
  const sessionCache = await createSessionCache(tools, partition);
  const committed = await app.log.lag("mmm.coordinator", "sessions");
  const inboxOffset = committed.find((row) => row.partition === partition)?.committed ?? 0;
  await sessionCache.save({ everyMs: 0, inboxOffset });
  const rebuilt = await fresh.loadPartition(partition);
  const count = await compareSnapshots(app, partition, rebuilt);
  if (check) return count;
  const checkpoint = await fresh.checkpoint(partition);
  await app.snapshots.clear(partition);
  if (checkpoint !== null) await app.snapshots.save(rebuilt, checkpoint);
  await app.log.flush();
  return count;
}

async function compareSnapshots(
  app: App,
  partition: number,
  rebuilt: readonly Snapshot[],
): Promise<Count> {
  const stored = new Map(
    (await app.snapshots.loadPartition(partition)).map((one) => [one.session, one]),
  );
  let equal = 0;
  let missing = 0;
  for (const one of rebuilt) {
    const found = stored.get(one.session);
    if (found === undefined) missing += 1;
    else if (isSameState(found, one)) equal += 1;
  }
  const sessions = rebuilt.length;
  return { partition, sessions, equal, missing, different: sessions - equal - missing };
}

function isSameState(a: Snapshot, b: Snapshot): boolean {
  const of = (one: Snapshot) => toCanonicalJson([one.seq, one.head, readState(one.state)]);
  return of(a) === of(b);
}

function reportRebuild(shell: Shell, options: RebuildOptions, counts: readonly Count[]): void {
  const different = counts.reduce((sum, row) => sum + row.different, 0);
  if (options.json === true) shell.out(JSON.stringify(counts));
  else {
    const rows = counts
      .filter((row) => row.sessions > 0)
      .map((row) =>
        [row.partition, row.sessions, row.equal, row.different, row.missing].map(String),
      );
    shell.out(formatTable(["partition", "sessions", "equal", "different", "missing"], rows));
  }
  const missing = counts.reduce((sum, row) => sum + row.missing, 0);
  if (options.check === true && different + missing > 0) {
    throw new MmmError(
      "state_damaged",
      `${different} snapshots differ, ${missing} are missing; run snapshot rebuild`,
    );
  }
}
