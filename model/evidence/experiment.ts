/**
 * The one experiment that would tell most: which channel, how large, how long.
 *
 * Which: the channel whose unknown return costs most. With the plan's money m_c and draws of the
 * marginal returns, the worth of knowing channel c is the mean over draws of what could be gained by
 * moving its movable money the other way whenever that draw says so:
 *   E max(0, −(mROI_c − mROI_rest) · δ_c),  δ_c = ±30 % of its spend in the direction of the plan,
 * where only c's own part of the draw varies and the rest stands at its mean (a value of perfect
 * information; Howard 1966), times the share of its spread that the test would take away,
 *   sd²/(sd² + se²): what is too small to be measured is not worth a test.
 * How large: a lift test of n weeks in half of the market has about the noise of a week's sales,
 * σ_w √n each side, so its effect has a standard error of σ_w √(2n) and its ROI that over the change
 * of spend. The change is what brings the ROI's standard error to half of the posterior's present
 * spread, within 20 % to 100 % of the channel's usual spend; where four weeks of that are too few, up to
 * twelve. Both are orders of magnitude: geo noise is not in national data.
 *
 * 1. There is always an answer where a channel has spend.
 */

import { computeMean, computeStandardDeviation } from "../numbers.ts";
import type { Draws } from "../posterior/draws.ts";
import type { PosteriorInputs } from "../posterior/inputs.ts";
import { layOutParameters, readValues } from "../posterior/parameters.ts";
import type { ChannelResponses, Responses } from "../posterior/responses.ts";
import { correlate } from "./separation.ts";

const WEEKS: readonly number[] = [4, 6, 8, 12];
const CHANGE_LEAST = 0.2;
/** Standard error that the test should reach over the posterior's spread. */
const SHARPER = 0.5;
/** Share of a channel's spend that a plan may move (`plans.ts`). */
const MOVABLE = 0.3;
const RIVAL_CORRELATION = -0.2;

export interface Experiment {
  readonly kind: "geo_lift_test";
  readonly channel: string;
  /** The channel that it cannot be told from; null where its own width is the trouble. */
  readonly rival: string | null;
  readonly weeks: number;
  /** Spend to add or withhold over the test, in money of the data. */
  readonly spend_change: number;
  /** The same over the channel's usual spend in as many weeks. */
  readonly spend_change_share: number;
  readonly roi: { readonly low: number; readonly high: number };
  /** ROI's spread now, and standard error that the test would have. */
  readonly roi_sd_now: number;
  readonly roi_se_expected: number;
  /** Expected gain of the target over the training window's length from the test. */
  readonly worth: number;
  readonly message: string;
}

/**
 * Designs it; null without draws. Suspects are channels whose returns are not to be believed: what the
 * posterior says of the worth of knowing them is not, either, so one of them comes first.
 */
export function designExperiment(
  inputs: PosteriorInputs,
  draws: Draws,
  responses: Responses,
  suspects: readonly string[] = [],
): Experiment | null {
  const noise = measureWeeklyNoise(inputs, draws);
  const ranked = responses.channels
    .map((channel) => {
      const size = sizeTest(inputs, channel, noise);
      const [now, then] = [size.roi_sd_now ** 2, size.roi_se_expected ** 2];
      const taken = now > 0 ? now / (now + then) : 0;
      return { channel, size, worth: taken * measureWorth(responses, channel) };
    })
    .toSorted((a, b) => b.worth - a.worth || b.channel.spend - a.channel.spend);
  const first = ranked.find(({ channel }) => suspects.includes(channel.name)) ?? ranked[0];
  if (first === undefined || responses.count === 0) return null;
  const { size } = first;
  const rival = findRival(responses, first.channel);
  const sorted = first.channel.roi.toSorted();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const roi = { low: at(0.05), high: at(0.95) };
  return {
    kind: "geo_lift_test",
    channel: first.channel.name,
    rival,
    ...size,
    roi,
    worth: first.worth,
    message: describeExperiment(first.channel.name, rival, { ...size, roi }),
  };
}

