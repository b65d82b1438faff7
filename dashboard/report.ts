/**
 * The report a marketer can read: one HTML file with everything in it.
 *
 * Owns: the page's order. Not: figures (`model-detail.ts`, `session/results.ts`), files, commands.
 *
 * I1. Self-contained: no script, no request; the page's own policy forbids both.
 * I2. Words from agents, people and files are escaped (`html.ts`).
 * I3. Pure: equal input, equal page.
 */
import type { Recorded } from "../schemas/event.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { SessionResults } from "../session/results.ts";
import { listAttempts } from "./attempts.ts";
import { listCaveats } from "./caveats.ts";
import { drawCarryover } from "./chart-carryover.ts";
import { drawDecomposition, drawWaterfall } from "./chart-decomposition.ts";
import { drawFit } from "./chart-fit.ts";
import { drawResponses } from "./chart-response.ts";
import { drawReturns, type ExpectedReturn } from "./chart-returns.ts";
import { drawTimeline } from "./chart-timeline.ts";
import { renderFlags, renderUses } from "./deployment.ts";
import { Html, html } from "./html.ts";
import type { ModelDetail } from "./model-detail.ts";
import { renderFitChecks, renderMoneyTable, renderPlans, renderSummary } from "./money.ts";
import type { Picture } from "./plot.ts";
import { renderRecord } from "./report-record.ts";
import { REPORT_STYLE } from "./report-style.ts";
import {
  renderAttemptsTable,
  renderAudit,
  renderChannelsTable,
  renderDecision,
  renderFindingsTable,
  renderMetricsTable,
} from "./report-tables.ts";

export interface ReportInput {
  readonly results: SessionResults;
  readonly events: readonly Recorded[];
  /** Null when the data are not at hand: the report then has no model pictures and says so. */
  readonly detail: ModelDetail | null;
  readonly expected: readonly ExpectedReturn[];
  /** Units of returns, as "revenue per EUR". */
  readonly unit: string;
}

export interface Pictures {
  readonly timeline: Picture;
  readonly model: readonly Picture[];
  readonly response: readonly Picture[];
}

/** All pictures of a report; `renderSheet` makes a file of one. */
export function drawReportPictures(input: ReportInput): Pictures {
  const { detail, results } = input;
  const timeline = drawTimeline(results, listAttempts(input.events));
  if (detail === null) return { timeline, model: [], response: [] };
  return {
    timeline,
    model: [
      drawFit(detail),
      drawDecomposition(detail),
      drawWaterfall(detail),
      drawReturns(detail, input.expected, input.unit),
      drawCarryover(detail),
    ],
    response: drawResponses(detail),
  };
}

/** The report as one HTML document. */
export function renderReport(input: ReportInput): string {
  const { results, detail } = input;
  const attempts = listAttempts(input.events);
  const pictures = drawReportPictures(input);
  const title = `Marketing mix model · ${detail?.config.model_id ?? results.business_unit}`;
  const plans = detail === null ? null : renderPlans(detail);
  const [uses, flags] = [renderUses(results), renderFlags(results)];
  const body = html`<main>${renderHead(input, title)}
    ${detail === null ? null : renderSection("In short", renderSummary(detail, results, input.unit))}
    ${uses === null ? null : renderSection("What it may be used for", uses)}
    ${detail === null ? null : renderSection("What media brought", renderMoneyTable(detail))}
    ${plans === null ? null : renderSection("Budget of the next quarter", plans)}
    ${renderSection("Before you rely on it", renderList(listCaveats(results, detail)), "caveat")}
    ${renderTiles(input)}
    ${flags === null ? null : renderSection("Flags", flags)}
    ${renderSection("Errors", renderMetricsTable(results))}
    ${renderModelSections(input, pictures)}
    ${renderRecordSection(input)}
    ${renderSection("The session", html`${renderFigure(pictures.timeline)}${renderAttemptsTable(attempts)}`)}
    ${renderReviewSection(input)}
    ${results.deployment === null ? null : renderSection("Decision", renderDecision(results.deployment))}
    ${renderSection("Audit", renderAudit(results))}</main>`;
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return html`${new Html("<!doctype html>")}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title>
<style>${new Html(REPORT_STYLE)}</style></head><body>${body}</body></html>
`.text;
}

