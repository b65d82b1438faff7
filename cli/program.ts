/**
 * The table of commands, and the program that knows all of them and has loaded one.
 *
 * I1. Only the file of the command that is asked for is loaded; `--help` and `--version` load none.
 * I2. A row says of its command what the help lists; test/cli/program.test.ts compares the two.
 */
import { Command } from "commander";
import { ERROR_CODES, describeError, MmmError } from "../schemas/errors.ts";
import type { Shell } from "./shell.ts";
import { readVersion } from "./version.ts";

type AddCommand = (program: Command, shell: Shell) => void;

interface CommandRow {
  readonly name: string;
  /** False for a command that only holds others. */
  readonly leaf: boolean;
  readonly about: string;
  readonly load: () => Promise<AddCommand>;
}

/** In the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: "init",
    leaf: true,
    about: "draft baseline and business context from a data file",
    load: async () => (await import("./commands/guide/init.ts")).addInitCommand,
  },
  {
    name: "run",
    leaf: true,
    about: "run one governed session and write its results",
    load: async () => (await import("./commands/run.ts")).addRunCommand,
  },
  {
    name: "worker",
    leaf: true,
    about: "run consumers",
    load: async () => (await import("./commands/worker.ts")).addWorkerCommand,
  },
  {
    name: "submit",
    leaf: true,
    about: "request a session that running workers take up",
    load: async () => (await import("./commands/submit.ts")).addSubmitCommand,
  },
  {
    name: "watch",
    leaf: true,
    about: "follow one session to its end, or all of them until Ctrl-C",
    load: async () => (await import("./commands/watch.ts")).addWatchCommand,
  },
  {
    name: "status",
    leaf: true,
    about: "list sessions",
    load: async () => (await import("./commands/status.ts")).addStatusCommand,
  },
  {
    name: "history",
    leaf: false,
    about: "show or export a session's history",
    load: async () => (await import("./commands/history.ts")).addHistoryCommand,
  },
  {
    name: "replay",
    leaf: true,
    about: "show, verify or fork a recorded session without side effects",
    load: async () => (await import("./commands/replay.ts")).addReplayCommand,
  },
  {
    name: "audit",
    leaf: false,
    about: "verify a history offline",
    load: async () => (await import("./commands/audit.ts")).addAuditCommand,
  },
  {
    name: "escalations",
    leaf: false,
    about: "decisions that wait for a person",
    load: async () => (await import("./commands/escalations.ts")).addEscalationsCommand,
  },
  {
    name: "propose",
    leaf: true,
    about: "add a free-text proposal to a running session",
    load: async () => (await import("./commands/propose.ts")).addProposeCommand,
  },
  {
    name: "guard",
    leaf: false,
    about: "the methodology guard",
    load: async () => (await import("./commands/guard.ts")).addGuardCommand,
  },
  {
    name: "train",
    leaf: true,
    about: "fit one configuration and print its figures",
    load: async () => (await import("./commands/train.ts")).addTrainCommand,
  },
  {
    name: "data",
    leaf: false,
    about: "look at a data file before modelling",
    load: async () => (await import("./commands/data/check.ts")).addDataCommand,
  },
  {
    name: "simulate",
    leaf: true,
    about: "generate data with known carryover, saturation, season and noise",
    load: async () => (await import("./commands/simulate.ts")).addSimulateCommand,
  },
  {
    name: "allocate",
    leaf: true,
    about: "maximise the modelled response under a total and bounds",
    load: async () => (await import("./commands/answers/allocate.ts")).addAllocateCommand,
  },
  {
    name: "plan",
    leaf: true,
    about: "budget plans for a coming period, with their probability",
    load: async () => (await import("./commands/answers/plan.ts")).addPlanCommand,
  },
  {
    name: "export",
    leaf: true,
    about: "contributions, returns, curves, plans and draws as CSV or xlsx",
    load: async () => (await import("./commands/answers/export.ts")).addExportCommand,
  },
  {
    name: "compare",
    leaf: true,
    about: "sessions or results side by side",
    load: async () => (await import("./commands/answers/compare.ts")).addCompareCommand,
  },
  {
    name: "report",
    leaf: true,
    about: "the report of a session for people",
    load: async () => (await import("./commands/report.ts")).addReportCommand,
  },
  {
    name: "transcript",
    leaf: true,
    about: "what was asked of Claude and what it answered, secrets struck out",
    load: async () => (await import("./commands/transcript.ts")).addTranscriptCommand,
  },
  {
    name: "monitor",
    leaf: true,
    about: "check a deployed model on new data against its monitoring plan",
    load: async () => (await import("./commands/monitor.ts")).addMonitorCommand,
  },
  {
    name: "router",
    leaf: false,
    about: "the BERT router: collect, train, eval, classify, promote",
    load: async () => (await import("./commands/router.ts")).addRouterCommand,
  },
  {
    name: "serve",
    leaf: true,
    about: "serve the HTTP API and A2A",
    load: async () => (await import("./commands/serve.ts")).addServeCommand,
  },
  {
    name: "api-key",
    leaf: true,
    about: "make an API key",
    load: async () => (await import("./commands/keys/api-key.ts")).addApiKeyCommand,
  },
  {
    name: "topics",
    leaf: false,
    about: "create or describe the topics",
    load: async () => (await import("./commands/topics.ts")).addTopicsCommand,
  },
  {
    name: "dead-letters",
    leaf: false,
    about: "records that no consumer could take",
    load: async () => (await import("./commands/dead-letters.ts")).addDeadLettersCommand,
  },
  {
    name: "snapshot",
    leaf: false,
    about: "the store of session snapshots",
    load: async () => (await import("./commands/snapshot.ts")).addSnapshotCommand,
  },
  {
    name: "doctor",
    leaf: true,
    about: "check Node, settings, state folder, keys, log, its brokers, snapshots and guard",
    load: async () => (await import("./commands/doctor.ts")).addDoctorCommand,
  },
  {
    name: "explain",
    leaf: true,
    about: "what a word of reports and tables means",
    load: async () => (await import("./commands/guide/explain.ts")).addExplainCommand,
  },
  {
    name: "completion",
    leaf: false,
    about: "completion of commands, options and sessions for bash, zsh or fish",
    load: async () => (await import("./commands/guide/completion.ts")).addCompletionCommand,
  },
];

/** The program, with the command that `words` (the arguments) name ready to run. */
export async function createProgram(shell: Shell, words: readonly string[]): Promise<Command> {
  const program = new Command("mmm")
    .description("Governed tuning of Marketing Mix Models")
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError("(add --help for examples)")
    .addHelpText("after", listExitCodes());
  const wanted = words[0] === "help" ? words[1] : words[0];
  for (const row of COMMANDS) {
    if (row.name === wanted) (await loadCommand(row))(program, shell);
    else announce(program, row);
  }
  return program;
}

/** What the help lists of a command that is not loaded. */
function announce(program: Command, { name, leaf, about }: CommandRow): void {
  const command = program.command(name).description(about);
  if (leaf) command.option("--json");
}

/** A file of the product that is missing or cut cannot be told by any command: it is told here. */
async function loadCommand({ load }: CommandRow): Promise<AddCommand> {
  try {
    return await load();
  } catch (cause) {
    if (cause instanceof MmmError) throw cause;
    throw new MmmError(
      "internal",
      `a file of the program is missing or damaged (${describeError(cause)}); install the package again`,
      { cause },
    );
  }
}

/** The documented exit codes, four a line. */
function listExitCodes(): string {
  const cells = [
    "0 done",
    ...Object.entries(ERROR_CODES).map(([code, { exit }]) => `${exit} ${code}`),
  ];
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += 4) {
    lines.push(
      `  ${cells
        .slice(at, at + 4)
        .map((cell) => cell.padEnd(24))
        .join("")}`.trimEnd(),
    );
  }
  return `\nExit codes:\n${lines.join("\n")}`;
}
