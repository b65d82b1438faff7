/**
 * Which return on spend is expected of a channel, in the units of the model's target.
 *
 *   profit ROI = margin × revenue ROI        (margin: contribution per unit of revenue)
 *
 * Owns: the choice between the business's own benchmark (by channel, then by media type) and the
 * settings' by media type, and the conversion. Not: what follows from a figure outside it.
 *
 * I1. A benchmark is compared only with a figure of the same unit; where the target has no money
 *     value (`roi_unit: units`) and the business gives no benchmark, there is none.
 * I2. Each range carries its source and says in words how it was converted.
 */
import type { BusinessContext } from "./business-context.ts";
import type { BusinessSettings } from "./business-settings.ts";

export interface ExpectedRange {
  readonly low: number;
  readonly high: number;
  readonly source: string;
}

interface Medium {
  readonly channel: string;
  readonly media_type: string;
}

/** Expected ROI in target units per unit of spend; null where nothing is known. */
export function findExpectedRoi(
  { channel, media_type }: Medium,
  context: BusinessContext,
  settings: BusinessSettings,
): ExpectedRange | null {
  const own = findBusinessRange(context, channel) ?? findBusinessRange(context, media_type);
  if (own !== null) return { ...own, source: `business context: ${own.source}` };
  if (context.roi_unit === "units") return null;
  const benchmarks: Readonly<Record<string, number>> = settings.roi.profit_short_term;
  const profit = Object.hasOwn(benchmarks, media_type) ? benchmarks[media_type] : undefined;
  if (profit === undefined) return null;
  const centre = profit / computeProfitPerUnit(context);
  return {
    low: centre / settings.roi.warn_factor,
    high: centre * settings.roi.warn_factor,
    source: `${settings.roi.source}${describeRoiConversion(context, profit)}; ×/÷ ${settings.roi.warn_factor}`,
  };
}

/** Outside this no medium's ROI is believable; null for targets without money value. */
export function computePlausibleRoi(
  context: BusinessContext,
  settings: BusinessSettings,
): ExpectedRange | null {
  if (context.roi_unit === "units") return null;
  const [low, high] = settings.roi.implausible;
  const scale = context.roi_unit === "profit" ? context.margin : 1;
  const suffix = scale === 1 ? "" : ` in revenue, × margin ${context.margin}`;
  return {
    low: low * scale,
    high: high * scale,
    source: `${settings.roi.implausible_source}${suffix}`,
  };
}

/** What is expected of each channel of a model; channels without a benchmark are left out. */
export function listExpectedReturns(
  channels: readonly { readonly name: string; readonly media_type: string }[],
  context: BusinessContext,
  settings: BusinessSettings,
): readonly (ExpectedRange & { readonly channel: string })[] {
  return channels.flatMap(({ name, media_type }) => {
    const expected = findExpectedRoi({ channel: name, media_type }, context, settings);
    return expected === null ? [] : [{ channel: name, ...expected }];
  });
}

/** The unit an ROI of this business is in, in words. */
export function describeRoiUnit(context: BusinessContext): string {
  const what = context.roi_unit === "units" ? "target units" : context.roi_unit;
  return `${what} per ${context.currency}`;
}

function findBusinessRange(context: BusinessContext, name: string): ExpectedRange | null {
  return Object.hasOwn(context.roi_benchmarks, name)
    ? (context.roi_benchmarks[name] ?? null)
    : null;
}

/** Profit per target unit. */
function computeProfitPerUnit(context: BusinessContext): number {
  return context.roi_unit === "revenue" ? context.margin : 1;
}

function describeRoiConversion(context: BusinessContext, profit: number): string {
  return context.roi_unit === "revenue" ? ` ${profit} ÷ margin ${context.margin}` : ` ${profit}`;
}
