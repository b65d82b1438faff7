/** `mmm monitor`: a deployed model on new weeks, against the plan it was approved with. */
import type { Command } from "commander";
import {
  createDriftEvent,
  monitorDeployed,
  type MonitorReport,
} from "../../agents/monitor-deployment.ts";
import { parseDeployedModel, type DeployedModel } from "../../agents/deployed-model.ts";
import { formatPlainText, readPlainText } from "../../app/request.ts";
import { readDataBytes, readJsonFile } from "../../infra/files.ts";
import { sendToInbox } from "../../producers/request.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { ERROR_CODES } from "../../schemas/errors.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import { formatFigure } from "../output/format.ts";
import { findSessionDraws, readPublishedRecord } from "../session-draws.ts";
import { openFor } from "../open.ts";
import { readUserName } from "./run.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";
import { readKeptData } from "../../app/data-copies.ts";
import { OPERATIONS } from "../../app/operations.ts";

interface MonitorOptions extends CommonOptions {
  readonly model: string;
  readonly data: string;
  readonly sessionData?: string;
  readonly deployedUntil?: string;
  readonly record: boolean;
}

const EXAMPLES = `
Examples:
  mmm monitor --model results/optimization_results.json --data weekly_with_new_weeks.csv
  mmm monitor --model results/optimization_results.json --data new.csv --session-data old.csv

The model is judged on the session's own weeks (its copy in --state-dir, or --session-data with the same
digest). An unchanged process warns in at most 5 % of checks and is told to roll back in at most 1 %.

Exit code 0 = as expected or a warning, 33 = the rollback trigger of the plan is reached. Drift is
recorded in the operations history (not with --no-record).`;

export function addMonitorCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("monitor"))
    .description("check a deployed model on new data against its monitoring plan")
    .requiredOption("--model <file>", "optimization_results.json")
    .requiredOption("--data <file>", "CSV with new weeks")
    .option("--session-data <file>", "CSV the session had, where its copy is not in --state-dir")
    .option("--deployed-until <date>", "last date the model was trained on (YYYY-MM-DD)")
    .option("--no-record", "leave no event")
    .addHelpText("after", EXAMPLES)
    .action(async (options: MonitorOptions) => runMonitor(shell, options));
}

async function runMonitor(shell: Shell, options: MonitorOptions): Promise<void> {
  const results = readJsonFile(options.model);
  const deployed = parseDeployedModel(results);
  const report = monitorDeployed({
    deployed,
    draws: await findSessionDraws(shell, options, readPublishedRecord(results)),
    keptCsv: await findSessionText(options, deployed),
    csv: await readPlainText(options.data, deployed.config),
    ...(options.sessionData === undefined
      ? {}
      : {
          sessionCsv: await readPlainText(options.sessionData, deployed.config),
          sessionDigest: computeSha256(readDataBytes(options.sessionData)),
        }),
    ...(options.deployedUntil === undefined ? {} : { deployedUntil: options.deployedUntil }),
  });
  if (options.record) await publishDriftEvent(shell, options, report);
  if (options.json === true) shell.out(JSON.stringify(report));
  else shell.out(formatMonitorReport(report));
  if (report.status === "rollback") process.exitCode = ERROR_CODES.drifted.exit;
}

/** The session's own copy of its data, where its state is at hand. */
async function findSessionText(
  options: MonitorOptions,
  { dataDigest, config }: DeployedModel,
): Promise<string | null> {
  if (dataDigest === null || options.sessionData !== undefined) return null;
  const kept = readKeptData(options.stateDir, dataDigest);
  return kept === null ? null : formatPlainText(kept, config);
}

async function publishDriftEvent(
  shell: Shell,
  options: MonitorOptions,
  report: MonitorReport,
): Promise<void> {
  const event = createDriftEvent(report, readUserName());
  if (event === null) return;
  const app = await openFor(shell, options);
  try {
    await sendToInbox(
      app.log,
      {
        session: OPERATIONS,
        businessUnit: OPERATIONS,
        producer: "monitor",
        key: `${report.session}/${report.to}/${report.status}`,
        time: new Date(app.clock.now()).toISOString(),
      },
      event,
    );
  } finally {
    await app.close();
  }
}

function formatMonitorReport(report: MonitorReport): string {
  const rows = report.findings.map((row) => [
    row.level,
    row.channel === null ? row.name : `${row.name} ${row.channel}`,
    formatFigure(row.figure, 4),
    formatFigure(row.warn_above, 4),
    formatFigure(row.rollback_above, 4),
  ]);
  const head = ["level", "metric", "figure", "warn above", "roll back above"];
  return `${report.summary}\n\n${formatTable(head, rows)}\n\n${describeForecasts(report)}`;
}

function describeForecasts({ forecasts: { configuration, posterior } }: MonitorReport): string {
  const own = `The tuned configuration forecasts: wMAPE ${formatPercent(configuration.wmape, 2)}`;
  if (posterior === null) return `${own}; the posterior's draws are not at hand.`;
  return `${own}; the posterior's own forecast ${formatPercent(posterior.wmape, 2)}, with ${formatPercent(posterior.covered, 0)} of the weeks inside its 90 % interval.`;
}
