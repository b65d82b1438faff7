/**
 * What media brought, in words and in money: the sentences of the first screen, spend and effect by channel
 * and by quarter, and the plans for the next quarter.
 *
 * I1. Every figure is the published one: the median of the draws with its 90 % interval.
 * I2. Sentences are made from figures; no sentence is there whose figure is not.
 */
import type { BudgetPlan } from "../model/budget/forms.ts";
import { sum } from "../model/numbers.ts";
import { summarizeDeployment } from "../schemas/deployment.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { SessionResults } from "../session/results.ts";
import { formatCompact, formatSignificant } from "./figures.ts";
import { html, type Html } from "./html.ts";
import type { ModelDetail } from "./model-detail.ts";

interface Span {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

const between = ({ low, high }: Span, format: (value: number) => string): string =>
  `${format(low)} to ${format(high)}`;

/** The first screen: what media brought, which channel how much, what to do next, how sure, what to test. */
export function renderSummary(detail: ModelDetail, results: SessionResults, unit: string): Html {
  const sentences = [
    describeMedia(detail),
    describeChannels(detail, unit),
    describeMarginal(detail),
    ...describeNext(detail, results),
  ].filter((text) => text !== null);
  return html`<ul class="summary">${sentences.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function describeMedia({ result, config, contributions }: ModelDetail): string {
  const { media, target_total } = result.posterior;
  const [from, to] = [contributions.dates[0] ?? "", contributions.dates.at(-1) ?? ""];
  return (
    `From ${from} to ${to} media brought ${formatCompact(media.contribution.median)} of ` +
    `${formatCompact(target_total)} ${config.data.target}: ${formatPercent(media.share.median, 0)} ` +
    `(with 90 % certainty ${between(media.share, (value) => formatPercent(value, 0))}). ` +
    `The rest would have come without it.`
  );
}

function listReturns({ result }: ModelDetail): [string, { roi: Span; mroi: Span }][] {
  return Object.entries(result.posterior.channels).toSorted(
    ([, a], [, b]) => b.roi.median - a.roi.median,
  );
}

function describeChannels(detail: ModelDetail, unit: string): string | null {
  const ranked = listReturns(detail);
  const [best] = ranked;
  const worst = ranked.at(-1);
  if (best === undefined || worst === undefined || ranked.length < 2) return null;
  const say = ([name, { roi }]: (typeof ranked)[number]): string =>
    `${name} ${formatSignificant(roi.median)} (${between(roi, formatSignificant)})`;
  const overlap = worst[1].roi.high >= best[1].roi.low;
  const sure = overlap
    ? " Their intervals overlap: which of them is ahead is not certain."
    : " Their intervals do not meet.";
  return `Most came back from ${say(best)}, least from ${say(worst)}, in ${unit}.${sure}`;
}

function describeMarginal(detail: ModelDetail): string | null {
  const [best] = listReturns(detail).toSorted(([, a], [, b]) => b.mroi.median - a.mroi.median);
  if (best === undefined) return null;
  const [name, { mroi }] = best;
  return `The next unit of money brings most in ${name}: ${formatSignificant(mroi.median)} (${between(mroi, formatSignificant)}).`;
}

function describeNext({ plans }: ModelDetail, results: SessionResults): string[] {
  const summary = summarizeDeployment(results.deployment);
  const [plan] = plans?.plans ?? [];
  const use = summary?.budget_use ?? null;
  const sentences: string[] = [];
  if (plan !== undefined) {
    const { gain } = plan;
    const moves = plan.channels
      .filter(({ change }) => Math.abs(change ?? 0) >= 0.01)
      .map(({ channel, change }) => `${channel} ${formatSigned(change ?? 0)}`);
    const brings = `${formatCompact(gain.expected)} more in a quarter (${between(gain, formatCompact)}), with probability ${formatPercent(gain.probability, 0)} more than today's budget`;
    const advice =
      use === "reject" || use === "cannot_tell"
        ? "Do not move budget on this model yet. A plan for the same money would be"
        : "For the same money the model would spend";
    if (moves.length > 0) sentences.push(`${advice} ${moves.join(", ")}: ${brings}.`);
  }
  if (summary?.experiment) sentences.push(`Test next: ${summary.experiment}`);
  return sentences;
}

function formatSigned(change: number): string {
  return `${change > 0 ? "+" : "−"}${formatPercent(Math.abs(change), 0)}`;
}

/** Spend, effect and returns in money, with totals. */
export function renderMoneyTable({ result, contributions }: ModelDetail): Html {
  const { channels, media, baseline, target_total } = result.posterior;
  const all = Object.entries(channels);
  const spend = sum(all.map(([, one]) => one.spend));
  const rows = all.map(
    ([name, own]) => html`<tr><td>${name}</td><td class="n">${formatCompact(own.spend)}</td>
      <td class="n">${formatPercent(own.spend / spend, 0)}</td>
      <td class="n">${formatCompact(own.contribution.median)} (${between(own.contribution, formatCompact)})</td>
      <td class="n">${formatPercent(own.contribution.median / target_total, 1)}</td>
      <td class="n">${formatSignificant(own.roi.median)} (${between(own.roi, formatSignificant)})</td>
      <td class="n">${formatSignificant(own.mroi.median)}</td></tr>`,
  );
  const total = html`<tr class="total"><td>media</td><td class="n">${formatCompact(spend)}</td><td class="n">100 %</td>
    <td class="n">${formatCompact(media.contribution.median)} (${between(media.contribution, formatCompact)})</td>
    <td class="n">${formatPercent(media.share.median, 1)}</td>
    <td class="n">${formatSignificant(media.contribution.median / spend)}</td><td></td></tr>
    <tr><td>without media</td><td></td><td></td>
    <td class="n">${formatCompact(baseline.contribution.median)} (${between(baseline.contribution, formatCompact)})</td>
    <td class="n">${formatPercent(baseline.share.median, 1)}</td><td></td><td></td></tr>`;
  return html`<div class="scroll"><table><thead><tr><th>channel</th><th class="n">spend</th><th class="n">of spend</th>
    <th class="n">brought (90 %)</th><th class="n">of target</th><th class="n">ROI (90 %)</th><th class="n">next unit</th></tr></thead>
    <tbody>${rows}${total}</tbody></table></div>
    <p>Medians of single channels need not add up to the median of all media.</p>${renderQuarters({ contributions })}`;
}

