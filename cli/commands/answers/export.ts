/** `mmm export`: a model's answers as tables for spreadsheets, pandas and R. */
import { join } from "node:path";
import type { Command } from "commander";
import { callModel } from "../../../agents/data-source.ts";
import { writeWhole } from "../../../infra/files.ts";
import { writeWorkbook } from "../../../infra/xlsx.ts";
import { attributePeriods } from "../../../model/fit/contributions.ts";
import { tabulateAnswers } from "../../../model/results/answer-tables.ts";
import { formatCsv, type CsvCell } from "../../../schemas/csv.ts";
import { createChoiceParser } from "../../options.ts";
import { listPlanRows } from "../../output/budget-plans.ts";
import { withCommonOptions, type Shell } from "../../shell.ts";
import { planFrom } from "./plan.ts";
import { readModelSources, type SourceOptions } from "./sources.ts";

interface ExportOptions extends SourceOptions {
  readonly output: string;
  readonly format: "csv" | "xlsx";
}

const EXAMPLES = `
Examples:
  mmm export --results results/optimization_results.json --output results/tables
  mmm export --results results/optimization_results.json --format xlsx

Tables: contributions by period, returns with intervals, response curves, plans for a quarter, draws of
returns. examples/python/mmm_results.py reads them, results and history for pandas.`;

const QUARTER_WEEKS = 13;

export function addExportCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("export"))
    .description("contributions, returns, curves, plans and draws as CSV or xlsx")
    .option("--config <file>", "model configuration (JSON)")
    .option("--results <file>", "optimization_results.json: its final configuration")
    .option("--data <file>", "data file, instead of the one the configuration names")
    .option("--output <dir>", "folder", "results/tables")
    .option("--format <format>", "csv | xlsx", createChoiceParser("csv", "xlsx"), "csv")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ExportOptions) => exportAnswers(shell, options));
}

interface NamedTable {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

async function exportAnswers(shell: Shell, options: ExportOptions): Promise<void> {
  const sources = await readModelSources(shell, options, "export");
  const tables: NamedTable[] = callModel(() => {
    const { dataset, effects } = sources;
    const answers = tabulateAnswers(effects, attributePeriods(dataset, effects));
    // A point has returns but no posterior to plan with.
    if (effects.summary.method !== "posterior") return answers;
    const plans = planFrom(sources, { weeks: QUARTER_WEEKS });
    return [...answers, { name: "plans", ...listPlanRows(plans, { unit: "week", count: 13 }) }];
  });
  const files = writeTables(options, tables);
  if (options.json === true) shell.out(JSON.stringify({ files }));
  else shell.out(files.join("\n"));
}

function writeTables({ output, format }: ExportOptions, tables: readonly NamedTable[]): string[] {
  if (format === "xlsx") {
    const file = join(output, "answers.xlsx");
    writeWhole(file, writeWorkbook(tables));
    return [file];
  }
  return tables.map(({ name, head, rows }) => {
    const file = join(output, `${name}.csv`);
    writeWhole(file, formatCsv(head, rows));
    return file;
  });
}
