/**
 * `mmm init`: from a data file, or a public example, to the files that `mmm run` needs.
 *
 * I1. On a terminal it asks what it cannot be sure of; with --yes, or without a terminal, it takes its
 *     own guess and says so.
 * I2. Nothing is written before everything that can be wrong with the file was looked at.
 */
import { basename, extname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { draftBaseline, draftContext, type DraftFacts } from "../../../app/draft/baseline.ts";
import { EXAMPLE_SETS } from "../../../app/draft/examples.ts";
import { formatDraftJson, readDraftSchemas, writeDraftFiles } from "../../../app/draft/folder.ts";
import { checkData } from "../../../app/request.ts";
import { BASELINE_FILE, CONTEXT_FILE } from "../../../app/sessions/session-files.ts";
import { parseBusinessContext } from "../../../agents/business-context.ts";
import { callModel } from "../../../agents/data-source.ts";
import { parseModelConfig } from "../../../model/config.ts";
import { describeError, MmmError } from "../../../schemas/errors.ts";
import { guessColumnRoles, type Roles } from "../../../tables/roles/guess.ts";
import { guessWeekLabel, type WeekLabel } from "../../../tables/roles/week-label.ts";
import { inspectTable, type DataReport } from "../../../tables/check/inspect.ts";
import { toCheckRoles } from "../../../tables/check/roles.ts";
import type { DataTable } from "../../../tables/table.ts";
import { formatDraft, writeDraftReadme, type DraftGrounds } from "../../output/draft-text.ts";
import { createChoiceParser } from "../../options.ts";
import type { Shell } from "../../shell.ts";
import {
  askHints,
  askMedia,
  askTarget,
  askWeekLabel,
  type Ask,
  type DraftHints,
} from "./draft-questions.ts";
import { readWideTable, type WideTable } from "./draft-table.ts";
import { writeExample } from "./example.ts";

interface InitOptions extends DraftHints {
  readonly output: string;
  readonly example?: string;
  readonly target?: string;
  readonly unit?: string;
  readonly weekLabel?: "start" | "end";
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  mmm init sales.csv                     drafts the files here; then: mmm run
  mmm init sales.xlsx --target revenue --yes
  mmm init --example simulated           a whole example with its data
  mmm init --example robyn               a baseline for public data, and where the data are

It writes baseline_model.json, business_context.json and baseline_model.README.md, which says what each
column was taken for and why. Your data file is only read.`;

export function addInitCommand(program: Command, shell: Shell): void {
  program
    .command("init")
    .description("draft baseline and business context from a data file")
    .argument("[data]", "data file: CSV of any dialect, xlsx or Parquet")
    .option("--output <dir>", "folder for the files", ".")
    .option("--example <name>", EXAMPLE_SETS.map(({ name }) => name).join(" | "))
    .option("--target <column>", "column to explain")
    .option("--unit <name>", "business unit (default: the folder's name)")
    .option(
      "--week-label <what>",
      "start | end: the day of a week that its date is",
      createChoiceParser("start", "end"),
    )
    .option(
      "--decimal <sign>",
      "point | comma, where the file leaves it open",
      createChoiceParser("point", "comma"),
    )
    .option(
      "--date-order <order>",
      "day_first | month_first, where the file leaves it open",
      createChoiceParser("day_first", "month_first"),
    )
    .option("--sheet <name>", "sheet of a workbook")
    .option("--yes", "ask nothing: take the guesses")
    .option("--force", "write over files that are there")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", EXAMPLES)
    .action(async (data: string | undefined, options: InitOptions) =>
      options.example === undefined
        ? draftFromData(shell, data, options)
        : writeExample(shell, options.example, options),
    );
}

async function draftFromData(
  shell: Shell,
  file: string | undefined,
  options: InitOptions,
): Promise<void> {
  if (file === undefined) {
    const names = EXAMPLE_SETS.map(({ name }) => name).join(", ");
    throw new MmmError("usage", `init needs a data file, or --example NAME (${names})`);
  }
  const asking = options.yes === true || options.json === true ? null : (shell.ask ?? null);
  const { table, paid, hints } = await readAskedTable(asking, file, options);
  const week = await askWeekLabel(asking, chooseWeekLabel(table, options));
  const roles = await askRoles(asking, { table, paid }, options);
  const check = inspectDraft(file, table, roles);
  const unit = options.unit ?? (basename(resolve(options.output)) || "unit");
  const facts: DraftFacts = {
    dataPath: relative(resolve(options.output), resolve(file)),
    modelId: basename(file, extname(file)).slice(0, MODEL_ID_CHARS) || "model",
    unit,
    weekLabel: week.label,
    hints,
  };
  const baseline = draftBaseline(table, roles, facts);
  const obstacle = await findObstacle(baseline, file);
  const grounds = { file, table, roles, week, unit, check, obstacle };
  const files = {
    [BASELINE_FILE]: formatDraftJson(baseline),
    [CONTEXT_FILE]: formatDraftJson(draftCheckedContext(roles, unit)),
    [README_FILE]: writeDraftReadme(grounds),
    ...readDraftSchemas(),
  };
  const written = writeDraftFiles(options.output, files, options.force === true);
  report(shell, options, { grounds, written, asked: asking !== null });
}

const MODEL_ID_CHARS = 100;

/** The file, read again where a person said what it leaves open. */
async function readAskedTable(
  asking: Ask | null,
  file: string,
  options: InitOptions,
): Promise<WideTable & { hints: DraftHints }> {
  const { decimal, dateOrder, sheet } = options;
  const given = { decimal, dateOrder, sheet };
  const read = await readWideTable(file, given);
  const hints = await askHints(asking, read.table, given);
  return { hints, ...(hints === given ? read : await readWideTable(file, hints)) };
}

async function askRoles(
  asking: Ask | null,
  { table, paid }: WideTable,
  options: InitOptions,
): Promise<Roles> {
  const guessed = guessColumnRoles(table, { ...readAnswers(table, options), paid });
  const target = await askTarget(asking, guessed);
  return askMedia(asking, target === null ? guessed : guessColumnRoles(table, { target, paid }));
}

const README_FILE = "baseline_model.README.md";

function readAnswers(table: DataTable, { target }: InitOptions): { target?: string } {
  if (target === undefined) return {};
  if (table.columns.some(({ name, kind }) => name === target && kind === "number")) {
    return { target };
  }
  const names = table.columns.filter(({ kind }) => kind === "number").map(({ name }) => name);
  throw new MmmError(
    "usage",
    `--target ${target}: no such column of numbers; there are: ${names.join(", ").slice(0, 300)}`,
  );
}

function chooseWeekLabel(table: DataTable, { weekLabel }: InitOptions): WeekLabel {
  if (weekLabel === undefined) return guessWeekLabel(table);
  return { label: weekLabel, why: "you said so", sure: true };
}

/** The business context, taken by the program's own parser. */
function draftCheckedContext(roles: Roles, unit: string): unknown {
  const context = draftContext(roles, { unit });
  parseBusinessContext(context);
  return context;
}

/** The check before modelling, of what a model cannot do without. */
function inspectDraft(file: string, table: DataTable, roles: Roles): DataReport {
  const { layout } = table;
  const refuse = (what: string): never => {
    throw new MmmError("data_invalid", `${file}: ${what}`);
  };
  if (layout.date === null) {
    refuse("no column of dates was found; name it date, or write the dates as YYYY-MM-DD");
  }
  if (layout.shape === "several_rows") {
    refuse(
      "several rows have one date and no column tells them apart; add a geo or channel column",
    );
  }
  if (!roles.columns.some(({ part }) => part === "target")) {
    refuse("no column of numbers could be the target; name one with --target COLUMN");
  }
  if (roles.channels.length === 0) {
    refuse('no column of spend was found; put "spend" or "cost" into the names of those that are');
  }
  const asked = toCheckRoles(table, roles);
  return asked === null ? refuse("no dates and target are found") : inspectTable(table, asked);
}

/** Why `mmm run` would refuse the data; null where it would take them. Throws for a draft that is none. */
async function findObstacle(baseline: unknown, file: string): Promise<string | null> {
  const config = callModel(() => parseModelConfig(baseline));
  try {
    await checkData({ ...config, data: { ...config.data, path: resolve(file) } });
    return null;
  } catch (error) {
    if (!(error instanceof MmmError)) throw error;
    return describeError(error);
  }
}

interface Outcome {
  readonly grounds: DraftGrounds;
  readonly written: readonly string[];
  /** Whether a person could be asked. */
  readonly asked: boolean;
}

function report(shell: Shell, options: InitOptions, { grounds, written, asked }: Outcome): void {
  const { table, roles, week, obstacle } = grounds;
  if (options.json === true) {
    const { columns, channels, currency, outcome } = roles;
    const { layout, dialect, notes } = table;
    const { problems, channels: readiness, verdict } = grounds.check;
    const read = { layout, dialect, notes, problems, readiness, verdict };
    shell.out(
      JSON.stringify({ written, columns, channels, currency, outcome, week, ...read, obstacle }),
    );
    return;
  }
  shell.out(formatDraft(grounds));
  if (!asked && options.yes !== true) shell.err("no terminal: the guesses stand, as with --yes");
  shell.out(`\nwritten: ${written.filter((path) => !path.includes(".schema.")).join(", ")}`);
  if (obstacle !== null) shell.out(`\nbefore mmm run: ${obstacle}`);
  else if (options.output === ".") shell.out("next: mmm run");
  else shell.out(`next: mmm run --baseline-config ${join(options.output, BASELINE_FILE)}`);
}
