/** The table at the end of a run. */
import { formatPercent } from "../../schemas/number-text.ts";
import type { Metrics } from "../../schemas/parts.ts";
import type { SessionResults } from "../../session/results.ts";
import { summarizeDeployment } from "../../schemas/deployment.ts";
import { formatDeployment } from "./deployment.ts";
import { formatFigure } from "./format.ts";
import { formatTable } from "./table.ts";

const ROWS: readonly { name: string; key: keyof Metrics; share: boolean }[] = [
  { name: "MAPE", key: "mape", share: true },
  { name: "wMAPE", key: "wmape", share: true },
  { name: "R²", key: "r2", share: false },
  { name: "MAE", key: "mae", share: false },
  { name: "NRMSE", key: "nrmse", share: false },
];

/** Text for a person: metrics before → after, changes, counts, decision, chain head. */
export function formatSummary(results: SessionResults): string {
  const deployment = formatDeployment(summarizeDeployment(results.deployment));
  const parts = [
    formatMetricsTable(results),
    formatChangesTable(results),
    deployment,
    formatFacts(results),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function formatMetricsTable(results: SessionResults): string {
  const { validation, locked_test: locked } = results;
  if (validation.baseline === null) return "";
  const cell = (metrics: Metrics | null | undefined, row: (typeof ROWS)[number]): string => {
    const value = metrics?.[row.key];
    return row.share ? formatPercent(value) : formatFigure(value, 5);
  };
  return formatTable(
    ["metric", "validation before", "after", "locked test before", "after"],
    ROWS.map((row) => [
      row.name,
      cell(validation.baseline, row),
      cell(validation.final, row),
      cell(locked?.baseline, row),
      cell(locked?.final, row),
    ]),
  );
}

const CHANGES_SHOWN = 20;

function formatChangesTable(results: SessionResults): string {
  if (results.changes.length === 0) return "no parameter was changed";
  const shown = results.changes.slice(0, CHANGES_SHOWN);
  const more = results.changes.length - shown.length;
  const rows = shown.map(({ path, from, to }) => [path, formatFigure(from), formatFigure(to)]);
  const tail = more > 0 ? `\n… and ${more} more in the results file` : "";
  return `${formatTable(["changed", "from", "to"], rows)}${tail}`;
}

function describeData({ data_digest, data_unchanged }: SessionResults["methodology"]): string {
  if (data_digest === null || data_unchanged === null) return "–";
  return `${data_unchanged ? "unchanged" : "CHANGED"} (${data_digest.slice(0, 16)})`;
}

function formatFacts(results: SessionResults): string {
  const { counts, methodology, convergence, history } = results;
  const kept =
    methodology.unchanged === null ? "not judged" : methodology.unchanged ? "unchanged" : "CHANGED";
  return formatTable(
    ["session", results.session],
    [
      ["status", `${results.status} (${results.reason ?? ""})`],
      ["decision", results.decision ?? "–"],
      ["methodology", `${kept} (${methodology.digest_end?.slice(0, 16) ?? "–"})`],
      ["data", describeData(methodology)],
      [
        "tried",
        `${counts.iterations} iterations, ${counts.proposals_tried} proposals, ` +
          `${counts.evaluations} evaluations`,
      ],
      [
        "refused",
        `${counts.vetoes} vetoes, ${counts.rejections} rejections, ${counts.escalations} escalations`,
      ],
      [
        "convergence",
        `${formatFigure(convergence.score, 3)} (solver ${formatFigure(convergence.solver, 3)}, ` +
          `search ${formatFigure(convergence.search, 3)}, ROI stability ${formatFigure(convergence.roi_stability, 3)})`,
      ],
      ["chain head", history.head],
      ["history", `${history.records} records, digest ${history.digest.slice(0, 16)}`],
    ],
  );
}
