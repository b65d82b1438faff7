/** `mmm run`: one session from files to results, on the embedded log. */
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { assertWritable, writeWhole } from "../../infra/files.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { HistoryEntry } from "../../session/audit.ts";
import { computeSessionResults, type SessionResults } from "../../session/results.ts";
import { formatExport } from "../output/export.ts";
import { createChoiceParser, parseCount, parseFraction, parseInteger } from "../options.ts";
import { createProgress } from "../output/progress.ts";
import { type DataBytes, readSessionRequest, type RequestFlags } from "../../app/request.ts";
import { runSession, type OnEscalation } from "../../app/session-run.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatNextSteps } from "../output/next-steps.ts";
import { formatSummary } from "../output/summary.ts";
import { ROLE_NAMES } from "../../app/compose-consumers.ts";
import { keepData } from "../../app/data-copies.ts";
import { openApp, type App } from "../../app/open-app.ts";

interface RunOptions extends CommonOptions, RequestFlags {
  readonly bertModel?: string;
  readonly output: string;
  readonly report: boolean;
  readonly onEscalation: OnEscalation;
}

const EXAMPLES = `
Examples:
  mmm run                                    in a folder that mmm init made
  mmm run --baseline-config examples/baseline_model.json \\
    --business-context examples/business_context.json
  mmm run --baseline-config examples/robyn/baseline_model.json \\
    --business-context examples/business_context.json --data weekly.csv --seed 7 --json

Killed at any moment, the same command on the same --state-dir resumes the session.`;

export function addRunCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("run"))
    .description("run one governed session and write its results")
    .option("--baseline-config <file>", "baseline model (default: baseline_model.json here)")
    .option(
      "--business-context <file>",
      "business context (default: business_context.json beside the baseline, or none)",
    )
    .option("--unit <name>", "business unit (default: the context's, else the folder's name)")
    .option("--data <file>", "data file, instead of the one the baseline names")
    .option("--max-iterations <n>", "iterations at the most", parseCount)
    .option("--convergence-threshold <x>", "score in 0 … 1 at which tuning ends", parseFraction)
    .option("--evaluations <n>", "engine evaluations per iteration", parseCount)
    .option("--seed <n>", "seed of all chance in the session", parseInteger, 1)
    .option("--bert-model <dir>", "router checkpoint to use")
    .option("--output <dir>", "folder for results and report", "results")
    .option("--no-report", "write no report.html")
    .option(
      "--on-escalation <what>",
      "keep | abort | wait for a person",
      createChoiceParser("keep", "abort", "wait"),
      "keep",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (options: RunOptions) => runSessionCommand(shell, options));
}

async function runSessionCommand(shell: Shell, options: RunOptions): Promise<void> {
  const base = loadCommandSettings(shell, options);
  const settings =
    options.bertModel === undefined
      ? base
      : {
          ...base,
          router: { ...base.router, mode: "bert" as const, checkpoint: options.bertModel },
        };
  const keep = ({ digest, bytes }: DataBytes): void => keepData(options.stateDir, digest, bytes);
  const memory = settings.log.kind === "memory";
  const request = await readSessionRequest(
    options,
    settings,
    readUserName(),
    memory ? undefined : keep,
  );
  assertWritable(options.output);
  const app = await openApp({
    settings,
    stateDir: options.stateDir,
    environment: shell.environment,
  });
  try {
    const running = await app.start(ROLE_NAMES);
    try {
      const session = runSession(app, {
        request,
        producer: "cli",
        onEscalation: options.onEscalation,
        signal: shell.signal,
        onEvent: createProgress(shell),
      });
      const entries = await Promise.race([session, running.ended.then(() => session)]);
      const done = (): void => reportResults(shell, options, entries);
      if (options.report) await writeRunReport(shell, { app, entries, options, done });
      else done();
    } finally {
      await running.stop();
    }
  } finally {
    await app.close();
  }
}

interface RunReport {
  readonly app: App;
  readonly entries: readonly HistoryEntry[];
  readonly options: RunOptions;
  /** Writes and says the results, and throws for a session that failed. */
  readonly done: () => void;
}

/** The report beside the results; that it cannot be written fails no session. */
async function writeRunReport(
  shell: Shell,
  { app, entries, options, done }: RunReport,
): Promise<void> {
  done();
  const { writeReportPage } = await import("./report.ts");
  const file = join(options.output, "report.html");
  try {
    await writeReportPage(app, { entries, file, stateDir: options.stateDir });
    if (options.json !== true) shell.out(`report in ${file}`);
  } catch (error) {
    shell.err(
      `no report: ${describeError(error)}; mmm report --session ${entries[0]?.event.envelope.session ?? "ID"} makes one`,
    );
  }
}

function reportResults(shell: Shell, options: RunOptions, entries: readonly HistoryEntry[]): void {
  const results = computeSessionResults(
    entries.map((entry) => entry.event),
    entries.at(-1)?.line.hash ?? "",
  );
  if (results === null) throw new MmmError("internal", "the session left no history");
  writeResults(options.output, results, entries);
  shell.status("");
  if (options.json === true) shell.out(JSON.stringify(results));
  else {
    shell.out(formatSummary(results));
    shell.out(`\nresults in ${join(options.output, "optimization_results.json")}`);
    shell.out(formatNextSteps(results, options));
  }
  const failure = FAILURES[results.status];
  if (failure !== undefined)
    throw new MmmError(failure, `the session ${results.status}: ${results.reason ?? ""}`);
}

const FAILURES: Readonly<Record<string, "session_failed" | "session_aborted">> = {
  failed: "session_failed",
  aborted: "session_aborted",
  cancelled: "session_aborted",
};

function writeResults(
  folder: string,
  results: SessionResults,
  entries: readonly HistoryEntry[],
): void {
  const write = (name: string, text: string) => writeWhole(join(folder, name), text);
  write("optimization_results.json", `${JSON.stringify(results, null, 2)}\n`);
  write("optimization_history.json", formatExport(results.session, entries, "json"));
  write("optimization_history.ndjson", formatExport(results.session, entries, "ndjson"));
}

/** Who starts the session, as the machine knows them. */
export function readUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
