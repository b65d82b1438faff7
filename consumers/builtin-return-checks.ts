/**
 * Returns against benchmarks: ROI, mROI, effect share against spend share.
 *
 * I1. Figures are in the target's units; where these are revenue, profit stands beside them.
 * I2. A return is compared with a benchmark of the same unit or not at all (`benchmarks.ts`).
 */
import { formatPercent } from "../schemas/number-text.ts";
import type { ChannelResult, Finding } from "../schemas/parts.ts";
import { expectedRoi, plausibleRoi, roiUnit } from "./benchmarks.ts";
import { judged } from "./builtin-finding.ts";
import type { BusinessContext } from "./business-context.ts";
import type { BusinessSettings } from "./business-settings.ts";

export interface ReturnJob {
  readonly context: BusinessContext;
  readonly settings: BusinessSettings;
  /** The same channel in the session's baseline model. */
  readonly before: ChannelResult | null;
}

/** Spend below this share of the total says little about a channel. */
const SPEND_SHARE_MIN = 0.02;

export function returnFindings(channel: ChannelResult, job: ReturnJob): readonly Finding[] {
  if (channel.roi === null) return [];
  if (channel.roi === 0) return [withoutEffect(channel, job)];
  const implausible = implausibleReturn(channel, job);
  return [
    ...(implausible.length > 0 ? implausible : offBenchmark(channel, job)),
    ...marginalReturn(channel, job),
    ...shareFindings(channel, job),
  ];
}

function withoutEffect(channel: ChannelResult, { before, settings }: ReturnJob): Finding {
  const inherited = before?.roi === 0;
  return {
    code: "channel_without_effect",
    severity: inherited ? "info" : "warning",
    channel: channel.channel,
    figure: 0,
    bound: "above 0",
    message: `${channel.channel}: the model gives no effect to ${formatPercent(channel.spend_share, 1)} of the spend${inherited ? " (inherited from the baseline)" : ""}`,
    source: settings.attribution.effect_to_spend_source,
  };
}

function implausibleReturn(channel: ChannelResult, job: ReturnJob): readonly Finding[] {
  const bound = plausibleRoi(job.context, job.settings);
  if (bound === null || channel.roi === null) return [];
  return judged({
    code: "roi_implausible",
    channel: channel.channel,
    text: roiText(channel, job.context),
    figure: channel.roi,
    interval: intervalOf(channel),
    bound,
    before: job.before?.roi ?? null,
    gravity: "critical",
  });
}

function offBenchmark(channel: ChannelResult, job: ReturnJob): readonly Finding[] {
  const bound = expectedRoi(channel, job.context, job.settings);
  if (bound === null || channel.roi === null) return [];
  return judged({
    code: "roi_off_benchmark",
    channel: channel.channel,
    text: roiText(channel, job.context),
    figure: channel.roi,
    interval: intervalOf(channel),
    bound,
    before: job.before?.roi ?? null,
    gravity: "warning",
  });
}

/** The next unit of spend: does it pay, and is the curve steeper ahead than behind? */
function marginalReturn(channel: ChannelResult, job: ReturnJob): readonly Finding[] {
  const { mroi, roi } = channel;
  if (mroi === null || roi === null) return [];
  const { context } = job;
  const breakEven = context.roi_unit === "revenue" ? 1 / context.margin : 1;
  const unit = roiUnit(context);
  const pays =
    context.roi_unit === "units"
      ? []
      : judged({
          code: "next_spend_below_break_even",
          channel: channel.channel,
          text: `marginal ROI ${mroi.toFixed(2)} ${unit} for the next 1 % of spend`,
          figure: mroi,
          bound: {
            low: breakEven,
            high: Infinity,
            source: `break-even: one ${context.currency} of profit per ${context.currency}, margin ${context.margin}`,
          },
          before: job.before?.mroi ?? null,
          gravity: "info",
        });
  const steep = judged({
    code: "response_still_accelerating",
    channel: channel.channel,
    text: `marginal over average ROI ${(mroi / roi).toFixed(2)}`,
    figure: mroi / roi,
    bound: { low: 0, high: 2, source: "judgement: beyond the S-curve's turn it is below 1" },
    before: ratioOf(job.before?.mroi, job.before?.roi),
    gravity: "warning",
  });
  return [...pays, ...steep];
}

function shareFindings(channel: ChannelResult, job: ReturnJob): readonly Finding[] {
  if (channel.spend_share < SPEND_SHARE_MIN) return [];
  const factor = job.settings.attribution.effect_to_spend_factor;
  const ratio = channel.effect_share / channel.spend_share;
  const { before } = job;
  return judged({
    code: "effect_far_from_spend",
    channel: channel.channel,
    text: `${formatPercent(channel.effect_share, 1)} of the effect for ${formatPercent(channel.spend_share, 1)} of the spend (ratio ${ratio.toFixed(2)})`,
    figure: ratio,
    bound: {
      low: 1 / factor,
      high: factor,
      source: job.settings.attribution.effect_to_spend_source,
    },
    before: ratioOf(before?.effect_share, before?.spend_share),
    gravity: "warning",
  });
}

function ratioOf(top: number | null | undefined, under: number | null | undefined): number | null {
  return top === null || top === undefined || under === null || under === undefined || under === 0
    ? null
    : top / under;
}

/** ROI with its interval, unit and, for revenue, profit. */
export function roiText(channel: ChannelResult, context: BusinessContext): string {
  const roi = channel.roi ?? 0;
  const interval = intervalOf(channel);
  const range =
    interval === null ? "" : ` (${interval[0].toFixed(2)} to ${interval[1].toFixed(2)})`;
  const profit =
    context.roi_unit === "revenue"
      ? `, profit ${(roi * context.margin).toFixed(2)} at margin ${context.margin}`
      : "";
  return `ROI ${roi.toFixed(2)}${range} ${roiUnit(context)}${profit}`;
}

function intervalOf({ roi_low, roi_high }: ChannelResult): readonly [number, number] | null {
  return roi_low === null || roi_high === null ? null : [roi_low, roi_high];
}