/** More columns than fit on paper become years. */
const QUARTERS_MAX = 16;

/** What each channel brought by quarter, or by year in a long history. */
function renderQuarters({ contributions }: Pick<ModelDetail, "contributions">): Html {
  const { dates } = contributions;
  const quarters = [...new Set(dates.map(nameQuarter))];
  const years = quarters.length > QUARTERS_MAX;
  const nameSpan = (date: string): string => (years ? date.slice(0, 4) : nameQuarter(date));
  const spans = [...new Set(dates.map(nameSpan))];
  const row = (name: string, values: readonly number[]): Html => {
    const totals = new Map(spans.map((span) => [span, 0]));
    for (const [at, value] of values.entries()) {
      const span = nameSpan(dates[at] ?? "");
      totals.set(span, (totals.get(span) ?? 0) + value);
    }
    return html`<tr><td>${name}</td>${spans.map((span) => html`<td class="n">${formatCompact(totals.get(span) ?? 0)}</td>`)}</tr>`;
  };
  const channels = Object.entries(contributions.channels);
  return html`<h3>${years ? "By year" : "By quarter"}</h3><div class="scroll"><table><thead><tr><th></th>
    ${spans.map((span) => html`<th class="n">${span}</th>`)}</tr></thead><tbody>${row("target", contributions.actual)}
    ${channels.map(([name, values]) => row(name, values))}${row("without media", contributions.baseline)}</tbody></table></div>`;
}

function nameQuarter(date: string): string {
  return `${date.slice(0, 4)} Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;
}

const AIMS: Readonly<Record<BudgetPlan["aim"], string>> = {
  expected: "most in expectation",
  cautious: "best of the unlucky tenth",
  surest: "surest to beat today",
};

/** Plans for the next quarter side by side; null where no posterior allows one. */
export function renderPlans({ plans }: ModelDetail): Html | null {
  if (plans === null) return null;
  const shown = plans.plans;
  const names = shown[0]?.channels.map(({ channel }) => channel) ?? [];
  const rows = names.map(
    (
      name,
      at,
    ) => html`<tr><td>${name}</td><td class="n">${formatCompact(shown[0]?.channels[at]?.spend_before ?? 0)}</td>
      ${shown.map(({ channels }) => {
        const own = channels[at];
        return html`<td class="n">${formatCompact(own?.spend_after ?? 0)} (${formatSigned(own?.change ?? 0)})</td>`;
      })}</tr>`,
  );
  const line = (label: string, today: string, of: (plan: BudgetPlan) => string): Html =>
    html`<tr class="total"><td>${label}</td><td class="n">${today}</td>${shown.map((plan) => html`<td class="n">${of(plan)}</td>`)}</tr>`;
  const { today } = plans;
  return html`<p>Budgets for ${formatSignificant(plans.weeks)} weeks with today's total, each channel within ±30 %; responses as in the weeks that trained.</p>
    <div class="scroll"><table><thead><tr><th>channel</th><th class="n">today</th>
    ${shown.map(({ aim }) => html`<th class="n">${AIMS[aim]}</th>`)}</tr></thead><tbody>${rows}
    ${line("total", formatCompact(today.spent), ({ spent }) => formatCompact(spent))}
    ${line("brings (90 %)", between(today.response, formatCompact), ({ response }) => between(response, formatCompact))}
    ${line("gain over today", "", ({ gain }) => `${formatCompact(gain.expected)} (${between(gain, formatCompact)})`)}
    ${line("beats today", "", ({ gain }) => formatPercent(gain.probability, 0))}
    ${line("expected loss", "", ({ gain }) => formatCompact(gain.expected_loss))}</tbody></table></div>`;
}

/** What an analyst asks of the forecast's fit: residuals, collinearity, carried effect. */
export function renderFitChecks({ result }: ModelDetail): Html {
  const { durbin_watson, rows_per_variable } = result.diagnostics;
  const rows = result.channels.map(
    (one) => html`<tr><td>${one.name}</td><td class="n">${formatSignificant(one.vif)}</td>
      <td class="n">${formatPercent(one.immediate_share, 0)}</td>
      <td class="n">${one.immediate_share === null ? "–" : formatPercent(1 - one.immediate_share, 0)}</td></tr>`,
  );
  return html`<p>Durbin–Watson ${formatSignificant(durbin_watson)} (2: residuals do not follow each other) ·
    ${formatSignificant(rows_per_variable)} rows a variable · R² in sample ${formatSignificant(result.in_sample.r2)}${result.data.geos > 1 ? " within geos" : ""}</p>
    <div class="scroll"><table><thead><tr><th>channel</th><th class="n">variance inflation</th>
    <th class="n">effect in the week of the spend</th><th class="n">carried over</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
