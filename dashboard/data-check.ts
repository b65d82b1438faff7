/**
 * The page of `mmm data check`: what an analyst looks at before modelling.
 *
 * I1. Self-contained, without script; words from the file are escaped. Pure: equal input, equal page.
 */
import { formatPercent } from "../schemas/number-text.ts";
import type { DataReport } from "../tables/check/inspect.ts";
import type { ChannelCheck } from "../tables/check/readiness.ts";
import { Html, html } from "./html.ts";
import { REPORT_STYLE } from "./report-style.ts";

const BADGES = {
  ready: "approve",
  caution: "approve_with_conditions",
  not_ready: "reject",
} as const;
const WORDS = { ready: "ready", caution: "look closer", not_ready: "not ready" } as const;
const CLASSES = { ready: "accepted", caution: "warning", not_ready: "critical" } as const;
const PROBLEMS_MAX = 200;
const MATRIX_MAX = 20;

/** One HTML file. `name` is the data file's, for the title. */
export function renderDataCheck(name: string, report: DataReport): string {
  const { coverage, verdict } = report;
  const page = html`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data check: ${name}</title><style>${new Html(REPORT_STYLE)}</style></head><body><main>
<header><h1>Data check: ${name} <span class="badge ${BADGES[verdict]}">${WORDS[verdict]}</span></h1>
<p>${coverage.from ?? "?"} to ${coverage.to ?? "?"} · ${describeReading(report)}</p></header>
${renderTiles(report)}
${renderProblems(report)}
${renderChannels(report.channels)}
${renderCorrelations(report)}
</main></body></html>`;
  return `${page.text}\n`;
}

function describeReading({ dialect }: DataReport): string {
  if (dialect.container !== "csv") return `read from ${dialect.container}`;
  return `read as ${dialect.encoding ?? ""}, separator ${JSON.stringify(dialect.separator)}, decimal ${dialect.decimal}`;
}

function renderTiles({ coverage, target, roles, rows_per_term }: DataReport): Html {
  const tile = (value: string, what: string): Html =>
    html`<div class="tile"><b>${value}</b><span>${what}</span></div>`;
  return html`<div class="tiles">
${tile(`${coverage.periods} ${coverage.frequency ?? ""}`, `periods, ${coverage.gaps} gaps`)}
${tile(String(coverage.geos), coverage.geos === 1 ? "series" : "geos")}
${tile(target === null ? "–" : formatAmount(target.mean), `mean of ${roles.target}`)}
${tile(target === null ? "–" : formatPercent(target.zeros, 0), `zeros in ${roles.target}`)}
${tile(rows_per_term.toFixed(1), "rows per term; 10 or more is usual")}
</div>`;
}

function renderProblems({ problems, notes, target }: DataReport): Html {
  const unusual = target?.outliers ?? [];
  return html`<section><h2>Problems</h2>
${
  problems.length === 0
    ? html`<p>None.</p>`
    : html`<div class="scroll"><table><tr><th></th><th>line</th><th>what</th><th>what to do</th></tr>
${problems
  .slice(0, PROBLEMS_MAX)
  .map(
    ({ severity, line, message, remedy }) =>
      html`<tr><td class="${severity === "error" ? "critical" : "warning"}">${severity}</td><td class="n">${line ?? "–"}</td><td>${message}</td><td>${remedy}</td></tr>`,
  )}</table></div>`
}
${notes.length === 0 ? null : html`<h3>Done while reading</h3><ul>${notes.map(({ message }) => html`<li>${message}</li>`)}</ul>`}
${unusual.length === 0 ? null : html`<h3>Unusual values of the target</h3><p>${unusual.slice(0, 20).join(", ")}</p>`}
</section>`;
}

function renderChannels(channels: readonly ChannelCheck[]): Html | null {
  if (channels.length === 0) return null;
  return html`<section><h2>Channels</h2><div class="scroll"><table>
<tr><th>channel</th><th class="n">spend</th><th class="n">share</th><th class="n">active periods</th><th class="n">variation</th><th class="n">VIF</th><th>readiness</th><th>why</th></tr>
${channels.map(
  (row) =>
    html`<tr><td>${row.channel}</td><td class="n">${formatAmount(row.spend)}</td><td class="n">${formatPercent(row.spend_share, 1)}</td><td class="n">${row.active_periods}</td><td class="n">${row.variation === null ? "–" : row.variation.toFixed(2)}</td><td class="n">${row.inflation === null ? "–" : row.inflation.toFixed(1)}</td><td class="${CLASSES[row.readiness]}">${WORDS[row.readiness]}</td><td>${row.reasons.join("; ")}</td></tr>`,
)}</table></div>
<p>Variation: standard deviation over mean of spend per period. VIF: how much the other channels inflate the variance of this channel's effect; above 10 it is hard to tell apart.</p></section>`;
}

function renderCorrelations({ channels, correlations }: DataReport): Html | null {
  const names = channels.slice(0, MATRIX_MAX).map(({ channel }) => channel);
  if (names.length < 2) return null;
  const find = (a: string, b: string): string => {
    const pair = correlations.find(
      (one) => (one.a === a && one.b === b) || (one.a === b && one.b === a),
    );
    return pair === undefined ? "–" : pair.r.toFixed(2);
  };
  return html`<section><h2>Correlation of spend</h2><div class="scroll"><table>
<tr><th></th>${names.map((name) => html`<th class="n">${name}</th>`)}</tr>
${names.map((a) => html`<tr><td>${a}</td>${names.map((b) => html`<td class="n">${a === b ? "1" : find(a, b)}</td>`)}</tr>`)}
</table></div></section>`;
}

function formatAmount(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 6 });
}
