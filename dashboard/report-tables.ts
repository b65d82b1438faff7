/** The report's tables and lists; words from outside go through `html`, which escapes them. */
import type { EventData } from "../schemas/event.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { Metrics } from "../schemas/parts.ts";
import type { DeploymentResult, SessionResults } from "../session/results.ts";
import type { Attempt } from "./attempts.ts";
import { formatSignificant, formatPathLabel } from "./figures.ts";
import { html, type Html } from "./html.ts";
import type { ModelDetail } from "./model-detail.ts";

const METRIC_ROWS: readonly {
  readonly key: keyof Metrics;
  readonly label: string;
  readonly share: boolean;
}[] = [
  { key: "mape", label: "MAPE", share: true },
  { key: "wmape", label: "wMAPE", share: true },
  { key: "smape", label: "sMAPE", share: true },
  { key: "mase", label: "MASE (below 1 beats last year's weeks)", share: false },
  { key: "r2", label: "R²", share: false },
  { key: "mae", label: "MAE, target units", share: false },
  { key: "nrmse", label: "NRMSE", share: false },
];

/** Errors of baseline and final model on validation and locked weeks. */
export function renderMetricsTable({ validation, locked_test: locked }: SessionResults): Html {
  const cell = (metrics: Metrics | null | undefined, row: (typeof METRIC_ROWS)[number]): string => {
    const value = metrics?.[row.key];
    return row.share ? formatPercent(value) : formatSignificant(value, 4);
  };
  const rows = METRIC_ROWS.map(
    (row) => html`<tr><td>${row.label}</td>
      <td class="n">${cell(validation.baseline, row)}</td><td class="n">${cell(validation.final, row)}</td>
      <td class="n">${cell(locked?.baseline, row)}</td><td class="n">${cell(locked?.final, row)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th></th><th class="n">validation, before</th>
    <th class="n">after</th><th class="n">locked weeks, before</th><th class="n">after</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}

/** What each channel does, with intervals. */
export function renderChannelsTable(detail: ModelDetail): Html {
  const rows = detail.result.channels.map((channel) => {
    const own = detail.result.posterior.channels[channel.name];
    const parameters = detail.config.hyperparameters[channel.name];
    return html`<tr><td>${channel.name}</td><td>${channel.media_type}</td>
      <td class="n">${formatPercent(channel.spend_share, 1)}</td><td class="n">${formatPercent(channel.effect_share, 1)}</td>
      <td class="n">${formatSignificant(channel.roi)}${formatInterval(own?.roi)}</td>
      <td class="n">${formatSignificant(channel.mroi)}${formatInterval(own?.mroi)}</td>
      <td class="n">${formatSignificant(channel.half_life_weeks)}</td><td class="n">${formatSignificant(channel.duration_90_weeks)}</td>
      <td class="n">${formatSignificant(parameters?.decay, 4)} / ${formatSignificant(parameters?.alpha, 4)} / ${formatSignificant(parameters?.gamma, 4)}</td></tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th>channel</th><th>medium</th><th class="n">spend</th>
    <th class="n">effect</th><th class="n">ROI (90 %)</th><th class="n">next 1 % (90 %)</th>
    <th class="n">half-life, weeks</th><th class="n">90 %, weeks</th><th class="n">decay / alpha / gamma</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}

function formatInterval(range: { low: number; high: number } | null | undefined): string {
  return range === null || range === undefined
    ? ""
    : ` (${formatSignificant(range.low)} to ${formatSignificant(range.high)})`;
}

/** The Business Analyst's findings with figure, bound and source. */
export function renderFindingsTable(findings: EventData<"BusinessReviewed">["findings"]): Html {
  if (findings.length === 0) return html`<p>No findings.</p>`;
  const order = ["critical", "warning", "info"];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const rows = sorted.map(
    (one) => html`<tr><td class="${one.severity}">${one.severity}</td><td>${one.message}</td>
      <td>${one.source}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th></th><th>finding</th><th>source of the bound</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}

const SHOWN_CHANGES = 16;

/** Every attempt with its changes and how it ended. */
export function renderAttemptsTable(attempts: readonly Attempt[]): Html {
  const rows = attempts.map((one) => {
    const changes = one.changes
      .slice(0, SHOWN_CHANGES)
      .map(
        ({ path, from, to }) =>
          `${formatPathLabel(path)} ${formatSignificant(from, 4)} → ${formatSignificant(to, 4)}`,
      );
    const more = one.changes.length - changes.length;
    return html`<tr><td class="n">${one.iteration}.${one.attempt}</td><td class="k">${one.role.replace("_", " ")}</td>
      <td class="k ${one.end}">${one.end.replace("_", " ")}</td><td class="n">${formatPercent(one.loss, 3)}</td>
      <td>${changes.join("; ")}${more > 0 ? ` and ${more} more` : ""}
      <details><summary>reasons</summary><p><b>Task:</b> ${one.task}</p><p><b>Reasoning:</b> ${one.reasoning}</p>
      <p><b>Verdict:</b> ${one.because}</p></details></td></tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th class="n">no.</th><th>by</th><th>end</th>
    <th class="n">validated wMAPE</th><th>changes</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Conditions, success criteria, monitoring rules, rollback and the next review. */
export function renderDecision(deployment: DeploymentResult): Html {
  const list = (items: readonly string[]): Html =>
    html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
  const rules = deployment.monitoring.map(
    (
      rule,
    ) => html`<tr><td>${rule.metric}</td><td class="n">${formatSignificant(rule.warn_above)}</td>
      <td class="n">${formatSignificant(rule.rollback_above)}</td><td class="n">${rule.window_weeks}</td></tr>`,
  );
  return html`<p>${deployment.rationale}</p>
    ${deployment.conditions.length === 0 ? null : html`<h3>Conditions</h3>${list(deployment.conditions)}`}
    <h3>Success criteria</h3>${list(deployment.success_criteria)}
    <h3>Monitoring</h3><div class="scroll"><table><thead><tr><th>figure</th><th class="n">warn above</th>
    <th class="n">roll back above</th><th class="n">weeks</th></tr></thead><tbody>${rules}</tbody></table></div>
    <p>${deployment.rollback}</p><p>Next review in ${deployment.next_review_weeks} weeks.</p>`;
}

function describeData({ data_digest, data_unchanged }: SessionResults["methodology"]): string {
  if (data_digest === null || data_digest === undefined) return "–";
  const kept = data_unchanged === false ? "CHANGED while the session ran" : "the same throughout";
  return `${data_digest} (${kept})`;
}

/** Digests and counts by which anyone can check what happened. */
export function renderAudit(results: SessionResults): Html {
  const { methodology, counts, history } = results;
  const rows: readonly (readonly [string, string])[] = [
    ["session", results.session],
    ["methodology at the start", methodology.digest_start ?? "–"],
    ["methodology at the end", methodology.digest_end ?? "–"],
    ["methodology specification", methodology.spec_digest ?? "–"],
    ["data", describeData(methodology)],
    ["history", `${history.records} records${history.sealed ? ", sealed" : ""}`],
    ["chain head", history.head],
    ["history digest", history.digest],
    [
      "refusals",
      `${counts.vetoes} vetoes, ${counts.rejections} rejections, ${counts.escalations} escalations`,
    ],
    ["seed", String(results.seed)],
  ];
  return html`<table><tbody>${rows.map(([name, value]) => html`<tr><td>${name}</td><td><code>${value}</code></td></tr>`)}</tbody></table>`;
}
