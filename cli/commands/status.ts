/** `mmm status`: the sessions of a state, or one of them; what waits and runs by business unit. */
import type { Command } from "commander";
import { readIntake } from "../../api/intake/status.ts";
import { listIdlePartitions, QUIET_MS } from "../../consumers/coordinator/stranded-sessions.ts";
import { parseSnapshotState, summarizeState } from "../../api/sessions/view.ts";
import type { DeploymentSummary } from "../../schemas/deployment.ts";
import { formatDeployment } from "../output/deployment.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { SessionSummary } from "../../session/ports.ts";
import { formatFigure } from "../output/format.ts";
import { createChoiceParser, parseCount, parseInstant } from "../options.ts";
import { openFor } from "../open.ts";
import type { App } from "../../app/open-app.ts";
import { findSessionId } from "../../app/sessions/find-session.ts";
import { GROUP_PREFIX } from "../../app/operations.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";

interface StatusOptions extends CommonOptions {
  readonly session?: string;
  readonly unit?: string;
  readonly status?: string;
  readonly since?: string;
  readonly limit: number;
  readonly units?: boolean;
}

const STATUSES = ["running", "waiting", "completed", "aborted", "cancelled", "failed"] as const;

const EXAMPLES = `
Examples:
  mmm status
  mmm status --unit emea --status waiting
  mmm status --since 2026-11-01 --status completed
  mmm status --session 5f0c… --json
  mmm status --units                           queued, running and quota of every business unit`;

export function addStatusCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("status"))
    .description("list sessions")
    .option("--session <id>", "one session: id, its first letters, or latest")
    .option("--unit <name>", "of this business unit")
    .option("--status <name>", STATUSES.join(" | "), createChoiceParser(...STATUSES))
    .option("--since <time>", "updated at or after (RFC 3339)", parseInstant)
    .option("--limit <n>", "at most so many", parseCount, 50)
    .option("--units", "queued, running and quota by business unit instead of sessions")
    .addHelpText("after", EXAMPLES)
    .action(async (options: StatusOptions) => showStatus(shell, options));
}

async function showStatus(shell: Shell, options: StatusOptions): Promise<void> {
  const app = await openFor(shell, options, { mustExist: true });
  try {
    if (options.units === true) return await showUnits(shell, options, app);
    const { session: named, ...filter } = options;
    const session = named === undefined ? undefined : await findSessionId(app.snapshots, named);
    const found = (
      await findSummaries(app.snapshots, session === undefined ? filter : { ...filter, session })
    ).filter((row) => row.status !== "log");
    const rows = await withStranded(app, found);
    const deployment = session === undefined ? null : await findDeployment(app.snapshots, session);
    if (options.json === true) {
      shell.out(
        JSON.stringify(deployment === null ? rows : rows.map((row) => ({ ...row, deployment }))),
      );
    } else {
      shell.out(rows.length === 0 ? "no session" : formatStatusTable(rows));
      if (deployment !== null) shell.out(`\n${formatDeployment(deployment)}`);
    }
  } finally {
    await app.close();
  }
}

/** Both uses of one session; null before its decision. */
async function findDeployment(
  snapshots: App["snapshots"],
  session: string,
): Promise<DeploymentSummary | null> {
  const found = await snapshots.load(session);
  return found === null ? null : summarizeState(parseSnapshotState(found));
}

async function showUnits(shell: Shell, options: StatusOptions, app: App): Promise<void> {
  const { log, snapshots, settings } = app;
  const looked = { log, snapshots, settings: settings.api.intake, group: "mmm.intake" };
  const all = await readIntake(looked);
  const rows = all.filter(({ business_unit: unit }) => unit === (options.unit ?? unit));
  if (options.json === true) shell.out(JSON.stringify(rows));
  else shell.out(rows.length === 0 ? "nothing waits or runs" : formatUnitTable(rows));
}

function formatUnitTable(rows: Awaited<ReturnType<typeof readIntake>>): string {
  return formatTable(
    ["unit", "queued", "running", "at most", "weight", "oldest request"],
    rows.map((row) => [
      row.business_unit.slice(0, 30),
      String(row.queued),
      String(row.running),
      String(row.running_max),
      String(row.weight),
      row.oldest?.slice(0, 16).replace("T", " ") ?? "",
    ]),
  );
}

async function findSummaries(
  snapshots: App["snapshots"],
  options: StatusOptions,
): Promise<readonly SessionSummary[]> {
  if (options.session !== undefined) {
    const found = await snapshots.load(options.session);
    if (found !== null) return [found.summary];
    throw new MmmError("not_found", `session ${options.session} is not in this state`);
  }
  return snapshots.list({
    limit: options.limit,
    ...(options.unit === undefined ? {} : { business_unit: options.unit }),
    ...(options.status === undefined ? {} : { status: options.status }),
    ...(options.since === undefined ? {} : { since: options.since }),
  });
}

/** A session's line; `stranded` where no consumer has anything left to read that could move it on. */
type StatusRow = SessionSummary & { readonly stranded?: true };

/** Looks at lag only where a session has been quiet for so long that it may be stranded. */
async function withStranded(
  { log, clock }: Pick<App, "log" | "clock">,
  rows: readonly SessionSummary[],
): Promise<readonly StatusRow[]> {
  const since = clock.now() - QUIET_MS;
  const isQuiet = (row: SessionSummary): boolean =>
    row.status === "running" && row.phase !== "" && Date.parse(row.updated) <= since;
  if (!rows.some(isQuiet)) return rows;
  const idle = await listIdlePartitions(log, GROUP_PREFIX);
  return rows.map((row) =>
    isQuiet(row) && idle.has(log.partitionOf(row.session)) ? { ...row, stranded: true } : row,
  );
}

function formatStatus({ status, open_escalation: escalation, stranded }: StatusRow): string {
  if (stranded === true) return `${status} (stranded)`;
  return escalation === null ? status : `${status} (${escalation})`;
}

function formatStatusTable(rows: readonly StatusRow[]): string {
  return formatTable(
    ["session", "unit", "status", "it.", "error before → now", "updated"],
    rows.map((row) => [
      row.session,
      row.business_unit.slice(0, 14),
      formatStatus(row),
      String(row.iteration),
      `${formatFigure(row.baseline_loss, 3)} → ${formatFigure(row.best_loss, 3)}`,
      row.updated.slice(0, 16).replace("T", " "),
    ]),
  );
}