/** What knowing one channel's marginal return is worth, in target units. */
export function measureWorth({ channels }: Responses, own: ChannelResponses): number {
  const others = channels.filter((one) => one !== own);
  const spend = others.reduce((sum, one) => sum + one.spend, 0);
  if (!(spend > 0)) return computeStandardDeviation(own.mroi) * own.spend * MOVABLE;
  const rest = others.reduce((sum, one) => sum + (computeMean(one.mroi) * one.spend) / spend, 0);
  const money = MOVABLE * Math.min(own.spend, spend);
  const gains = own.mroi.map((mroi) => Math.abs(mroi - rest) * money);
  return computeMean(gains) - Math.abs(computeMean(own.mroi) - rest) * money;
}

/** Standard deviation of a week's sales that nothing explains, in target units, geos together. */
export function measureWeeklyNoise(inputs: PosteriorInputs, draws: Draws): number {
  const layout = layOutParameters(inputs);
  const noise = layout.names.indexOf("noise");
  const mean = computeMean(draws.values.subarray(noise * draws.count, (noise + 1) * draws.count));
  const theta = new Float64Array(layout.dimension);
  theta[noise] = mean;
  const { noise: sigma } = readValues(inputs, layout, theta);
  const squares = inputs.geoMeans.reduce((sum, size) => sum + size * size, 0);
  return sigma * Math.sqrt(squares * inputs.periodsPerWeek);
}

type Size = Pick<
  Experiment,
  "weeks" | "spend_change" | "spend_change_share" | "roi_sd_now" | "roi_se_expected"
>;

function sizeTest(
  { periods, periodsPerWeek }: PosteriorInputs,
  { roi, spend }: ChannelResponses,
  noise: number,
): Size {
  const sd = computeStandardDeviation(roi);
  const weekly = (spend / periods) * periodsPerWeek;
  const needed = (weeks: number): number => (noise * Math.sqrt(2 * weeks)) / (SHARPER * sd);
  const weeks = WEEKS.find((n) => needed(n) <= n * weekly) ?? (WEEKS.at(-1) as number);
  const most = weeks * weekly;
  const change = Math.min(most, Math.max(CHANGE_LEAST * most, needed(weeks)));
  return {
    weeks,
    spend_change: change,
    spend_change_share: change / most,
    roi_sd_now: sd,
    roi_se_expected: (noise * Math.sqrt(2 * weeks)) / change,
  };
}

function findRival({ channels }: Responses, own: ChannelResponses): string | null {
  const rivals = channels
    .filter((one) => one !== own)
    .map((one) => ({ name: one.name, r: correlate(own.contribution, one.contribution) }))
    .filter(({ r }) => r < RIVAL_CORRELATION)
    .toSorted((a, b) => a.r - b.r);
  return rivals[0]?.name ?? null;
}

function describeExperiment(
  channel: string,
  rival: string | null,
  size: Size & Pick<Experiment, "roi">,
): string {
  const figure = (value: number): string => Number(value.toPrecision(2)).toLocaleString("en-US");
  const why =
    rival === null
      ? `The data leave the return of ${channel} between ${figure(size.roi.low)} and ${figure(size.roi.high)}`
      : `These data cannot tell ${channel} from ${rival} well: the return of ${channel} lies between ${figure(size.roi.low)} and ${figure(size.roi.high)}`;
  const enough = size.roi_se_expected <= SHARPER * size.roi_sd_now * 1.001;
  return `${why}. A geo test of ${size.weeks} weeks that adds or withholds about ${figure(size.spend_change)} of ${channel} (${figure(100 * size.spend_change_share)} % of its usual spend) would measure it to ±${figure(1.64 * size.roi_se_expected)}${enough ? "" : ", which is less than is wanted: repeat it or test a larger change"}.`;
}
