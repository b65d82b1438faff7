/** `mmm data check`: everything about a data file before a model is made of it. */
import { basename } from "node:path";
import type { Command } from "commander";
import { chooseHints, readTableFile } from "../../../app/data-table.ts";
import { readModelConfig } from "../../../app/request.ts";
import { renderDataCheck } from "../../../dashboard/data-check.ts";
import { writeWhole } from "../../../infra/files.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { ERROR_CODES, MmmError } from "../../../schemas/errors.ts";
import { inspectTable } from "../../../tables/check/inspect.ts";
import { type CheckRoles, guessRoles } from "../../../tables/check/roles.ts";
import type { ReadHints } from "../../../tables/table.ts";
import { createChoiceParser } from "../../options.ts";
import { formatDataReport } from "../../output/data-check.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../../shell.ts";

interface CheckOptions extends CommonOptions, ReadHints {
  readonly config?: string;
  readonly html?: string;
}

const EXAMPLES = `
Examples:
  mmm data check sales.csv
  mmm data check export.xlsx --config baseline_model.json --html check.html

Every problem at once with its line and remedy, then what an analyst looks at before modelling. Exit
code 5 when something must be mended first. Parts of columns come from --config, else from names.`;

export function addDataCommand(program: Command, shell: Shell): void {
  const data = program.command("data").description("look at a data file before modelling");
  withCommonOptions(data.command("check <file>"))
    .description("all problems of a file at once, then coverage, correlations and readiness")
    .option("--config <file>", "model configuration (JSON) that says which column is what")
    .option("--html <file>", "write the check as a page, too")
    .option(
      "--decimal <sign>",
      "point | comma, where the file does not tell",
      createChoiceParser("point", "comma"),
    )
    .option(
      "--date-order <order>",
      "day_first | month_first, where the file does not tell",
      createChoiceParser("day_first", "month_first"),
    )
    .option("--sheet <name>", "sheet of a workbook")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, options: CheckOptions) => checkDataFile(shell, file, options));
}

async function checkDataFile(shell: Shell, file: string, options: CheckOptions): Promise<void> {
  const config = options.config === undefined ? null : readModelConfig(options.config, file);
  const { decimal, dateOrder, sheet } = options;
  const table = await readTableFile(file, chooseHints({ decimal, dateOrder, sheet }, config));
  const roles = config === null ? guessRoles(table) : readCheckRoles(config);
  if (roles === null) {
    const first = table.problems[0];
    const why = first === undefined ? "" : ` (${first.message}; ${first.remedy})`;
    throw new MmmError(
      "data_invalid",
      `${file}: no column of dates and one of numbers are found${why}; say which they are with --config`,
    );
  }
  const report = inspectTable(table, roles);
  if (options.html !== undefined) {
    writeWhole(options.html, renderDataCheck(basename(file), report));
    shell.status(`page in ${options.html}`);
  }
  if (options.json === true) shell.out(JSON.stringify(report));
  else shell.out(formatDataReport(report));
  if (report.problems.some(({ severity }) => severity === "error")) {
    process.exitCode = ERROR_CODES.data_invalid.exit;
  }
}

function readCheckRoles({ data, channels }: ModelConfig): CheckRoles {
  return {
    date: data.date,
    target: data.target,
    geo: data.geo?.column ?? null,
    channels: channels.map(({ name, spend, exposure }) => ({
      name,
      spend,
      exposure: exposure === undefined || exposure === spend ? null : exposure,
    })),
    controls: data.controls,
  };
}
