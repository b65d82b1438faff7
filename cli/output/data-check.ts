/** What `mmm data check` prints: at most 100 columns. */
import { formatPercent } from "../../schemas/number-text.ts";
import type { DataReport } from "../../tables/check/inspect.ts";
import type { Note, Problem } from "../../tables/table.ts";
import { formatFigure } from "./format.ts";
import { formatTable } from "./table.ts";

const WIDTH = 100;
const LISTED_MAX = 50;
const READINESS = { ready: "ready", caution: "caution", not_ready: "NOT READY" } as const;

/** The report as text. */
export function formatDataReport(report: DataReport): string {
  const { problems, notes, channels } = report;
  return [
    describeFile(report),
    ...(notes.length > 0
      ? [
          formatList(
            "Done while reading:",
            notes.map(({ message }) => message),
          ),
        ]
      : []),
    ...(problems.length > 0 ? [formatProblems(problems)] : ["No problems."]),
    ...(channels.length > 0 ? [formatChannels(report)] : []),
    formatVerdict(report),
  ].join("\n\n");
}

function describeFile({ dialect, coverage, target, roles }: DataReport): string {
  const { container, encoding, separator, decimal } = dialect;
  const how =
    container === "csv"
      ? `CSV, ${encoding ?? ""}, separator ${JSON.stringify(separator)}, decimal ${decimal}`
      : container;
  const geos = coverage.geos > 1 ? `, ${coverage.geos} geos` : "";
  const lines = [
    `Read as ${how}; ${coverage.rows} rows`,
    `${coverage.from ?? "?"} to ${coverage.to ?? "?"}: ${coverage.periods} ${coverage.frequency ?? "?"} periods${geos}, ${coverage.gaps} gaps`,
  ];
  if (target !== null) {
    lines.push(
      `Target "${roles.target}": mean ${formatFigure(target.mean)}, ${formatFigure(target.least)} to ${formatFigure(target.largest)}, ${formatPercent(target.zeros, 0)} zeros` +
        (target.outliers.length > 0
          ? `, unusual on ${target.outliers.slice(0, 3).join(", ")}`
          : ""),
    );
  }
  return lines.flatMap((line) => wrap(line)).join("\n");
}

function formatProblems(problems: readonly Problem[]): string {
  const words = problems
    .slice(0, LISTED_MAX)
    .map(({ severity, message, remedy }) => `${severity}: ${message}; ${remedy}`);
  const rest = problems.length - LISTED_MAX;
  return formatList("Problems:", [...words, ...(rest > 0 ? [`and ${rest} more (--json)`] : [])]);
}

function formatList(title: string, lines: readonly Note["message"][]): string {
  return [title, ...lines.flatMap((line) => wrap(line, "  "))].join("\n");
}

function formatChannels({ channels, correlations }: DataReport): string {
  const table = formatTable(
    ["channel", "spend", "share", "active", "variation", "VIF", "readiness"],
    channels.map((row) => [
      row.channel.length > 30 ? `${row.channel.slice(0, 29)}…` : row.channel,
      formatFigure(row.spend, 6),
      formatPercent(row.spend_share, 1),
      String(row.active_periods),
      formatFigure(row.variation, 2),
      formatFigure(row.inflation, 3),
      READINESS[row.readiness],
    ]),
  );
  const reasons = channels.flatMap(({ channel, reasons: why }) =>
    why.length === 0 ? [] : wrap(`${channel}: ${why.join("; ")}`, "  "),
  );
  const pairs = correlations
    .slice(0, 3)
    .map(({ a, b, r }) => `${a} and ${b} ${r.toFixed(2)}`)
    .join(" · ");
  const together = pairs === "" ? [] : wrap(`Strongest correlations of spend: ${pairs}`);
  return [table, ...reasons, ...together].join("\n");
}

function formatVerdict({ verdict, rows_per_term, problems }: DataReport): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const rows = `${formatFigure(rows_per_term, 3)} rows per term of a usual model (10 or more is usual)`;
  const what =
    errors > 0
      ? `${errors} problem${errors === 1 ? "" : "s"} to mend before a model can be trained`
      : rows;
  return wrap(`${READINESS[verdict]}: ${what}`).join("\n");
}

/** Lines of at most 100 columns; the following ones are set in. */
function wrap(text: string, indent = ""): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}  ${word.slice(0, WIDTH - 10)}`;
    } else line = line.trim() === "" ? `${indent}${word.slice(0, WIDTH - 10)}` : `${line} ${word}`;
  }
  return [...lines, line];
}
