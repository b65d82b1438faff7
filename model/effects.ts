/**
 * The model of record: what a methodology and its data say of each channel.
 *
 * Owns: the one place in which published ROI, marginal ROI, contribution, response and their
 * intervals are decided. Whatever shows, judges, compares or plans with one of them reads `Effects`.
 * Not: how the draws come about (`ensemble-effects.ts`), what the forecast predicts (`forecast.ts`).
 *
 *   ROI_c = f_c(1) / spend_c,   mROI_c = [f_c(1.01) − f_c(1)] / (0.01 spend_c)
 * with f_c(k) the channel's response over the training window if all its spend were × k (ROAS and
 * mROAS of Jin et al. 2017, §4, the effect after the window left out). A published figure is the
 * median of the draws, its interval their central 90 %.
 *
 * 1. Tunable numbers play no part: configurations that differ in `hyperparameters` and `training`
 *    alone have the same effects, to the last bit. So do all seeds.
 * 2. low ≤ median ≤ high, all finite; ROI and mROI are null where there is no spend to divide by.
 * 3. Locked rows influence nothing.
 */

import type { ModelConfig } from "./config.ts";
import { parseModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import type { EffectDraws } from "./effect-draws.ts";
import { drawEnsembleEffects } from "./ensemble-effects.ts";
import type { Finding } from "./findings.ts";
import { toFinding } from "./findings.ts";
import { toFiniteOrNull, computeQuantile, sum } from "./numbers.ts";

/** Share of the draws that every published interval holds. */
export const EFFECT_LEVEL = 0.9;
export const CURVE_MULTIPLIERS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] as const;
const MARGINAL_STEP = 0.01;
/** Width of an interval of ROI, by its median, from which on the data hardly say. */
const WIDE_INTERVAL = 1;

export interface Interval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface ChannelEffects {
  /** Over the training window, as all that follows. */
  readonly spend: number;
  readonly roi: Interval | null;
  readonly mroi: Interval | null;
  readonly contribution: Interval;
  readonly half_life_weeks: Interval;
  /** Response if all spend were × multiplier. */
  readonly response_curve: readonly (Interval & { readonly multiplier: number })[];
}

/** The published part: plain JSON, every number finite or null. */
export interface EffectSummary {
  readonly level: number;
  readonly method: EffectDraws["method"];
  readonly draws: number;
  readonly channels: Readonly<Record<string, ChannelEffects>>;
  /** What is left of the fitted target without media, as a share of it. */
  readonly baseline: { readonly share: number; readonly low: number; readonly high: number };
  readonly findings: readonly Finding[];
}

export interface Effects {
  readonly summary: EffectSummary;
  readonly draws: EffectDraws;
}

/**
 * The effects of a configuration's methodology on its data.
 *
 * @throws ModelError `rows_too_few`, `target_constant`.
 */
export function estimateEffects(dataset: Dataset, config: ModelConfig): Effects {
  const draws = drawEnsembleEffects(dataset, readMethodology(config));
  return { draws, summary: summarizeDraws(draws) };
}

/** The configuration with every tunable number at its default. */
export function readMethodology(config: ModelConfig): ModelConfig {
  const { hyperparameters: _tuned, training: _settings, ...methodology } = config;
  return parseModelConfig(methodology);
}

/** The published figures of draws. */
export function summarizeDraws(draws: EffectDraws): EffectSummary {
  const channels = Object.fromEntries(
    draws.channels.map(({ name }, channel) => [name, summarizeChannel(draws, channel)]),
  );
  return {
    level: EFFECT_LEVEL,
    method: draws.method,
    draws: draws.count,
    channels,
    baseline: summarizeBaseline(draws, channels),
    findings: wideIntervals(channels),
  };
}

function summarizeChannel(draws: EffectDraws, channel: number): ChannelEffects {
  const spend = draws.channels[channel]?.spend ?? 0;
  const today = intervalOver(draws, (draw) => draws.response(draw, channel, 1));
  const perSpend = (value: (draw: number) => number): Interval | null =>
    spend > 0 ? intervalOver(draws, (draw) => value(draw) / spend) : null;
  return {
    spend,
    roi: perSpend((draw) => draws.response(draw, channel, 1)),
    mroi: perSpend((draw) => {
      const more = draws.response(draw, channel, 1 + MARGINAL_STEP);
      return (more - draws.response(draw, channel, 1)) / MARGINAL_STEP;
    }),
    contribution: today,
    half_life_weeks: intervalOver(draws, (draw) => draws.halfLifeWeeks(draw, channel)),
    response_curve: CURVE_MULTIPLIERS.map((multiplier) => ({
      multiplier,
      ...intervalOver(draws, (draw) => draws.response(draw, channel, multiplier)),
    })),
  };
}

/** The central share of a figure over the draws. */
export function intervalOver(draws: EffectDraws, value: (draw: number) => number): Interval {
  const values = Array.from({ length: draws.count }, (_, draw) => value(draw));
  const tail = (1 - EFFECT_LEVEL) / 2;
  const known = values.filter(Number.isFinite);
  return {
    low: computeQuantile(known, tail),
    median: computeQuantile(known, 0.5),
    high: computeQuantile(known, 1 - tail),
  };
}

/** The rest of the fitted target when every channel has its published contribution. */
function summarizeBaseline(
  draws: EffectDraws,
  channels: EffectSummary["channels"],
): EffectSummary["baseline"] {
  const fitted = sum(draws.mean.fitted);
  const media = sum(Object.values(channels).map((row) => row.contribution.median));
  const { low, high } = intervalOver(draws, (draw) => draws.baselineShare(draw));
  const share = toFiniteOrNull((fitted - media) / fitted) ?? 0;
  return { share, low: Math.min(low, share), high: Math.max(high, share) };
}

/** Channels whose ROI interval is wider than its own median: the data hardly say. */
function wideIntervals(channels: EffectSummary["channels"]): Finding[] {
  return Object.entries(channels).flatMap(([name, { roi }]) => {
    if (roi === null || roi.median <= 0) return [];
    const width = (roi.high - roi.low) / roi.median;
    if (width <= WIDE_INTERVAL) return [];
    return [
      toFinding(
        "intervals_wide",
        `ROI of "${name}" lies between ${roi.low.toFixed(2)} and ${roi.high.toFixed(2)}: a lift test would tell more than further tuning`,
        { channel: name, figure: width, bound: WIDE_INTERVAL },
      ),
    ];
  });
}
