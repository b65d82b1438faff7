/**
 * Does spend follow demand? Two flags against reverse causation and common causes.
 *
 * Placebo in time (Sims 1972): next week's spend cannot cause this week's sales. Where it explains
 * them beside every channel's current effect at three carryovers and a level that moves slowly,
 * something moves both.
 *
 * Follows demand: the placebo is weak where spend tracks demand closely, for then this week's spend
 * already says what next week's would. But such a channel takes the credit for demand itself: its
 * elasticity is far above what advertising has (Sethuraman, Tellis & Briesch 2011: mean 0.12, 90 % of
 * short-term ones below 0.3) and its return far above the other channels'. Both together with a
 * placebo that leans the same way raise the flag.
 *
 * 1. The placebo reads spend one period beyond the training rows where there is one, targets never.
 */

import type { PosteriorInputs } from "../posterior/inputs.ts";
import type { Responses } from "../posterior/responses.ts";
import { computeQuantile } from "../numbers.ts";
import {
  listCurrentEffects,
  readExposure,
  readTarget,
  saturate,
  spreadOverGeos,
} from "./columns.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";
import { createFrame, cutWindow, testColumn } from "./regression.ts";

/** One false alarm in about 4,000 channels if errors were independent and normal. */
const PLACEBO_T = 3.5;
/** Slowest movements of the level that are allowed for. */
const LEVEL_MODES = 10;
/** The placebo must lean the same way, no more: demand tracked closely hides it. */
const LEANING_T = 0.5;
/** Lower end of the elasticity of sales to the channel's spend. */
const ELASTICITY_LEAST = 0.2;
/** Lower end of ROI over the other channels' common ROI. */
const RATIO_LEAST = 1.5;
/** Lower end of the 90 % interval. */
const LOW = 0.05;

/** Both flags for every channel. */
export function checkDemand(inputs: PosteriorInputs, responses: Responses): Flag[] {
  const placebos = runPlacebos(inputs);
  return [
    ...placebos.map(({ channel, t }) => describePlacebo(channel, t)),
    ...placebos.map(({ channel, t }, c) =>
      describeDemand(channel, { t, ...measureDominance(responses, c) }),
    ),
  ];
}

/** t of next week's spend per channel. */
export function runPlacebos(inputs: PosteriorInputs): { channel: string; t: number }[] {
  const { geos, periods, periodsAll } = inputs;
  // Without a period after the training rows the last one has no next week.
  const window = { from: 0, to: periodsAll > periods ? periods : periods - 1 };
  const cut = (values: Float64Array): Float64Array => cutWindow(values, { geos, periods, window });
  const level = spreadOverGeos(inputs.linear.modes.slice(0, LEVEL_MODES), inputs);
  const frame = createFrame(inputs, window, [...listCurrentEffects(inputs), ...level]);
  const target = cut(readTarget(inputs));
  return inputs.channels.map((channel) => ({
    channel: channel.name,
    t: testColumn(frame, target, cut(saturate(readExposure(inputs, channel, 1)))).t,
  }));
}

interface Dominance {
  /** Lower ends: elasticity of the target, and ROI over the others' common ROI. */
  readonly elasticity: number;
  readonly ratio: number;
}

/** How far a channel's effect stands out, at the lower end of the posterior. */
export function measureDominance({ channels, targetTotal }: Responses, at: number): Dominance {
  const own = channels[at];
  if (own === undefined) return { elasticity: 0, ratio: 0 };
  const others = channels.filter((one) => one !== own);
  const spend = others.reduce((sum, one) => sum + one.spend, 0);
  const ratios = own.roi.map((roi, draw) => {
    const effect = others.reduce((sum, one) => sum + (one.contribution[draw] as number), 0);
    return effect > 0 ? (roi * spend) / effect : 0;
  });
  const elasticities = own.mroi.map((mroi) => (mroi * own.spend) / targetTotal);
  return {
    elasticity: computeQuantile(elasticities, LOW),
    ratio: computeQuantile(ratios, LOW),
  };
}

function describePlacebo(channel: string, t: number): Flag {
  const raised = t > PLACEBO_T;
  return {
    code: "placebo_in_time",
    channels: [channel],
    raised,
    value: t,
    limit: PLACEBO_T,
    figures: { t },
    message: raised
      ? `Next week's spend on ${channel} explains this week's sales (t = ${formatFigure(t)}): something moves both, or the spend follows demand; its return is not to be believed`
      : `Next week's spend on ${channel} does not explain this week's sales (t = ${formatFigure(t)})`,
  };
}

function describeDemand(channel: string, found: Dominance & { t: number }): Flag {
  const { t, elasticity, ratio } = found;
  const raised = t > LEANING_T && elasticity > ELASTICITY_LEAST && ratio > RATIO_LEAST;
  return {
    code: "spend_follows_demand",
    channels: [channel],
    raised,
    value: elasticity,
    limit: ELASTICITY_LEAST,
    figures: { t, elasticity, ratio },
    message: raised
      ? `The spend on ${channel} looks like it follows demand: 1 % more of it goes with at least ${formatFigure(elasticity)} % more sales, its return is at least ${formatFigure(ratio)} times the other channels', and next week's spend leans towards this week's sales (t = ${formatFigure(t)})`
      : `The spend on ${channel} shows no sign of following demand (elasticity ${formatFigure(elasticity)} at least, t = ${formatFigure(t)})`,
  };
}
