/**
 * The Business Analyst by built-in reasoning: is this model believable for this business?
 *
 * I1. Every finding names its figure, its bound and the bound's source.
 * I2. Critical is only what is implausible and worse than the session's baseline model had; the same
 *     fault inherited from the baseline is a warning that says so.
 */
import type { Specification } from "../guard/specification.ts";
import { tunableBounds } from "../guard/tunables.ts";
import type { ModelConfig } from "../model/config.ts";
import type { ChannelResult, Constraint, Finding } from "../schemas/parts.ts";
import { expectedRoi, plausibleRoi, roiUnit } from "./benchmarks.ts";
import type { BusinessSettings } from "./business-settings.ts";
import type { ReviewAnswer, ReviewJob } from "./reasoners.ts";

interface Case extends ReviewJob {
  readonly settings: BusinessSettings;
  readonly spec: Specification;
}

/** Judges a trained model. */
export function reviewModel(
  job: ReviewJob,
  settings: BusinessSettings,
  spec: Specification,
): Omit<ReviewAnswer, "note"> {
  const review = { ...job, settings, spec };
  const findings = [
    ...job.candidate.channels.flatMap((channel) => channelFindings(channel, review)),
    ...modelFindings(review),
  ];
  const critical = findings.filter((one) => one.severity === "critical");
  const warnings = findings.filter((one) => one.severity === "warning");
  const verdict = critical.length > 0 ? "critical" : warnings.length > 0 ? "warn" : "approve";
  const listed = [...critical, ...warnings].slice(0, 5).map((one) => one.message);
  const summary =
    listed.length === 0
      ? "Returns, carryover and baseline lie within their benchmarks."
      : `${critical.length} critical, ${warnings.length} warnings: ${listed.join("; ")}.`;
  return { verdict, findings, constraints: constraintsFor(critical, job.config), summary };
}

function channelFindings(channel: ChannelResult, review: Case): Finding[] {
  const { context, settings } = review;
  const before = review.baseline.channels.find((row) => row.channel === channel.channel);
  const found: Finding[] = [];
  const { roi } = channel;
  const plausible = plausibleRoi(context, settings);
  const expected = expectedRoi(channel, context, settings);
  if (roi !== null && plausible !== null && outside(roi, plausible)) {
    const had = before?.roi ?? null;
    const worse = had === null || distance(roi, plausible) > distance(had, plausible) * 1.25;
    found.push({
      code: roi === 0 ? "no_effect" : "roi_implausible",
      severity: worse && roi !== 0 ? "critical" : "warning",
      channel: channel.channel,
      figure: roi,
      bound: rangeText(plausible),
      message: `${channel.channel}: ROI ${roi.toFixed(2)} ${roiUnit(context)} is outside ${rangeText(plausible)}${worse ? "" : " (inherited from the baseline)"}`,
      source: plausible.source,
    });
  } else if (roi !== null && expected !== null && outside(roi, expected)) {
    found.push({
      code: "roi_off_benchmark",
      severity: "warning",
      channel: channel.channel,
      figure: roi,
      bound: rangeText(expected),
      message: `${channel.channel}: ROI ${roi.toFixed(2)} ${roiUnit(context)} is outside ${rangeText(expected)}`,
      source: expected.source,
    });
  }
  return [...found, ...carryoverFindings(channel, before, review)];
}

function carryoverFindings(
  channel: ChannelResult,
  before: ChannelResult | undefined,
  review: Case,
): Finding[] {
  const { settings, config, spec } = review;
  const found: Finding[] = [];
  const bound = tunableBounds(config, spec).get(`hyperparameters.${channel.channel}.decay`);
  if (bound !== undefined && channel.decay >= bound.max && channel.decay > 0) {
    const inherited = before !== undefined && before.decay >= channel.decay;
    found.push({
      code: "decay_at_bound",
      severity: inherited ? "warning" : "critical",
      channel: channel.channel,
      figure: channel.decay,
      bound: rangeText({ low: bound.min, high: bound.max }),
      message: `${channel.channel}: decay ${channel.decay} is at the end of its range${inherited ? " (inherited from the baseline)" : ""}`,
      source: "methodology specification",
    });
  }
  const ranges: Readonly<Record<string, readonly [number, number]>> =
    settings.carryover.half_life_weeks;
  const range = ranges[channel.media_type];
  if (
    range !== undefined &&
    (channel.half_life_weeks < range[0] || channel.half_life_weeks > range[1])
  ) {
    found.push({
      code: "half_life_unusual",
      severity: "warning",
      channel: channel.channel,
      figure: channel.half_life_weeks,
      bound: rangeText({ low: range[0], high: range[1] }),
      message: `${channel.channel}: half-life of ${channel.half_life_weeks.toFixed(1)} weeks is outside ${rangeText({ low: range[0], high: range[1] })}`,
      source: settings.carryover.source,
    });
  }
  return found;
}

function modelFindings(review: Case): Finding[] {
  const { candidate, baseline, settings } = review;
  const share = candidate.baseline_share;
  if (share === null) return [];
  const [low, high] = settings.attribution.baseline_share;
  if (share >= low && share <= high) return [];
  const before = baseline.baseline_share;
  const critical = share < 0 && (before === null || share < before);
  return [
    {
      code: share < 0 ? "baseline_negative" : "baseline_share_unusual",
      severity: critical ? "critical" : "warning",
      channel: null,
      figure: share,
      bound: rangeText({ low, high }),
      message: `baseline share ${(share * 100).toFixed(1)} % is outside ${rangeText({ low, high })}`,
      source: settings.attribution.baseline_source,
    },
  ];
}

function constraintsFor(critical: readonly Finding[], config: ModelConfig): Constraint[] {
  return critical.flatMap((finding) => {
    const own = finding.channel === null ? undefined : config.hyperparameters[finding.channel];
    if (own === undefined || finding.code !== "decay_at_bound") return [];
    const path = `hyperparameters.${finding.channel ?? ""}.decay`;
    return [{ path, min: 0, max: own.decay * 0.95, reason: finding.message }];
  });
}

function outside(value: number, range: { low: number; high: number }): boolean {
  return value < range.low || value > range.high;
}

/** How many times a figure is beyond the nearer end; 1 or less inside. */
function distance(value: number, range: { low: number; high: number }): number {
  return value > range.high ? value / range.high : range.low / Math.max(value, 1e-9);
}

function rangeText({ low, high }: { low: number; high: number }): string {
  return `${Number(low.toPrecision(3))} … ${Number(high.toPrecision(3))}`;
}
