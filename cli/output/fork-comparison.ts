/** A fork beside the session it left, figure by figure. */
import { formatPercent } from "../../schemas/number-text.ts";
import type { SessionResults } from "../../session/results.ts";
import { formatFigure, selectComparedError } from "./format.ts";
import { formatTable } from "./table.ts";

export function formatForkComparison(
  before: SessionResults,
  after: SessionResults,
  output: string,
): string {
  const rows: [string, (of: SessionResults) => string][] = [
    ["session", (of) => of.session],
    ["started from", (of) => formatPercent(selectComparedError(of.validation.baseline).value)],
    ["validated error", (of) => formatPercent(selectComparedError(of.validation.final).value)],
    ["locked test", (of) => formatPercent(selectComparedError(of.locked_test?.final).value)],
    ["iterations", (of) => String(of.counts.iterations)],
    ["convergence", (of) => formatFigure(of.convergence.score, 3)],
    ["decision", (of) => of.decision ?? "–"],
    ["chain head", (of) => of.history.head.slice(0, 32)],
  ];
  const table = formatTable(
    ["", "recorded", "fork"],
    rows.map(([name, of]) => [name, of(before), of(after)]),
  );
  return `${table}\n\nthe fork's history is in ${output}`;
}