function renderHead({ results, detail }: ReportInput, title: string): Html {
  const decision = results.decision ?? results.status;
  const span = detail === null ? "" : ` · ${detail.dates[0] ?? ""} to ${detail.dates.at(-1) ?? ""}`;
  return html`<header><h1>${title}</h1><p>${results.business_unit}${span}</p>
    <p><span class="badge ${decision}">${decision.replaceAll("_", " ")}</span></p></header>`;
}

/** How tuning went: the analyst's part begins here. */
function renderTiles({ results }: ReportInput): Html {
  const { validation, locked_test: locked, counts, methodology } = results;
  const tile = (value: string, label: string): Html =>
    html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
  const arrow = (was: number | null | undefined, is: number | null | undefined): string =>
    `${formatPercent(was)} → ${formatPercent(is)}`;
  const error = validation.final?.mape === null ? "wmape" : "mape";
  const name = error === "mape" ? "MAPE" : "wMAPE";
  const kept =
    methodology.unchanged === null ? "not judged" : methodology.unchanged ? "unchanged" : "changed";
  return html`<div class="tiles">${tile(arrow(validation.baseline?.[error], validation.final?.[error]), `validated ${name}`)}
    ${tile(arrow(locked?.baseline[error], locked?.final[error]), `${name} on locked weeks, seen once`)}
    ${tile(`${counts.proposals_tried}`, `proposals tried in ${counts.iterations} iterations`)}
    ${tile(kept, "methodology")}</div>`;
}

function renderModelSections({ detail }: ReportInput, { model, response }: Pictures): Html {
  if (detail === null) {
    return renderSection(
      "Model",
      html`<p>The data file was not given, so there are no pictures of the model.</p>`,
    );
  }
  const sections = model.map((picture) => {
    const table = picture.name === "roi" ? renderChannelsTable(detail) : null;
    return renderSection(
      picture.title,
      html`${renderLegend(picture)}${renderFigure(picture)}${table}`,
    );
  });
  const curves = response.map(
    (picture) => html`<div><h3>${picture.title}</h3>${renderFigure(picture)}</div>`,
  );
  const note = html`<p>Response over the training weeks if all spend of a channel were scaled. Dashed line and dot: today. Shade: 90 % interval. Beyond the spend seen, the curve is the formula's, not the data's.</p>`;
  return html`${sections}${renderSection("Checks of the fit", renderFitChecks(detail))}${renderSection("Response to spend", html`${note}<div class="grid">${curves}</div>`)}`;
}

function renderRecordSection({ results, detail }: ReportInput): Html | null {
  const record = renderRecord(results, detail);
  return record === null ? null : renderSection("What the returns rest on", record);
}

function renderLegend({ legend }: Picture): Html | null {
  if (legend === undefined) return null;
  const items = legend.map(
    ({ name, colour }) => html`<span><i style="background:${colour}"></i>${name}</span>`,
  );
  return html`<div class="legend">${items}</div>`;
}

function renderReviewSection({ results }: ReportInput): Html | null {
  const { review } = results;
  if (review === null) return null;
  return renderSection(
    "Business review",
    html`<p>${review.summary}</p>${renderFindingsTable(review.findings)}`,
  );
}

function renderSection(title: string, content: Html, kind = ""): Html {
  return html`<section class="${kind}"><h2>${title}</h2>${content}</section>`;
}

function renderFigure({ name, caption, svg }: Picture): Html {
  return html`<figure id="${name}">${svg}<figcaption>${caption}</figcaption></figure>`;
}

function renderList(items: readonly string[]): Html {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}
