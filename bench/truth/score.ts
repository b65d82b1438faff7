/**
 * The measures of the known-truth bench, as `score_known_truth.py` defines them.
 *
 *   error   mean over channels of |ROI − truth| / max(truth, 0.2 × mean truth), ROI = median
 *   covered share of channels whose 90 % interval holds the truth
 *   width   (high − low) / max(truth, 0.2 × mean truth)
 *   lift    change of the true media-driven target under the ±30 % plan; harmful when below 0
 */

import { computeMean, computeMedian } from "../../model/numbers.ts";
import type { Posterior } from "../../model/posterior/posterior.ts";
import { proposePlan } from "../../model/posterior/plans.ts";
import type { Responses } from "../../model/posterior/responses.ts";
import { summarizeResponses } from "../../model/posterior/summaries.ts";
import type { TruthSet } from "./sets.ts";

export interface Row {
  readonly set: string;
  readonly kind: string;
  readonly error: number;
  readonly covered: number;
  readonly width: number;
  /** Null where the truth has no curves. */
  readonly lift: number | null;
  /** The posterior's own probability that the plan gains. */
  readonly probability: number;
  readonly r_hat: number;
  readonly ess: number;
  readonly divergences: number;
  readonly seconds: number;
  readonly channels: readonly {
    readonly channel: string;
    readonly truth: number;
    readonly low: number;
    readonly roi: number;
    readonly high: number;
  }[];
}

/** Scores one posterior against its truth. */
export function scoreSet(
  set: TruthSet,
  {
    posterior,
    responses,
    seconds,
  }: { posterior: Posterior; responses: Responses; seconds: number },
): Row {
  const summary = summarizeResponses(responses);
  const truths = Object.entries(set.truth);
  const middle = computeMean(truths.map(([, { roi }]) => roi));
  const channels = truths.map(([channel, truth]) => {
    const roi = summary.channels[channel]?.roi ?? { low: 0, median: 0, high: 0 };
    return { channel, truth: truth.roi, low: roi.low, roi: roi.median, high: roi.high };
  });
  const scale = (truth: number): number => Math.max(truth, 0.2 * middle);
  const plan = proposePlan(responses);
  const { diagnostics } = posterior;
  const rois = Object.entries(diagnostics.r_hat).filter(([name]) => name.endsWith(".roi_value"));
  return {
    set: set.name,
    kind: set.kind,
    error: computeMean(channels.map(({ truth, roi }) => Math.abs(roi - truth) / scale(truth))),
    covered: computeMean(
      channels.map(({ truth, low, high }) => (truth >= low - 1e-9 && truth <= high + 1e-9 ? 1 : 0)),
    ),
    width: computeMean(channels.map(({ truth, low, high }) => (high - low) / scale(truth))),
    lift: trueLift(
      set,
      Object.fromEntries(plan.channels.map((row) => [row.channel, row.spend_after])),
    ),
    probability: plan.gain.probability,
    r_hat: Math.max(...rois.map(([, value]) => value)),
    ess: diagnostics.ess_min,
    divergences: diagnostics.divergences,
    seconds,
    channels,
  };
}

/** What a plan does to the true media-driven target, as a share of it. */
export function trueLift(set: TruthSet, after: Readonly<Record<string, number>>): number | null {
  let today = 0;
  let then = 0;
  for (const [name, { curve, spend, contribution }] of Object.entries(set.truth)) {
    if (curve === null) return null;
    today += contribution;
    then += interpolate(curve, (after[name] ?? spend) / spend);
  }
  return today > 0 ? (then - today) / today : null;
}

function interpolate(curve: readonly number[], multiplier: number): number {
  const at = Math.min(Math.max(multiplier * 10, 0), curve.length - 1);
  const low = Math.min(Math.floor(at), curve.length - 2);
  return (curve[low] ?? 0) + (at - low) * ((curve[low + 1] ?? 0) - (curve[low] ?? 0));
}

export interface Totals {
  readonly sets: number;
  readonly median_error: number;
  readonly mean_error: number;
  readonly covered: number;
  readonly mean_width: number;
  readonly harmful: number;
  readonly plans: number;
  readonly mean_lift: number;
  readonly seconds: number;
}

/** Over all sets; coverage and width over all channels, errors capped at 1.5 in the mean. */
export function totalRows(rows: readonly Row[]): Totals {
  const lifts = rows.flatMap(({ lift }) => (lift === null ? [] : [lift]));
  const channels = rows.reduce((sum, row) => sum + row.channels.length, 0);
  const over = (of: (row: Row) => number): number =>
    rows.reduce((sum, row) => sum + of(row) * row.channels.length, 0) / channels;
  return {
    sets: rows.length,
    median_error: computeMedian(rows.map(({ error }) => error)),
    mean_error: computeMean(rows.map(({ error }) => Math.min(error, 1.5))),
    covered: over((row) => row.covered),
    mean_width: over((row) => row.width),
    harmful: lifts.filter((lift) => lift < 0).length,
    plans: lifts.length,
    mean_lift: computeMean(lifts),
    seconds: computeMean(rows.map(({ seconds }) => seconds)),
  };
}

export function formatRow(row: Row): string {
  const lift = row.lift === null ? "      –" : `${(100 * row.lift).toFixed(1).padStart(6)} %`;
  return [
    row.set.padEnd(26),
    row.error.toFixed(2).padStart(6),
    `${(100 * row.covered).toFixed(0).padStart(5)} %`,
    row.width.toFixed(2).padStart(6),
    lift,
    row.probability.toFixed(2).padStart(5),
    row.r_hat.toFixed(3).padStart(6),
    row.ess.toFixed(0).padStart(5),
    `${row.seconds.toFixed(1).padStart(5)} s`,
  ].join(" ");
}

export function formatTotals(name: string, totals: Totals): string {
  return `${name}: ${totals.sets} sets, median error ${totals.median_error.toFixed(3)}, mean ${totals.mean_error.toFixed(3)}, 90 % hold ${(100 * totals.covered).toFixed(1)} %, mean width ${totals.mean_width.toFixed(2)}, harmful ${totals.harmful} of ${totals.plans}, mean lift ${(100 * totals.mean_lift).toFixed(2)} %, ${totals.seconds.toFixed(2)} s`;
}
