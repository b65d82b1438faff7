/**
 * The report's section on the model of record: how sure its returns are, and what they rest on.
 *
 * I1. Every prior stands with its source; a figure of the sampler stands with the bound it is held against.
 * I2. Which of the two forecasts is deployed is said, and the locked error of both.
 */
import { formatPercent } from "../schemas/number-text.ts";
import type { SessionResults } from "../session/results.ts";
import { formatSignificant } from "./figures.ts";
import { html, type Html } from "./html.ts";
import type { ModelDetail } from "./model-detail.ts";
import type { RecordDetail } from "./record-detail.ts";

/** The section's content; null where there is no model or no posterior. */
export function renderRecord(results: SessionResults, detail: ModelDetail | null): Html | null {
  const record = detail?.record ?? null;
  if (detail === null || record === null) return null;
  const { profile } = record;
  const carryover = profile.carryover === "delayed" ? "geometric with build-up" : "geometric";
  return html`<p>Returns come from a posterior of the owner's methodology and the pinned data: trend ${profile.trend.replace("_", " ")}, carryover ${carryover}. Nothing that an agent tunes enters it.</p>
    <h3>Forecasts of the locked weeks</h3>${renderForecasts(results, record)}
    <h3>Before and after the data</h3>${renderLearning(detail, record)}
    <h3>Sampler</h3>${renderSampler(detail)}
    <h3>Does the model look like the data?</h3>${renderChecks(record)}
    <h3>Priors</h3>${renderPriors(record)}`;
}

function renderForecasts(
  { locked_test: locked }: SessionResults,
  { predictive }: RecordDetail,
): Html {
  if (locked === null || predictive === null)
    return html`<p>The tuned configuration forecasts. The locked weeks have not been looked at.</p>`;
  const rows = [
    ["tuned configuration", "forecasts", formatPercent(locked.final.wmape, 2), "–"],
    ["untuned baseline", "for comparison", formatPercent(locked.baseline.wmape, 2), "–"],
    [
      "posterior predictive",
      "for comparison",
      formatPercent(predictive.wmape, 2),
      formatPercent(predictive.covered, 0),
    ],
  ];
  return html`<p>The tuned configuration forecasts; the posterior's own forecast, with a level that falls back to its mean, stands beside it and moves with no tuning.</p>
    ${renderTable(["forecast", "", "locked wMAPE", "weeks inside its 90 % interval"], rows)}`;
}

function renderLearning({ result }: ModelDetail, { prior }: RecordDetail): Html {
  const { channels, media } = result.posterior;
  const range = (of: { low: number; median: number; high: number } | undefined): string =>
    of === undefined
      ? "–"
      : `${formatSignificant(of.median)} (${formatSignificant(of.low)} to ${formatSignificant(of.high)})`;
  const rows = Object.entries(channels).map(([name, { roi }]) => [
    `ROI of ${name}`,
    range(prior.roi[name]),
    range(roi),
  ]);
  return html`${renderTable(
    ["", "priors alone", "with the data"],
    [["media share of the target", range(prior.media_share), range(media.share)], ...rows],
  )}<p>Median and 90 % interval. Where both columns say the same, the data have taught little.</p>`;
}

function renderSampler({ result }: ModelDetail): Html {
  const { diagnostics, draws, draws_digest } = result.posterior;
  if (diagnostics === null) return html`<p>No chains were run.</p>`;
  const rows = [
    ["settled", diagnostics.converged ? "yes" : "no: read returns as rough", ""],
    ["largest R-hat", diagnostics.r_hat_max.toFixed(3), "returns at most 1.01, parameters 1.03"],
    ["effective draws of a return, least", String(Math.round(diagnostics.ess_min)), "at least 400"],
    ["divergences", String(diagnostics.divergences), "at most 1 % of the draws"],
    ["chains × draws", `${diagnostics.chains} × ${diagnostics.draws_per_chain}`, `${draws} kept`],
  ];
  return html`${renderTable(["", "figure", "bound"], rows)}<p>Kept draws: <code>${draws_digest}</code></p>`;
}

const P_LABELS = {
  autocorrelation: "what is left over follows what was left over the week before",
  largest: "the largest miss",
  spread: "the size of misses",
} as const;

function renderChecks({ posterior }: RecordDetail): Html {
  const rows = Object.entries(P_LABELS).map(([key, label]) => {
    const p = posterior.p_values[key as keyof typeof P_LABELS];
    return [
      label,
      p.toFixed(2),
      p < 0.025 || p > 0.975 ? "unlike the model's noise" : "as expected",
    ];
  });
  return html`${renderTable(["", "posterior predictive p", ""], rows)}<p>Near 0 or 1: the data do something that the model does not know.</p>`;
}

function renderPriors({ priors }: RecordDetail): Html {
  const { media_share, roi_spread, decay, buildup, slope, half_saturation, level, noise } = priors;
  const decays = Object.entries(decay.median).map(([medium, value]) => `${medium} ${value}`);
  const rows = [
    ["media share of the target", formatPrior(media_share, "logit"), media_share.source],
    ["spread of ROI between channels", formatPrior(roi_spread, "log"), roi_spread.source],
    ["decay a week", `${decays.join(", ")}; logit sd ${decay.sd_logit}`, decay.source],
    ["build-up a week, where delayed", formatPrior(buildup, "logit"), buildup.source],
    ["slope of saturation", formatPrior(slope, "log"), slope.source],
    ["half-saturation, mean spends", formatPrior(half_saturation, "log"), half_saturation.source],
    ["movement of the level a week", formatPrior(level, "log"), level.source],
    ["noise over what the linear part leaves", formatPrior(noise, "log"), noise.source],
  ];
  return html`${renderTable(["", "prior", "source"], rows)}<p>Priors belong to the methodology: only its owner changes them, each with a source.</p>`;
}

function formatPrior(
  prior: { readonly median: number; readonly sd_log?: number; readonly sd_logit?: number },
  scale: "log" | "logit",
): string {
  return `median ${prior.median}, ${scale} sd ${prior.sd_log ?? prior.sd_logit ?? 0}`;
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  const cells = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<div class="scroll"><table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead><tbody>${cells}</tbody></table></div>`;
}
