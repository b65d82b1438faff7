/** `mmm plan`: what a coming period's budget may bring, several plans side by side. */
import type { Command } from "commander";
import { callModel } from "../../../agents/data-source.ts";
import { writeWhole } from "../../../infra/files.ts";
import { planBudget } from "../../../model/budget/plans.ts";
import {
  type BudgetPlans,
  type BudgetRequest,
  PLAN_AIMS,
  type PlanAim,
} from "../../../model/budget/forms.ts";
import type { SpendGroup } from "../../../model/budget/groups.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { createChoiceParser, parseCount, parseFraction, parseNonNegative } from "../../options.ts";
import { formatPlans, formatPlansCsv } from "../../output/budget-plans.ts";
import { type Caution, formatCautions, listCautions, listDoubts } from "../../output/cautions.ts";
import { withCommonOptions, type Shell } from "../../shell.ts";
import {
  type ModelSources,
  parseSpendBound,
  readModelSources,
  type SourceOptions,
} from "./sources.ts";

interface PlanOptions extends SourceOptions {
  readonly weeks?: number;
  readonly months?: number;
  readonly quarters?: number;
  readonly total?: number;
  readonly range?: number;
  readonly bound: readonly string[];
  readonly group: readonly string[];
  readonly fix: readonly string[];
  readonly minRoi?: number;
  readonly goal?: number;
  readonly aim: readonly PlanAim[];
  readonly csv?: string;
}

const EXAMPLES = `
Examples:
  mmm plan --results results/optimization_results.json --quarters 1
  mmm plan --results results/optimization_results.json --months 3 --total 300000 \\
    --fix search --group video=tv+social:0:150000 --min-roi 1.2 --csv plans.csv
  mmm plan --config examples/baseline_model.json --weeks 13 --goal 2000000

Amounts are over the coming period; the table shows them by its unit (week, month or quarter). Channels move
by at most 30 % unless --range or --bound say otherwise. Three plans: the largest expected response, the
largest lower tenth of the gain, the surest to beat today. What cannot be kept is an error; what speaks
against moving budget is said first. Responses are those of the weeks that trained (docs/BUDGET.md).`;

/** Weeks in a unit, and its name. */
const UNITS = { weeks: 1, months: 365.25 / 12 / 7, quarters: 365.25 / 4 / 7 } as const;

export function addPlanCommand(program: Command, shell: Shell): void {
  const collect = (text: string, before: readonly string[]): string[] => [...before, text];
  withCommonOptions(program.command("plan"))
    .description("budget plans for a coming period, with their probability")
    .option("--config <file>", "model configuration (JSON)")
    .option("--results <file>", "optimization_results.json: its final configuration")
    .option("--data <file>", "data file, instead of the one the configuration names")
    .option("--weeks <n>", "length of the period (13 when none is given)", parseCount)
    .option("--months <n>", "length of the period", parseCount)
    .option("--quarters <n>", "length of the period", parseCount)
    .option("--total <amount>", "budget over the period; today's by default", parseNonNegative)
    .option(
      "--range <share>",
      "how far channels may move from today, 0.3 by default",
      parseFraction,
    )
    .option("--bound <channel=low:high>", "spend limits (repeatable)", collect, [])
    .option("--group <name=a+b:low:high>", "limits of a sum of channels (repeatable)", collect, [])
    .option("--fix <channel>", "keeps today's spend (repeatable)", collect, [])
    .option("--min-roi <x>", "least expected response per unit of spend", parseNonNegative)
    .option(
      "--goal <x>",
      "target units that media should bring, with the least spend",
      parseNonNegative,
    )
    .option(
      "--aim <aim>",
      `${PLAN_AIMS.join(" | ")} (repeatable; all by default)`,
      (text, before: readonly PlanAim[]) => [...before, createChoiceParser(...PLAN_AIMS)(text)],
      [],
    )
    .option("--csv <file>", "write the plans as CSV, too")
    .addHelpText("after", EXAMPLES)
    .action((options: PlanOptions) => showPlans(shell, options));
}

async function showPlans(shell: Shell, options: PlanOptions): Promise<void> {
  const period = readPeriod(options);
  const request = readBudgetRequest(options, period.weeks);
  const sources = await readModelSources(shell, options, "plan");
  const plans = callModel(() => planFrom(sources, request));
  const { effects, results } = sources;
  const cautions: Caution[] = callModel(() => [
    ...listCautions(effects, results),
    ...listDoubts(effects, results),
  ]);
  if (options.csv !== undefined) writeWhole(options.csv, formatPlansCsv(plans, period));
  if (options.json === true) shell.out(JSON.stringify({ ...plans, period, cautions }));
  else shell.out(`${formatCautions(cautions)}${formatPlans(plans, period)}`);
}

/** Plans on the sources' effects. */
export function planFrom(
  { effects, dataset, config }: Pick<ModelSources, "effects" | "dataset" | "config">,
  request: BudgetRequest,
): BudgetPlans {
  const training = effects.responses.weeklyFitted.length / dataset.periodsPerWeek;
  const names = config.channels.map(({ name }) => name);
  return planBudget(effects, request, { trainingWeeks: training, names });
}

export interface PlanPeriod {
  readonly unit: "week" | "month" | "quarter";
  readonly count: number;
  readonly weeks: number;
}

function readPeriod(options: PlanOptions): PlanPeriod {
  const given = (["weeks", "months", "quarters"] as const).filter(
    (unit) => options[unit] !== undefined,
  );
  if (given.length > 1) throw new MmmError("usage", "give one of --weeks, --months and --quarters");
  const plural = given[0] ?? "weeks";
  const count = options[plural] ?? 13;
  const unit = plural.slice(0, -1) as PlanPeriod["unit"];
  return { unit, count, weeks: count * UNITS[plural] };
}

function readBudgetRequest(options: PlanOptions, weeks: number): BudgetRequest {
  const { total, range, minRoi, goal, aim } = options;
  return {
    weeks,
    bounds: Object.fromEntries(options.bound.map(parseSpendBound)),
    groups: options.group.map(parseGroup),
    fixed: options.fix,
    ...(total === undefined ? {} : { total }),
    ...(range === undefined ? {} : { range }),
    ...(minRoi === undefined ? {} : { minimum_roi: minRoi }),
    ...(goal === undefined ? {} : { goal }),
    ...(aim.length === 0 ? {} : { aims: aim }),
  };
}

function parseGroup(text: string): SpendGroup {
  const match = /^([^=]+)=([^:]+):([0-9.eE+]+):([0-9.eE+]+)$/.exec(text);
  const [low, high] = [Number(match?.[3]), Number(match?.[4])];
  if (match?.[1] === undefined || match[2] === undefined || !(low <= high)) {
    throw new MmmError("usage", `--group "${text}": write name=channel+channel:low:high`);
  }
  return { name: match[1], channels: match[2].split("+"), low, high };
}
