/** Budget plans side by side: a table for people, and CSV with one row a plan and channel. */
import type { BudgetPlan, BudgetPlans } from "../../model/budget/forms.ts";
import { type CsvCell, formatCsv } from "../../schemas/csv.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import { formatFigure } from "./format.ts";
import { formatTable } from "./table.ts";

interface Period {
  readonly unit: string;
  readonly count: number;
}

const AIM_WORDS: Readonly<Record<BudgetPlan["aim"], string>> = {
  expected: "expected",
  cautious: "cautious",
  surest: "surest",
};

/** Amounts by the period's unit, then what each plan brings over the whole period. */
export function formatPlans(plans: BudgetPlans, { unit, count }: Period): string {
  const amount = (value: number): string => formatFigure(value / count, 6);
  const head = ["channel", `today a ${unit}`, ...plans.plans.map(({ aim }) => AIM_WORDS[aim])];
  const rows = (plans.plans[0]?.channels ?? []).map((row, at) => [
    row.channel,
    amount(row.spend_before),
    ...plans.plans.map(({ channels }) => {
      const own = channels[at];
      return `${amount(own?.spend_after ?? 0)} (${formatChange(own?.change ?? null)})`;
    }),
  ]);
  const sums = [
    "total",
    amount(plans.today.spent),
    ...plans.plans.map(({ spent }) => amount(spent)),
  ];
  const findings = [...plans.findings, ...plans.plans.flatMap(({ findings: own }) => own)];
  const told = [...new Set(findings.map(({ code, message }) => `  ${code}: ${message}`))];
  return [
    formatTable(head, [...rows, sums]),
    "",
    `over ${count} ${unit}${count === 1 ? "" : "s"}, 90 % intervals:`,
    formatOutcomes(plans),
    ...told,
  ].join("\n");
}

function formatOutcomes({ today, plans }: BudgetPlans): string {
  const span = ({ low, high }: { low: number; high: number }): string =>
    `${formatFigure(low, 4)} to ${formatFigure(high, 4)}`;
  return formatTable(
    ["plan", "response", "ROI", "gain over today", "beats today", "expected loss"],
    [
      ["today", span(today.response), today.roi === null ? "–" : span(today.roi), "", "", ""],
      ...plans.map(({ aim, response, roi, gain }) => [
        AIM_WORDS[aim],
        span(response),
        roi === null ? "–" : span(roi),
        `${formatFigure(gain.expected, 4)} (${span(gain)})`,
        formatPercent(gain.probability, 0),
        formatFigure(gain.expected_loss, 4),
      ]),
    ],
  );
}

function formatChange(change: number | null): string {
  if (change === null) return "–";
  return `${change > 0 ? "+" : ""}${formatPercent(change, 0)}`;
}

/** The plans as CSV. */
export function formatPlansCsv(plans: BudgetPlans, period: Period): string {
  const { head, rows } = listPlanRows(plans, period);
  return formatCsv(head, rows);
}

/** One row a plan and channel; amounts by the unit and over the period. */
export function listPlanRows(
  plans: BudgetPlans,
  { unit, count }: Period,
): { readonly head: readonly string[]; readonly rows: readonly (readonly CsvCell[])[] } {
  const head = [
    "plan",
    "channel",
    `today_per_${unit}`,
    `planned_per_${unit}`,
    "spend_today",
    "spend_planned",
    "change",
    ...["before", "after"].flatMap((when) =>
      ["low", "median", "high"].map((end) => `response_${when}_${end}`),
    ),
    "mroi_after",
    "plan_gain_expected",
    "plan_gain_probability",
  ];
  const rows = plans.plans.flatMap(({ aim, channels, gain }) =>
    channels.map((row) => [
      aim,
      row.channel,
      row.spend_before / count,
      row.spend_after / count,
      row.spend_before,
      row.spend_after,
      row.change,
      ...[row.response_before, row.response_after].flatMap(({ low, median, high }) => [
        low,
        median,
        high,
      ]),
      row.mroi_after,
      gain.expected,
      gain.probability,
    ]),
  );
  return { head, rows };
}
