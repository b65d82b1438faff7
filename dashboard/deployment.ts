/**
 * The report's first screen: what the model may be used for, how sure that is, why, and the one
 * experiment to run next; and all flags, raised or not.
 *
 * I1. What a history from before two uses does not hold is left out.
 */
import { summarizeDeployment, type DeploymentSummary } from "../schemas/deployment.ts";
import { findEvidence, type EvidenceFlag } from "../schemas/evidence.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { SessionResults } from "../session/results.ts";
import { formatSignificant } from "./figures.ts";
import { html, type Html } from "./html.ts";

/** Both uses, conditions and the experiment; null without a decision on uses. */
export function renderUses({ deployment }: SessionResults): Html | null {
  const summary = summarizeDeployment(deployment);
  if (deployment === null || summary === null) return null;
  const { conditions, experiment } = summary;
  return html`<div class="grid">${renderForecastUse(summary, deployment.forecast?.figures ?? {})}
    ${renderBudgetUse(summary)}</div>
    ${conditions.length === 0 ? null : html`<h3>Conditions</h3>${renderItems(conditions)}`}
    <h3>Run next</h3><p>${experiment ?? "No experiment can be named."}</p>`;
}

function renderForecastUse(
  { forecast_use: use, forecast_reasons: reasons }: DeploymentSummary,
  figures: Readonly<Record<string, number | null>>,
): Html {
  const rows: readonly (readonly [string, string])[] = [
    ["error on the locked weeks", formatPercent(figures["locked_error"])],
    ["untuned baseline", formatPercent(figures["locked_error_baseline"])],
    ["last year", formatPercent(figures["locked_error_last_year"])],
    ["mean", formatPercent(figures["locked_error_mean"])],
  ];
  return renderUse("Forecasts", use, { rows, reasons });
}

function renderBudgetUse(summary: DeploymentSummary): Html {
  const { budget_use: use, budget_reasons: reasons } = summary;
  const rows: readonly (readonly [string, string])[] = [
    ["probability that the plan within ±30 % gains", formatPercent(summary.probability, 1)],
    ["asked for", formatPercent(summary.probability_min, 0)],
    ["expected gain, target units", formatSignificant(summary.expected_gain, 4)],
    ["expected loss", formatSignificant(summary.expected_loss, 4)],
  ];
  return renderUse("Budget", use, { rows, reasons });
}

function renderUse(
  title: string,
  use: string | null,
  {
    rows,
    reasons,
  }: {
    readonly rows: readonly (readonly [string, string])[];
    readonly reasons: readonly string[];
  },
): Html {
  const verdict = use ?? "not decided";
  return html`<div><h3>${title}</h3>
    <p><span class="badge ${verdict}">${verdict.replaceAll("_", " ")}</span></p>
    <table><tbody>${rows.map(([name, value]) => html`<tr><td>${name}</td><td class="n">${value}</td></tr>`)}</tbody></table>
    ${renderItems(reasons)}</div>`;
}

/** All flags of the model of record: those that are raised, and the others to unfold; null without any. */
export function renderFlags({ posterior }: SessionResults): Html | null {
  const flags = findEvidence(posterior)?.flags ?? [];
  if (flags.length === 0) return null;
  const raised = flags.filter((flag) => flag.raised);
  const quiet = flags.filter((flag) => !flag.raised);
  const found = raised.length === 0 ? html`<p>None of them is raised.</p>` : renderTable(raised);
  const rest =
    quiet.length === 0
      ? null
      : html`<details><summary>${quiet.length} checks that found nothing</summary>${renderTable(quiet)}</details>`;
  return html`<p>What data and posterior were asked. A flag that stops refuses budget use; the others inform.</p>
    ${found}${rest}`;
}

function renderTable(flags: readonly EvidenceFlag[]): Html {
  const rows = flags.map((flag) => {
    const severity = flag.raised ? (flag.stops ? "critical" : "warning") : "info";
    const effect = flag.raised ? (flag.stops ? "stops" : "informs") : "not raised";
    return html`<tr><td class="${severity}">${effect}</td><td>${flag.code.replaceAll("_", " ")}</td>
      <td>${flag.message}</td><td class="n">${formatSignificant(flag.value)}</td>
      <td class="n">${formatSignificant(flag.limit)}</td></tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th></th><th>flag</th><th>finding</th><th class="n">figure</th>
    <th class="n">limit</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function renderItems(items: readonly string[]): Html | null {
  if (items.length === 0) return null;
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}
