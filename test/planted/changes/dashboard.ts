/** Planted changes to `dashboard/`. */
import type { PlantedChange } from "../change.ts";

export const DASHBOARD_CHANGES: readonly PlantedChange[] = [
  {
    file: "dashboard/money.ts",
    find: 'use === "reject" || use === "cannot_tell"',
    put: 'use === "reject"',
  },
  {
    file: "dashboard/chart-fit.ts",
    find: "listPoints(dates, fold.totals.predicted,",
    put: "listPoints(dates, fold.predicted,",
  },
  {
    file: "dashboard/data-check.ts",
    find: "if (names.length < 2) return null;",
    put: "if (names.length < 9) return null;",
  },
  {
    file: "dashboard/attempts.ts",
    find: 'if (latest.end !== "vetoed") latest.end = "rejected";',
    put: 'latest.end = "rejected";',
  },
  {
    file: "dashboard/chart-carryover.ts",
    find: "left -= share;",
    put: "left -= 0.5 * share + 0.1;",
  },
  {
    file: "dashboard/chart-decomposition.ts",
    find: "share: fitted === 0 ? 0 : value / fitted",
    put: "share: fitted === 0 ? 0 : value / sum",
  },
  {
    file: "dashboard/chart-response.ts",
    find: "Math.abs(point.multiplier - 1) < 1e-9",
    put: "point.multiplier === 0",
  },
  {
    file: "dashboard/chart-returns.ts",
    find: "const cut = rows.filter((row) => row.high > reach);",
    put: "const cut = rows.filter((row) => row.low > reach);",
  },
  { file: "dashboard/chart-timeline.ts", find: "Math.ceil(last / TICKS_MAX)", put: "1" },
  { file: "dashboard/html.ts", find: '  "\'": "&#39;",', put: "" },
  { file: "dashboard/palette.ts", find: "index % CHANNELS.length", put: "index" },
  { file: "dashboard/plot.ts", find: '  drawn.setAttribute("aria-label", about);', put: "" },
  {
    file: "dashboard/report-style.ts",
    find: "* { box-sizing: border-box; }",
    put: '@import "print.css"; * { box-sizing: border-box; }',
  },
  {
    file: "dashboard/record-detail.ts",
    find: "lockedSeen && locked > 0",
    put: "locked > 0",
  },
  {
    file: "dashboard/report-record.ts",
    find: "p < 0.025 || p > 0.975",
    put: "p < 0.025 && p > 0.975",
  },
  {
    file: "dashboard/report-tables.ts",
    find: "order.indexOf(a.severity) - order.indexOf(b.severity)",
    put: "order.indexOf(b.severity) - order.indexOf(a.severity)",
  },
  {
    file: "dashboard/report.ts",
    find: 'results.deployment === null ? null : renderSection("Decision"',
    put: 'results.deployment !== null ? null : renderSection("Decision"',
  },
  {
    file: "dashboard/sheet.ts",
    find: "last.length + 1 + word.length > room",
    put: "last.length + 1 + word.length > 9 * room",
  },
  {
    file: "dashboard/deployment.ts",
    find: "const raised = flags.filter((flag) => flag.raised);",
    put: "const raised = flags;",
  },
];
